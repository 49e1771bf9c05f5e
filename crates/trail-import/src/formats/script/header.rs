//! The first and the last line of a data file.

use trail_model::{SessionMeta, Size, Timestamp};

use crate::number::integer;

/// How util-linux begins, in English. Other languages have other words.
pub(super) const SCRIPT_BEGIN: &[u8] = b"Script started on ";
pub(super) const SCRIPT_END: &[u8] = b"\nScript done on ";
/// How Guacamole does.
pub(super) const GUACAMOLE_BEGIN: &[u8] = b"[BEGIN TYPESCRIPT]\n";
pub(super) const GUACAMOLE_END: &[u8] = b"\n[END TYPESCRIPT]\n";

/// Bytes in a header or footer line: a command may stand in it.
pub(super) const MAX_LINE_LEN: u64 = 64 << 10;

/// What a header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) size: Option<Size>,
}

/// Reads a header: `Script started on 2026-11-22 03:28:32+00:00 [TERM="xterm" TTY="/dev/pts/0" COLUMNS="80" LINES="24"]`.
pub(super) fn read(line: &[u8], meta: &mut SessionMeta) -> Header {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end();
    meta.start = meta.start.or_else(|| date(line));
    if meta.start.is_none() && line.contains(|c: char| c.is_ascii_digit()) {
        // Dates in the user's language, without a time zone more often than not.
        let date = line.split(" [").next().unwrap_or(line);
        let date = date.strip_prefix("Script started on ").unwrap_or(date);
        meta.extra.insert("started".to_owned(), date.to_owned());
    }
    let (mut cols, mut rows) = (None, None);
    for (name, value) in fields(line) {
        match name {
            "TERM" => meta.term = Some(value),
            "TTY" => meta.tty = Some(value),
            "COMMAND" => meta.command = Some(value),
            "COLUMNS" => cols = integer(value.as_bytes()),
            "LINES" => rows = integer(value.as_bytes()),
            _ => {}
        }
    }
    Header { size: cols.zip(rows).and_then(|(cols, rows)| Size::new(cols, rows)) }
}

/// Reads a footer: `Script done on 2026-11-22 03:28:39+00:00 [COMMAND_EXIT_CODE="0"]`.
pub(super) fn read_footer(line: &[u8], meta: &mut SessionMeta) {
    let line = String::from_utf8_lossy(line);
    for (name, value) in fields(&line) {
        if name == "COMMAND_EXIT_CODE" {
            meta.exit_status = value.parse().ok();
        }
    }
    if let Some(reason) = line.split_once("[<").and_then(|(_, rest)| rest.split_once(">]")) {
        meta.extra.insert("ended".to_owned(), reason.0.to_owned());
    }
}

/// The fields `NAME="VALUE"` inside of brackets.
fn fields(line: &str) -> impl Iterator<Item = (&str, String)> {
    let mut rest = line.find(" [").map_or("", |at| &line[at + 2..]);
    std::iter::from_fn(move || {
        let (name, value) = rest.split_once("=\"")?;
        let name = name.trim_start();
        // Values may hold quotes: a value ends where a quote is followed by the next name, or by the bracket.
        let ends = value.match_indices('"').map(|(at, _)| at);
        let end = ends.into_iter().find(|&at| {
            let after = &value[at + 1..];
            after.starts_with(']')
                || after.starts_with(' ') && after.split_once("=\"").is_some_and(|(name, _)| is_name(name.trim()))
        });
        let end = end.or_else(|| value.rfind('"'))?;
        rest = &value[end + 1..];
        is_name(name).then(|| (name, value[..end].to_owned()))
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// The ISO 8601 date in a line, where it has one with a time zone.
pub(super) fn date(line: &str) -> Option<Timestamp> {
    let from = line.find(|c: char| c.is_ascii_digit())?;
    // `2026-11-22 03:28:32+00:00` and, since util-linux 2.40, with a comma and fractions.
    let date: String = line[from..].chars().take_while(|c| c.is_ascii_digit() || " -:+,.TZ".contains(*c)).collect();
    let date = date.trim().replace(',', ".");
    let time = date.parse::<jiff::Timestamp>().ok()?;
    i64::try_from(time.as_nanosecond()).ok().map(Timestamp)
}
