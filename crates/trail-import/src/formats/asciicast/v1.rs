//! Version 1: one JSON object, the output in its array `stdout`.

use serde_json::{Map, Value};
use trail_model::ChannelKind;

use super::event::{RawFrame, nanos, time_of};
use super::{MAX_HEADER_LEN, header};
use crate::Error;
use crate::emit::Emitter;
use crate::json::{JsonCursor, Stop, message};
use crate::store::Blob;

/// Reads the object twice: keys may come in any order, so the size may stand behind the output.
pub(super) fn import(blob: &Blob, emitter: &mut Emitter<'_>) -> Result<(), Error> {
    let header = read_header(&mut open(blob, emitter)?);
    header::fill_meta(&header, &mut emitter.meta);
    let size = header::size(&header);
    if let Some(note) = size.note {
        emitter.note(&blob.path, None, note);
    }
    let channel = emitter.open(ChannelKind::SessionShell, size.size)?;

    let mut cursor = open(blob, emitter)?;
    match frames(&mut cursor, channel, &blob.path, emitter) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(stop)) => {
            damage(&stop, &cursor, &blob.path, emitter);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn open(blob: &Blob, emitter: &Emitter<'_>) -> Result<JsonCursor, Error> {
    let stream = blob.open(&emitter.options.limits);
    Ok(JsonCursor::new(stream.map_err(|source| Error::Io { path: blob.path.clone(), source })?))
}

fn damage(stop: &Stop, cursor: &JsonCursor, path: &str, emitter: &mut Emitter<'_>) {
    let place = cursor.place();
    match stop {
        Stop::Io(error) => emitter.cut_short(path, place.byte, error),
        Stop::End => emitter.damage(path, Some(place), format!("truncated after {} bytes", place.byte)),
        Stop::Expected(what) => {
            emitter.damage(path, Some(place), format!("expected {what} at column {}", cursor.column()));
        }
        Stop::TooLong => emitter.damage(path, Some(place), "a value beyond the limit of its length"),
    }
}

/// Everything but the output, as far as it can be read.
fn read_header(cursor: &mut JsonCursor) -> Map<String, Value> {
    let mut header = Map::new();
    let (mut first, mut key, mut value) = (true, Vec::new(), Vec::new());
    if cursor.expect(b'{', "`{`").is_err() {
        return header;
    }
    while let Ok(Some(())) = cursor.next_key(&mut first, &mut key) {
        let kept = key != b"\"stdout\"";
        value.clear();
        if cursor.value(kept.then_some(&mut value), MAX_HEADER_LEN).is_err() {
            break;
        }
        if let (true, Ok(key), Ok(value)) = (kept, serde_json::from_slice(&key), serde_json::from_slice(&value)) {
            header.insert(key, value);
        }
    }
    header
}

/// Hands on the frames, one in memory at a time.
fn frames(
    cursor: &mut JsonCursor,
    channel: usize,
    path: &str,
    emitter: &mut Emitter<'_>,
) -> Result<Result<(), Stop>, Error> {
    macro_rules! step {
        ($result:expr) => {
            match $result {
                Ok(value) => value,
                Err(stop) => return Ok(Err(stop)),
            }
        };
    }
    let limit = emitter.options.limits.line_len;
    let (mut first_key, mut key, mut value) = (true, Vec::new(), Vec::new());
    step!(cursor.expect(b'{', "`{`"));
    while step!(cursor.next_key(&mut first_key, &mut key)).is_some() {
        if key != b"\"stdout\"" {
            step!(cursor.value(None, usize::MAX));
            continue;
        }
        step!(cursor.expect(b'[', "`[`"));
        let mut first = true;
        while step!(cursor.next_element(&mut first, b']', "`,` or `]`")) {
            step!(cursor.skip_space());
            let place = cursor.place();
            value.clear();
            step!(cursor.value(Some(&mut value), limit));
            match serde_json::from_slice::<RawFrame<'_>>(&value) {
                Ok(frame) => {
                    emitter.advance(nanos(frame.secs));
                    emitter.output_text(channel, frame.data.0.into_owned())?;
                }
                Err(error) => {
                    if let Some(secs) = time_of(&value) {
                        emitter.advance(nanos(secs));
                    }
                    let expected = format!("expected a frame `[delay, text]`: {}", message(&error));
                    emitter.damage(path, Some(place), expected);
                }
            }
        }
    }
    match step!(cursor.skip_space()) {
        None => Ok(Ok(())),
        Some(_) => Ok(Err(Stop::Expected("the end of the file"))),
    }
}
