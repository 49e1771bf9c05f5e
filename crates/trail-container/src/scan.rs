//! Walks through the frames of a trail, good and bad.

use std::ops::Range;

use trail_model::{Offset, RecordId, TrailId};

use crate::bytes::Bytes;
use crate::chunk::{Chunk, ChunkInfo, unpack};
use crate::error::{Error, Result, io};
use crate::finding::{Finding, FindingKind};
use crate::footer::{self, Footer};
use crate::format::{
    CHANNEL_ENTRY_LEN, CRITICAL_FLAGS, FRAME_CHUNK, FRAME_FOOTER, FRAME_MAGIC, MAX_FOOTER_RAW_LEN,
    MAX_FRAME_HEADER_LEN, MAX_STORED_LEN, MIN_FRAME_HEADER_LEN, TRAILER_LEN, TRAILER_MAGIC,
};
use crate::frame::{Extent, FrameHeader, extent};
use crate::section::Digest;
use crate::source::Source;

/// A frame whose header hashes right and that lies whole in the file.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) at: u64,
    pub(crate) header: FrameHeader,
    pub(crate) hash: Digest,
}

impl Frame {
    pub(crate) fn header_end(&self) -> u64 {
        self.at + self.header.encoded_len() as u64
    }

    pub(crate) fn end(&self) -> u64 {
        self.header_end() + u64::from(self.header.stored_len)
    }

    /// Reads header and payload.
    pub(crate) fn read<'s>(&self, source: &'s dyn Source) -> Result<std::borrow::Cow<'s, [u8]>> {
        source.read(self.at, (self.end() - self.at) as usize).map_err(io("read frame"))
    }

    /// Unpacks and checks the chunk.
    pub(crate) fn chunk(&self, source: &dyn Source) -> Result<Chunk> {
        Chunk::decode(self.at, &self.read(source)?, &self.header, self.hash)
    }

    /// Unpacks and decodes the footer; the inner error says what does not hold.
    pub(crate) fn footer(&self, source: &dyn Source) -> Result<Result<Footer, &'static str>> {
        let bytes = self.read(source)?;
        let payload = bytes.get(self.header.encoded_len()..).unwrap_or_default();
        if Digest::of(payload) != self.header.payload_hash {
            return Ok(Err("payload hash does not match"));
        }
        Ok(unpack(payload, self.header.raw_len as usize, MAX_FOOTER_RAW_LEN)
            .and_then(|payload| footer::decode(&payload).ok_or("sections do not decode")))
    }
}

/// What lies at a place where a frame should begin.
#[derive(Debug)]
pub(crate) enum Place {
    /// A whole frame.
    Frame(Box<Frame>),
    /// The beginning of a frame that the file's end cuts off.
    Cut,
    /// No frame.
    Nothing,
    /// A frame whose header does not hold.
    Damaged { what: &'static str },
}

/// Looks at the place `at` of a file of `len` bytes.
pub(crate) fn frame_at(source: &dyn Source, at: u64, len: u64) -> Result<Place> {
    let rest = len - at;
    let start = source.read(at, rest.min(MIN_FRAME_HEADER_LEN as u64) as usize).map_err(io("read frame header"))?;
    let header_len = match extent(&start) {
        Extent::NoMagic => return Ok(Place::Nothing),
        Extent::Impossible => return Ok(Place::Damaged { what: "impossible length" }),
        Extent::Cut => return Ok(Place::Cut),
        Extent::Header(header_len) if header_len as u64 > rest => return Ok(Place::Cut),
        Extent::Header(header_len) => header_len,
    };
    let bytes = source.read(at, header_len).map_err(io("read frame header"))?;
    let (header, hash) = match FrameHeader::decode(&bytes) {
        Ok(decoded) => decoded,
        Err(what) => return Ok(Place::Damaged { what }),
    };
    if header.stored_len as usize > MAX_STORED_LEN {
        return Ok(Place::Damaged { what: "payload too long" });
    }
    if header_len as u64 + u64::from(header.stored_len) > rest {
        return Ok(Place::Cut);
    }
    if header.next_record().is_none() || (header.kind == FRAME_CHUNK) != (header.record_count > 0) {
        return Ok(Place::Damaged { what: "impossible record numbers" });
    }
    Ok(Place::Frame(Box::new(Frame { at, header, hash })))
}

/// How long the header of a damaged frame is that fills the `total` bytes from `at`, and whether putting right its magic
/// and length has made its hash hold.
fn damaged_header_len(source: &dyn Source, at: u64, total: u64) -> Result<Option<(u64, bool)>> {
    let start = source.read(at, total.min(MIN_FRAME_HEADER_LEN as u64) as usize).map_err(io("read frame header"))?;
    let mut fields = Bytes::new(start.get(8..).unwrap_or_default());
    let (Some(stated), Some(stored_len)) = (fields.u32().map(u64::from), fields.u32().map(u64::from)) else {
        return Ok(None);
    };
    let channels = Bytes::new(start.get(36..).unwrap_or_default()).u16().unwrap_or_default();
    let by_total = total.checked_sub(stored_len);
    // Right for all but the few headers that have sections.
    let by_channels = MIN_FRAME_HEADER_LEN as u64 + u64::from(channels) * CHANNEL_ENTRY_LEN as u64;
    let allowed = MIN_FRAME_HEADER_LEN as u64..=total.min(MAX_FRAME_HEADER_LEN as u64);
    let candidates = [by_total, Some(by_channels)];
    for candidate in candidates.into_iter().flatten().filter(|candidate| allowed.contains(candidate)) {
        let mut bytes = source.read(at, candidate as usize).map_err(io("read frame header"))?.into_owned();
        bytes[..4].copy_from_slice(&FRAME_MAGIC);
        bytes[8..12].copy_from_slice(&(candidate as u32).to_le_bytes());
        if FrameHeader::decode(&bytes).is_ok() {
            let was_wrong = stated != candidate || !start.starts_with(&FRAME_MAGIC);
            return Ok(Some((candidate, was_wrong)));
        }
    }
    // Two of the three places that tell the length agree.
    let agrees = allowed.contains(&stated) && (by_total == Some(stated) || by_channels == stated);
    Ok(agrees.then_some((stated, false)))
}

/// Where a walk has come to, and what must come next. Unknown after damage.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) at: u64,
    pub(crate) trail_id: Option<TrailId>,
    pub(crate) head: Option<Digest>,
    pub(crate) number: Option<u32>,
    pub(crate) next_record: Option<RecordId>,
    pub(crate) last_time: Offset,
}

