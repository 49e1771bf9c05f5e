//! Reads a trail.

use std::collections::BTreeMap;
use std::path::Path;

use trail_model::{ChannelId, Offset, RecordId, SessionMeta, TrailId};

use crate::chunk::{Chunk, ChunkInfo};
use crate::error::{Error, Result, io};
use crate::finding::{Finding, FindingKind};
use crate::footer::{self, Footer, Statistics};
use crate::format::{FRAME_FOOTER, HEADER_FIXED_LEN, MAX_STORED_LEN, TRAILER_LEN};
use crate::header::Header;
use crate::scan::{Chain, Depth, Frame, Place, frame_at, scan};
use crate::section::Digest;
use crate::source::{MappedFile, PlainFile, Source};

/// An open trail: its header, its chunk table, and access to its chunks.
///
/// A trail with a footer opens by reading header and footer. Without one, or where the footer does not hold, the
/// headers of all chunks are read, and [`findings`](TrailReader::findings) says what could not be.
pub struct TrailReader {
    source: Box<dyn Source>,
    header: Header,
    meta: SessionMeta,
    statistics: Option<Statistics>,
    chunks: Vec<ChunkInfo>,
    channels: BTreeMap<ChannelId, ChannelSummary>,
    findings: Vec<Finding>,
    chain: Chain,
    head: Digest,
    closed: bool,
}

/// What a trail holds of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSummary {
    /// The channel.
    pub channel: ChannelId,
    /// Number of its records.
    pub records: u64,
    /// Its first record.
    pub first_record: RecordId,
    /// Its last record.
    pub last_record: RecordId,
    /// Indices, into [`TrailReader::chunks`], of the chunks that have records of it, in order.
    pub chunks: Vec<usize>,
}

impl TrailReader {
    /// Opens the trail at `path` through a memory map: what is there now, if it is still growing.
    ///
    /// # Errors
    /// [`Error::Io`], and where the header cannot be read: [`Error::NotATrail`], [`Error::TruncatedHeader`],
    /// [`Error::DamagedHeader`], [`Error::UnsupportedVersion`], [`Error::Unsupported`]. Damage behind the header is
    /// told by [`findings`](TrailReader::findings).
    pub fn open(path: impl AsRef<Path>) -> Result<TrailReader> {
        TrailReader::from_source(MappedFile::open(path.as_ref()).map_err(io("open trail"))?)
    }

    /// Opens the trail at `path` while it grows: [`refresh`](TrailReader::refresh) takes in what has been added.
    ///
    /// # Errors
    /// As [`TrailReader::open`].
    pub fn follow(path: impl AsRef<Path>) -> Result<TrailReader> {
        TrailReader::from_source(PlainFile::open(path.as_ref()).map_err(io("open trail"))?)
    }

