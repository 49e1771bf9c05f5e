//! Data file with a classic timing file, or with none.

use trail_model::{ChannelKind, Size};

use super::body::Body;
use super::timing::{self, Record};
use super::{CLASSIC, GUACAMOLE, PIECE_LEN, failed, output, read};
use crate::Error;
use crate::emit::Emitter;
use crate::lines::{Lines, Step, excerpt};
use crate::options::Limits;
use crate::source::Recording;
use crate::store::{Blob, Window};

pub(super) fn import(recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
    let limits = emitter.options.limits.clone();
    let blob = recording.part("output").unwrap_or(recording.main()).unwrapped(&limits);
    let (window, cut_short) = blob.seekable(&limits).map_err(|source| failed(&blob.path, source))?;
    let timing = recording.part("timing").map(|blob| blob.unwrapped(&limits));
    let counted = timing.as_ref().map(|timing| count(timing, &limits)).transpose()?;
    let body = Body::find(&window, counted, &mut emitter.meta).map_err(|source| failed(&blob.path, source))?;
    if recording.format == CLASSIC && body.guacamole {
        emitter.set_format(GUACAMOLE);
    }
    let mut size = body.header.size;
    if let Some(meta) = recording.part("meta") {
        size = super::pair::read_meta(&meta.unwrapped(&limits), emitter).or(size);
    }
    let channel = emitter.open(ChannelKind::SessionShell, size.filter(|size: &Size| size.cols > 0))?;
    if let Some(status) = emitter.meta.exit_status {
        emitter.set_exit(channel, status);
    }
    let mut reader =
        Reader { path: &blob.path, window: &window, body, channel, run: 0, at: 0, lost_crs: false, after_cr: false };
    match (&timing, counted) {
        (Some(timing), Some(counted)) => reader.timed(timing, counted, emitter)?,
        _ => {
            emitter.note(&blob.path, None, "no timing file: all output is at the start");
            reader.advance(u64::MAX, PIECE_LEN, emitter)?;
        }
    }
    if !reader.body.ended {
        emitter.note(&blob.path, None, "no footer: the recorder did not come to its end");
    }
    if let Some(error) = cut_short {
        emitter.cut_short(&blob.path, window.len(), &error);
    }
    Ok(())
}

/// The sum of the bytes in a timing file.
pub(super) fn count(timing: &Blob, limits: &Limits) -> Result<u64, Error> {
    let stream = timing.open(limits).map_err(|source| failed(&timing.path, source))?;
    let mut lines = Lines::new(stream, limits.line_len);
    let mut sum = 0_u64;
    loop {
        match lines.next() {
            Step::End => return Ok(sum),
            Step::TooLong { .. } => {}
            Step::Line { text, .. } => {
                if let Some(Record::Output { len, .. }) = timing::classic(text) {
                    sum = sum.saturating_add(len);
                }
            }
        }
    }
}

/// Reads the runs of a body one after another.
struct Reader<'a> {
    path: &'a str,
    window: &'a Window,
    body: Body,
    channel: usize,
    run: usize,
    /// Inside of the run.
    at: u64,
    /// The data file went through something that took its carriage returns; the timing file still counts them.
    lost_crs: bool,
    /// With that: the last byte handed on was a carriage return.
    after_cr: bool,
}