impl Chain {
    /// The chain of a trail whose header has been read.
    pub(crate) fn begin(header_len: u64, trail_id: TrailId, head: Digest) -> Chain {
        Chain {
            at: header_len,
            trail_id: Some(trail_id),
            head: Some(head),
            number: Some(0),
            next_record: Some(RecordId::FIRST),
            last_time: Offset::ZERO,
        }
    }

    /// The chain of a trail whose header cannot be read, beginning at byte `at`.
    pub(crate) fn unknown(at: u64) -> Chain {
        Chain { at, trail_id: None, head: None, number: None, next_record: None, last_time: Offset::ZERO }
    }

    fn forget(&mut self, at: u64) {
        *self = Chain { trail_id: self.trail_id, last_time: self.last_time, ..Chain::unknown(at) };
    }

    /// Compares `frame` with what must come next, and goes on behind it.
    fn advance(&mut self, frame: &Frame, findings: &mut Vec<Finding>) {
        let header = &frame.header;
        let mut report = |kind| findings.push(Finding::new(kind, frame.at..frame.end()));
        if self.trail_id.is_some_and(|id| id != header.trail_id) {
            report(FindingKind::ForeignFrame { trail_id: header.trail_id });
            // What it says of numbers and links belongs to the other trail.
            self.forget(frame.end());
            return;
        }
        if self.head.is_some_and(|head| head != header.previous) {
            report(FindingKind::BrokenLink { number: header.number });
        }
        if let Some(expected) = self.number.filter(|number| *number != header.number) {
            report(FindingKind::FrameGap { expected, found: header.number });
        }
        if let Some(expected) = self.next_record.filter(|record| *record != header.first_record) {
            report(FindingKind::RecordGap { expected, found: header.first_record });
        }
        if header.first_time < self.last_time || header.last_time < header.first_time {
            report(FindingKind::TimeBackwards { last: self.last_time, found: header.first_time });
        }
        *self = Chain {
            at: frame.end(),
            trail_id: Some(header.trail_id),
            head: Some(frame.hash),
            number: header.number.checked_add(1),
            next_record: header.next_record(),
            last_time: header.last_time.max(self.last_time),
        };
    }
}

/// What a walk found.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) chunks: Vec<ChunkInfo>,
    pub(crate) findings: Vec<Finding>,
    /// Where the walk ended: behind the last whole frame.
    pub(crate) chain: Chain,
    /// Behind the last frame before the first finding or footer: where a writer can go on.
    pub(crate) sound: Chain,
    /// A chunk or checkpoint that holds came after the first finding.
    pub(crate) goes_on_after_damage: bool,
    /// Checkpoints, and frames of kinds that are not known.
    pub(crate) others: u64,
    pub(crate) footer: Option<FoundFooter>,
}

