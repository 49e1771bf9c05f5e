//! The timing file: `TYPE DELAY ...`, a record on each line.

use trail_model::Size;

use crate::lines::{Lines, Step};
use crate::number::{integer, seconds, words};

/// The streams, by their record types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Stdin = 0,
    Stdout = 1,
    Stderr = 2,
    TtyIn = 3,
    TtyOut = 4,
}

impl Stream {
    pub(super) const ALL: [Stream; 5] = [Stream::Stdin, Stream::Stdout, Stream::Stderr, Stream::TtyIn, Stream::TtyOut];

    pub(super) fn file(self) -> &'static str {
        match self {
            Stream::Stdin => "stdin",
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
            Stream::TtyIn => "ttyin",
            Stream::TtyOut => "ttyout",
        }
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Data {
        delay: i128,
        stream: Stream,
        len: u64,
    },
    Window {
        delay: i128,
        /// Nothing if a side is 0 or beyond reason.
        size: Option<Size>,
    },
    Signal {
        delay: i128,
        name: String,
    },
}

impl Record {
    /// Reads a line. `shift` is subtracted from its type.
    pub(super) fn parse(line: &[u8], shift: u8) -> Option<Record> {
        let mut words = words(line);
        let kind = integer(words.next()?)?.checked_sub(u64::from(shift))?;
        let delay = seconds(words.next()?)?;
        let first = words.next()?;
        let second = words.next();
        match (kind, second) {
            (0..=4, None) => Some(Record::Data { delay, stream: Stream::ALL[kind as usize], len: integer(first)? }),
            // Rows come first.
            (5, Some(cols)) => Some(Record::Window { delay, size: Size::new(integer(cols)?, integer(first)?) }),
            (7, None) => {
                let name = std::str::from_utf8(first).ok()?;
                Some(Record::Signal { delay, name: name.strip_prefix("SIG").unwrap_or(name).to_owned() })
            }
            _ => None,
        }
    }
}

/// Tells a timing file of sudo by its beginning.
pub(super) fn looks_like(head: &[u8]) -> bool {
    let mut lines = head.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let Some(first) = lines.next() else { return false };
    Record::parse(first, 0).is_some() || Record::parse(first, 2).is_some()
}

/// What a timing file is about, found by reading it through once.
pub(super) struct Streams {
    pub(super) used: Vec<Stream>,
    /// Types are 2 too high: there is a 6 and no 4.
    pub(super) shifted: bool,
}

impl Streams {
    pub(super) fn scan(lines: &mut Lines) -> Streams {
        let mut types = [false; 10];
        loop {
            match lines.next() {
                Step::End => break,
                Step::TooLong { .. } => {}
                Step::Line { text, .. } => {
                    let kind = words(text).next().and_then(integer);
                    if let Some(seen) = kind.and_then(|kind| types.get_mut(kind as usize)) {
                        *seen = true;
                    }
                }
            }
        }
        let shifted = types[6] && !types[4];
        let shift = if shifted { 2 } else { 0 };
        let used = Stream::ALL.into_iter().filter(|&stream| types[stream as usize + shift]).collect();
        Streams { used, shifted }
    }
}
