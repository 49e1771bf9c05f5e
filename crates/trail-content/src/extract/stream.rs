//! From records to content without a trail in between.

use std::collections::BTreeMap;
use std::sync::Arc;

use trail_container::{Error as ContainerError, Record, RecordBody};
use trail_model::{ChannelId, Offset, RecordId, TrailId};
use trail_replay::{RecordSink, Screen};

use super::BLOCK_OUTPUT_LEN;
use super::assembly::Assembly;
use super::block::Worker;
use super::plan::BlockPlan;
use crate::file::{Kept, LooseChannel};
use crate::{ContentFile, Error};

/// Texts that may be held as they are; blocks beyond are packed as in a file.
const LOOSE_LEN: usize = 64 << 20;

/// Extracts the content of a recording while it is cut into records: the content of the trail that the recorder would
/// have written, without writing it.
///
/// For questions whose trail nobody wants to keep. Blocks, lines and commands are those of [`extract`](crate::extract):
/// only the way that records take to them is another.
pub struct ContentStream {
    trail: TrailId,
    block_output_len: u64,
    channels: BTreeMap<ChannelId, Channel>,
    next_record: RecordId,
    last_time: Offset,
    /// Bytes of the blocks that are not packed.
    loose_len: usize,
    error: Option<Error>,
}

/// A channel as far as it was read.
struct Channel {
    worker: Option<Worker>,
    /// Output so far.
    output: u64,
    /// Records so far.
    records: u32,
    blocks: Vec<Kept>,
    assembly: Assembly,
}

impl ContentStream {
    /// Begins with a recording of which nothing has been read. The content will say that it is of `trail`.
    pub fn new(trail: TrailId) -> ContentStream {
        ContentStream::with_block_output_len(trail, BLOCK_OUTPUT_LEN)
    }

    /// The same with other blocks, for tests of what happens at the borders.
    #[doc(hidden)]
    pub fn with_block_output_len(trail: TrailId, block_output_len: u64) -> ContentStream {
        ContentStream {
            trail,
            block_output_len: block_output_len.max(1),
            channels: BTreeMap::new(),
            next_record: RecordId::FIRST,
            last_time: Offset::ZERO,
            loose_len: 0,
            error: None,
        }
    }

    /// Ends the recording with its last record.
    ///
    /// # Errors
    /// [`Error::Write`] if the compressor failed.
    pub fn finish(mut self) -> Result<ContentFile, Error> {
        let ids: Vec<ChannelId> = self.channels.keys().copied().collect();
        ids.iter().for_each(|&id| drop(self.end_block(id)));
        if let Some(error) = self.error {
            return Err(error);
        }
        let end = self.last_time;
        let channels = self.channels.into_iter().map(|(id, mut channel)| {
            let kind = channel.assembly.kind().clone();
            let (moments, coverage) = channel.assembly.finish(end);
            LooseChannel { id, kind, coverage, moments, blocks: channel.blocks }
        });
        Ok(ContentFile::from_parts(self.trail, RecordId(self.next_record.0 - 1), end, channels))
    }

    fn take(&mut self, record: &Record<'_>) {
        let output = match record.body {
            RecordBody::Output(bytes) => bytes.len() as u64,
            _ => 0,
        };
        let block_len = self.block_output_len;
        let begins = match self.channels.get(&record.channel) {
            Some(channel) => (channel.output + output) / block_len > channel.output / block_len,
            None => true,
        };
        if begins {
            let screen = self.end_block(record.channel);
            let channel = self.channels.entry(record.channel).or_insert_with(Channel::new);
            let plan = BlockPlan {
                channel: record.channel,
                first_record: record.id,
                last_record: record.id,
                first: channel.records,
                after_damage: false,
            };
            channel.worker = Some(Worker::on(screen, plan));
        }
        if let Some(channel) = self.channels.get_mut(&record.channel)
            && let Some(worker) = &mut channel.worker
        {
            worker.record(record);
            channel.output += output;
            channel.records += 1;
        }
    }

    /// Ends the open block of a channel, if there is one; gives the screen as it is then.
    fn end_block(&mut self, id: ChannelId) -> Screen {
        let Some(channel) = self.channels.get_mut(&id) else { return Screen::new() };
        let Some(worker) = channel.worker.take() else { return Screen::new() };
        let (mut extracted, screen) = worker.finish();
        channel.assembly.take(&mut extracted, false);
        let finished = extracted.finish();
        let grown = channel.assembly.add(&finished, false);
        self.loose_len += finished.block.memory();
        channel.blocks.push(Kept::Loose(Arc::new(finished.block)));
        for (block, span, next) in grown {
            channel.blocks[block].grow(span, next);
        }
        if self.loose_len > LOOSE_LEN {
            self.pack();
        }
        screen
    }

    /// Packs the blocks that were finished.
    fn pack(&mut self) {
        self.loose_len = 0;
        for block in self.channels.values_mut().flat_map(|channel| &mut channel.blocks) {
            if let Err(error) = block.pack() {
                self.error.get_or_insert(error);
            }
        }
    }
}

impl Channel {
    fn new() -> Channel {
        Channel { worker: None, output: 0, records: 0, blocks: Vec::new(), assembly: Assembly::default() }
    }
}

impl RecordSink for ContentStream {
    /// Nothing is ever read from the middle.
    fn wants_keyframe(&self, _: ChannelId) -> bool {
        false
    }

    fn put_keyframe(&mut self, _: ChannelId, _: &[u8]) -> trail_replay::Result<()> {
        Ok(())
    }

    /// Takes a record, or refuses it as a trail would.
    fn append(&mut self, channel: ChannelId, offset: Offset, body: &RecordBody<'_>) -> trail_replay::Result<RecordId> {
        if offset < self.last_time {
            return Err(ContainerError::TimeBackwards { last: self.last_time, found: offset }.into());
        }
        body.check(channel)?;
        let id = self.next_record;
        (self.next_record, self.last_time) = (id.next(), offset);
        // Records that were lost belong to no channel, and to nobody's content.
        if *body != RecordBody::Lost {
            self.take(&Record { id, channel, offset, body: *body });
        }
        Ok(id)
    }
}
