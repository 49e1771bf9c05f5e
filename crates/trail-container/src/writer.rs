//! Appends records to a trail.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use trail_model::{ChannelId, Offset, RecordId, SessionMeta, TrailId};

use crate::chunk::{ChunkInfo, put_keyframe, put_record};
use crate::error::{Error, Result, io};
use crate::footer::{self, Statistics};
use crate::format::{
    CHUNK_LEN, CHUNK_RAW_LEN_SOFT, FRAME_CHECKPOINT, FRAME_CHUNK, FRAME_FOOTER, KEYFRAME_SPACING, MAX_CHUNK_LEN,
    MAX_FOOTER_RAW_LEN, MAX_FRAME_HEADER_LEN, MAX_KEYFRAME_LEN, NO_CHANNEL, SECTION_RESUMED, ZSTD_LEVEL,
};
use crate::frame::{ChannelEntry, FrameHeader, KeyframeAt};
use crate::header::Header;
use crate::record::RecordBody;
use crate::section::{Digest, Section};
use crate::storage::{FileStorage, Storage};

mod resume;

/// How a trail is written.
#[derive(Clone, Copy, Debug)]
pub struct WriterOptions {
    /// Bytes of records after which a chunk is written, at most [`MAX_CHUNK_LEN`]. Default: [`CHUNK_LEN`].
    pub chunk_len: usize,
    /// When the medium is waited for.
    pub sync: SyncPolicy,
    /// For a recording that is going on: the clock and the longest time a record may wait. Nothing for conversions.
    pub live: Option<Live>,
}

impl Default for WriterOptions {
    fn default() -> WriterOptions {
        WriterOptions { chunk_len: CHUNK_LEN, sync: SyncPolicy::OnClose, live: None }
    }
}

impl WriterOptions {
    /// Options for a recording that is going on: each chunk is synced, the latest one second after its first record.
    pub fn live(clock: fn() -> Duration) -> WriterOptions {
        let live = Live { clock, flush_after: Duration::from_secs(1) };
        WriterOptions { sync: SyncPolicy::EachChunk, live: Some(live), ..WriterOptions::default() }
    }
}

/// When a writer waits until its bytes are on the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Never: for scratch files.
    Never,
    /// When the trail is closed.
    OnClose,
    /// After each chunk and when the trail is closed.
    EachChunk,
}

/// Time for a writer, which asks no clock by itself.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// A clock that never goes back; its zero does not matter.
    pub clock: fn() -> Duration,
    /// A chunk is written the latest this long after its first record.
    pub flush_after: Duration,
}

/// Appends records to a trail. One writer at a time: the file is locked while it lives.
///
/// Dropping it does not close the trail: what was appended since the last [`flush`](TrailWriter::flush) is lost, the
/// rest can be read, and [`resume`](TrailWriter::resume) goes on behind it.
///
/// # Examples
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use trail_container::{Header, RecordBody, TrailReader, TrailWriter, WriterOptions};
/// use trail_model::{ChannelId, Offset, SessionMeta};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("session.trail");
/// let header = Header::new(SessionMeta::default())?;
/// let mut writer = TrailWriter::create(&path, &header, WriterOptions::default())?;
/// writer.append(ChannelId(1), Offset::ZERO, &RecordBody::Output(b"$ "))?;
/// writer.close()?;
///
/// let trail = TrailReader::open(&path)?;
/// assert_eq!(trail.chunk(0)?.records().count(), 1);
/// # Ok(())
/// # }
/// ```
pub struct TrailWriter<S: Storage = FileStorage> {
    storage: S,
    options: WriterOptions,
    trail_id: TrailId,
    meta: SessionMeta,
    /// End of the last frame.
    at: u64,
    /// Hash of the last frame, or of the header.
    head: Digest,
    /// Number of the next frame.
    number: u32,
    next_record: RecordId,
    last_time: Offset,
    channels: BTreeMap<ChannelId, ChannelState>,
    open: OpenChunk,
    table: Vec<ChunkInfo>,
    statistics: Statistics,
    compressor: zstd::bulk::Compressor<'static>,
    scratch: Vec<u8>,
    state: State,
    /// Bytes set aside by a resume, until a chunk has told of it.
    resumed: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Poisoned,
    Closed,
}

/// What the writer remembers of a channel from chunk to chunk.
#[derive(Clone, Copy, Debug)]
struct ChannelState {
    /// Chunk from which the channel can be replayed.
    base: u32,
    /// Length of its last keyframe, 0 if it has none yet.
    keyframe_len: u64,
    /// Bytes of its records since that keyframe.
    since: u64,
}

