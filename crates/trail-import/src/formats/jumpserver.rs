//! JumpServer's old recordings of terminals: one JSON object whose keys are seconds and whose values are output.
//!
//! The keys are in no order, and the closing brace is missing where the recorder was stopped. Its newer recordings are
//! asciicasts and Guacamole's, in wrappers.

use trail_model::ChannelKind;

use crate::Error;
use crate::emit::Emitter;
use crate::importer::{Importer, Probe};
use crate::source::Recording;

pub(crate) struct JumpServer;

const FORMAT: &str = "jumpserver-text";

/// Bytes of a recording: its pairs have to be sorted, and it was written in one piece from memory.
const MAX_LEN: usize = 256 << 20;

impl Importer for JumpServer {
    fn probe(&self, file: &Probe<'_>) -> Option<&'static str> {
        begins(file.head).then_some(FORMAT)
    }

    fn import(&self, recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let blob = recording.main();
        let failed = |source| Error::Io { path: blob.path.clone(), source };
        let bytes = blob.head(MAX_LEN, &emitter.options.limits).map_err(failed)?;
        if bytes.len() == MAX_LEN {
            emitter.damage_at(&blob.path, MAX_LEN as u64, format!("only the first {MAX_LEN} bytes are read"));
        }
        let (mut pairs, end) = pairs(&bytes);
        if let Some(at) = end {
            emitter.damage_at(&blob.path, at as u64, "expected a time, a colon and a text");
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let channel = emitter.open(ChannelKind::SessionShell, None)?;
        for (seconds, text) in pairs {
            emitter.advance_to((seconds * 1e9) as i128);
            emitter.output_text(channel, text.into_bytes())?;
        }
        Ok(())
    }
}

/// Whether bytes begin with an object whose first key is a decimal number and whose first value is a text.
fn begins(head: &[u8]) -> bool {
    let Some(rest) = head.trim_ascii_start().strip_prefix(b"{") else { return false };
    let Some(rest) = rest.trim_ascii_start().strip_prefix(b"\"") else { return false };
    let Some(end) = rest.iter().take(32).position(|byte| *byte == b'"') else { return false };
    let is_number = end > 0 && rest[..end].iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let value = rest[end + 1..].trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start);
    is_number && value.is_some_and(|value| value.starts_with(b"\""))
}

/// All pairs, and where one cannot be read; a recording that was cut between two is whole as far as it goes.
fn pairs(bytes: &[u8]) -> (Vec<(f64, String)>, Option<usize>) {
    let mut found = Vec::new();
    let mut at = bytes.iter().position(|byte| *byte == b'{').map_or(bytes.len(), |at| at + 1);
    loop {
        at = skip(bytes, at, b',');
        match bytes.get(at) {
            None => return (found, Some(at)),
            Some(b'}') => return (found, None),
            Some(_) => {}
        }
        let Some((pair, end)) = pair(bytes, at) else { return (found, Some(at)) };
        found.push(pair);
        at = end;
    }
}

fn pair(bytes: &[u8], at: usize) -> Option<((f64, String), usize)> {
    let (key, end) = text(bytes, at)?;
    let seconds = key.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0)?;
    let (value, end) = text(bytes, skip(bytes, end, b':'))?;
    Some(((seconds, value), end))
}

/// A JSON string and where it ends.
fn text(bytes: &[u8], at: usize) -> Option<(String, usize)> {
    let mut values = serde_json::Deserializer::from_slice(bytes.get(at..)?).into_iter::<String>();
    let value = values.next()?.ok()?;
    Some((value, at + values.byte_offset()))
}

/// Steps over blanks and `separator`.
fn skip(bytes: &[u8], at: usize, separator: u8) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == separator).count()
}
