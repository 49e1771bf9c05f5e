//! The footer: channels, where their sections lie, what reaches over block borders, coverage.

use trail_model::{ChannelId, ChannelKind, Offset};

use super::column::{Columns, put, put_bytes};
use super::format::{CHECKSUM_LEN, HEADER_LEN};
use crate::{Coverage, Error};

const SECTION: &str = "footer";

/// A compressed run of bytes in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) at: u64,
    pub(super) len: u64,
    pub(super) raw_len: u64,
    pub(super) checksum: [u8; CHECKSUM_LEN],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BlockEntry {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) items: u64,
    pub(super) section: Section,
    /// (span index in the block, first character of what came next), by span.
    pub(super) grows_out: Vec<(u32, char)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChannelEntry {
    pub(super) id: ChannelId,
    pub(super) kind: ChannelKind,
    pub(super) coverage: Coverage,
    pub(super) moments: Section,
    pub(super) moment_count: u32,
    pub(super) blocks: Vec<BlockEntry>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Footer {
    /// Last record of the trail that was read, 0 if none.
    pub(super) last_record: u64,
    pub(super) end: Offset,
    /// What read the pixels; empty if there were none.
    pub(super) reader: String,
    pub(super) channels: Vec<ChannelEntry>,
}

impl Footer {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put(out, self.last_record);
        put(out, self.end.0);
        put_bytes(out, self.reader.as_bytes());
        put(out, self.channels.len() as u64);
        for channel in &self.channels {
            put(out, u64::from(channel.id.0));
            put_bytes(out, channel.kind.as_str().as_bytes());
            put(out, channel.coverage.counts().count() as u64);
            channel.coverage.counts().for_each(|(_, count)| put(out, count));
            put(out, u64::from(channel.moment_count));
            channel.moments.encode(out);
            put(out, channel.blocks.len() as u64);
            for block in &channel.blocks {
                put(out, u64::from(block.first));
                put(out, u64::from(block.last));
                put(out, block.items);
                block.section.encode(out);
                put(out, block.grows_out.len() as u64);
                let mut before = 0;
                for &(span, next) in &block.grows_out {
                    put(out, u64::from(span - before));
                    put(out, u64::from(u32::from(next)));
                    before = span;
                }
            }
        }
    }

    pub(super) fn decode(bytes: &[u8], sections_end: u64) -> Result<Footer, Error> {
        let mut columns = Columns::new(SECTION, bytes);
        let last_record = columns.get()?;
        let end = Offset(columns.get()?);
        let reader = columns.take_bytes()?;
        let reader = std::str::from_utf8(reader)
            .map_err(|error| columns.malformed("a reader in UTF-8", error.valid_up_to() as u64))?
            .to_owned();
        let count = columns.get_count()?;
        let mut channels = Vec::new();
        for _ in 0..count {
            channels.push(decode_channel(&mut columns, sections_end)?);
        }
        columns.finish()?;
        Ok(Footer { last_record, end, reader, channels })
    }
}

fn decode_channel(columns: &mut Columns<'_>, sections_end: u64) -> Result<ChannelEntry, Error> {
    let id = ChannelId(columns.get_u32()?);
    let kind = columns.take_bytes()?;
    let kind = std::str::from_utf8(kind)
        .map_err(|error| columns.malformed("a channel kind in UTF-8", error.valid_up_to() as u64))?;
    let mut coverage = Coverage::default();
    let counts = columns.get()?;
    if counts != coverage.counts().count() as u64 {
        return Err(columns.malformed("as many counts as this version has", counts));
    }
    for count in coverage.counts_mut() {
        *count = columns.get()?;
    }
    let moment_count = columns.get_u32()?;
    let moments = Section::decode(columns, sections_end)?;
    let block_count = columns.get_count()?;
    let mut blocks = Vec::new();
    let mut next = 0;
    for _ in 0..block_count {
        let block = decode_block(columns, sections_end)?;
        if block.first != next || block.last < block.first || block.last >= moment_count {
            return Err(columns.malformed("blocks in the order of moments", block.first.into()));
        }
        next = block.last + 1;
        blocks.push(block);
    }
    Ok(ChannelEntry { id, kind: ChannelKind::from_name(kind), coverage, moments, moment_count, blocks })
}

fn decode_block(columns: &mut Columns<'_>, sections_end: u64) -> Result<BlockEntry, Error> {
    let first = columns.get_u32()?;
    let last = columns.get_u32()?;
    let items = columns.get()?;
    let section = Section::decode(columns, sections_end)?;
    let count = columns.get_count()?;
    let mut grows_out = Vec::new();
    let mut span = 0_u32;
    for _ in 0..count {
        let delta = columns.get_u32()?;
        span = span.checked_add(delta).ok_or_else(|| columns.malformed("a span below 2^32", delta.into()))?;
        let code = columns.get_u32()?;
        let next = char::from_u32(code).ok_or_else(|| columns.malformed("a character", code.into()))?;
        grows_out.push((span, next));
    }
    Ok(BlockEntry { first, last, items, section, grows_out })
}

impl Section {
    fn encode(&self, out: &mut Vec<u8>) {
        put(out, self.at);
        put(out, self.len);
        put(out, self.raw_len);
        out.extend_from_slice(&self.checksum);
    }

    fn decode(columns: &mut Columns<'_>, sections_end: u64) -> Result<Section, Error> {
        let at = columns.get()?;
        let len = columns.get()?;
        let raw_len = columns.get()?;
        let mut checksum = [0; CHECKSUM_LEN];
        checksum.copy_from_slice(columns.take(CHECKSUM_LEN)?);
        let end = at.checked_add(len).filter(|&end| at >= HEADER_LEN as u64 && end <= sections_end);
        if end.is_none() {
            return Err(columns.malformed("a section inside the file", at));
        }
        Ok(Section { at, len, raw_len, checksum })
    }
}
