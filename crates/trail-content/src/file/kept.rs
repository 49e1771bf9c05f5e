//! Content that lies in memory and was never a file.

use std::sync::{Arc, OnceLock};

use trail_model::{ChannelId, ChannelKind, Offset, RecordId, TrailId};

use super::footer::{BlockEntry, ChannelEntry, Section};
use super::format::{QUICK_ZSTD_LEVEL, ZSTD_LEVEL};
use super::reader::{Blocks, ChannelContent, decode_block};
use super::writer::{ContentWriter, EncodedBlock};
use crate::{Block, ContentFile, Coverage, EXTRACTOR_VERSION, Error, Moments};

/// A block as it is kept in memory.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// As it is.
    Loose(Arc<Block>),
    /// As in a file, with what its footer says of it.
    Packed(Arc<EncodedBlock>, Vec<(u32, char)>),
}

/// A channel of content that is put together in memory.
pub(crate) struct LooseChannel {
    pub(crate) id: ChannelId,
    pub(crate) kind: ChannelKind,
    pub(crate) coverage: Coverage,
    pub(crate) moments: Moments,
    pub(crate) blocks: Vec<Kept>,
}

impl Kept {
    /// Says that the line of a span that reaches the block's end later grew by `next` and more.
    pub(crate) fn grow(&mut self, span: u32, next: char) {
        match self {
            Kept::Loose(block) => Arc::make_mut(block).spans[span as usize].grows_out = Some(next),
            Kept::Packed(_, grows_out) => {
                let place = grows_out.partition_point(|&(before, _)| before < span);
                grows_out.insert(place, (span, next));
            }
        }
    }

    /// Packs it as in a file.
    ///
    /// # Errors
    /// If the compressor fails; it stays as it was then.
    pub(crate) fn pack(&mut self) -> Result<(), Error> {
        if let Kept::Loose(block) = self {
            let grown = block.spans.iter().zip(0..).filter_map(|(span, index)| Some((index, span.grows_out?)));
            *self = Kept::Packed(Arc::new(EncodedBlock::new(block)?), grown.collect());
        }
        Ok(())
    }

    /// The block, unpacked where it has to be.
    pub(super) fn block(&self, entry: &BlockEntry) -> Result<Arc<Block>, Error> {
        match self {
            Kept::Loose(block) => Ok(block.clone()),
            Kept::Packed(encoded, _) => decode_block(&encoded.raw()?, entry).map(Arc::new),
        }
    }

    /// What a footer says of it, but for its place.
    fn entry(&self) -> BlockEntry {
        let section = Section::default();
        match self {
            Kept::Loose(block) => {
                let (first, last, items) = (block.first, block.last, block.items.len() as u64);
                BlockEntry { first, last, items, section, grows_out: Vec::new() }
            }
            Kept::Packed(block, grows_out) => {
                let EncodedBlock { first, last, items, .. } = **block;
                BlockEntry { first, last, items, section, grows_out: grows_out.clone() }
            }
        }
    }
}

impl ContentFile {
    /// Puts content together in memory; `last_record` and `end` are those of the whole trail.
    pub(crate) fn from_parts(
        trail: TrailId,
        last_record: RecordId,
        end: Offset,
        reader: String,
        channels: impl Iterator<Item = LooseChannel>,
    ) -> ContentFile {
        let channels = channels.map(|channel| ChannelContent {
            entry: Arc::new(ChannelEntry {
                id: channel.id,
                kind: channel.kind,
                coverage: channel.coverage,
                moments: Section::default(),
                moment_count: channel.moments.len() as u32,
                blocks: channel.blocks.iter().map(Kept::entry).collect(),
            }),
            end,
            moments: Arc::new(OnceLock::from(Arc::new(channel.moments))),
            blocks: Blocks::Memory(channel.blocks.into()),
        });
        let extractor_version = EXTRACTOR_VERSION;
        ContentFile { trail, extractor_version, last_record, end, reader, channels: channels.collect() }
    }

    /// Bytes of memory that blocks take which are held as they are, about.
    pub fn loose_len(&self) -> usize {
        let kept = self.channels.iter().flat_map(|channel| match &channel.blocks {
            Blocks::Memory(kept) => &kept[..],
            Blocks::File(_) => &[],
        });
        kept.map(|kept| if let Kept::Loose(block) = kept { block.memory() } else { 0 }).sum()
    }

    /// The content as a file: of the same bytes as if it had been extracted from the trail.
    ///
    /// # Errors
    /// If a part cannot be read or the compressor fails.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        self.to_bytes_at(ZSTD_LEVEL)
    }

    /// The content as a file for a while: larger, and written and read in less time.
    ///
    /// # Errors
    /// As [`ContentFile::to_bytes`].
    pub fn to_quick_bytes(&self) -> Result<Vec<u8>, Error> {
        self.to_bytes_at(QUICK_ZSTD_LEVEL)
    }

    fn to_bytes_at(&self, level: i32) -> Result<Vec<u8>, Error> {
        let mut writer = ContentWriter::new(Vec::new(), self.trail())?.with_level(level);
        writer.set_reader(self.reader());
        for channel in self.channels() {
            writer.add_channel(channel.id(), channel.kind());
            for index in 0..channel.block_count() {
                let block = channel.block(index)?;
                writer.add_block(channel.id(), EncodedBlock::at_level(&block, level)?)?;
                for (span, number) in block.spans.iter().zip(0..) {
                    if let Some(next) = span.grows_out {
                        writer.resolve(channel.id(), index, number, next)?;
                    }
                }
            }
            writer.end_channel(channel.id(), channel.moments()?, channel.coverage())?;
        }
        Ok(writer.finish(self.last_record(), self.end())?.0)
    }
}
