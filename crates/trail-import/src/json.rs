//! A cursor over JSON text that cuts values out of it without keeping the rest in memory.
//!
//! It balances brackets and quotes; whether a value is right inside is for `serde_json` to say, value by value, so that
//! one bad value does not spoil its neighbours.

use std::io::{self, BufRead};

use crate::lines::Place;
use crate::store::Stream;

/// Why the cursor cannot go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The text ended inside a value.
    End,
    /// Something else stood there.
    Expected(&'static str),
    /// A value is longer than the limit.
    TooLong,
    Io(io::Error),
}

pub(crate) struct JsonCursor {
    stream: Stream,
    place: Place,
    line_start: u64,
}

impl JsonCursor {
    pub(crate) fn new(stream: Stream) -> JsonCursor {
        JsonCursor { stream, place: Place { byte: 0, line: 1 }, line_start: 0 }
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Column of the next byte, from 1.
    pub(crate) fn column(&self) -> u64 {
        self.place.byte - self.line_start + 1
    }

    fn peek(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            match self.stream.fill_buf() {
                Ok(buffer) => return Ok(buffer.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Io(error)),
            }
        }
    }

    fn bump(&mut self, byte: u8) {
        self.stream.consume(1);
        self.place.byte += 1;
        if byte == b'\n' {
            self.place.line += 1;
            self.line_start = self.place.byte;
        }
    }

    /// Passes white space (and a byte order mark at the very start); returns the byte that stands there, if any.
    pub(crate) fn skip_space(&mut self) -> Result<Option<u8>, Stop> {
        if self.place.byte == 0 && self.stream.fill_buf().map_err(Stop::Io)?.starts_with(b"\xef\xbb\xbf") {
            self.stream.consume(3);
            self.place.byte = 3;
        }
        loop {
            match self.peek()? {
                Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) => self.bump(byte),
                other => return Ok(other),
            }
        }
    }

    /// Passes `wanted`, after white space.
    pub(crate) fn expect(&mut self, wanted: u8, name: &'static str) -> Result<(), Stop> {
        match self.skip_space()? {
            Some(byte) if byte == wanted => {
                self.bump(byte);
                Ok(())
            }
            Some(_) => Err(Stop::Expected(name)),
            None => Err(Stop::End),
        }
    }

    /// Passes one value. Its bytes are added to `out`, if given, up to `limit` of them.
    pub(crate) fn value(&mut self, mut out: Option<&mut Vec<u8>>, limit: usize) -> Result<(), Stop> {
        match self.skip_space()? {
            None => return Err(Stop::End),
            Some(b',' | b':' | b']' | b'}') => return Err(Stop::Expected("a value")),
            Some(_) => {}
        }
        let mut depth = 0_u64;
        let mut in_string = false;
        let mut escaped = false;
        let mut taken = 0_usize;
        loop {
            let buffer = match self.stream.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Stop::Io(error)),
            };
            if buffer.is_empty() {
                // A bare number may end with the text.
                return if depth == 0 && !in_string && taken > 0 { Ok(()) } else { Err(Stop::End) };
            }
            let mut used = 0;
            let mut done = false;
            for &byte in buffer {
                if in_string {
                    used += 1;
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => {
                            in_string = false;
                            done = depth == 0;
                        }
                        _ => {}
                    }
                } else {
                    match byte {
                        b'"' => in_string = true,
                        b'[' | b'{' => depth += 1,
                        b']' | b'}' if depth == 0 => {
                            done = true;
                            break;
                        }
                        b']' | b'}' => {
                            depth -= 1;
                            done = depth == 0;
                        }
                        b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => {
                            done = true;
                            break;
                        }
                        _ => {}
                    }
                    used += 1;
                }
                if byte == b'\n' {
                    self.place.line += 1;
                    self.line_start = self.place.byte + used as u64;
                }
                if done {
                    break;
                }
            }
            taken += used;
            if let Some(out) = out.as_deref_mut() {
                if taken > limit {
                    return Err(Stop::TooLong);
                }
                out.extend_from_slice(&buffer[..used]);
            }
            self.stream.consume(used);
            self.place.byte += used as u64;
            if done {
                return Ok(());
            }
        }
    }

    /// Inside an object: passes to the next key and its colon. `None` at the object's end, which is passed as well.
    pub(crate) fn next_key(&mut self, first: &mut bool, key: &mut Vec<u8>) -> Result<Option<()>, Stop> {
        if !self.next_element(first, b'}', "`,` or `}`")? {
            return Ok(None);
        }
        if self.skip_space()? != Some(b'"') {
            return Err(Stop::Expected("a key in double quotes"));
        }
        key.clear();
        self.value(Some(key), MAX_KEY_LEN)?;
        self.expect(b':', "`:`")?;
        Ok(Some(()))
    }

    /// Inside an array (or object): passes the comma before the next element. `false` at the end, which is passed.
    pub(crate) fn next_element(&mut self, first: &mut bool, end: u8, expected: &'static str) -> Result<bool, Stop> {
        match self.skip_space()? {
            None => Err(Stop::End),
            Some(byte) if byte == end => {
                self.bump(byte);
                Ok(false)
            }
            Some(_) if std::mem::take(first) => Ok(true),
            Some(b',') => {
                self.bump(b',');
                Ok(true)
            }
            Some(_) => Err(Stop::Expected(expected)),
        }
    }
}

/// Bytes in a key of an object, quotes included.
const MAX_KEY_LEN: usize = 64 << 10;

/// The text of an error of `serde_json`, without the place in it: that is said by the caller, who knows the file.
pub(crate) fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// A JSON value as metadata text: strings as they are, everything else as JSON.
pub(crate) fn to_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Reads an object. Bytes that are not UTF-8 and lone surrogates, which `serde_json` refuses, become U+FFFD.
pub(crate) fn lenient_object(text: &[u8]) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    let first = match serde_json::from_slice(text) {
        Ok(object) => return Ok(object),
        Err(error) => error,
    };
    let mended = without_lone_surrogates(&String::from_utf8_lossy(text));
    serde_json::from_str(&mended)
        .map_err(|_| format!("an object in JSON: {} at column {}", message(&first), first.column()))
}

/// Replaces the escapes of surrogates that have no partner.
fn without_lone_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let unit = |at: usize| {
            let escape = rest.get(at..at + 6)?.strip_prefix("\\u")?;
            u32::from_str_radix(escape, 16).ok()
        };
        let taken = match (unit(0), unit(6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            // Any other escape: its two characters are passed together, so that `\\\\` ends it.
            _ => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// What kind of value it is, for messages.
pub(crate) fn kind(value: &serde_json::Value) -> &'static str {
    match value {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "a truth value",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a string",
        serde_json::Value::Array(_) => "an array",
        serde_json::Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_replaced_and_pairs_kept() {
        let check = |text: &str, expected: &str| {
            let object = lenient_object(format!("{{\"a\":\"{text}\"}}").as_bytes()).unwrap();
            assert_eq!(object["a"], expected, "{text}");
        };
        check("\\ud83d\\udca9", "\u{1f4a9}");
        check("\\ud83d!", "\u{fffd}!");
        check("\\udca9\\ud83d", "\u{fffd}\u{fffd}");
        check("\\\\ud83d \\ud83d", "\\ud83d \u{fffd}");
        assert!(lenient_object(b"{\"a\":1,}").unwrap_err().contains("trailing comma at column 8"));
    }
}
