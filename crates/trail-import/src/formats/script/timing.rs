//! Timing files.

use crate::number::{integer, seconds, words};

/// A record of either kind of timing file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Record {
    /// `DELAY BYTES` or `O DELAY BYTES`.
    Output { delay: i128, len: u64 },
    /// `I DELAY BYTES`.
    Input { delay: i128, len: u64 },
    /// `S DELAY SIGNAME [NAME=VALUE]...`
    Signal { delay: i128, name: String, values: Vec<(String, String)> },
    /// `H 0.000000 NAME VALUE`: no delay.
    Header { name: String, value: String },
}

/// Reads a line of a classic timing file.
pub(super) fn classic(line: &[u8]) -> Option<Record> {
    let mut words = words(line);
    let (delay, len) = (seconds(words.next()?)?, integer(words.next()?)?);
    words.next().is_none().then_some(Record::Output { delay, len })
}

/// Reads a line of an advanced timing file.
pub(super) fn advanced(line: &[u8]) -> Option<Record> {
    let mut words = words(line);
    let kind = words.next()?;
    let delay = seconds(words.next()?)?;
    match kind {
        b"O" => Some(Record::Output { delay, len: integer(words.next()?)? }),
        b"I" => Some(Record::Input { delay, len: integer(words.next()?)? }),
        b"S" => {
            let name = std::str::from_utf8(words.next()?).ok()?;
            let name = name.strip_prefix("SIG").unwrap_or(name).to_owned();
            let values = words.filter_map(|word| std::str::from_utf8(word).ok()?.split_once('='));
            let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            Some(Record::Signal { delay, name, values })
        }
        b"H" => {
            let text = String::from_utf8_lossy(line);
            let mut fields = text.trim_end().splitn(4, ' ').skip(2);
            let name = fields.next()?.to_owned();
            Some(Record::Header { name, value: fields.next().unwrap_or("").to_owned() })
        }
        _ => None,
    }
}

/// The kinds of timing file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Classic,
    Advanced,
}

impl Kind {
    /// Tells a timing file by its beginning. The last line of `head` may be cut.
    pub(super) fn of(head: &[u8]) -> Option<Kind> {
        let kind = match head.trim_ascii_start().first()? {
            b'O' | b'I' | b'S' | b'H' => Kind::Advanced,
            // Also when a program's error message stands before the first record.
            _ => Kind::Classic,
        };
        let parse = |line| if kind == Kind::Advanced { advanced(line) } else { classic(line) };
        let whole = memchr::memrchr(b'\n', head).map_or(head, |end| &head[..end]);
        let lines = whole.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let (good, bad) = lines.fold((0, 0), |(good, bad), line| match parse(line) {
            Some(_) => (good + 1, bad),
            None => (good, bad + 1),
        });
        (good > bad).then_some(kind)
    }
}
