//! Chunks: records and keyframes in one zstd frame.

use trail_model::{ChannelId, Offset, RecordId};

use crate::bytes::{Bytes, put_prefixed, put_varint};
use crate::error::{Error, Result};
use crate::format::{ENTRY_KEYFRAME, FRAME_CHUNK, MAX_CHUNK_RAW_LEN, NO_CHANNEL, SECTION_RESUMED};
use crate::frame::{ChannelEntry, FrameHeader};
use crate::record::{Record, RecordBody};
use crate::section::Digest;

/// What is known of a chunk without unpacking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkInfo {
    /// The chunk's number among all frames of the trail; what [`ChannelEntry::base`] names.
    pub number: u32,
    /// First byte of the chunk in the file.
    pub at: u64,
    /// Length of the chunk's header.
    pub header_len: u32,
    /// Length of its payload in the file.
    pub stored_len: u32,
    /// Length of its payload once unpacked.
    pub raw_len: u32,
    /// First record; records of a chunk are consecutive.
    pub first_record: RecordId,
    /// Number of records, at least 1.
    pub record_count: u32,
    /// Offset of the first record.
    pub first_time: Offset,
    /// Offset of the last record.
    pub last_time: Offset,
    /// The channels that have records here, by channel id.
    pub channels: Vec<ChannelEntry>,
    /// The chunk's hash, which covers its header, its payload and the hash of the frame before it.
    pub hash: Digest,
    /// The writer resumed the trail with this chunk, after it had set aside that many bytes of a torn tail.
    pub resumed: Option<u64>,
}

impl ChunkInfo {
    pub(crate) fn from_header(at: u64, header: &FrameHeader, hash: Digest) -> ChunkInfo {
        let resumed = header.sections.iter().find(|section| section.kind == SECTION_RESUMED);
        ChunkInfo {
            number: header.number,
            at,
            header_len: header.encoded_len() as u32,
            stored_len: header.stored_len,
            raw_len: header.raw_len,
            first_record: header.first_record,
            record_count: header.record_count,
            first_time: header.first_time,
            last_time: header.last_time,
            channels: header.channels.clone(),
            hash,
            resumed: resumed.and_then(|section| Bytes::new(&section.bytes).u64()),
        }
    }

    /// The chunk's last record.
    pub fn last_record(&self) -> RecordId {
        RecordId(self.first_record.0 + u64::from(self.record_count) - 1)
    }

    /// What the chunk says of `channel`, if it touches it.
    pub fn channel(&self, channel: ChannelId) -> Option<&ChannelEntry> {
        let index = self.channels.binary_search_by_key(&channel, |entry| entry.channel).ok()?;
        self.channels.get(index)
    }

    /// First byte after the chunk in the file.
    pub fn end(&self) -> u64 {
        self.at + u64::from(self.header_len) + u64::from(self.stored_len)
    }
}

/// An unpacked chunk. It owns its bytes; records borrow from it.
#[derive(Clone, Debug)]
pub struct Chunk {
    info: ChunkInfo,
    /// INVARIANT: entries checked by [`check_entries`], so that iteration needs no errors.
    raw: Vec<u8>,
}

impl Chunk {
    /// Checks and unpacks the chunk that lies at `at`; `bytes` are its header and payload.
    pub(crate) fn decode(at: u64, bytes: &[u8], header: &FrameHeader, hash: Digest) -> Result<Chunk> {
        let damaged = |what| Error::DamagedChunk { number: header.number, at, what };
        let payload = bytes.get(header.encoded_len()..).unwrap_or_default();
        if Digest::of(payload) != header.payload_hash {
            return Err(damaged("payload hash does not match"));
        }
        let raw = unpack(payload, header.raw_len as usize, MAX_CHUNK_RAW_LEN).map_err(damaged)?;
        check_entries(&raw, header).map_err(damaged)?;
        Ok(Chunk { info: ChunkInfo::from_header(at, header, hash), raw })
    }

    /// What the chunk's header says.
    pub fn info(&self) -> &ChunkInfo {
        &self.info
    }

    /// Returns the records of all channels, in order.
    pub fn records(&self) -> Records<'_> {
        Records { chunk: self, cursor: self.cursor() }
    }

    /// Returns the place before the first record, for [`Chunk::next_record`].
    pub fn cursor(&self) -> Cursor {
        Cursor { at: 0, next: self.info.first_record, time: self.info.first_time }
    }

    /// Returns the record behind `cursor` and moves it on; nothing at the end. For those who keep the chunk and a place
    /// in it side by side, where an iterator would have to borrow from its owner.
    #[inline]
    pub fn next_record(&self, cursor: &mut Cursor) -> Option<Record<'_>> {
        let mut entries = Bytes::new(self.raw.get(cursor.at..)?);
        loop {
            let (head, body) = entry(&mut entries)?;
            if head.kind == ENTRY_KEYFRAME {
                continue;
            }
            let offset = cursor.time.plus_ns(head.delta_ns);
            let record =
                Record { id: cursor.next, channel: head.channel, offset, body: RecordBody::decode(head.kind, body)? };
            *cursor = Cursor { at: self.raw.len() - entries.rest().len(), next: cursor.next.next(), time: offset };
            return Some(record);
        }
    }

    /// Returns the state of `channel` before its first record in this chunk, if the chunk holds it.
    pub fn keyframe(&self, channel: ChannelId) -> Option<&[u8]> {
        let place = self.info.channel(channel)?.keyframe?;
        self.raw.get(place.at as usize..)?.get(..place.len as usize)
    }

    /// Returns the unpacked payload.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }
}

