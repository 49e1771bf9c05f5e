//! ttyrec: frames of a time, a length and that many bytes of output.
//!
//! There is no specification and no magic number; the file that [ttyrec 1.0.8] writes is the format. NetHack's learning
//! environment writes a variant ("ttyrec2", and "ttyrec3" with the same frames) whose headers have a channel byte more.
//!
//! | bytes | type | meaning |
//! |---|---|---|
//! | 0..4 | u32 | seconds since 1970 |
//! | 4..8 | u32 | microseconds, below 1,000,000 |
//! | 8..12 | u32 | length of the data |
//! | 12 | u8 | ttyrec2 only: 0 output, 1 input, 2 reward |
//!
//! Little-endian; some old machines wrote big-endian.
//!
//! [ttyrec 1.0.8]: http://0xcc.net/ttyrec/

use std::io::{BufRead, Read};

use trail_model::{ChannelKind, Timestamp};

use crate::Error;
use crate::emit::Emitter;
use crate::importer::{Importer, Probe};
use crate::source::Recording;
use crate::store::{Blob, Stream, Window};

pub(crate) struct Ttyrec;

/// Seconds since 1970 that a frame may bear: the years 1995 (before ttyrec) to 2100.
const TIMES: std::ops::Range<u32> = 788_918_400..4_102_444_800;

/// Frames whose headers must chain before bytes without a magic number are taken for a recording: `CHAIN` or all are
/// certain; `SHORT_CHAIN` are enough where damage follows.
const CHAIN: u32 = 8;
const SHORT_CHAIN: u32 = 3;

/// The clock of a recording machine may be set back between two of those by up to a day.
const MAX_STEP_BACK_SECS: u32 = 86_400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Little,
    LittleWithChannel,
    Big,
}

impl Layout {
    const ALL: [Layout; 3] = [Layout::Little, Layout::LittleWithChannel, Layout::Big];

    fn header_len(self) -> usize {
        if self == Layout::LittleWithChannel { 13 } else { 12 }
    }

    fn format(self) -> &'static str {
        if self == Layout::LittleWithChannel { "ttyrec2" } else { "ttyrec" }
    }

    /// Reads a header; nothing if it cannot be one.
    fn header(self, bytes: &[u8], max_len: u32) -> Option<Header> {
        let bytes = bytes.get(..self.header_len())?;
        let field = |at: usize| -> Option<u32> {
            let field = bytes[at..at + 4].try_into().ok()?;
            Some(if self == Layout::Big { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) })
        };
        let (secs, micros, len) = (field(0)?, field(4)?, field(8)?);
        let channel = bytes.get(12).copied().unwrap_or(0);
        let possible = TIMES.contains(&secs) && micros < 1_000_000 && len <= max_len && channel <= 2;
        possible.then_some(Header { secs, micros, len, channel })
    }
}

#[derive(Clone, Copy, Debug)]
struct Header {
    secs: u32,
    micros: u32,
    len: u32,
    channel: u8,
}

impl Header {
    fn ns(self) -> i128 {
        i128::from(self.secs) * 1_000_000_000 + i128::from(self.micros) * 1000
    }
}

/// How far the headers of a stream chain.
#[derive(Debug, PartialEq, Eq)]
enum Chain {
    /// To the very end, or as many as are asked for.
    Whole,
    /// To a frame that the end of the file cuts, or that damage has hit.
    Cut {
        frames: u32,
    },
    Broken,
}

fn chain(stream: &mut dyn BufRead, layout: Layout, max_len: u32) -> Chain {
    let mut last = 0;
    for frame in 0..CHAIN {
        let mut bytes = Vec::new();
        if (&mut *stream).take(layout.header_len() as u64).read_to_end(&mut bytes).is_err() {
            return if frame > 0 { Chain::Cut { frames: frame } } else { Chain::Broken };
        }
        let ended = if frame > 0 { Chain::Whole } else { Chain::Broken };
        if bytes.is_empty() {
            return ended;
        }
        if bytes.len() < layout.header_len() {
            return if frame > 0 { Chain::Cut { frames: frame } } else { Chain::Broken };
        }
        match layout.header(&bytes, max_len) {
            Some(header) if header.secs >= u32::saturating_sub(last, MAX_STEP_BACK_SECS) => {
                last = header.secs;
                let len = u64::from(header.len);
                match std::io::copy(&mut (&mut *stream).take(len), &mut std::io::sink()) {
                    Ok(skipped) if skipped == len => {}
                    _ => return Chain::Cut { frames: frame },
                }
            }
            _ => return if frame >= SHORT_CHAIN { Chain::Cut { frames: frame } } else { Chain::Broken },
        }
    }
    Chain::Whole
}

fn detect(file: &Blob, limits: &crate::Limits) -> Option<Layout> {
    let mut cut = None;
    for layout in Layout::ALL {
        match chain(&mut file.open(limits).ok()?, layout, limits.frame_len) {
            Chain::Whole => return Some(layout),
            Chain::Cut { .. } => cut = cut.or(Some(layout)),
            Chain::Broken => {}
        }
    }
    cut
}

