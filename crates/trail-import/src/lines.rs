//! Lines of a stream, with their place, one at a time in memory.

use std::io::{self, BufRead};

use memchr::memchr;

use crate::store::Stream;

/// Where in a file something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) byte: u64,
    /// From 1.
    pub(crate) line: u64,
}

/// One step of [`Lines::next`].
pub(crate) enum Step<'a> {
    /// A line, its end not included. `whole`: it had an end.
    Line {
        place: Place,
        text: &'a [u8],
        whole: bool,
    },
    /// A line longer than the limit: skipped.
    TooLong {
        place: Place,
    },
    End,
}

/// Cuts a stream into lines.
pub(crate) struct Lines {
    stream: Stream,
    buffer: Vec<u8>,
    limit: usize,
    next: Place,
    failure: Option<io::Error>,
}

impl Lines {
    pub(crate) fn new(stream: Stream, limit: usize) -> Lines {
        Lines { stream, buffer: Vec::new(), limit, next: Place { byte: 0, line: 1 }, failure: None }
    }

    /// Where the next line begins, or where the stream ended.
    pub(crate) fn place(&self) -> Place {
        self.next
    }

    /// The error that ended the stream early, once [`Step::End`] has come.
    pub(crate) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    pub(crate) fn next(&mut self) -> Step<'_> {
        self.buffer.clear();
        let place = self.next;
        let mut too_long = false;
        let whole = loop {
            let available = match self.stream.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.failure.get_or_insert(error);
                    break false;
                }
            };
            if available.is_empty() {
                break false;
            }
            let end = memchr(b'\n', available);
            let text = &available[..end.unwrap_or(available.len())];
            if self.buffer.len() + text.len() > self.limit {
                too_long = true;
                self.buffer.clear();
            }
            if !too_long {
                self.buffer.extend_from_slice(text);
            }
            let used = text.len() + usize::from(end.is_some());
            self.stream.consume(used);
            self.next.byte += used as u64;
            if end.is_some() {
                self.next.line += 1;
                break true;
            }
        };
        if too_long {
            return Step::TooLong { place };
        }
        if !whole && self.buffer.is_empty() {
            return Step::End;
        }
        Step::Line { place, text: self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer), whole }
    }
}

/// The beginning of a line, quoted, for a message.
pub(crate) fn excerpt(line: &[u8]) -> String {
    const LEN: usize = 60;
    let text = String::from_utf8_lossy(&line[..line.len().min(LEN)]);
    format!("{text:?}{}", if line.len() > LEN { " …" } else { "" })
}
