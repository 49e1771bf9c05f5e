//! Points and spans of time.

use std::fmt;

/// A wall-clock time in nanoseconds since 1970-01-01T00:00:00Z.
///
/// Range: about the years 1678 to 2262. A recording without a wall clock has none; it is never invented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns the time that lies `offset` after this one; saturates at the end of the range.
    pub fn plus(self, offset: Offset) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(offset.0).unwrap_or(i64::MAX)))
    }
}

/// Nanoseconds since the start of the recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(pub u64);

impl Offset {
    /// The start of the recording.
    pub const ZERO: Offset = Offset(0);

    /// Makes an offset from seconds; negative and non-finite values become zero, huge ones saturate.
    pub fn from_secs_f64(secs: f64) -> Offset {
        // A float-to-integer cast saturates and maps NaN to zero, which is what is wanted here.
        Offset((secs * 1e9).round() as u64)
    }

    /// Returns the offset in seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// Returns the offset `ns` nanoseconds later, saturating.
    pub fn plus_ns(self, ns: u64) -> Offset {
        Offset(self.0.saturating_add(ns))
    }
}

/// Shows `h:mm:ss.mmm`, for people.
impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0 / 1_000_000;
        write!(f, "{}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
    }
}

/// A span `[start, end)` of a recording; `start == end` is legal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan {
    /// The first point inside.
    pub start: Offset,
    /// The first point after.
    pub end: Offset,
}

impl TimeSpan {
    /// Length in nanoseconds.
    pub fn len_ns(self) -> u64 {
        self.end.0.saturating_sub(self.start.0)
    }
}