impl Reader<'_> {
    /// Hands on the next `len` bytes; returns how many of them were not there.
    fn advance(&mut self, mut len: u64, piece: u64, emitter: &mut Emitter<'_>) -> Result<u64, Error> {
        if self.lost_crs {
            return self.advance_restoring(len, emitter);
        }
        while len > 0 {
            let Some(&(start, run_len)) = self.body.runs.get(self.run) else { return Ok(len) };
            let take = len.min(run_len - self.at);
            output(self.window, self.path, (start + self.at, take), piece, self.channel, emitter)?;
            self.at += take;
            len -= take;
            if self.at == run_len {
                self.run += 1;
                self.at = 0;
            }
        }
        Ok(0)
    }

    /// As [`advance`](Reader::advance), with each bare line feed counting as two bytes.
    fn advance_restoring(&mut self, mut len: u64, emitter: &mut Emitter<'_>) -> Result<u64, Error> {
        while len > 0 {
            let Some(&(start, run_len)) = self.body.runs.get(self.run) else { return Ok(len) };
            let bytes = read(self.window, self.path, start + self.at, len.min(run_len - self.at).min(PIECE_LEN))?;
            let mut out = Vec::with_capacity(bytes.len() * 2);
            for &byte in &bytes {
                if out.len() as u64 == len {
                    break;
                }
                // A frame may end between the two: the line feed then begins the next one.
                if byte == b'\n' && !self.after_cr {
                    out.push(b'\r');
                    self.after_cr = true;
                    if out.len() as u64 == len {
                        break;
                    }
                }
                out.push(byte);
                self.after_cr = byte == b'\r';
                self.at += 1;
            }
            len -= out.len() as u64;
            if !out.is_empty() {
                emitter.output(self.channel, out)?;
            }
            if self.at >= run_len || bytes.is_empty() {
                self.run += 1;
                self.at = 0;
            }
        }
        Ok(0)
    }

    fn timed(&mut self, timing: &Blob, counted: u64, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        self.align(counted, timing, emitter)?;
        let limits = &emitter.options.limits;
        let stream = timing.open(limits).map_err(|source| failed(&timing.path, source))?;
        let mut lines = Lines::new(stream, limits.line_len);
        let mut short = false;
        loop {
            let (place, text) = match lines.next() {
                Step::End => break,
                Step::TooLong { place } => (place, &b"a very long line"[..]),
                Step::Line { place, text, .. } => (place, text),
            };
            match timing::classic(text) {
                Some(Record::Output { delay, len }) => {
                    emitter.advance(delay);
                    let missing = self.advance(len, u64::from(Limits::MAX_FRAME_LEN), emitter)?;
                    if missing > 0 && !short {
                        short = true;
                        let message = format!(
                            "{} has {} bytes of output, {} has records for {counted}",
                            self.path, self.body.len, timing.path
                        );
                        emitter.damage(&timing.path, Some(place), message);
                    }
                }
                _ if text.trim_ascii().is_empty() => {}
                // Written there by programs where standard error was the timing file.
                _ => {
                    emitter.report.skipped_records += 1;
                    let message = format!("expected `DELAY BYTES`, found {}", excerpt(text));
                    emitter.note(&timing.path, Some(place), message);
                }
            }
        }
        if let Some(error) = lines.take_failure() {
            emitter.cut_short(&timing.path, lines.place().byte, &error);
        }
        if self.run < self.body.runs.len() {
            let before = emitter.report.output_bytes;
            let at = self.body.runs[self.run].0 + self.at;
            self.advance(u64::MAX, PIECE_LEN, emitter)?;
            let rest = emitter.report.output_bytes - before;
            if rest > 0 {
                emitter.damage_at(self.path, at, format!("{rest} bytes without a timing record: kept, at the end"));
            }
        }
        Ok(())
    }

    /// Brings data and timing together where they do not add up.
    fn align(&mut self, counted: u64, timing: &Blob, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let len = self.body.len;
        if counted > len {
            let bare = self.body.bare_line_feeds(self.window).map_err(|source| failed(self.path, source))?;
            if bare > 0 && bare == counted - len {
                self.lost_crs = true;
                let message = format!("{bare} carriage returns are missing before line feeds: put back");
                emitter.note(self.path, None, message);
            }
            return Ok(());
        }
        let last = self.body.runs.last().map_or(0, |run| run.1);
        if counted < len && self.body.runs.len() > 1 && counted <= last {
            // `script -a` writes the data on and the timing anew: the records are those of the last run.
            let earlier = len - last;
            let message =
                format!("{} earlier runs, {earlier} bytes, have no timing: at the start", self.body.runs.len() - 1);
            emitter.note(&timing.path, None, message);
            self.advance(earlier, PIECE_LEN, emitter)?;
        }
        Ok(())
    }
}