/// A footer frame and what it holds, if it does.
#[derive(Debug)]
pub(crate) struct FoundFooter {
    pub(crate) range: Range<u64>,
    pub(crate) content: Option<Footer>,
}

/// How much of each frame is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Headers, and the payload of the last chunk: after a power failure it may be missing while its header is there.
    Headers,
    /// Everything.
    Payloads,
}

/// Walks from `chain` to the end of the file or of the trail. `visit` sees every chunk that is unpacked on the way.
pub(crate) fn scan(source: &dyn Source, chain: Chain, depth: Depth, mut visit: impl FnMut(&Chunk)) -> Result<Scan> {
    let len = source.len().map_err(io("read length of trail"))?;
    let mut scan = Scan {
        chunks: Vec::new(),
        findings: Vec::new(),
        sound: chain.clone(),
        chain,
        goes_on_after_damage: false,
        others: 0,
        footer: None,
    };
    let mut effort = Effort::new(len - scan.chain.at.min(len));
    while scan.chain.at < len && scan.footer.is_none() {
        let at = scan.chain.at;
        match frame_at(source, at, len)? {
            Place::Frame(frame) => {
                let is_last_chunk = frame.end() == len && frame.header.kind == FRAME_CHUNK;
                if is_last_chunk && depth == Depth::Headers {
                    // Before the chain goes on: a payload that never reached the medium is a torn tail.
                    if let Err(Error::DamagedChunk { .. }) = frame.chunk(source) {
                        scan.findings.push(Finding::new(FindingKind::TruncatedTail, at..len));
                        break;
                    }
                }
                let before = scan.findings.len();
                take_frame(source, &frame, depth, &mut scan, &mut visit)?;
                if scan.findings.len() == before && scan.footer.is_none() {
                    if before == 0 {
                        scan.sound = scan.chain.clone();
                    } else {
                        scan.goes_on_after_damage = true;
                    }
                }
            }
            place => {
                let next = next_frame(source, at + 1, len, scan.chain.trail_id, &mut effort)?;
                if !take_damage(source, place, at, next, len, &mut scan)? {
                    break;
                }
            }
        }
    }
    check_end(source, len, &mut scan)?;
    Ok(scan)
}

/// Takes a whole frame into the scan.
fn take_frame(
    source: &dyn Source,
    frame: &Frame,
    depth: Depth,
    scan: &mut Scan,
    visit: &mut impl FnMut(&Chunk),
) -> Result<()> {
    let before = scan.findings.len();
    scan.chain.advance(frame, &mut scan.findings);
    let is_foreign =
        scan.findings[before..].iter().any(|finding| matches!(finding.kind, FindingKind::ForeignFrame { .. }));
    if is_foreign {
        return Ok(());
    }
    if frame.header.flags & CRITICAL_FLAGS != 0 {
        let what = format!("frame flags {:#x}", frame.header.flags);
        scan.findings.push(Finding::new(FindingKind::Unsupported { what }, frame.at..frame.end()));
        return Ok(());
    }
    let payload = frame.header_end()..frame.end();
    let damaged =
        |what: String| Finding::new(FindingKind::DamagedPayload { number: frame.header.number, what }, payload.clone());
    match frame.header.kind {
        FRAME_CHUNK => {
            let mut is_good = true;
            if depth == Depth::Payloads {
                match frame.chunk(source) {
                    Ok(chunk) => visit(&chunk),
                    Err(Error::DamagedChunk { what, .. }) => {
                        is_good = false;
                        scan.findings.push(damaged(what.to_owned()));
                    }
                    Err(error) => return Err(error),
                }
            }
            if is_good || depth == Depth::Headers {
                scan.chunks.push(ChunkInfo::from_header(frame.at, &frame.header, frame.hash));
            }
        }
        FRAME_FOOTER => {
            let content = frame.footer(source)?;
            if let Err(what) = &content {
                scan.findings.push(damaged((*what).to_owned()));
            }
            scan.footer = Some(FoundFooter { range: frame.at..frame.end(), content: content.ok() });
        }
        _ => {
            if Digest::of(frame.read(source)?.get(frame.header.encoded_len()..).unwrap_or_default())
                != frame.header.payload_hash
            {
                scan.findings.push(damaged("payload hash does not match".to_owned()));
            }
            scan.others += 1;
        }
    }
    Ok(())
}

