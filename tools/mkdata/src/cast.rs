//! Writes asciicast v2.

use std::fmt::Write as _;
use std::io::Write;

use anyhow::Result;

/// An asciicast v2 being written.
pub(crate) struct CastWriter<W> {
    out: W,
    micros: u64,
    output_bytes: u64,
    line: String,
}

impl<W: Write> CastWriter<W> {
    /// Writes the header. `start` is in seconds since 1970.
    pub(crate) fn new(mut out: W, start: i64) -> Result<CastWriter<W>> {
        writeln!(
            out,
            r#"{{"version":2,"width":80,"height":24,"timestamp":{start},"env":{{"TERM":"xterm-256color"}}}}"#
        )?;
        Ok(CastWriter { out, micros: 0, output_bytes: 0, line: String::new() })
    }

    /// Lets recorded time go by.
    pub(crate) fn wait(&mut self, seconds: f64) {
        self.micros += (seconds * 1e6) as u64;
    }

    /// Recorded time so far.
    pub(crate) fn seconds(&self) -> f64 {
        self.micros as f64 / 1e6
    }

    /// Bytes of terminal output so far.
    pub(crate) fn output_bytes(&self) -> u64 {
        self.output_bytes
    }

    /// Writes one output event.
    pub(crate) fn output(&mut self, text: &str) -> Result<()> {
        self.output_bytes += text.len() as u64;
        self.line.clear();
        write!(self.line, "[{}.{:06},\"o\",\"", self.micros / 1_000_000, self.micros % 1_000_000)?;
        for c in text.chars() {
            match c {
                '"' | '\\' => self.line.extend(['\\', c]),
                '\0'..='\x1f' => write!(self.line, "\\u{:04x}", u32::from(c))?,
                _ => self.line.push(c),
            }
        }
        self.line.push_str("\"]\n");
        self.out.write_all(self.line.as_bytes())?;
        Ok(())
    }

    /// Writes out what is buffered.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.out.flush()?;
        Ok(())
    }
}
