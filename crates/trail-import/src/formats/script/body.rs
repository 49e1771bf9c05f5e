//! Where in a data file the output stands: without headers and footers, of one run or of several.

use std::io;

use memchr::memmem;
use trail_model::SessionMeta;

use super::header::{self, Header};
use crate::store::Window;

/// Bytes read at once when looking for headers.
const BLOCK_LEN: u64 = 256 << 10;

/// Bytes at the end of a run in which its footer is looked for.
const MAX_FOOTER_LEN: u64 = 512;

/// Header lines after the first (`script -a`): more are left in the output.
const MAX_RUNS: usize = 10_000;

/// The output in a data file.
pub(super) struct Body {
    /// Runs of bytes `(at, len)`, each with its header and footer taken off.
    pub(super) runs: Vec<(u64, u64)>,
    /// Sum of their lengths.
    pub(super) len: u64,
    pub(super) header: Header,
    /// The file begins with a header line that was taken off.
    pub(super) guacamole: bool,
    /// Whether the last run has a footer: its recorder came to its end.
    pub(super) ended: bool,
}

impl Body {
    /// Looks a data file through. `counted`: the bytes its timing file speaks of, where there is one.
    pub(super) fn find(window: &Window, counted: Option<u64>, meta: &mut SessionMeta) -> io::Result<Body> {
        let first = line_at(window, 0)?;
        let guacamole = first == header::GUACAMOLE_BEGIN;
        let known = guacamole || first.starts_with(header::SCRIPT_BEGIN);
        if !known && (counted.is_none() || counted == Some(window.len())) {
            // No header at all, as asciinema 0.9 wrote it.
            let header = Header::default();
            return Ok(Body { runs: vec![(0, window.len())], len: window.len(), header, guacamole, ended: true });
        }
        // A header in another language is the words before its date.
        let words =
            if guacamole { first.len() } else { first.iter().take_while(|byte| !byte.is_ascii_digit()).count() };
        let header = header::read(&first, meta);
        let mut starts = vec![(0, first.len() as u64)];
        if words >= 8 {
            find_headers(window, &first[..words], &mut starts)?;
        }
        let mut runs = Vec::with_capacity(starts.len());
        let mut ended = false;
        for (index, &(at, header_len)) in starts.iter().enumerate() {
            let begin = at + header_len;
            let end = starts.get(index + 1).map_or(window.len(), |next| next.0);
            let footer = footer_len(window, begin, end, guacamole)?;
            ended = footer > 0;
            if ended {
                header::read_footer(&window.read(end - footer, footer)?, meta);
            }
            runs.push((begin, end - footer - begin));
        }
        let len = runs.iter().map(|run| run.1).sum();
        let mut body = Body { runs, len, header, guacamole, ended };
        if let Some(counted) = counted {
            body.take_foreign_footer(window, counted)?;
        }
        Ok(body)
    }

    /// A footer in another language: what is left behind the counted bytes, if it is a short line by itself.
    fn take_foreign_footer(&mut self, window: &Window, counted: u64) -> io::Result<()> {
        let Some(&mut (at, ref mut len)) = self.runs.last_mut() else { return Ok(()) };
        // Either the timing file counts all runs, or the last one.
        let excess = [self.len, *len].into_iter().filter_map(|all| all.checked_sub(counted)).min();
        let Some(excess) = excess.filter(|excess| (8..=MAX_FOOTER_LEN).contains(excess) && *excess <= *len) else {
            return Ok(());
        };
        let tail = window.read(at + *len - excess, excess)?;
        let inner = tail.strip_prefix(b"\n").and_then(|tail| tail.strip_suffix(b"\n"));
        let is_line = inner.is_some_and(|line| !line.contains(&b'\n') && !line.contains(&0x1b));
        if !self.ended && is_line {
            *len -= excess;
            self.len -= excess;
            self.ended = true;
        }
        Ok(())
    }

    /// The number of line feeds without a carriage return before them.
    pub(super) fn bare_line_feeds(&self, window: &Window) -> io::Result<u64> {
        let mut bare = 0;
        for &(mut at, len) in &self.runs {
            let end = at + len;
            let mut after_cr = false;
            while at < end {
                let block = window.read(at, BLOCK_LEN.min(end - at))?;
                if block.is_empty() {
                    break;
                }
                for &byte in &block {
                    bare += u64::from(byte == b'\n' && !after_cr);
                    after_cr = byte == b'\r';
                }
                at += block.len() as u64;
            }
        }
        Ok(bare)
    }
}

/// The line at `at` with its end; as much as a line may have, if it has no end.
///
/// Reads little at first: a file may be made of headers.
fn line_at(window: &Window, at: u64) -> io::Result<Vec<u8>> {
    let mut len = 512;
    loop {
        let mut line = window.read(at, len)?;
        if let Some(end) = memchr::memchr(b'\n', &line) {
            line.truncate(end + 1);
            return Ok(line);
        }
        if (line.len() as u64) < len || len >= header::MAX_LINE_LEN {
            return Ok(line);
        }
        len *= 2;
    }
}

/// Adds the headers after the first: lines that begin with the same words.
fn find_headers(window: &Window, words: &[u8], starts: &mut Vec<(u64, u64)>) -> io::Result<()> {
    let mut pattern = vec![b'\n'];
    pattern.extend_from_slice(words);
    let finder = memmem::Finder::new(&pattern);
    let mut at = 0;
    loop {
        let block = window.read(at, BLOCK_LEN)?;
        for found in finder.find_iter(&block) {
            let start = at + found as u64 + 1;
            let line = line_at(window, start)?;
            if !line.ends_with(b"\n") {
                continue;
            }
            if starts.len() >= MAX_RUNS {
                return Ok(());
            }
            // What a program shows of another typescript is output: a new run follows a footer.
            let before = window.read(start.saturating_sub(MAX_FOOTER_LEN), start.min(MAX_FOOTER_LEN))?;
            let footer = if words == header::GUACAMOLE_BEGIN { header::GUACAMOLE_END } else { header::SCRIPT_END };
            let follows_footer =
                memmem::rfind(&before, footer).is_some_and(|footer| is_one_line(&before[footer + 1..]));
            if (follows_footer || !words.starts_with(b"Script")) && starts.last().is_none_or(|last| last.0 < start) {
                starts.push((start, line.len() as u64));
            }
        }
        if (block.len() as u64) < BLOCK_LEN {
            return Ok(());
        }
        at += (block.len() - pattern.len() + 1) as u64;
    }
}

fn is_one_line(text: &[u8]) -> bool {
    memchr::memchr(b'\n', text) == Some(text.len().saturating_sub(1))
}

/// The length of the footer of the run `begin..end`, with the line feed before it.
fn footer_len(window: &Window, begin: u64, end: u64, guacamole: bool) -> io::Result<u64> {
    let len = MAX_FOOTER_LEN.min(end - begin);
    let tail = window.read(end - len, len)?;
    let footer = if guacamole { header::GUACAMOLE_END } else { header::SCRIPT_END };
    let found = memmem::rfind(&tail, footer).filter(|&at| is_one_line(&tail[at + 1..]));
    Ok(found.map_or(0, |at| (tail.len() - at) as u64))
}
