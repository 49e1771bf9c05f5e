//! Who ran what: `log.json`, else `log`.

use std::io::Read;

use serde_json::{Map, Value};
use trail_model::{SessionMeta, Size, Timestamp};

use crate::emit::Emitter;
use crate::json::{message, to_text};
use crate::lines::Place;
use crate::number::integer;
use crate::options::Limits;
use crate::source::{Part, Recording};

/// Bytes in either file: arguments and environment of a command, which the kernel keeps below 6 MiB.
const MAX_LOG_LEN: u64 = 16 << 20;

fn text(part: &crate::store::Blob, limits: &Limits) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    part.unwrapped(limits).open(limits)?.take(MAX_LOG_LEN).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Tells whether this part is a log of either kind, by its content.
pub(super) fn is_log(part: &Part, limits: &Limits) -> bool {
    match part.role {
        "log" => text(&part.blob, limits).is_ok_and(|bytes| legacy(&bytes, &mut SessionMeta::default()).is_some()),
        "log.json" => text(&part.blob, limits).is_ok_and(|bytes| bytes.trim_ascii_start().starts_with(b"{")),
        _ => false,
    }
}

/// Fills the metadata in; returns the size of the terminal.
pub(super) fn read(recording: &Recording, emitter: &mut Emitter<'_>) -> Option<Size> {
    let limits = emitter.options.limits.clone();
    if let Some(blob) = recording.part("log.json") {
        match text(blob, &limits) {
            Ok(bytes) => match serde_json::from_slice::<Map<String, Value>>(&bytes) {
                Ok(log) => return json(&log, &mut emitter.meta),
                Err(error) => {
                    let place = Place { byte: byte_of(&bytes, &error), line: error.line() as u64 };
                    let expected = format!("expected a JSON object: {} at column {}", message(&error), error.column());
                    emitter.damage(&blob.path, Some(place), expected);
                }
            },
            Err(error) => emitter.cut_short(&blob.path, 0, &error),
        }
    }
    if let Some(blob) = recording.part("log") {
        match text(blob, &limits) {
            Ok(bytes) => match legacy(&bytes, &mut emitter.meta) {
                Some(size) => return size,
                None => {
                    let place = Place { byte: 0, line: 1 };
                    emitter.damage(&blob.path, Some(place), "expected `epoch:user:runas:group:tty:lines:cols`");
                }
            },
            Err(error) => emitter.cut_short(&blob.path, 0, &error),
        }
    }
    None
}

fn byte_of(bytes: &[u8], error: &serde_json::Error) -> u64 {
    let lines = bytes.split_inclusive(|&byte| byte == b'\n').take(error.line().saturating_sub(1));
    (lines.map(<[u8]>::len).sum::<usize>() + error.column().saturating_sub(1)) as u64
}

fn json(log: &Map<String, Value>, meta: &mut SessionMeta) -> Option<Size> {
    let string = |key: &str| log.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    meta.user = string("submituser");
    meta.target_user = string("runuser");
    meta.host = string("submithost");
    meta.tty = string("ttyname");
    meta.cwd = string("runcwd").or_else(|| string("submitcwd"));
    meta.start = log.get("timestamp").and_then(|time| {
        let part = |key| time.get(key).and_then(Value::as_i64);
        part("seconds")?.checked_mul(1_000_000_000)?.checked_add(part("nanoseconds").unwrap_or(0)).map(Timestamp)
    });
    // The first argument is the name the command was called by; its path says more.
    let arguments = log.get("runargv").and_then(Value::as_array);
    let arguments = arguments.into_iter().flatten().skip(1).filter_map(Value::as_str);
    meta.command = string("command").map(|command| {
        arguments.fold(command, |mut line, argument| {
            line.push(' ');
            line.push_str(argument);
            line
        })
    });
    meta.exit_status = log.get("exit_value").and_then(Value::as_i64).and_then(|status| i32::try_from(status).ok());
    for variable in log.get("runenv").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if let Some((name, value)) = variable.split_once('=') {
            meta.env.insert(name.to_owned(), value.to_owned());
        }
    }
    meta.term = meta.env.get("TERM").cloned();
    let used = [
        "submituser",
        "runuser",
        "submithost",
        "ttyname",
        "timestamp",
        "command",
        "runargv",
        "exit_value",
        "runenv",
        "lines",
        "columns",
    ];
    for (key, value) in log.iter().filter(|(key, value)| !used.contains(&key.as_str()) && !value.is_null()) {
        meta.extra.insert(key.clone(), to_text(value));
    }
    let side = |key| log.get(key).and_then(Value::as_u64);
    Size::new(side("columns")?, side("lines")?)
}

/// `epoch:user:runas_user:runas_group:tty:lines:cols`, then the directory, then the command, each on a line.
///
/// Nothing if it is no such file; else the size, where it has one.
fn legacy(bytes: &[u8], meta: &mut SessionMeta) -> Option<Option<Size>> {
    let mut lines = bytes.split(|&byte| byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned());
    let first = lines.next()?;
    let fields: Vec<&str> = first.split(':').collect();
    let start = fields.first().and_then(|field| integer(field.as_bytes()))?;
    if fields.len() < 5 {
        return None;
    }
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    meta.start = i64::try_from(start).ok().and_then(|secs| secs.checked_mul(1_000_000_000)).map(Timestamp);
    meta.user = some(fields[1]);
    meta.target_user = some(fields[2]);
    if let Some(group) = some(fields[3]) {
        meta.extra.insert("rungroup".to_owned(), group);
    }
    meta.tty = some(fields[4]);
    meta.cwd = lines.next().as_deref().and_then(some);
    meta.command = lines.next().as_deref().and_then(some);
    let side = |at: usize| fields.get(at).and_then(|field| integer(field.as_bytes()));
    Some(side(6).zip(side(5)).and_then(|(cols, rows)| Size::new(cols, rows)))
}
