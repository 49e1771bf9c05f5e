//! asciicast v2.

use std::io::Write;

use serde_json::{Map, Value, json};
use trail_container::{RecordBody, TrailReader};
use trail_model::{Offset, Size};

use crate::{Result, screen_channel};

/// Writes the first channel with a screen. Records that were cut from one write come out as one event again, and a
/// character is never split between events.
///
/// # Errors
/// [`Error`](crate::Error): the trail has no screen, cannot be read, or `out` fails.
pub fn write(out: &mut impl Write, trail: &TrailReader, reveal_input: bool) -> Result<()> {
    let channel = screen_channel(trail)?;
    writeln!(out, "{}", header(trail, initial_size(trail, channel)?))?;
    let mut pending = Pending::default();
    for index in 0..trail.chunks().len() {
        // What a damaged chunk held is missing from the export; the findings have said so.
        let Ok(chunk) = trail.chunk(index) else { continue };
        for record in chunk.records().filter(|record| record.channel == channel) {
            match record.body {
                RecordBody::Output(bytes) => pending.push(out, record.offset, bytes)?,
                RecordBody::Resize(size) => {
                    pending.flush(out, false)?;
                    event(out, record.offset, "r", &format!("{}x{}", size.cols, size.rows))?;
                }
                RecordBody::Marker(label) => {
                    pending.flush(out, false)?;
                    event(out, record.offset, "m", label)?;
                }
                RecordBody::Input(bytes) if reveal_input => {
                    pending.flush(out, false)?;
                    event(out, record.offset, "i", &String::from_utf8_lossy(bytes))?;
                }
                _ => {}
            }
        }
    }
    pending.flush(out, true)
}

/// Output of one time, not yet written.
#[derive(Default)]
struct Pending {
    offset: Offset,
    bytes: Vec<u8>,
}

impl Pending {
    fn push(&mut self, out: &mut impl Write, offset: Offset, bytes: &[u8]) -> Result<()> {
        if offset != self.offset {
            self.flush(out, false)?;
            self.offset = offset;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes what is whole; an unfinished character at the end waits for the rest, unless there is none.
    fn flush(&mut self, out: &mut impl Write, is_last: bool) -> Result<()> {
        let unfinished = if is_last { 0 } else { unfinished_len(&self.bytes) };
        let rest = self.bytes.split_off(self.bytes.len() - unfinished);
        if !self.bytes.is_empty() {
            event(out, self.offset, "o", &String::from_utf8_lossy(&self.bytes))?;
        }
        self.bytes = rest;
        Ok(())
    }
}

/// Bytes at the end that begin a character whose rest may follow.
fn unfinished_len(bytes: &[u8]) -> usize {
    match bytes.utf8_chunks().last() {
        Some(last) => match str::from_utf8(last.invalid()) {
            Err(error) if error.error_len().is_none() => last.invalid().len(),
            _ => 0,
        },
        None => 0,
    }
}

fn event(out: &mut impl Write, offset: Offset, code: &str, data: &str) -> Result<()> {
    writeln!(out, "[{:.6}, {}, {}]", offset.as_secs_f64(), json!(code), json!(data))?;
    Ok(())
}

fn header(trail: &TrailReader, size: Size) -> Value {
    let meta = trail.meta();
    let mut header = Map::new();
    header.insert("version".into(), json!(2));
    header.insert("width".into(), json!(size.cols));
    header.insert("height".into(), json!(size.rows));
    if let Some(start) = meta.start {
        header.insert("timestamp".into(), json!(start.0.div_euclid(1_000_000_000)));
    }
    if let Some(limit) = meta.idle_limit_ns {
        header.insert("idle_time_limit".into(), json!(limit as f64 / 1e9));
    }
    for (name, value) in [("command", &meta.command), ("title", &meta.title)] {
        if let Some(value) = value {
            header.insert(name.into(), json!(value));
        }
    }
    let mut env = meta.env.clone();
    if let Some(term) = &meta.term {
        env.entry("TERM".into()).or_insert_with(|| term.clone());
    }
    if !env.is_empty() {
        header.insert("env".into(), json!(env));
    }
    Value::Object(header)
}

fn initial_size(trail: &TrailReader, channel: trail_model::ChannelId) -> Result<Size> {
    for index in 0..trail.chunks().len() {
        let Ok(chunk) = trail.chunk(index) else { continue };
        for record in chunk.records().filter(|record| record.channel == channel) {
            match record.body {
                RecordBody::ChannelOpen(open) => return Ok(open.size.unwrap_or(Size::DEFAULT)),
                RecordBody::Resize(size) => return Ok(size),
                RecordBody::Output(_) => return Ok(Size::DEFAULT),
                _ => {}
            }
        }
    }
    Ok(Size::DEFAULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_never_split() {
        let mut out = Vec::new();
        let mut pending = Pending::default();
        let text = "é東😀".as_bytes();
        for (time, byte) in text.iter().enumerate() {
            pending.push(&mut out, Offset(time as u64 * 1_000_000_000), &[*byte]).unwrap();
        }
        pending.flush(&mut out, true).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('\u{FFFD}'), "{text}");
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn an_unfinished_character_at_the_end_is_not_lost() {
        let mut out = Vec::new();
        let mut pending = Pending::default();
        pending.push(&mut out, Offset::ZERO, b"a\xe6\x9d").unwrap();
        pending.flush(&mut out, true).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "[0.000000, \"o\", \"a\u{FFFD}\"]\n");
    }
}