impl Importer for Ttyrec {
    fn probe(&self, file: &Probe<'_>) -> Option<&'static str> {
        // Cheap, and turns away all text: its bytes are no microseconds.
        if !Layout::ALL.iter().any(|layout| layout.header(file.head, file.limits.frame_len).is_some()) {
            return None;
        }
        detect(file.blob, file.limits).map(Layout::format)
    }

    fn import(&self, recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let blob = recording.main();
        let failed = |source| Error::Io { path: blob.path.clone(), source };
        let limits = &emitter.options.limits;
        let layout = detect(blob, limits).ok_or_else(|| Error::NotARecording { path: blob.path.clone() })?;
        let stream = blob.open(limits).map_err(failed)?;
        let reader = Reader { blob, layout, stream, at: 0, window: None, last: None, channel: None };
        reader.run(emitter)
    }
}

struct Reader<'a> {
    blob: &'a Blob,
    layout: Layout,
    stream: Stream,
    at: u64,
    /// Set once damage made it necessary to look around.
    window: Option<Window>,
    last: Option<i128>,
    channel: Option<usize>,
}

impl Reader<'_> {
    fn run(mut self, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        if self.layout == Layout::Big {
            emitter.meta.extra.insert("byte_order".to_owned(), "big-endian".to_owned());
        }
        loop {
            let header_at = self.at;
            let wanted = self.layout.header_len();
            let (bytes, failure) = self.take(wanted as u64);
            if bytes.len() < wanted {
                if let Some(error) = failure {
                    emitter.cut_short(&self.blob.path, self.at, &error);
                } else if !bytes.is_empty() {
                    let message = format!("truncated: expected a header of {wanted} bytes, found {}", bytes.len());
                    emitter.damage_at(&self.blob.path, header_at, message);
                }
                break;
            }
            let Some(header) = self.layout.header(&bytes, emitter.options.limits.frame_len) else {
                if !self.resync(header_at, &bytes, emitter)? {
                    break;
                }
                continue;
            };
            let (data, failure) = self.take(u64::from(header.len));
            let missing = header.len as usize - data.len();
            self.frame(header, data, emitter)?;
            if let Some(error) = failure {
                emitter.cut_short(&self.blob.path, self.at, &error);
                break;
            }
            if missing > 0 {
                let message = format!("truncated: {missing} of {} bytes of the last frame are missing", header.len);
                emitter.damage_at(&self.blob.path, self.at, message);
                break;
            }
        }
        if self.channel.is_none() {
            emitter.open(ChannelKind::SessionShell, None)?;
        }
        Ok(())
    }

    fn take(&mut self, len: u64) -> (Vec<u8>, Option<std::io::Error>) {
        let mut bytes = Vec::new();
        let result = (&mut self.stream).take(len).read_to_end(&mut bytes);
        self.at += bytes.len() as u64;
        (bytes, result.err())
    }

    fn frame(&mut self, header: Header, data: Vec<u8>, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let now = header.ns();
        let channel = match self.channel {
            Some(channel) => channel,
            None => {
                emitter.meta.start = i64::try_from(now).ok().map(Timestamp);
                *self.channel.insert(emitter.open(ChannelKind::SessionShell, None)?)
            }
        };
        // Step by step, not from the start: a clock that was set back goes on from there.
        emitter.advance(now - self.last.unwrap_or(now));
        self.last = Some(now);
        match header.channel {
            0 => emitter.output(channel, data),
            1 => emitter.input(channel, data),
            _ => emitter.opaque(channel, "reward".to_owned(), data),
        }
    }

    /// Looks for the next place from which headers chain. Tells whether there is one.
    fn resync(&mut self, at: u64, bytes: &[u8], emitter: &mut Emitter<'_>) -> Result<bool, Error> {
        let found: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let expected = format!("expected the header of a frame, found {}", found.join(" "));
        let failed = |source| Error::Io { path: self.blob.path.clone(), source };
        let window = match self.window.take() {
            Some(window) => window,
            None => self.blob.seekable(&emitter.options.limits).map_err(failed)?.0,
        };
        let next = find_chain(&window, at + 1, self.layout, emitter.options.limits.frame_len).map_err(failed)?;
        let message = match next {
            Some(next) => format!("{expected}; {} bytes are skipped", next - at),
            None => format!("{expected}; nothing after it could be read"),
        };
        emitter.damage_at(&self.blob.path, at, message);
        if let Some(next) = next {
            self.stream = window.stream_from(next);
            self.at = next;
        }
        self.window = Some(window);
        Ok(next.is_some())
    }
}

/// The first place from which frames chain well; failing that, the first place that may be the start of a cut one.
fn find_chain(window: &Window, mut at: u64, layout: Layout, max_len: u32) -> std::io::Result<Option<u64>> {
    const BLOCK_LEN: u64 = 64 << 10;
    let mut doubtful = None;
    loop {
        let block = window.read(at, BLOCK_LEN)?;
        let Some(last) = block.len().checked_sub(layout.header_len()) else { return Ok(doubtful) };
        for start in 0..=last {
            if layout.header(&block[start..], max_len).is_some() {
                let candidate = at + start as u64;
                match chain(&mut window.stream_from(candidate), layout, max_len) {
                    Chain::Whole => return Ok(Some(candidate)),
                    Chain::Cut { frames } if frames >= SHORT_CHAIN => return Ok(Some(candidate)),
                    Chain::Cut { .. } => doubtful = doubtful.or(Some(candidate)),
                    Chain::Broken => {}
                }
            }
        }
        at += last as u64 + 1;
    }
}