/// The chunk that is being filled.
#[derive(Default)]
struct OpenChunk {
    raw: Vec<u8>,
    /// Bytes of `raw` that are keyframes.
    keyframe_bytes: usize,
    records: u32,
    first_time: Offset,
    channels: BTreeMap<ChannelId, ChannelEntry>,
    /// Keyframes whose channel has no record in this chunk yet; written in front of it.
    pending: BTreeMap<ChannelId, Vec<u8>>,
    /// The clock's reading at the first record.
    since: Duration,
}

impl TrailWriter<FileStorage> {
    /// Creates a trail in a new file.
    ///
    /// # Errors
    /// [`Error::Io`] (also if the file exists), [`Error::Locked`], [`Error::TooLong`], [`Error::Meta`].
    pub fn create(path: impl AsRef<Path>, header: &Header, options: WriterOptions) -> Result<TrailWriter> {
        TrailWriter::with_storage(FileStorage::create(path.as_ref())?, header, options)
    }

    /// Opens a trail without a footer to go on behind its last whole chunk.
    ///
    /// Every chunk is checked first. A torn tail is copied to a file beside the trail (`<trail>.torn-<first byte>`)
    /// before it is cut off, and the next chunk says how many bytes were set aside.
    ///
    /// # Errors
    /// [`Error::Closed`] if there is a footer, [`Error::CannotResume`] if there is damage before the tail,
    /// [`Error::Locked`], and all that [`TrailReader::open`](crate::TrailReader::open) can answer.
    pub fn resume(path: impl AsRef<Path>, options: WriterOptions) -> Result<TrailWriter> {
        TrailWriter::resume_storage(FileStorage::open(path.as_ref())?, options)
    }
}

impl<S: Storage> TrailWriter<S> {
    /// Creates a trail in empty storage.
    ///
    /// # Errors
    /// As [`TrailWriter::create`].
    pub fn with_storage(mut storage: S, header: &Header, options: WriterOptions) -> Result<TrailWriter<S>> {
        let bytes = header.encode()?;
        storage.write_at(0, &bytes).map_err(io("write header"))?;
        if options.sync == SyncPolicy::EachChunk {
            storage.sync().map_err(io("sync header"))?;
        }
        let (_, head) = Header::decode(&bytes)?;
        TrailWriter::new(storage, header.trail_id, header.meta.clone(), bytes.len() as u64, head, options)
    }

    fn new(
        storage: S,
        trail_id: TrailId,
        meta: SessionMeta,
        at: u64,
        head: Digest,
        options: WriterOptions,
    ) -> Result<TrailWriter<S>> {
        Ok(TrailWriter {
            storage,
            options: WriterOptions { chunk_len: options.chunk_len.clamp(1, MAX_CHUNK_LEN), ..options },
            trail_id,
            meta,
            at,
            head,
            number: 0,
            next_record: RecordId::FIRST,
            last_time: Offset::ZERO,
            channels: BTreeMap::new(),
            open: OpenChunk::default(),
            table: Vec::new(),
            statistics: Statistics::default(),
            compressor: zstd::bulk::Compressor::new(ZSTD_LEVEL).map_err(io("start zstd"))?,
            scratch: Vec::new(),
            state: State::Open,
            resumed: None,
        })
    }

    /// The trail's identity.
    pub fn trail_id(&self) -> TrailId {
        self.trail_id
    }

    /// Number of the next record.
    pub fn next_record(&self) -> RecordId {
        self.next_record
    }

    /// Offset of the last record.
    pub fn last_time(&self) -> Offset {
        self.last_time
    }

    /// Hash of the last frame on the medium: what the whole trail so far hashes to.
    pub fn head(&self) -> Digest {
        self.head
    }

    /// Counts so far; chunks and bytes as far as they have been written.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Session metadata as the footer will keep it.
    pub fn meta(&self) -> &SessionMeta {
        &self.meta
    }

    /// Replaces the session metadata, for what is known only at the end (exit status).
    pub fn set_meta(&mut self, meta: SessionMeta) {
        self.meta = meta;
    }

    /// Tells whether the chunk needs a keyframe before the next record of `channel`: the record is the channel's first
    /// in the open chunk, and the channel has written at least [`KEYFRAME_SPACING`] keyframes' size since its last
    /// one. Ask before each [`append`](TrailWriter::append); a channel without a screen may ignore it.
    pub fn wants_keyframe(&self, channel: ChannelId) -> bool {
        let here = self.open.channels.contains_key(&channel) || self.open.pending.contains_key(&channel);
        let state = self.channels.get(&channel);
        !here && state.is_some_and(|state| state.since >= KEYFRAME_SPACING * state.keyframe_len)
    }

