//! Writing a content file.

use std::cell::RefCell;
use std::io::Write;

use trail_model::{ChannelId, ChannelKind, Offset, RecordId, TrailId};

use super::footer::{BlockEntry, ChannelEntry, Footer, Section};
use super::format::{END_MAGIC, EXTRACTOR_VERSION, FORMAT_VERSION, HEADER_LEN, MAGIC, ZSTD_LEVEL};
use super::reader::{checksum, decompress, footer_digest};
use super::{block_bytes, moments_bytes};
use crate::{Block, Coverage, Error, Moments};

/// Writes a content file from front to back: blocks as they come, then moments, then the footer.
pub struct ContentWriter<W> {
    out: W,
    at: u64,
    header: [u8; HEADER_LEN],
    footer: Footer,
    level: i32,
}

/// A block encoded and compressed: the part of writing that can be done on any thread.
#[derive(Debug)]
pub struct EncodedBlock {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) items: u64,
    section: EncodedSection,
}

thread_local! {
    /// Setting one up costs more than a short section takes.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

#[derive(Debug)]
struct EncodedSection {
    bytes: Vec<u8>,
    raw_len: u64,
    checksum: [u8; 16],
}

impl EncodedBlock {
    /// Encodes `block`.
    ///
    /// # Errors
    /// If the compressor fails.
    pub fn new(block: &Block) -> Result<EncodedBlock, Error> {
        EncodedBlock::at_level(block, ZSTD_LEVEL)
    }

    pub(super) fn at_level(block: &Block, level: i32) -> Result<EncodedBlock, Error> {
        let mut raw = Vec::with_capacity(block.pool.len() + 8 * block.spans.len());
        block_bytes::encode(block, &mut raw);
        let section = EncodedSection::new(&raw, level)?;
        Ok(EncodedBlock { first: block.first, last: block.last, items: block.items.len() as u64, section })
    }

    /// The columns, decompressed.
    pub(super) fn raw(&self) -> Result<Vec<u8>, Error> {
        decompress("content block", &self.section.bytes, 0, self.section.raw_len)
    }
}

impl EncodedSection {
    fn new(raw: &[u8], level: i32) -> Result<EncodedSection, Error> {
        let bytes = COMPRESSOR.with_borrow_mut(|compressor| {
            let compressor = match compressor {
                Some(compressor) => compressor,
                empty => empty.insert(zstd::bulk::Compressor::new(level)?),
            };
            compressor.set_compression_level(level)?;
            compressor.compress(raw)
        })?;
        let checksum = checksum(&bytes);
        Ok(EncodedSection { bytes, raw_len: raw.len() as u64, checksum })
    }
}

impl<W: Write> ContentWriter<W> {
    /// Begins a file for `trail`, as this extractor makes it.
    ///
    /// # Errors
    /// If `out` fails, as everywhere here.
    pub fn new(mut out: W, trail: TrailId) -> Result<ContentWriter<W>, Error> {
        let mut header = [0; HEADER_LEN];
        header[..8].copy_from_slice(&MAGIC);
        header[8..10].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        header[10..12].copy_from_slice(&EXTRACTOR_VERSION.to_le_bytes());
        header[16..].copy_from_slice(&trail.0);
        out.write_all(&header)?;
        Ok(ContentWriter { out, at: HEADER_LEN as u64, header, footer: Footer::default(), level: ZSTD_LEVEL })
    }

    /// The same, packed at another level; blocks come packed.
    pub(super) fn with_level(self, level: i32) -> ContentWriter<W> {
        ContentWriter { level, ..self }
    }

    /// Says what read the pixels: [`PixelReader::version`](crate::PixelReader::version). Nothing if there were none.
    pub fn set_reader(&mut self, reader: &str) {
        reader.clone_into(&mut self.footer.reader);
    }

    /// Begins a channel. Channels come in the order of their ids.
    pub fn add_channel(&mut self, id: ChannelId, kind: &ChannelKind) {
        self.footer.channels.push(ChannelEntry {
            id,
            kind: kind.clone(),
            coverage: Coverage::default(),
            moments: Section::default(),
            moment_count: 0,
            blocks: Vec::new(),
        });
    }

    /// Writes a channel's next block. Blocks of different channels may come in any order.
    ///
    /// # Errors
    /// If the channel is not there or `out` fails.
    pub fn add_block(&mut self, channel: ChannelId, block: EncodedBlock) -> Result<(), Error> {
        let section = self.write_section(&block.section)?;
        let entry =
            BlockEntry { first: block.first, last: block.last, items: block.items, section, grows_out: Vec::new() };
        self.channel(channel)?.blocks.push(entry);
        Ok(())
    }

    /// Says that the line of a span that reaches the end of block `block` (already written) later grew by `next` and
    /// more. `span` counts the block's spans over all its items. To be called in the order of spans, once for each.
    ///
    /// # Errors
    /// If the block is not there.
    pub fn resolve(&mut self, channel: ChannelId, block: usize, span: u32, next: char) -> Result<(), Error> {
        let blocks = &mut self.channel(channel)?.blocks;
        let count = blocks.len() as u64;
        let entry = blocks.get_mut(block).ok_or(Error::NoSuch { what: "block", index: block as u64, count })?;
        let place = entry.grows_out.partition_point(|&(before, _)| before < span);
        entry.grows_out.insert(place, (span, next));
        Ok(())
    }

    /// Writes a channel's moments and coverage, after its last block.
    ///
    /// # Errors
    /// If the channel is not there or `out` fails.
    pub fn end_channel(&mut self, channel: ChannelId, moments: &Moments, coverage: &Coverage) -> Result<(), Error> {
        let mut raw = Vec::new();
        moments_bytes::encode(moments, &mut raw);
        let section = self.write_section(&EncodedSection::new(&raw, self.level)?)?;
        let entry = self.channel(channel)?;
        entry.moments = section;
        entry.moment_count = moments.len() as u32;
        entry.coverage = *coverage;
        Ok(())
    }

    /// Writes the footer; `last_record` and `end` are those of the whole trail. Returns the sink and the digest.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn finish(mut self, last_record: RecordId, end: Offset) -> Result<(W, [u8; 32]), Error> {
        self.footer.last_record = last_record.0;
        self.footer.end = end;
        let mut raw = Vec::new();
        self.footer.encode(&mut raw);
        let footer = zstd::bulk::compress(&raw, self.level)?;
        let digest = footer_digest(&self.header, &footer);
        self.out.write_all(&footer)?;
        self.out.write_all(&(footer.len() as u64).to_le_bytes())?;
        self.out.write_all(&digest)?;
        self.out.write_all(&END_MAGIC)?;
        self.out.flush()?;
        Ok((self.out, digest))
    }

    fn channel(&mut self, id: ChannelId) -> Result<&mut ChannelEntry, Error> {
        let count = self.footer.channels.len() as u64;
        let found = self.footer.channels.iter_mut().find(|channel| channel.id == id);
        found.ok_or(Error::NoSuch { what: "channel", index: id.0.into(), count })
    }

    fn write_section(&mut self, section: &EncodedSection) -> Result<Section, Error> {
        let at = self.at;
        self.out.write_all(&section.bytes)?;
        self.at += section.bytes.len() as u64;
        let len = section.bytes.len() as u64;
        Ok(Section { at, len, raw_len: section.raw_len, checksum: section.checksum })
    }
}
