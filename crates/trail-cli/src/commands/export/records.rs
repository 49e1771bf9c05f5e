//! Records as JSON, one a line.

use std::io::Write;

use anyhow::Result;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use trail_container::{Encoded, Record, RecordBody, TrailReader};

pub(super) fn write(out: &mut impl Write, trail: &TrailReader, reveal_input: bool) -> Result<()> {
    for index in 0..trail.chunks().len() {
        // What a damaged chunk held is missing from the export; the findings have said so.
        let Ok(chunk) = trail.chunk(index) else { continue };
        for record in chunk.records() {
            writeln!(out, "{}", value(&record, reveal_input))?;
        }
    }
    Ok(())
}

fn value(record: &Record<'_>, reveal_input: bool) -> Value {
    let mut fields = Map::new();
    fields.insert("record".into(), json!(record.id.0));
    fields.insert("channel.id".into(), json!(record.channel.0));
    fields.insert("offset".into(), json!(record.offset.as_secs_f64()));
    let kind = match record.body {
        RecordBody::Output(bytes) => put_bytes(&mut fields, "output", bytes),
        RecordBody::Input(bytes) => put_secret(&mut fields, "input", bytes, reveal_input),
        RecordBody::Key(Encoded { data, .. }) => put_secret(&mut fields, "key", data, reveal_input),
        RecordBody::Clipboard(Encoded { data, .. }) => put_secret(&mut fields, "clipboard", data, reveal_input),
        RecordBody::Pointer(body) => put_bytes(&mut fields, "pointer", body.data),
        RecordBody::Drawing(body) => put_bytes(&mut fields, "drawing", body.data),
        RecordBody::Cursor(body) => put_bytes(&mut fields, "cursor", body.data),
        RecordBody::FileTransfer(body) => put_bytes(&mut fields, "file transfer", body.data),
        RecordBody::Resize(size) => {
            fields.insert("cols".into(), json!(size.cols));
            fields.insert("rows".into(), json!(size.rows));
            "resize"
        }
        RecordBody::Title(text) => put_bytes(&mut fields, "title", text.as_bytes()),
        RecordBody::Marker(text) => put_bytes(&mut fields, "marker", text.as_bytes()),
        RecordBody::Signal(text) => put_bytes(&mut fields, "signal", text.as_bytes()),
        RecordBody::ChannelOpen(open) => {
            fields.insert("channel_type".into(), json!(open.kind));
            if let Some(size) = open.size {
                fields.insert("cols".into(), json!(size.cols));
                fields.insert("rows".into(), json!(size.rows));
            }
            "open"
        }
        RecordBody::ChannelClose(status) => {
            fields.insert("exit_status".into(), json!(status));
            "close"
        }
        RecordBody::Opaque { kind, data } => {
            fields.insert("vendor".into(), json!(kind));
            put_bytes(&mut fields, "opaque", data)
        }
        RecordBody::Lost => "lost",
        RecordBody::Unknown { opcode, data } => {
            fields.insert("opcode".into(), json!(opcode));
            put_bytes(&mut fields, "unknown", data)
        }
        _ => "unknown",
    };
    fields.insert("kind".into(), json!(kind));
    Value::Object(fields)
}

/// Text as `data`, other bytes as `data_base64`.
fn put_bytes(fields: &mut Map<String, Value>, kind: &'static str, bytes: &[u8]) -> &'static str {
    match str::from_utf8(bytes) {
        Ok(text) => fields.insert("data".into(), json!(text)),
        Err(_) => fields.insert("data_base64".into(), json!(BASE64_STANDARD.encode(bytes))),
    };
    kind
}

/// The same, or only that there was something: not even how long it was.
fn put_secret(fields: &mut Map<String, Value>, kind: &'static str, bytes: &[u8], reveal: bool) -> &'static str {
    if reveal {
        return put_bytes(fields, kind, bytes);
    }
    fields.insert("hidden".into(), json!(true));
    kind
}