    /// Takes the state of `channel` as it is before its next record.
    ///
    /// # Errors
    /// [`Error::KeyframeTooLate`] if the open chunk has a record or keyframe of the channel; [`Error::TooLong`]. The
    /// writer can go on after both.
    pub fn put_keyframe(&mut self, channel: ChannelId, state: &[u8]) -> Result<()> {
        self.check_open()?;
        if state.len() > MAX_KEYFRAME_LEN {
            return Err(Error::TooLong { what: "keyframe", limit: MAX_KEYFRAME_LEN, found: state.len() });
        }
        if self.open.channels.contains_key(&channel) || self.open.pending.contains_key(&channel) {
            return Err(Error::KeyframeTooLate { channel });
        }
        self.open.pending.insert(channel, state.to_vec());
        Ok(())
    }

    /// Appends a record and returns its number. The chunk is written when it is full or, live, when its time is up.
    ///
    /// # Errors
    /// [`Error::TimeBackwards`], [`Error::InvalidRecord`], [`Error::TooLong`]: nothing was appended and the writer can
    /// go on. [`Error::Io`]: the trail has to be resumed; from then on [`Error::Poisoned`].
    pub fn append(&mut self, channel: ChannelId, offset: Offset, body: &RecordBody<'_>) -> Result<RecordId> {
        self.check_open()?;
        if offset < self.last_time {
            return Err(Error::TimeBackwards { last: self.last_time, found: offset });
        }
        body.check(channel)?;
        if self.open.records == 0 {
            self.open.first_time = offset;
            self.last_time = offset;
            self.open.since = self.options.live.map_or(Duration::ZERO, |live| (live.clock)());
        }
        let id = self.next_record;
        self.put(channel, offset, body)?;
        self.next_record = id.next();
        self.last_time = offset;
        self.statistics.count_record(body);
        let records_len = self.open.raw.len() - self.open.keyframe_bytes;
        if records_len >= self.options.chunk_len || self.open.raw.len() >= CHUNK_RAW_LEN_SOFT {
            self.flush()?;
        } else {
            self.poll()?;
        }
        Ok(id)
    }

    /// Encodes a record, with its channel's pending keyframe before it, into the open chunk.
    fn put(&mut self, channel: ChannelId, offset: Offset, body: &RecordBody<'_>) -> Result<()> {
        let number = self.number;
        let id = self.next_record;
        let open = &mut self.open;
        let delta_ns = offset.0 - self.last_time.0;
        let max_head_len = 32;
        if channel.0 == NO_CHANNEL {
            put_record(&mut open.raw, &mut self.scratch, channel, delta_ns, body);
            open.records += 1;
            return Ok(());
        }
        let keyframe = open.pending.remove(&channel);
        if let Some(state) = &keyframe {
            open.raw.reserve(state.len() + max_head_len);
        }
        let place = keyframe.map(|state| {
            let before = open.raw.len();
            let at = put_keyframe(&mut open.raw, channel, &state);
            open.keyframe_bytes += open.raw.len() - before;
            KeyframeAt { at: at as u32, len: state.len() as u32 }
        });
        let begins = !self.channels.contains_key(&channel);
        let state = self.channels.entry(channel).or_insert(ChannelState { base: number, keyframe_len: 0, since: 0 });
        if let Some(place) = place {
            *state = ChannelState { base: number, keyframe_len: place.len.into(), since: 0 };
        }
        let before = open.raw.len();
        put_record(&mut open.raw, &mut self.scratch, channel, delta_ns, body);
        let len = open.raw.len() - before;
        open.records += 1;
        state.since += len as u64;
        let entry = open.channels.entry(channel).or_insert(ChannelEntry {
            channel,
            base: state.base,
            records: 0,
            first_record: id,
            last_record: id,
            record_bytes: 0,
            keyframe: place,
            begins,
        });
        entry.records += 1;
        entry.last_record = id;
        entry.record_bytes += len as u32;
        Ok(())
    }

    /// When [`poll`](TrailWriter::poll) has something to do at the latest, by the clock of [`Live`].
    pub fn deadline(&self) -> Option<Duration> {
        let live = self.options.live?;
        (self.open.records > 0).then(|| self.open.since.saturating_add(live.flush_after))
    }

    /// Writes the open chunk if its time is up. A live recorder calls it when the [`deadline`](TrailWriter::deadline)
    /// has come and no record has.
    ///
    /// # Errors
    /// As [`TrailWriter::flush`].
    pub fn poll(&mut self) -> Result<()> {
        match (self.options.live, self.deadline()) {
            (Some(live), Some(deadline)) if (live.clock)() >= deadline => self.flush(),
            _ => Ok(()),
        }
    }

