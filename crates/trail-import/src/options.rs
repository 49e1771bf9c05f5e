//! What the caller may decide about an import.

use trail_model::Size;

use crate::text::Encoding;

/// How recordings are read. `ImportOptions::default()` reads them as they are.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ImportOptions {
    /// Character set of the recorded output and input bytes; `None` is UTF-8. Formats that are text by themselves
    /// (asciicast, the text of tlog) are not touched.
    pub encoding: Option<Encoding>,
    /// The initial screen size, instead of the one the recording says or lacks.
    pub size: Option<Size>,
    /// Lets a screen whose recording does not say its size grow as soon as the output addresses a cell beyond it.
    pub grow: bool,
    /// Longer pauses are shortened to this many nanoseconds (recordings that were joined together jump by days).
    pub max_gap_ns: Option<u64>,
    /// What hostile input is held to.
    pub limits: Limits,
}

/// What hostile input is held to. The defaults are the named constants.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// See [`Limits::MAX_DEPTH`].
    pub depth: u32,
    /// See [`Limits::MAX_INFLATED_LEN`].
    pub inflated_len: u64,
    /// See [`Limits::MAX_SPOOL_LEN`].
    pub spool_len: u64,
    /// See [`Limits::MAX_RATIO`].
    pub ratio: u64,
    /// See [`Limits::MAX_LINE_LEN`].
    pub line_len: usize,
    /// See [`Limits::MAX_FRAME_LEN`].
    pub frame_len: u32,
    /// See [`Limits::MAX_MEMBERS`].
    pub members: u64,
    /// See [`Limits::MAX_FINDINGS`].
    pub findings: usize,
}

impl Limits {
    /// Wrappers around a recording (gzip, tar, zip …). Three is the deepest seen in the field: a zip of tar.gz files.
    pub const MAX_DEPTH: u32 = 3;
    /// Bytes that one compressed stream may inflate to: 32 GiB, about a year of busy shell.
    pub const MAX_INFLATED_LEN: u64 = 32 << 30;
    /// Bytes unpacked to a temporary file, where a recording or archive cannot be read in its order: 8 GiB.
    pub const MAX_SPOOL_LEN: u64 = 8 << 30;
    /// Inflated bytes for each compressed byte, once more than [`Limits::RATIO_FREE_LEN`] came out. gzip itself ends at
    /// 1,032; repeated log lines reach a few thousand with xz and zstd.
    pub const MAX_RATIO: u64 = 10_000;
    /// Inflated bytes that are never asked for their ratio: 64 MiB, done in a blink.
    pub const RATIO_FREE_LEN: u64 = 64 << 20;
    /// Bytes in a line of text: 64 MiB. Single events of several MiB are real.
    pub const MAX_LINE_LEN: usize = 64 << 20;
    /// Bytes in a binary frame (ttyrec): 1 MiB. The classic tool writes 4 KiB.
    pub const MAX_FRAME_LEN: u32 = 1 << 20;
    /// Members of an archive, or recordings in a file: one million.
    pub const MAX_MEMBERS: u64 = 1_000_000;
    /// Findings kept in a report; more are only counted.
    pub const MAX_FINDINGS: usize = 1000;
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            depth: Limits::MAX_DEPTH,
            inflated_len: Limits::MAX_INFLATED_LEN,
            spool_len: Limits::MAX_SPOOL_LEN,
            ratio: Limits::MAX_RATIO,
            line_len: Limits::MAX_LINE_LEN,
            frame_len: Limits::MAX_FRAME_LEN,
            members: Limits::MAX_MEMBERS,
            findings: Limits::MAX_FINDINGS,
        }
    }
}
