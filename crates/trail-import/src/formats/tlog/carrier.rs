//! Where in a file the messages stand.

use std::collections::HashMap;
use std::io;

use memchr::memmem;

use super::message::{self, Decoded};
use super::{Key, Recordings};
use crate::json::{JsonCursor, Stop};
use crate::lines::{Lines, Place, Step};
use crate::options::Limits;
use crate::source::Piece;
use crate::store::Window;

/// Messages in a file: an index entry of 32 bytes is kept of each.
const MAX_MESSAGES: usize = 4_000_000;

/// Problems with a file as a whole that are kept.
const MAX_PROBLEMS: usize = 1000;

/// What messages come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// `journalctl -o export`.
    Export,
    /// A JSON object on each line, perhaps behind a syslog prefix.
    Lines,
    /// JSON values over several lines: the answer of a search engine, or anything pretty-printed.
    Document,
}

impl Carrier {
    pub(super) fn of(head: &[u8]) -> Carrier {
        let first = head.split(|&byte| byte == b'\n').next().unwrap_or(head).trim_ascii();
        if first.starts_with(b"__") && first.contains(&b'=') {
            return Carrier::Export;
        }
        match first {
            [b'[', ..] | [b'{'] => Carrier::Document,
            // One line, and in it the hits of a search.
            [b'{', ..]
                if memmem::find(first, b"\"hits\"").is_some() && memmem::find(first, b"\"timing\"").is_none() =>
            {
                Carrier::Document
            }
            [b'{', ..] if first.ends_with(b",") || first.ends_with(b"[") || first.ends_with(b"{") => Carrier::Document,
            _ => Carrier::Lines,
        }
    }
}

/// What was found in a file.
#[derive(Default)]
pub(super) struct Found {
    pub(super) recordings: Recordings,
    pub(super) problems: Vec<(Place, String)>,
    messages: usize,
    /// Messages whose text is missing, by `rec`: what the message says of the host is missing as well.
    lost: Vec<(String, Piece)>,
}

impl Found {
    /// Puts lost messages to the recordings they are of.
    pub(super) fn place_lost(&mut self) {
        let by_rec: HashMap<String, Key> = self.recordings.keys().map(|key| (key.rec.clone(), key.clone())).collect();
        for (rec, piece) in std::mem::take(&mut self.lost) {
            let key = by_rec.get(&rec).cloned().unwrap_or_else(|| Key { host: String::new(), rec });
            self.recordings.entry(key).or_default().push(piece);
        }
    }

    pub(super) fn problem(&mut self, place: Place, message: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push((place, message));
        }
    }

    /// Takes a piece of the file that may be a message. `certain`: if it is none, something is wrong.
    fn piece(&mut self, place: Place, text: &[u8], certain: bool) {
        let (key, id) = match message::decode(text) {
            Ok(Decoded::Message(message)) => (message.key(), message.id),
            Ok(Decoded::Lost { rec, id }) => {
                let piece = Piece { at: place.byte, len: text.len() as u64, line: place.line, id };
                if self.lost.len() < MAX_MESSAGES {
                    self.lost.push((rec, piece));
                }
                return;
            }
            Ok(Decoded::Other) => return,
            Err(expected) if certain => return self.problem(place, format!("expected {expected}")),
            Err(_) => return,
        };
        self.messages += 1;
        if self.messages > MAX_MESSAGES {
            if self.messages == MAX_MESSAGES + 1 {
                self.problem(place, format!("more than {MAX_MESSAGES} messages, the limit: the rest is left out"));
            }
            return;
        }
        let piece = Piece { at: place.byte, len: text.len() as u64, line: place.line, id };
        self.recordings.entry(key).or_default().push(piece);
    }
}

pub(super) fn find(window: &Window, limits: &Limits, found: &mut Found) -> io::Result<()> {
    let head = window.read(0, crate::store::HEAD_LEN as u64)?;
    match Carrier::of(&head) {
        Carrier::Export => export(window, limits, found),
        Carrier::Lines => {
            lines(window, limits, found);
            Ok(())
        }
        Carrier::Document => document(window, limits, found),
    }
}

fn lines(window: &Window, limits: &Limits, found: &mut Found) {
    let mut lines = Lines::new(window.stream_from(0), limits.line_len);
    loop {
        match lines.next() {
            Step::End => break,
            Step::TooLong { place } => {
                found.problem(place, format!("line of more than {} bytes, the limit: skipped", limits.line_len));
            }
            Step::Line { mut place, text, .. } => {
                // What stands before the object: a date, a host, a program's name.
                let prefix = match text.trim_ascii_start().first() {
                    Some(b'{') => text.iter().position(|&byte| byte == b'{'),
                    _ => memmem::find(text, b"{\"ver\":"),
                };
                if let Some(prefix) = prefix {
                    place.byte += prefix as u64;
                    found.piece(place, &text[prefix..], true);
                }
            }
        }
    }
    if let Some(error) = lines.take_failure() {
        found.problem(lines.place(), format!("could not be read on: {error}"));
    }
}

