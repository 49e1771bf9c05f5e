//! Versions 2 and 3: a header line, then an event on each line.

use serde_json::{Map, Value};
use trail_model::ChannelKind;

use super::event::{RawEvent, mend, nanos, parse_size, time_of};
use super::{MAX_HEADER_LEN, V2, V3, header};
use crate::Error;
use crate::emit::Emitter;
use crate::json::message;
use crate::lines::{Lines, Place, Step};
use crate::store::Blob;

pub(super) fn import(blob: &Blob, emitter: &mut Emitter<'_>) -> Result<(), Error> {
    let limits = &emitter.options.limits;
    let stream = blob.open(limits).map_err(|source| Error::Io { path: blob.path.clone(), source })?;
    let mut lines = Lines::new(stream, limits.line_len);
    let mut reader = open(&mut lines, &blob.path, emitter)?;
    loop {
        match lines.next() {
            Step::End => break,
            Step::TooLong { place } => {
                let limit = emitter.options.limits.line_len;
                emitter.damage(&blob.path, Some(place), format!("line of more than {limit} bytes, the limit: skipped"));
            }
            Step::Line { place, text, whole } => reader.line(place, text, whole, emitter)?,
        }
    }
    if let Some(error) = lines.take_failure() {
        emitter.cut_short(&blob.path, lines.place().byte, &error);
    }
    Ok(())
}

/// Reads the header and opens the channel.
fn open<'a>(lines: &mut Lines, path: &'a str, emitter: &mut Emitter<'_>) -> Result<Reader<'a>, Error> {
    let malformed = |place: Place, column, expected| Error::Malformed {
        path: path.to_owned(),
        byte: place.byte + column - 1,
        line: place.line,
        column,
        expected,
    };
    let (place, header, version) = loop {
        match lines.next() {
            Step::Line { text, .. } if text.trim_ascii().is_empty() => {}
            Step::Line { place, text, .. } => {
                let bom = if place.byte == 0 && text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
                match parse_header(&text[bom..]) {
                    Ok((header, version)) => break (place, header, version),
                    Err((column, expected)) => return Err(malformed(place, column + bom as u64, expected)),
                }
            }
            Step::TooLong { place } => return Err(malformed(place, 1, "a header".to_owned())),
            Step::End => return Err(malformed(lines.place(), 1, "a header".to_owned())),
        }
    };
    emitter.set_format(if version == 3 { V3 } else { V2 });
    header::fill_meta(&header, &mut emitter.meta);
    let size = header::size(&header);
    if let Some(note) = size.note {
        emitter.note(path, Some(place), note);
    }
    let channel = emitter.open(ChannelKind::SessionShell, size.size)?;
    Ok(Reader { path, channel, version, base: 0, segments: 1 })
}

/// The header and its version, or the column (from 1) and what was expected there.
fn parse_header(line: &[u8]) -> Result<(Map<String, Value>, u64), (u64, String)> {
    if line.len() > MAX_HEADER_LEN {
        return Err((1, format!("a header of at most {MAX_HEADER_LEN} bytes")));
    }
    let header: Map<String, Value> = serde_json::from_slice(line)
        .or_else(|error| match String::from_utf8_lossy(line) {
            // Bytes that are not UTF-8, as in a title, are no reason to refuse a recording.
            std::borrow::Cow::Owned(text) => serde_json::from_str(&text),
            std::borrow::Cow::Borrowed(_) => Err(error),
        })
        .map_err(|error| ((error.column() as u64).max(1), format!("a header in JSON ({})", message(&error))))?;
    match header.get("version").and_then(Value::as_u64) {
        Some(version @ 2..=3) => Ok((header, version)),
        _ => Err((1, "a header with version 2 or 3".to_owned())),
    }
}

struct Reader<'a> {
    path: &'a str,
    channel: usize,
    version: u64,
    /// Where the times of this segment count from: casts that were joined together have several.
    base: i128,
    segments: u32,
}