    /// Opens a trail that lies in memory.
    ///
    /// # Errors
    /// As [`TrailReader::open`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<TrailReader> {
        TrailReader::from_source(bytes)
    }

    /// Opens a trail wherever it lies.
    ///
    /// # Errors
    /// As [`TrailReader::open`].
    pub fn from_source(source: impl Source + 'static) -> Result<TrailReader> {
        let source: Box<dyn Source> = Box::new(source);
        let (header, hash, header_len) = read_header(&*source)?;
        let chain = Chain::begin(header_len, header.trail_id, hash);
        let mut reader = TrailReader {
            source,
            meta: header.meta.clone(),
            header,
            statistics: None,
            chunks: Vec::new(),
            channels: BTreeMap::new(),
            findings: Vec::new(),
            chain,
            head: hash,
            closed: false,
        };
        if !reader.take_footer()? {
            reader.refresh()?;
        }
        Ok(reader)
    }

    /// Takes everything from the footer, if trailer and footer hold.
    fn take_footer(&mut self) -> Result<bool> {
        let Some((frame, content)) = read_footer(&*self.source, self.header.trail_id)? else {
            return Ok(false);
        };
        let Some(chunks) = content.chunks else { return Ok(false) };
        if !is_plausible(&chunks, self.chain.at, &frame) {
            return Ok(false);
        }
        self.add_chunks(chunks);
        self.meta = content.meta.unwrap_or_else(|| self.header.meta.clone());
        self.statistics = content.statistics;
        self.head = frame.hash;
        self.closed = true;
        Ok(true)
    }

    /// Takes in what has been appended since the trail was opened or refreshed, and tells whether that was anything.
    /// A frame that is not whole yet is left for the next time.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn refresh(&mut self) -> Result<bool> {
        if self.closed {
            return Ok(false);
        }
        let before = (self.chain.at, self.chunks.len());
        // What stood at the end may have become whole.
        let from = self.chain.at;
        self.findings.retain(|finding| finding.range.start < from);
        let found = scan(&*self.source, self.chain.clone(), Depth::Headers, |_| {})?;
        self.chain = found.chain;
        self.findings.extend(found.findings);
        self.add_chunks(found.chunks);
        self.head = self.chain.head.unwrap_or(self.head);
        if let Some(footer) = found.footer {
            self.closed = true;
            let content = footer.content.unwrap_or_default();
            if content.chunks.is_some_and(|chunks| chunks != self.chunks) {
                let kind = FindingKind::FooterMismatch { what: "chunk table differs from the chunks" };
                self.findings.push(Finding::new(kind, footer.range));
            }
            self.statistics = content.statistics;
            self.meta = content.meta.unwrap_or_else(|| self.header.meta.clone());
        }
        Ok(before != (self.chain.at, self.chunks.len()))
    }

    fn add_chunks(&mut self, chunks: Vec<ChunkInfo>) {
        for chunk in chunks {
            // Records that come again (a copied chunk) or go back would make seeking ambiguous: the first ones count.
            if self.chunks.last().is_some_and(|last| chunk.first_record <= last.last_record()) {
                continue;
            }
            let index = self.chunks.len();
            for entry in &chunk.channels {
                let summary = self.channels.entry(entry.channel).or_insert_with(|| ChannelSummary {
                    channel: entry.channel,
                    records: 0,
                    first_record: entry.first_record,
                    last_record: entry.last_record,
                    chunks: Vec::new(),
                });
                summary.records += u64::from(entry.records);
                summary.last_record = entry.last_record;
                summary.chunks.push(index);
            }
            self.chunks.push(chunk);
        }
    }

    /// The header as it was written when the trail was begun.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The trail's identity.
    pub fn trail_id(&self) -> TrailId {
        self.header.trail_id
    }

    /// Session metadata, as late as it is known: from the footer, else from the header.
    pub fn meta(&self) -> &SessionMeta {
        &self.meta
    }

    /// Counts over the trail, if it has been closed.
    pub fn statistics(&self) -> Option<&Statistics> {
        self.statistics.as_ref()
    }

    /// What does not hold, as far as opening the trail could tell; [`verify`](crate::verify) looks at everything.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Tells whether the trail has a footer, so that nothing more will come.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Hash of the last frame: two trails with one id and one head are the same.
    pub fn head(&self) -> Digest {
        self.head
    }

    /// The chunks that can be read, in the order of their records.
    pub fn chunks(&self) -> &[ChunkInfo] {
        &self.chunks
    }

    /// The channels, by id.
    pub fn channels(&self) -> impl Iterator<Item = &ChannelSummary> {
        self.channels.values()
    }

    /// What the trail holds of `channel`.
    pub fn channel(&self, channel: ChannelId) -> Option<&ChannelSummary> {
        self.channels.get(&channel)
    }

    /// Number of records up to the last one: the last record's id, 0 if there is none.
    pub fn last_record(&self) -> u64 {
        self.chunks.last().map_or(0, |chunk| chunk.last_record().0)
    }

    /// Offset of the last record: as far as the recording is known to reach.
    pub fn duration(&self) -> Offset {
        self.chunks.last().map_or(Offset::ZERO, |chunk| chunk.last_time)
    }

    /// Checks and unpacks the chunk at `index` of [`chunks`](TrailReader::chunks).
    ///
    /// # Errors
    /// [`Error::DamagedChunk`], [`Error::NotFound`], [`Error::Io`].
    pub fn chunk(&self, index: usize) -> Result<Chunk> {
        let info = self.chunks.get(index).ok_or(Error::NotFound { what: "chunk", number: index as u64 })?;
        let damaged = |what| Error::DamagedChunk { number: info.number, at: info.at, what };
        let len = self.source.len().map_err(io("read length of trail"))?;
        if info.end() > len {
            return Err(damaged("chunk reaches beyond the end of the file"));
        }
        match frame_at(&*self.source, info.at, len)? {
            Place::Frame(frame) if ChunkInfo::from_header(frame.at, &frame.header, frame.hash) == *info => {
                frame.chunk(&*self.source)
            }
            Place::Frame(_) => Err(damaged("chunk is another one than the footer says")),
            Place::Damaged { what } => Err(damaged(what)),
            _ => Err(damaged("no chunk where the footer says")),
        }
    }

    /// Index of the chunk that holds `record`.
    pub fn chunk_of(&self, record: RecordId) -> Option<usize> {
        let after = self.chunks.partition_point(|chunk| chunk.first_record <= record);
        let index = after.checked_sub(1)?;
        self.chunks.get(index).filter(|chunk| record <= chunk.last_record()).map(|_| index)
    }

    /// Index of the chunk that holds the last record at or before `offset`; nothing before the first record.
    pub fn chunk_at(&self, offset: Offset) -> Option<usize> {
        self.chunks.partition_point(|chunk| chunk.first_time <= offset).checked_sub(1)
    }

    /// Index of the chunk with that number, as [`ChannelEntry::base`](crate::ChannelEntry::base) names it.
    pub fn chunk_numbered(&self, number: u32) -> Option<usize> {
        self.chunks.binary_search_by_key(&number, |chunk| chunk.number).ok()
    }

    /// Index of the chunk at which a replay of `channel` up to `record` has to begin: there it finds a keyframe before
    /// the channel's first record, or the channel begins. Where that chunk is lost, the next one after it that has
    /// records of the channel. Nothing if the channel has no record up to `record`.
    pub fn replay_start(&self, channel: ChannelId, record: RecordId) -> Option<usize> {
        let touched = &self.channels.get(&channel)?.chunks;
        let until = self.chunks.partition_point(|chunk| chunk.first_record <= record);
        let mut index = *touched.get(touched.partition_point(|index| *index < until).checked_sub(1)?)?;
        let mut entry = self.chunks.get(index)?.channel(channel)?;
        if entry.first_record > record {
            // The channel's first record in that chunk comes later: what counts is the chunk before.
            index = *touched.get(touched.partition_point(|index| *index < until - 1).checked_sub(1)?)?;
            entry = self.chunks.get(index)?.channel(channel)?;
        }
        let base = self.chunks.partition_point(|chunk| chunk.number < entry.base);
        touched.get(touched.partition_point(|index| *index < base)).copied()
    }
}