/// Reports what stands where a frame should be, and goes on at `next`. False if there is nothing to go on with.
fn take_damage(
    source: &dyn Source,
    place: Place,
    at: u64,
    next: Option<u64>,
    len: u64,
    scan: &mut Scan,
) -> Result<bool> {
    let end = next.unwrap_or(len);
    let trailer_len = if next.is_none() && ends_like_a_closed_trail(source, len)? { TRAILER_LEN as u64 } else { 0 };
    let header_len = damaged_header_len(source, at, (end - at).saturating_sub(trailer_len))?;
    let is_repaired = header_len.is_some_and(|(_, is_repaired)| is_repaired);
    let header_end = header_len.map_or(end, |(header_len, _)| at + header_len);
    let (kind, end) = match place {
        Place::Damaged { what } => (FindingKind::DamagedFrameHeader { what }, header_end),
        Place::Cut if next.is_some() || is_repaired => {
            (FindingKind::DamagedFrameHeader { what: "impossible length" }, header_end)
        }
        Place::Cut => (FindingKind::TruncatedTail, end),
        _ if next.is_some() || is_repaired => (FindingKind::DamagedFrameHeader { what: "bad magic" }, header_end),
        _ => (FindingKind::TrailingGarbage, end),
    };
    scan.findings.push(Finding::new(kind, at..end));
    if let Some(next) = next {
        scan.chain.forget(next);
    }
    Ok(next.is_some())
}

/// Tells whether the last bytes are those of a trailer.
pub(crate) fn ends_like_a_closed_trail(source: &dyn Source, len: u64) -> Result<bool> {
    let at = len.saturating_sub(TRAILER_MAGIC.len() as u64);
    Ok(*source.read(at, (len - at) as usize).map_err(io("read trailer"))? == TRAILER_MAGIC)
}

/// Bounds the work of looking for frames in bytes that imitate them.
struct Effort {
    left: u64,
}

impl Effort {
    /// Every byte may be hashed this many times: real damage needs it once or twice.
    const PASSES: u64 = 8;

    fn new(len: u64) -> Effort {
        Effort { left: len.saturating_mul(Effort::PASSES).saturating_add(1 << 20) }
    }

    fn spend(&mut self, bytes: u64) -> bool {
        self.left = self.left.saturating_sub(bytes.max(64));
        self.left > 0
    }
}

/// Finds the first whole frame of this trail at or after `from`.
fn next_frame(
    source: &dyn Source,
    from: u64,
    len: u64,
    trail_id: Option<TrailId>,
    effort: &mut Effort,
) -> Result<Option<u64>> {
    const WINDOW: usize = 256 << 10;
    let mut at = from;
    while len.saturating_sub(at) >= MIN_FRAME_HEADER_LEN as u64 {
        let window = source.read(at, (len - at).min(WINDOW as u64) as usize).map_err(io("search for frames"))?;
        for candidate in memchr::memmem::find_iter(&window, &FRAME_MAGIC).map(|index| at + index as u64) {
            let start = source.read(candidate, (len - candidate).min(MIN_FRAME_HEADER_LEN as u64) as usize);
            let start = start.map_err(io("search for frames"))?;
            let Extent::Header(header_len) = extent(&start) else { continue };
            if trail_id.is_some_and(|id| start.get(56..72) != Some(&id.0)) {
                continue;
            }
            if !effort.spend(header_len as u64) {
                return Ok(None);
            }
            if let Place::Frame(_) = frame_at(source, candidate, len)? {
                return Ok(Some(candidate));
            }
        }
        at += (window.len() - (FRAME_MAGIC.len() - 1)) as u64;
    }
    Ok(None)
}

/// Checks what follows the last frame.
fn check_end(source: &dyn Source, len: u64, scan: &mut Scan) -> Result<()> {
    let Some(footer) = &scan.footer else {
        return Ok(());
    };
    let (at, end) = (footer.range.start, footer.range.end);
    let Some(hash) = scan.chain.head else { return Ok(()) };
    let expected = footer::encode_trailer(at, hash);
    let rest = source.read(end, (len - end).min(TRAILER_LEN as u64) as usize).map_err(io("read trailer"))?;
    let trailer_end = end + rest.len() as u64;
    if rest.len() < TRAILER_LEN && expected.starts_with(&rest) {
        scan.findings.push(Finding::new(FindingKind::TruncatedTrailer, end..trailer_end));
    } else if *rest != expected {
        scan.findings.push(Finding::new(FindingKind::DamagedTrailer, end..trailer_end));
    }
    if trailer_end < len {
        scan.findings.push(Finding::new(FindingKind::TrailingGarbage, trailer_end..len));
    }
    Ok(())
}
