//! asciicast, versions 1 to 3, of asciinema and its many friends.
//!
//! Specifications: [version 1], [version 2], [version 3].
//!
//! [version 1]: https://docs.asciinema.org/manual/asciicast/v1/
//! [version 2]: https://docs.asciinema.org/manual/asciicast/v2/
//! [version 3]: https://docs.asciinema.org/manual/asciicast/v3/

mod event;
mod header;
mod lines;
mod v1;

#[cfg(test)]
mod tests;

use crate::Error;
use crate::emit::Emitter;
use crate::importer::{Importer, Probe};
use crate::json::JsonCursor;
use crate::source::Recording;

pub(crate) struct Asciicast;

const V1: &str = "asciicast-v1";
const V2: &str = "asciicast-v2";
const V3: &str = "asciicast-v3";

/// Bytes in a header. Real ones have a few hundred; a kept environment makes some KiB.
const MAX_HEADER_LEN: usize = 1 << 20;

/// Keys of a header beside `version`: one of them tells a recording from any other JSON file with a version.
const SIZE_KEYS: [&[u8]; 7] =
    [b"\"width\"", b"\"height\"", b"\"term\"", b"\"row\"", b"\"col\"", b"\"rows\"", b"\"cols\""];

impl Importer for Asciicast {
    fn probe(&self, file: &Probe<'_>) -> Option<&'static str> {
        let text = file.head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file.head);
        if text.trim_ascii_start().first() != Some(&b'{') {
            return None;
        }
        let seen = scan(file);
        match seen.version? {
            1 if seen.stdout || seen.size => Some(V1),
            2 if seen.line == 1 && (seen.size || seen.events) => Some(V2),
            3 if seen.line == 1 && (seen.size || seen.events) => Some(V3),
            _ => None,
        }
    }

    fn import(&self, recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        match recording.format {
            V1 => v1::import(recording.main(), emitter),
            _ => lines::import(recording.main(), emitter),
        }
    }
}

/// What the first object of a file has.
#[derive(Default)]
struct Seen {
    version: Option<u64>,
    size: bool,
    stdout: bool,
    /// Whether an event follows the object.
    events: bool,
    /// The line on which the object ends.
    line: u64,
}

/// Looks through the first object. Anything that is not JSON ends it: what was seen until then counts, so that damaged
/// headers are found to be headers.
fn scan(file: &Probe<'_>) -> Seen {
    let mut seen = Seen { line: 1, ..Seen::default() };
    let Ok(stream) = file.blob.open(file.limits) else { return seen };
    let mut cursor = JsonCursor::new(stream);
    if cursor.expect(b'{', "`{`").is_err() {
        return seen;
    }
    let (mut first, mut key, mut value) = (true, Vec::new(), Vec::new());
    loop {
        match cursor.next_key(&mut first, &mut key) {
            Ok(Some(())) => {}
            Ok(None) => break,
            Err(_) => {
                seen.line = cursor.place().line;
                return seen;
            }
        }
        let is_stdout = key == b"\"stdout\"";
        seen.stdout |= is_stdout;
        seen.size |= SIZE_KEYS.contains(&key.as_slice());
        // Only the events of version 1 may be long.
        if is_stdout && seen.version == Some(1) {
            return seen;
        }
        value.clear();
        let result = match is_stdout {
            true => cursor.value(None, usize::MAX),
            false => cursor.value(Some(&mut value), MAX_HEADER_LEN),
        };
        if key == b"\"version\"" && seen.version.is_none() {
            seen.version = std::str::from_utf8(&value).ok().and_then(|text| text.parse().ok());
        }
        if result.is_err() {
            seen.line = cursor.place().line;
            return seen;
        }
    }
    seen.line = cursor.place().line;
    seen.events = matches!(cursor.skip_space(), Ok(Some(b'[')));
    seen
}
