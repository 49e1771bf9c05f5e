//! What an import says of itself.

use std::fmt;

use trail_model::Offset;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Unusual, and nothing was lost.
    Note,
    /// Something of the recording is missing or could not be understood.
    Damage,
}

/// Something in a recording that is not as its format says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// Which file it is in, as shown to people.
    pub path: String,
    /// Offset in that file, after decompression.
    pub byte: Option<u64>,
    /// Line in that file, from 1, where the file has lines.
    pub line: Option<u64>,
    /// What was found, and what was expected instead.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ": line {line}")?;
        }
        if let Some(byte) = self.byte {
            write!(f, "{} byte {byte}", if self.line.is_some() { "," } else { ":" })?;
        }
        write!(f, ": {}", self.message)
    }
}

/// What was read, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Name of the format, for example `asciicast-v2`.
    pub format: String,
    /// Offset of the last event, pauses after it included where the format has them.
    pub duration: Offset,
    /// Events handed to the sink, opens and closes included.
    pub events: u64,
    /// Output bytes handed to the sink.
    pub output_bytes: u64,
    /// Input bytes handed to the sink.
    pub input_bytes: u64,
    /// Bytes of output that are not UTF-8. They were handed on as they are.
    pub invalid_utf8_bytes: u64,
    /// Bytes that the chosen encoding does not define; each became U+FFFD.
    pub undecodable_bytes: u64,
    /// Steps back in time that were set to zero.
    pub clamped_times: u64,
    /// Pauses that were shortened because the options say so.
    pub shortened_gaps: u64,
    /// Records the format allows and this importer does not use.
    pub skipped_records: u64,
    /// What is not as it should be, in the order it was met.
    pub findings: Vec<Finding>,
    /// Findings beyond [`Limits::findings`](crate::Limits::findings): counted only.
    pub findings_omitted: u64,
    /// Whether any finding (kept or only counted) is [`Severity::Damage`].
    pub damaged: bool,
}

impl ImportReport {
    /// Tells whether everything in the recording was understood.
    pub fn complete(&self) -> bool {
        !self.damaged
    }
}