fn document(window: &Window, limits: &Limits, found: &mut Found) -> io::Result<()> {
    let mut cursor = JsonCursor::new(window.stream_from(0));
    let result = values(&mut cursor, window, limits, found);
    let (place, column) = (cursor.place(), cursor.column());
    match result {
        Ok(()) => {}
        Err(Stop::Io(error)) => return Err(error),
        Err(Stop::End) => found.problem(place, format!("truncated after {} bytes", place.byte)),
        Err(Stop::Expected(what)) => found.problem(place, format!("expected {what} at column {column}")),
        Err(Stop::TooLong) => found.problem(place, "a value beyond the limit of its length".to_owned()),
    }
    Ok(())
}

/// Values after each other: messages, arrays of them, or the answer of a search (`{"hits":{"hits":[...]}}`).
fn values(cursor: &mut JsonCursor, window: &Window, limits: &Limits, found: &mut Found) -> Result<(), Stop> {
    while let Some(byte) = cursor.skip_space()? {
        let place = cursor.place();
        match byte {
            b'[' => array(cursor, window, limits, found)?,
            b'{' => {
                if !hits(cursor, window, limits, found, 2)? {
                    take(place, cursor.place().byte, window, limits, found)?;
                }
            }
            _ => return Err(Stop::Expected("an object or an array")),
        }
    }
    Ok(())
}

fn array(cursor: &mut JsonCursor, window: &Window, limits: &Limits, found: &mut Found) -> Result<(), Stop> {
    cursor.expect(b'[', "`[`")?;
    let mut first = true;
    while cursor.next_element(&mut first, b']', "`,` or `]`")? {
        cursor.skip_space()?;
        let place = cursor.place();
        cursor.value(None, usize::MAX)?;
        take(place, cursor.place().byte, window, limits, found)?;
    }
    Ok(())
}

/// Passes an object; takes the elements of `hits` in it, `depth` objects deep. Tells whether there were any.
fn hits(
    cursor: &mut JsonCursor,
    window: &Window,
    limits: &Limits,
    found: &mut Found,
    depth: u32,
) -> Result<bool, Stop> {
    cursor.expect(b'{', "`{`")?;
    let (mut first, mut key, mut any) = (true, Vec::new(), false);
    while cursor.next_key(&mut first, &mut key)?.is_some() {
        match cursor.skip_space()? {
            Some(b'[') if key == b"\"hits\"" => {
                any = true;
                array(cursor, window, limits, found)?;
            }
            Some(b'{') if key == b"\"hits\"" && depth > 1 => any |= hits(cursor, window, limits, found, depth - 1)?,
            _ => cursor.value(None, usize::MAX)?,
        }
    }
    Ok(any)
}

fn take(place: Place, end: u64, window: &Window, limits: &Limits, found: &mut Found) -> Result<(), Stop> {
    if end - place.byte > limits.line_len as u64 {
        found.problem(place, format!("value of more than {} bytes, the limit: skipped", limits.line_len));
        return Ok(());
    }
    let text = window.read(place.byte, end - place.byte).map_err(Stop::Io)?;
    if text.starts_with(b"{") {
        found.piece(place, &text, true);
    }
    Ok(())
}

/// `journalctl -o export`: `NAME=value` lines, or `NAME`, a length and so many bytes; an empty line ends an entry.
fn export(window: &Window, limits: &Limits, found: &mut Found) -> io::Result<()> {
    let mut at = 0;
    let mut line = 1;
    let mut lines = Lines::new(window.stream_from(0), limits.line_len);
    loop {
        let step = lines.next();
        match step {
            Step::End => break,
            Step::TooLong { .. } => {}
            Step::Line { place, text, whole } => {
                let place = Place { byte: at + place.byte, line: line + place.line - 1 };
                if let Some(value) = text.strip_prefix(b"MESSAGE=") {
                    let place = Place { byte: place.byte + 8, ..place };
                    found.piece(place, value, value.starts_with(b"{\"ver\":"));
                } else if whole && is_binary_field(text) {
                    let is_message = text == b"MESSAGE";
                    let start = place.byte + text.len() as u64 + 1;
                    let Some(len) = window.read(start, 8)?.first_chunk::<8>().map(|len| u64::from_le_bytes(*len))
                    else {
                        found.problem(place, "truncated in a binary field".to_owned());
                        break;
                    };
                    if len > window.len().saturating_sub(start + 8) {
                        found.problem(place, format!("truncated: a binary field of {len} bytes"));
                        break;
                    }
                    let data = Place { byte: start + 8, line: place.line + 1 };
                    let mut newlines = 1;
                    if len <= limits.line_len as u64 {
                        let value = window.read(data.byte, len)?;
                        newlines += memchr::memchr_iter(b'\n', &value).count() as u64;
                        if is_message {
                            found.piece(data, &value, value.starts_with(b"{\"ver\":"));
                        }
                    } else if is_message {
                        found.problem(data, format!("message of {len} bytes, beyond the limit: skipped"));
                    }
                    // Behind the value stands a line feed; lines go on after it.
                    at = data.byte + len + 1;
                    line = data.line + newlines;
                    lines = Lines::new(window.stream_from(at), limits.line_len);
                }
            }
        }
    }
    Ok(())
}

/// A line that is a field's name alone.
fn is_binary_field(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
}