    /// Writes what has been appended as a chunk of its own, so that the trail can be read up to here. Does nothing if
    /// there is no record.
    ///
    /// # Errors
    /// [`Error::Io`]: the trail has to be resumed; from then on [`Error::Poisoned`].
    pub fn flush(&mut self) -> Result<()> {
        self.check_open()?;
        if self.open.records == 0 {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.open.pending);
        let open = std::mem::replace(&mut self.open, OpenChunk { pending, ..OpenChunk::default() });
        let mut header = self.frame(FRAME_CHUNK);
        header.first_record = RecordId(self.next_record.0 - u64::from(open.records));
        header.record_count = open.records;
        header.first_time = open.first_time;
        header.channels = open.channels.into_values().collect();
        if let Some(bytes) = self.resumed.take() {
            header.sections.push(Section::new(SECTION_RESUMED, bytes.to_le_bytes().to_vec()));
        }
        let (at, hash) = self.write_frame(&mut header, &open.raw)?;
        let info = ChunkInfo::from_header(at, &header, hash);
        self.statistics.count_chunk(&info);
        self.table.push(info);
        self.open.raw = open.raw;
        self.open.raw.clear();
        if self.options.sync == SyncPolicy::EachChunk { self.sync() } else { Ok(()) }
    }

    /// Waits until everything flushed so far is on the medium.
    ///
    /// # Errors
    /// As [`TrailWriter::flush`].
    pub fn sync(&mut self) -> Result<()> {
        self.check_open()?;
        self.storage.sync().map_err(io("sync trail")).inspect_err(|_| self.state = State::Poisoned)
    }

    /// Flushes, then writes a checkpoint: a frame that carries `sections` (a signature of [`head`](TrailWriter::head))
    /// and is linked into the chain like every other.
    ///
    /// # Errors
    /// [`Error::TooLong`], and as [`TrailWriter::flush`].
    pub fn checkpoint(&mut self, sections: Vec<Section>) -> Result<()> {
        self.flush()?;
        let mut header = self.frame(FRAME_CHECKPOINT);
        header.sections = sections;
        if header.encoded_len() > MAX_FRAME_HEADER_LEN {
            let found = header.encoded_len();
            return Err(Error::TooLong { what: "checkpoint", limit: MAX_FRAME_HEADER_LEN, found });
        }
        self.write_frame(&mut header, &[])?;
        if self.options.sync == SyncPolicy::EachChunk { self.sync() } else { Ok(()) }
    }

    /// Flushes, writes footer and trailer, and gives the final hash. The trail takes no more records.
    ///
    /// # Errors
    /// [`Error::Meta`], and as [`TrailWriter::flush`].
    pub fn close(&mut self) -> Result<Digest> {
        self.flush()?;
        let mut payload = footer::encode(&self.meta, &self.statistics, Some(&self.table))?;
        if payload.len() > MAX_FOOTER_RAW_LEN {
            // A reader then goes from frame to frame instead.
            payload = footer::encode(&self.meta, &self.statistics, None)?;
        }
        let mut header = self.frame(FRAME_FOOTER);
        let (at, hash) = self.write_frame(&mut header, &payload)?;
        self.write(&footer::encode_trailer(at, hash))?;
        if self.options.sync != SyncPolicy::Never {
            self.sync()?;
        }
        self.state = State::Closed;
        Ok(hash)
    }

    /// Gives the storage away, with what has been flushed.
    pub fn into_storage(self) -> S {
        self.storage
    }

    /// Makes the header of the next frame.
    fn frame(&self, kind: u16) -> FrameHeader {
        FrameHeader {
            kind,
            flags: 0,
            stored_len: 0,
            raw_len: 0,
            number: self.number,
            first_record: self.next_record,
            record_count: 0,
            first_time: self.last_time,
            last_time: self.last_time,
            trail_id: self.trail_id,
            previous: self.head,
            payload_hash: Digest::of(&[]),
            channels: Vec::new(),
            sections: Vec::new(),
        }
    }

    /// Packs `raw`, completes `header` and writes both; gives the frame's place and hash.
    fn write_frame(&mut self, header: &mut FrameHeader, raw: &[u8]) -> Result<(u64, Digest)> {
        let payload = match raw {
            [] => Vec::new(),
            raw => self
                .compressor
                .compress(raw)
                .map_err(io("compress chunk"))
                .inspect_err(|_| self.state = State::Poisoned)?,
        };
        header.raw_len = raw.len() as u32;
        header.stored_len = payload.len() as u32;
        header.payload_hash = Digest::of(&payload);
        let mut bytes = Vec::with_capacity(header.encoded_len() + payload.len());
        let hash = header.encode(&mut bytes);
        bytes.extend_from_slice(&payload);
        let at = self.at;
        self.write(&bytes)?;
        self.head = hash;
        self.number += 1;
        Ok((at, hash))
    }

    /// Writes at the end of the trail.
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.storage
            .write_at(self.at, bytes)
            .map_err(io("write trail"))
            .inspect_err(|_| self.state = State::Poisoned)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn check_open(&self) -> Result<()> {
        match self.state {
            State::Open => Ok(()),
            State::Poisoned => Err(Error::Poisoned),
            State::Closed => Err(Error::Closed),
        }
    }
}