/// A place in a chunk, between two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// First byte of the next entry.
    at: usize,
    /// Number of the next record.
    next: RecordId,
    /// Offset of the record before.
    time: Offset,
}

/// The records of a chunk, in order.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    chunk: &'a Chunk,
    cursor: Cursor,
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        self.chunk.next_record(&mut self.cursor)
    }
}

/// The head of an entry.
struct EntryHead {
    kind: u8,
    channel: ChannelId,
    delta_ns: u64,
}

/// Reads one entry.
#[inline]
fn entry<'a>(entries: &mut Bytes<'a>) -> Option<(EntryHead, &'a [u8])> {
    let kind = entries.u8()?;
    let channel = ChannelId(u32::try_from(entries.varint()?).ok()?);
    let delta_ns = if kind == ENTRY_KEYFRAME { 0 } else { entries.varint()? };
    Some((EntryHead { kind, channel, delta_ns }, entries.prefixed()?))
}

/// Appends a record.
pub(crate) fn put_record(
    out: &mut Vec<u8>,
    scratch: &mut Vec<u8>,
    channel: ChannelId,
    delta_ns: u64,
    body: &RecordBody<'_>,
) {
    out.push(body.opcode());
    put_varint(out, channel.0.into());
    put_varint(out, delta_ns);
    match body {
        RecordBody::Output(bytes) | RecordBody::Input(bytes) => put_prefixed(out, bytes),
        body => {
            scratch.clear();
            body.encode(scratch);
            put_prefixed(out, scratch);
        }
    }
}

/// Appends a keyframe and gives the position of its first byte.
pub(crate) fn put_keyframe(out: &mut Vec<u8>, channel: ChannelId, bytes: &[u8]) -> usize {
    out.push(ENTRY_KEYFRAME);
    put_varint(out, channel.0.into());
    put_varint(out, bytes.len() as u64);
    let at = out.len();
    out.extend_from_slice(bytes);
    at
}

/// Unpacks one zstd frame of known length.
pub(crate) fn unpack(payload: &[u8], raw_len: usize, limit: usize) -> Result<Vec<u8>, &'static str> {
    if raw_len > limit {
        return Err("unpacked length is beyond the limit");
    }
    // A wrong length in a header that hashes right is malice: it costs address space up to the limit, and memory only
    // as far as the payload really unpacks.
    let raw = zstd::bulk::decompress(payload, raw_len).map_err(|_| "payload does not unpack")?;
    if raw.len() == raw_len { Ok(raw) } else { Err("payload unpacks to another length") }
}

/// Checks that the entries are whole and say what the header says.
fn check_entries(raw: &[u8], header: &FrameHeader) -> Result<(), &'static str> {
    if header.kind != FRAME_CHUNK {
        return Err("not a chunk");
    }
    let mut seen: Vec<ChannelEntry> = header
        .channels
        .iter()
        .map(|entry| ChannelEntry { records: 0, record_bytes: 0, keyframe: None, ..*entry })
        .collect();
    if !seen.is_sorted_by(|a, b| a.channel < b.channel) {
        return Err("channel table is not in order");
    }
    let mut entries = Bytes::new(raw);
    let mut time = header.first_time;
    let mut count = 0u32;
    while !entries.is_empty() {
        let at = raw.len() - entries.rest().len();
        let (head, body) = entry(&mut entries).ok_or("entry runs out")?;
        let end = raw.len() - entries.rest().len();
        let index = seen.binary_search_by_key(&head.channel, |entry| entry.channel);
        let of_channel = index.ok().and_then(|index| seen.get_mut(index));
        if head.kind == ENTRY_KEYFRAME {
            let of_channel = of_channel.ok_or("keyframe of a channel that is not in the table")?;
            if of_channel.records > 0 || of_channel.keyframe.is_some() {
                return Err("keyframe after a record or keyframe of its channel");
            }
            let place = crate::KeyframeAt { at: (end - body.len()) as u32, len: body.len() as u32 };
            of_channel.keyframe = Some(place);
            continue;
        }
        RecordBody::decode(head.kind, body).ok_or("record body does not decode")?;
        let id = RecordId(header.first_record.0.checked_add(count.into()).ok_or("record number too large")?);
        time = Offset(time.0.checked_add(head.delta_ns).ok_or("time too large")?);
        if count == 0 && head.delta_ns != 0 {
            return Err("first record is not at the first time");
        }
        count += 1;
        if head.channel.0 == NO_CHANNEL {
            continue;
        }
        let of_channel = of_channel.ok_or("record of a channel that is not in the table")?;
        if of_channel.records == 0 && of_channel.first_record != id {
            return Err("first record of a channel differs from the table");
        }
        of_channel.records += 1;
        of_channel.record_bytes += (end - at) as u32;
        of_channel.last_record = id;
    }
    if seen != header.channels {
        return Err("records differ from the channel table");
    }
    if count != header.record_count || count == 0 || time != header.last_time {
        return Err("records differ from the header");
    }
    Ok(())
}
