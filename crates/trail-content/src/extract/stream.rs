//! From records to content without a trail in between.

use std::collections::BTreeMap;
use std::sync::Arc;

use trail_container::{Error as ContainerError, Record, RecordBody};
use trail_model::{ChannelId, Offset, RecordId, TrailId};
use trail_replay::{RecordSink, Screen};
use trail_screen::Terminal;

use super::BLOCK_OUTPUT_LEN;
use super::assembly::Assembly;
use super::block::Worker;
use super::plan::BlockPlan;
use super::reader_version;
use crate::file::{Kept, LooseChannel};
use crate::{ContentFile, Error, PixelReader};

/// Texts that may be held as they are; blocks beyond are packed as in a file.
const LOOSE_LEN: usize = 64 << 20;

/// Extracts the content of a recording while it is cut into records: the content of the trail that the recorder would
/// have written, without writing it.
///
/// For questions whose trail nobody wants to keep. Blocks, lines and commands are those of [`extract`](crate::extract):
/// only the way that records take to them is another.
pub struct ContentStream {
    trail: TrailId,
    reader: Option<PixelReader>,
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
    /// The terminal one record ahead, while that record may begin the next block.
    ahead: Option<Box<Terminal>>,
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
            reader: None,
            block_output_len: block_output_len.max(1),
            channels: BTreeMap::new(),
            next_record: RecordId::FIRST,
            last_time: Offset::ZERO,
            loose_len: 0,
            error: None,
        }
    }

    /// The same with a reader of pixels.
    pub fn with_reader(self, reader: Option<PixelReader>) -> ContentStream {
        ContentStream { reader, ..self }
    }

    /// Ends the recording with its last record.
    ///
    /// # Errors
    /// [`Error::Write`] if the compressor failed.
    pub fn finish(mut self) -> Result<ContentFile, Error> {
        let ids: Vec<ChannelId> = self.channels.keys().copied().collect();
        ids.iter().for_each(|&id| self.end_block(id));
        if let Some(error) = self.error {
            return Err(error);
        }
        let end = self.last_time;
        let mut has_frames = false;
        let channels = self.channels.into_iter().map(|(id, mut channel)| {
            let kind = channel.assembly.kind().clone();
            let (moments, coverage) = channel.assembly.finish(end);
            has_frames |= coverage.frames > 0;
            LooseChannel { id, kind, coverage, moments, blocks: channel.blocks }
        });
        let channels: Vec<LooseChannel> = channels.collect();
        let reader = if has_frames { reader_version(self.reader.as_ref()) } else { String::new() };
        let last_record = RecordId(self.next_record.0 - 1);
        Ok(ContentFile::from_parts(self.trail, last_record, end, reader, channels.into_iter()))
    }

    /// The worker of the channel's open block.
    fn worker(&mut self, id: ChannelId) -> &mut Worker {
        let first_record = self.next_record;
        let reader = &self.reader;
        let channel = self.channels.entry(id).or_insert_with(Channel::new);
        channel.worker.get_or_insert_with(|| {
            let first = channel.records;
            let plan = BlockPlan { channel: id, first_record, last_record: first_record, first, after_damage: false };
            Worker::new(plan, reader.clone())
        })
    }

    /// Bytes of output up to the next block; nothing before the channel's first record, which begins one anyway.
    fn output_left(&self, id: ChannelId) -> Option<u64> {
        let channel = self.channels.get(&id).filter(|channel| channel.records > 0)?;
        Some(self.block_output_len - channel.output % self.block_output_len)
    }

    /// Tells whether the channel's next record, of the first of these bytes, begins a block; or that there is no record
    /// yet, because a cut is due before the first of them.
    fn begins_block(&mut self, id: ChannelId, terminal: &Terminal, bytes: &[u8]) -> Option<bool> {
        let left = self.output_left(id)?;
        let channel = self.channels.get_mut(&id)?;
        if (bytes.len() as u64) < left {
            channel.ahead = None;
            return Some(false);
        }
        // It depends on where the record ends. The copy stays one record ahead until the border is passed, which these
        // bytes do in any case: so there is one copy for each block, however the output is cut.
        let ahead = channel.ahead.get_or_insert_with(|| Box::new(terminal.clone()));
        let taken = ahead.feed_until_cut(bytes);
        if taken < bytes.len() {
            ahead.cut();
        }
        let begins = taken as u64 >= left;
        if begins {
            channel.ahead = None;
        }
        (taken > 0).then_some(begins)
    }

    /// Ends the open block of a channel, if there is one.
    fn end_block(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        let Some(worker) = channel.worker.take() else { return };
        let mut extracted = worker.finish();
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
        Channel { worker: None, ahead: None, output: 0, records: 0, blocks: Vec::new(), assembly: Assembly::default() }
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

    fn feed(&mut self, id: ChannelId, terminal: &mut Terminal, bytes: &[u8]) -> usize {
        if self.channels.get(&id).is_some_and(|channel| channel.records > 0) {
            let Some(begins) = self.begins_block(id, terminal, bytes) else { return 0 };
            if begins {
                self.end_block(id);
                self.worker(id).begin(terminal);
            }
        }
        self.worker(id).feed_until_cut(terminal, bytes)
    }

    /// Takes a record, or refuses it as a trail would.
    fn append(
        &mut self,
        id: ChannelId,
        offset: Offset,
        body: &RecordBody<'_>,
        screen: &mut Screen,
    ) -> trail_replay::Result<RecordId> {
        if offset < self.last_time {
            return Err(ContainerError::TimeBackwards { last: self.last_time, found: offset }.into());
        }
        body.check(id)?;
        let record = Record { id: self.next_record, channel: id, offset, body: *body };
        // Records that were lost belong to no channel, and to nobody's content.
        if record.body != RecordBody::Lost {
            if let (RecordBody::Output(bytes), None) = (body, screen.terminal())
                && self.output_left(id).is_some_and(|left| bytes.len() as u64 >= left)
            {
                self.end_block(id);
            }
            self.worker(id).record(&record, screen);
            if let Some(channel) = self.channels.get_mut(&id) {
                channel.records += 1;
                if let RecordBody::Output(bytes) = body {
                    channel.output += bytes.len() as u64;
                }
            }
        }
        (self.next_record, self.last_time) = (record.id.next(), offset);
        Ok(record.id)
    }
}
