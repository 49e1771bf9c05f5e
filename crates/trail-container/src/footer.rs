//! The footer: what a closed trail knows of itself.

use trail_model::{Offset, RecordId, SessionMeta};

use crate::bytes::Bytes;
use crate::chunk::ChunkInfo;
use crate::error::Result;
use crate::format::{
    CHANNEL_ENTRY_LEN, CHUNK_ENTRY_LEN, SECTION_CHUNK_TABLE, SECTION_META, SECTION_STATISTICS, TRAILER_LEN,
    TRAILER_MAGIC,
};
use crate::frame::ChannelEntry;
use crate::meta;
use crate::record::RecordBody;
use crate::section::{Digest, decode_sections, encode_section};

/// Marks "not resumed here" in the chunk table.
const NOT_RESUMED: u64 = u64::MAX;

/// Counts over a whole trail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Records of all channels.
    pub records: u64,
    /// Chunks.
    pub chunks: u64,
    /// Keyframes.
    pub keyframes: u64,
    /// Bytes of keyframes, before compression.
    pub keyframe_bytes: u64,
    /// Bytes of output records' bodies.
    pub output_bytes: u64,
    /// Bytes of input records' bodies.
    pub input_bytes: u64,
    /// Bytes of all chunks' payloads before compression.
    pub raw_bytes: u64,
    /// Bytes of all chunks' payloads in the file.
    pub stored_bytes: u64,
}

impl Statistics {
    pub(crate) fn count_record(&mut self, body: &RecordBody<'_>) {
        self.records += 1;
        match body {
            RecordBody::Output(bytes) => self.output_bytes += bytes.len() as u64,
            RecordBody::Input(bytes) => self.input_bytes += bytes.len() as u64,
            _ => {}
        }
    }

    pub(crate) fn count_chunk(&mut self, info: &ChunkInfo) {
        self.chunks += 1;
        self.raw_bytes += u64::from(info.raw_len);
        self.stored_bytes += u64::from(info.stored_len);
        for keyframe in info.channels.iter().filter_map(|entry| entry.keyframe) {
            self.keyframes += 1;
            self.keyframe_bytes += u64::from(keyframe.len);
        }
    }

    fn fields(&self) -> [u64; 8] {
        let Statistics {
            records,
            chunks,
            keyframes,
            keyframe_bytes,
            output_bytes,
            input_bytes,
            raw_bytes,
            stored_bytes,
        } = *self;
        [records, chunks, keyframes, keyframe_bytes, output_bytes, input_bytes, raw_bytes, stored_bytes]
    }

    fn decode(bytes: &[u8]) -> Option<Statistics> {
        let mut fields = Bytes::new(bytes);
        Some(Statistics {
            records: fields.u64()?,
            chunks: fields.u64()?,
            keyframes: fields.u64()?,
            keyframe_bytes: fields.u64()?,
            output_bytes: fields.u64()?,
            input_bytes: fields.u64()?,
            raw_bytes: fields.u64()?,
            stored_bytes: fields.u64()?,
        })
    }
}

/// What the footer's payload holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Footer {
    pub(crate) meta: Option<SessionMeta>,
    pub(crate) statistics: Option<Statistics>,
    /// Nothing if the table was left out.
    pub(crate) chunks: Option<Vec<ChunkInfo>>,
}

/// Encodes the footer's payload.
pub(crate) fn encode(meta: &SessionMeta, statistics: &Statistics, chunks: Option<&[ChunkInfo]>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    encode_section(&mut out, SECTION_META, 0, &meta::to_json(meta)?);
    let fields: Vec<u8> = statistics.fields().iter().flat_map(|field| field.to_le_bytes()).collect();
    encode_section(&mut out, SECTION_STATISTICS, 0, &fields);
    if let Some(chunks) = chunks {
        let mut table = Vec::with_capacity(chunks.len() * (CHUNK_ENTRY_LEN + CHANNEL_ENTRY_LEN));
        chunks.iter().for_each(|chunk| encode_entry(chunk, &mut table));
        encode_section(&mut out, SECTION_CHUNK_TABLE, 0, &table);
    }
    Ok(out)
}

