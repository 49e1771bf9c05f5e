//! The header: size and metadata.

use serde_json::{Map, Value};
use trail_model::{SessionMeta, Size, Timestamp};

use crate::json::to_text;

/// The size a header says, and what is odd about it.
pub(super) struct HeaderSize {
    pub(super) size: Option<Size>,
    pub(super) note: Option<String>,
}

/// Finds the size: `width` and `height`, `term.cols` and `term.rows`, or what some products write instead.
pub(super) fn size(header: &Map<String, Value>) -> HeaderSize {
    let term = header.get("term").and_then(Value::as_object);
    let in_term = |key| term.and_then(|term| term.get(key));
    let pairs = [
        (in_term("cols"), in_term("rows")),
        (header.get("width"), header.get("height")),
        (header.get("cols"), header.get("rows")),
        (header.get("col"), header.get("row")),
    ];
    let Some((index, (cols, rows))) =
        pairs.into_iter().enumerate().find(|(_, (cols, rows))| cols.is_some() || rows.is_some())
    else {
        return HeaderSize { size: None, note: Some("no screen size; 80x24 is taken".to_owned()) };
    };
    let (Some(cols), Some(rows)) = (cols.and_then(Value::as_u64), rows.and_then(Value::as_u64)) else {
        let note = format!(
            "expected the screen size as two whole numbers, found {} and {}; 80x24 is taken",
            cols.unwrap_or(&Value::Null),
            rows.unwrap_or(&Value::Null)
        );
        return HeaderSize { size: None, note: Some(note) };
    };
    // Devolutions Gateway writes `row` and `col`, and has been seen to swap them.
    if index >= 2 && rows > cols.saturating_mul(2) {
        let note = format!("screen of {cols} columns and {rows} rows: taken the other way round");
        return HeaderSize { size: Size::new(rows, cols), note: Some(note) };
    }
    match Size::new(cols, rows) {
        Some(size) => HeaderSize { size: Some(size), note: None },
        None => HeaderSize {
            size: None,
            note: Some(format!(
                "expected a screen size of 1x1 to {max}x{max}, found {cols}x{rows}; 80x24 is taken",
                max = Size::MAX_SIDE
            )),
        },
    }
}

/// Takes the metadata out of a header.
pub(super) fn fill_meta(header: &Map<String, Value>, meta: &mut SessionMeta) {
    for (key, value) in header {
        match (key.as_str(), value) {
            (_, Value::Null) => {}
            ("version" | "width" | "height", _) => {}
            ("timestamp", Value::Number(number)) => {
                meta.start = number.as_f64().and_then(epoch);
            }
            ("idle_time_limit", Value::Number(number)) => {
                meta.idle_limit_ns = number.as_f64().filter(|secs| *secs >= 0.0).map(|secs| (secs * 1e9) as u64);
            }
            ("command", Value::String(command)) => meta.command = Some(command.clone()),
            ("title", Value::String(title)) => meta.title = Some(title.clone()),
            ("env", Value::Object(env)) => {
                let known = env.iter().filter(|(_, value)| !value.is_null());
                meta.env.extend(known.map(|(name, value)| (name.clone(), to_text(value))));
            }
            ("term", Value::Object(term)) => {
                for (key, value) in term {
                    match (key.as_str(), value) {
                        (_, Value::Null) | ("cols" | "rows", _) => {}
                        ("type", Value::String(name)) => meta.term = Some(name.clone()),
                        _ => {
                            meta.extra.insert(format!("term.{key}"), to_text(value));
                        }
                    }
                }
            }
            _ => {
                meta.extra.insert(key.clone(), to_text(value));
            }
        }
    }
    let from_env = |name: &str| meta.env.get(name).filter(|value| !value.is_empty()).cloned();
    meta.term = meta.term.take().or_else(|| from_env("TERM"));
    meta.user = meta.user.take().or_else(|| from_env("USER")).or_else(|| from_env("LOGNAME"));
    meta.host = meta.host.take().or_else(|| from_env("HOSTNAME"));
}

/// Seconds since 1970 as a timestamp, to the microsecond (a float holds no more).
pub(super) fn epoch(secs: f64) -> Option<Timestamp> {
    // A float-to-integer cast saturates: what is beyond the range stays beyond it.
    let micros = (secs * 1e6).round() as i64;
    micros.checked_mul(1000).map(Timestamp)
}
