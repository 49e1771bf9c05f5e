//! Frame headers: what chunks, checkpoints and footers begin with.

use trail_model::{ChannelId, Offset, RecordId, TrailId};

use crate::bytes::Bytes;
use crate::format::{
    CHANNEL_BEGINS, CHANNEL_ENTRY_LEN, CHANNEL_KEYFRAME, FRAME_FIXED_LEN, FRAME_MAGIC, HASH_LEN, MAX_FRAME_HEADER_LEN,
    MIN_FRAME_HEADER_LEN,
};
use crate::section::{Digest, Section, decode_sections};

/// What a chunk says of one channel that it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelEntry {
    /// The channel.
    pub channel: ChannelId,
    /// Number of the chunk at which a replay of this chunk's records has to begin: the one that holds the channel's
    /// last keyframe or its first record. It can be this chunk.
    pub base: u32,
    /// Records of the channel in this chunk, at least 1.
    pub records: u32,
    /// The channel's first record in this chunk.
    pub first_record: RecordId,
    /// The channel's last record in this chunk.
    pub last_record: RecordId,
    /// Bytes of the channel's records in this chunk, heads included.
    pub record_bytes: u32,
    /// Where the channel's keyframe lies in the chunk's unpacked payload, if it holds one.
    pub keyframe: Option<KeyframeAt>,
    /// The channel's first record of all is in this chunk.
    pub begins: bool,
}

/// Where a keyframe's bytes lie in a chunk's unpacked payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyframeAt {
    /// First byte.
    pub at: u32,
    /// Length in bytes.
    pub len: u32,
}

impl ChannelEntry {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let keyframe = self.keyframe.unwrap_or(KeyframeAt { at: 0, len: 0 });
        let mut flags = 0;
        if self.keyframe.is_some() {
            flags |= CHANNEL_KEYFRAME;
        }
        if self.begins {
            flags |= CHANNEL_BEGINS;
        }
        for field in [self.channel.0, flags, self.base, self.records] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        for field in [self.first_record.0, self.last_record.0] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        for field in [self.record_bytes, keyframe.at, keyframe.len, 0] {
            out.extend_from_slice(&field.to_le_bytes());
        }
    }

    pub(crate) fn decode(fields: &mut Bytes<'_>) -> Option<ChannelEntry> {
        let channel = ChannelId(fields.u32()?);
        let flags = fields.u32()?;
        let base = fields.u32()?;
        let records = fields.u32()?;
        let first_record = RecordId(fields.u64()?);
        let last_record = RecordId(fields.u64()?);
        let record_bytes = fields.u32()?;
        let keyframe = KeyframeAt { at: fields.u32()?, len: fields.u32()? };
        fields.u32()?;
        Some(ChannelEntry {
            channel,
            base,
            records,
            first_record,
            last_record,
            record_bytes,
            keyframe: (flags & CHANNEL_KEYFRAME != 0).then_some(keyframe),
            begins: flags & CHANNEL_BEGINS != 0,
        })
    }
}

/// The header of one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) kind: u16,
    pub(crate) flags: u16,
    pub(crate) stored_len: u32,
    pub(crate) raw_len: u32,
    pub(crate) number: u32,
    pub(crate) first_record: RecordId,
    pub(crate) record_count: u32,
    pub(crate) first_time: Offset,
    pub(crate) last_time: Offset,
    pub(crate) trail_id: TrailId,
    pub(crate) previous: Digest,
    pub(crate) payload_hash: Digest,
    pub(crate) channels: Vec<ChannelEntry>,
    pub(crate) sections: Vec<Section>,
}

impl FrameHeader {
    /// Length of the encoded header.
    pub(crate) fn encoded_len(&self) -> usize {
        MIN_FRAME_HEADER_LEN
            + self.channels.len() * CHANNEL_ENTRY_LEN
            + self.sections.iter().map(Section::encoded_len).sum::<usize>()
    }

