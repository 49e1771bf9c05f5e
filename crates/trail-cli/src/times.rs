//! Times as people write and read them.

use anyhow::{Context, Result, bail};
use jiff::tz::TimeZone;
use trail_model::{Offset, Timestamp};

/// A point of a recording: relative to its start, or on the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// Since the recording's start.
    Offset(Offset),
    /// On the wall clock.
    Wall(Timestamp),
}

/// Reads `90`, `90.5`, `1:30`, `1:01:30.5` (offsets), or a wall-clock time as [`wall_clock`] does.
pub(crate) fn point(text: &str) -> Result<Point> {
    match offset(text) {
        Some(offset) => Ok(Point::Offset(offset)),
        None => wall_clock(text)
            .map(Point::Wall)
            .with_context(|| format!("{text:?} is neither an offset (90, 1:30, 0:01:30.5) nor a time (RFC 3339)")),
    }
}

fn offset(text: &str) -> Option<Offset> {
    let parts: Vec<&str> = text.split(':').collect();
    let (seconds, minutes_and_hours) = parts.split_last()?;
    if parts.len() > 3 || !seconds.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let mut total: f64 = seconds.parse().ok()?;
    let mut factor = 60.0;
    for part in minutes_and_hours.iter().rev() {
        total += part.parse::<u32>().ok()? as f64 * factor;
        factor *= 60.0;
    }
    Some(Offset::from_secs_f64(total))
}

/// Reads RFC 3339 (`2026-01-02T10:35:20Z`, with any offset), a civil time (UTC) or a date (its start, UTC).
pub(crate) fn wall_clock(text: &str) -> Result<Timestamp> {
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return to_timestamp(timestamp);
    }
    let civil = text
        .parse::<jiff::civil::DateTime>()
        .or_else(|_| text.parse::<jiff::civil::Date>().map(|date| date.to_datetime(jiff::civil::Time::midnight())))
        .with_context(|| format!("{text:?} is not a time: write 2026-01-02 or 2026-01-02T10:35:20Z"))?;
    to_timestamp(civil.to_zoned(TimeZone::UTC)?.timestamp())
}

fn to_timestamp(timestamp: jiff::Timestamp) -> Result<Timestamp> {
    match i64::try_from(timestamp.as_nanosecond()) {
        Ok(ns) => Ok(Timestamp(ns)),
        Err(_) => bail!("{timestamp} lies outside the years 1678 to 2262"),
    }
}

/// Writes ISO 8601 in UTC, with as many digits of the second as are not zero.
pub(crate) fn iso(time: Timestamp) -> String {
    // Every i64 of nanoseconds lies inside jiff's range.
    jiff::Timestamp::from_nanosecond(i128::from(time.0)).map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_wall_clock_times_are_told_apart() {
        assert_eq!(point("90").unwrap(), Point::Offset(Offset(90_000_000_000)));
        assert_eq!(point("1:30.5").unwrap(), Point::Offset(Offset(90_500_000_000)));
        assert_eq!(point("1:00:00").unwrap(), Point::Offset(Offset(3_600_000_000_000)));
        assert_eq!(point("1970-01-01T00:00:01Z").unwrap(), Point::Wall(Timestamp(1_000_000_000)));
        assert_eq!(point("1970-01-02").unwrap(), Point::Wall(Timestamp(86_400_000_000_000)));
        assert!(point("yesterday").is_err());
        assert!(point("9999-12-31T00:00:00Z").is_err());
    }

    #[test]
    fn wall_clock_times_print_in_utc() {
        assert_eq!(iso(Timestamp(1_000_000_000)), "1970-01-01T00:00:01Z");
        assert_eq!(iso(Timestamp(1_500_000_000)), "1970-01-01T00:00:01.5Z");
    }
}