impl Reader<'_> {
    fn line(&mut self, place: Place, text: &[u8], whole: bool, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        match text.trim_ascii_start().first() {
            None => return Ok(()),
            Some(b'#') if self.version == 3 => return Ok(()),
            Some(b'{') => return self.segment(place, text, emitter),
            Some(_) => {}
        }
        if let Some(event) = RawEvent::quick(text) {
            return self.event(place, event, emitter);
        }
        match serde_json::from_slice::<RawEvent<'_>>(text) {
            Ok(event) => self.event(place, event, emitter),
            Err(error) => self.damaged(place, text, whole, &error, emitter),
        }
    }

    fn move_to(&self, secs: f64, emitter: &mut Emitter<'_>) {
        match self.version {
            3 => emitter.advance(nanos(secs)),
            _ => emitter.advance_to(self.base.saturating_add(nanos(secs))),
        }
    }

    fn event(&mut self, place: Place, event: RawEvent<'_>, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        self.move_to(event.secs, emitter);
        let data = event.data.0;
        match event.code.0.as_ref() {
            b"o" => emitter.output_text(self.channel, data.into_owned()),
            b"i" => emitter.input_text(self.channel, data.into_owned()),
            b"m" => emitter.marker(self.channel, String::from_utf8_lossy(&data).into_owned()),
            b"r" => match parse_size(&data) {
                Some(size) => emitter.resize(self.channel, size),
                None => {
                    let found = String::from_utf8_lossy(&data).into_owned();
                    emitter.damage(self.path, Some(place), format!("expected a size as `80x24`, found {found:?}"));
                    Ok(())
                }
            },
            b"x" => {
                match std::str::from_utf8(&data).ok().and_then(|text| text.trim().parse().ok()) {
                    Some(status) => {
                        emitter.set_exit(self.channel, status);
                        emitter.meta.exit_status = Some(status);
                    }
                    None => {
                        let found = String::from_utf8_lossy(&data).into_owned();
                        emitter.damage(self.path, Some(place), format!("expected an exit status, found {found:?}"));
                    }
                }
                Ok(())
            }
            code => {
                let code = String::from_utf8_lossy(code).into_owned();
                emitter.opaque(self.channel, code, data.into_owned())
            }
        }
    }

    fn damaged(
        &mut self,
        place: Place,
        text: &[u8],
        whole: bool,
        error: &serde_json::Error,
        emitter: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        if !whole && let Some(mended) = mend(text) {
            let message = "the last event is cut short: what is there of its text was kept";
            emitter.damage(self.path, Some(place), message);
            if let Ok(event) = serde_json::from_slice::<RawEvent<'_>>(&mended) {
                return self.event(place, event, emitter);
            }
        }
        if let Some(secs) = time_of(text) {
            self.move_to(secs, emitter);
        }
        let column = error.column().max(1);
        let expected = format!("expected an event `[time, code, data]`: {} at column {column}", message(error));
        emitter.damage(self.path, Some(place), expected);
        Ok(())
    }

    /// A second header: recordings were joined together. It goes on where the one before it ended.
    fn segment(&mut self, place: Place, text: &[u8], emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let (header, version) = match parse_header(text) {
            Ok(found) => found,
            Err((column, expected)) => {
                emitter.damage(self.path, Some(place), format!("expected {expected} at column {column}"));
                return Ok(());
            }
        };
        self.segments += 1;
        self.version = version;
        self.base = emitter.played_ns();
        emitter.note(self.path, Some(place), format!("recording {} of several joined together", self.segments));
        for key in ["timestamp", "title", "command"] {
            if let Some(value) = header.get(key).filter(|value| !value.is_null()) {
                let name = format!("segment.{}.{key}", self.segments);
                emitter.meta.extra.insert(name, crate::json::to_text(value));
            }
        }
        match header::size(&header).size {
            Some(size) => emitter.resize(self.channel, size),
            None => Ok(()),
        }
    }
}