/// Decodes the footer's payload; nothing if a known section does not hold what it should.
pub(crate) fn decode(payload: &[u8]) -> Option<Footer> {
    let mut footer = Footer::default();
    for section in decode_sections(payload)? {
        match section.kind {
            SECTION_META => footer.meta = Some(meta::from_json(&section.bytes).ok()?),
            SECTION_STATISTICS => footer.statistics = Some(Statistics::decode(&section.bytes)?),
            SECTION_CHUNK_TABLE => {
                let mut fields = Bytes::new(&section.bytes);
                let mut chunks = Vec::new();
                while !fields.is_empty() {
                    chunks.push(decode_entry(&mut fields)?);
                }
                footer.chunks = Some(chunks);
            }
            _ if section.is_critical() => return None,
            _ => {}
        }
    }
    Some(footer)
}

fn encode_entry(chunk: &ChunkInfo, out: &mut Vec<u8>) {
    out.extend_from_slice(&chunk.number.to_le_bytes());
    out.extend_from_slice(&chunk.header_len.to_le_bytes());
    out.extend_from_slice(&chunk.at.to_le_bytes());
    out.extend_from_slice(&chunk.stored_len.to_le_bytes());
    out.extend_from_slice(&chunk.raw_len.to_le_bytes());
    out.extend_from_slice(&chunk.first_record.0.to_le_bytes());
    out.extend_from_slice(&chunk.record_count.to_le_bytes());
    out.extend_from_slice(&(chunk.channels.len() as u32).to_le_bytes());
    out.extend_from_slice(&chunk.first_time.0.to_le_bytes());
    out.extend_from_slice(&chunk.last_time.0.to_le_bytes());
    out.extend_from_slice(&chunk.resumed.unwrap_or(NOT_RESUMED).to_le_bytes());
    out.extend_from_slice(&chunk.hash.0);
    chunk.channels.iter().for_each(|channel| channel.encode(out));
}

fn decode_entry(fields: &mut Bytes<'_>) -> Option<ChunkInfo> {
    let number = fields.u32()?;
    let header_len = fields.u32()?;
    let at = fields.u64()?;
    let stored_len = fields.u32()?;
    let raw_len = fields.u32()?;
    let first_record = RecordId(fields.u64()?);
    let record_count = fields.u32()?;
    let channel_count = fields.u32()? as usize;
    let first_time = Offset(fields.u64()?);
    let last_time = Offset(fields.u64()?);
    let resumed = Some(fields.u64()?).filter(|bytes| *bytes != NOT_RESUMED);
    let hash = Digest(fields.array()?);
    let mut entries = Bytes::new(fields.take(channel_count.checked_mul(CHANNEL_ENTRY_LEN)?)?);
    let mut channels = Vec::with_capacity(channel_count);
    while !entries.is_empty() {
        channels.push(ChannelEntry::decode(&mut entries)?);
    }
    Some(ChunkInfo {
        number,
        at,
        header_len,
        stored_len,
        raw_len,
        first_record,
        record_count,
        first_time,
        last_time,
        channels,
        hash,
        resumed,
    })
}

/// Encodes the trailer of a trail whose footer lies at `at` and has the hash `hash`.
pub(crate) fn encode_trailer(at: u64, hash: Digest) -> [u8; TRAILER_LEN] {
    let mut out = [0; TRAILER_LEN];
    out[..8].copy_from_slice(&at.to_le_bytes());
    out[8..16].copy_from_slice(&hash.0[..8]);
    out[16..].copy_from_slice(&TRAILER_MAGIC);
    out
}

/// Reads where the footer lies from a trailer.
pub(crate) fn decode_trailer(bytes: &[u8]) -> Option<u64> {
    let mut fields = Bytes::new(bytes);
    let at = fields.u64()?;
    let _check = fields.u64()?;
    (fields.rest() == TRAILER_MAGIC).then_some(at)
}
