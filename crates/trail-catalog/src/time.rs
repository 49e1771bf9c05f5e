//! Times as documents have them.

/// ISO 8601 in UTC with milliseconds: `2026-01-02T10:35:20.000Z`.
pub fn iso_ms(ns: i64) -> String {
    // Every i64 of nanoseconds lies inside jiff's range.
    let time = jiff::Timestamp::from_nanosecond(i128::from(ns)).unwrap_or_default();
    format!("{time:.3}")
}