/// Reads the header; gives its hash and length.
pub(crate) fn read_header(source: &dyn Source) -> Result<(Header, Digest, u64)> {
    let len = source.len().map_err(io("read length of trail"))?;
    let start = source.read(0, len.min(HEADER_FIXED_LEN as u64) as usize).map_err(io("read header"))?;
    let header_len = Header::decode_len(&start)?;
    if header_len as u64 > len {
        return Err(Error::TruncatedHeader { len });
    }
    let bytes = source.read(0, header_len).map_err(io("read header"))?;
    let (header, hash) = Header::decode(&bytes)?;
    Ok((header, hash, header_len as u64))
}

/// Reads the footer by the trailer, if both hold.
fn read_footer(source: &dyn Source, trail_id: TrailId) -> Result<Option<(Frame, Footer)>> {
    let len = source.len().map_err(io("read length of trail"))?;
    let Some(trailer_at) = len.checked_sub(TRAILER_LEN as u64) else {
        return Ok(None);
    };
    let trailer = source.read(trailer_at, TRAILER_LEN).map_err(io("read trailer"))?;
    let Some(at) = footer::decode_trailer(&trailer).filter(|at| *at < trailer_at) else {
        return Ok(None);
    };
    let Place::Frame(frame) = frame_at(source, at, trailer_at)? else {
        return Ok(None);
    };
    let is_ours = frame.header.kind == FRAME_FOOTER && frame.header.trail_id == trail_id && frame.end() == trailer_at;
    if !is_ours || *trailer != footer::encode_trailer(at, frame.hash) {
        return Ok(None);
    }
    Ok(frame.footer(source)?.ok().map(|content| (*frame, content)))
}

/// Tells whether a chunk table can be true: chunks lie between header and footer, one behind the other, and their
/// records are numbered from 1 to the footer's.
fn is_plausible(chunks: &[ChunkInfo], header_len: u64, footer: &Frame) -> bool {
    let mut at = header_len;
    let mut number = 0;
    let mut next = RecordId::FIRST;
    for chunk in chunks {
        let is_next = chunk.at >= at && chunk.number >= number && chunk.first_record == next && chunk.record_count > 0;
        let len = u64::from(chunk.header_len) + u64::from(chunk.stored_len);
        let (Some(end), Some(after)) =
            (chunk.at.checked_add(len), next.0.checked_add(u64::from(chunk.record_count)).map(RecordId))
        else {
            return false;
        };
        let Some(next_number) = chunk.number.checked_add(1) else { return false };
        let in_order = chunk.channels.is_sorted_by(|a, b| a.channel < b.channel);
        if !is_next || end > footer.at || chunk.stored_len as usize > MAX_STORED_LEN || !in_order {
            return false;
        }
        (at, number, next) = (end, next_number, after);
    }
    next == footer.header.first_record
}