    /// Appends the header and gives its hash, which is the frame's.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Digest {
        let start = out.len();
        out.extend_from_slice(&FRAME_MAGIC);
        out.extend_from_slice(&self.kind.to_le_bytes());
        out.extend_from_slice(&self.flags.to_le_bytes());
        for field in [self.encoded_len() as u32, self.stored_len, self.raw_len, self.number] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        out.extend_from_slice(&self.first_record.0.to_le_bytes());
        out.extend_from_slice(&self.record_count.to_le_bytes());
        out.extend_from_slice(&(self.channels.len() as u16).to_le_bytes());
        out.extend_from_slice(&0u16.to_le_bytes());
        out.extend_from_slice(&self.first_time.0.to_le_bytes());
        out.extend_from_slice(&self.last_time.0.to_le_bytes());
        out.extend_from_slice(&self.trail_id.0);
        out.extend_from_slice(&self.previous.0);
        out.extend_from_slice(&self.payload_hash.0);
        self.channels.iter().for_each(|channel| channel.encode(out));
        self.sections.iter().for_each(|section| section.encode(out));
        let hash = Digest::of(&out[start..]);
        out.extend_from_slice(&hash.0);
        hash
    }

    /// Decodes a header whose bytes, hash included, are exactly `bytes`.
    pub(crate) fn decode(bytes: &[u8]) -> Result<(FrameHeader, Digest), &'static str> {
        let (content, hash) = bytes.split_last_chunk::<HASH_LEN>().ok_or("header too short")?;
        let found = Digest::of(content);
        if found.0 != *hash {
            return Err("header hash does not match");
        }
        let header = decode_content(content).ok_or("header fields contradict each other")?;
        Ok((header, found))
    }

    /// Returns the record after this frame's last; nothing beyond the number range.
    pub(crate) fn next_record(&self) -> Option<RecordId> {
        self.first_record.0.checked_add(self.record_count.into()).map(RecordId)
    }
}

fn decode_content(content: &[u8]) -> Option<FrameHeader> {
    let mut fields = Bytes::new(content);
    let _magic = fields.take(FRAME_MAGIC.len())?;
    let kind = fields.u16()?;
    let flags = fields.u16()?;
    let _header_len = fields.u32()?;
    let stored_len = fields.u32()?;
    let raw_len = fields.u32()?;
    let number = fields.u32()?;
    let first_record = RecordId(fields.u64()?);
    let record_count = fields.u32()?;
    let channel_count = fields.u16()?;
    fields.u16()?;
    let first_time = Offset(fields.u64()?);
    let last_time = Offset(fields.u64()?);
    let trail_id = TrailId(fields.array()?);
    let previous = Digest(fields.array()?);
    let payload_hash = Digest(fields.array()?);
    let mut entries = Bytes::new(fields.take(usize::from(channel_count) * CHANNEL_ENTRY_LEN)?);
    let mut channels = Vec::with_capacity(usize::from(channel_count));
    while !entries.is_empty() {
        channels.push(ChannelEntry::decode(&mut entries)?);
    }
    let sections = decode_sections(fields.rest())?;
    Some(FrameHeader {
        kind,
        flags,
        stored_len,
        raw_len,
        number,
        first_record,
        record_count,
        first_time,
        last_time,
        trail_id,
        previous,
        payload_hash,
        channels,
        sections,
    })
}

/// What the first bytes of a frame say of its size, before its hash is known to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The bytes do not begin like a frame.
    NoMagic,
    /// The bytes begin like a frame and end too early to know more.
    Cut,
    /// The length field cannot be true.
    Impossible,
    /// The header is this long.
    Header(usize),
}

/// Reads the extent of the frame that begins with `bytes`, of which [`MIN_FRAME_HEADER_LEN`] are enough.
pub(crate) fn extent(bytes: &[u8]) -> Extent {
    let (magic, _) = bytes.split_at(bytes.len().min(FRAME_MAGIC.len()));
    if magic.is_empty() || !FRAME_MAGIC.starts_with(magic) {
        return Extent::NoMagic;
    }
    let Some(len) = Bytes::new(bytes.get(8..).unwrap_or_default()).u32() else {
        return Extent::Cut;
    };
    let len = len as usize;
    if (MIN_FRAME_HEADER_LEN..=MAX_FRAME_HEADER_LEN).contains(&len) { Extent::Header(len) } else { Extent::Impossible }
}

const _: () = assert!(FRAME_FIXED_LEN + HASH_LEN == MIN_FRAME_HEADER_LEN);
