//! Times as callers write them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::clock::{MS_NS, SECOND_NS};

const DAY_NS: i64 = 86_400 * SECOND_NS;

/// Reads ISO 8601: a date (its start, UTC), minutes, seconds or fractions, with a zone or in UTC. Nanoseconds since 1970.
pub(crate) fn start(text: &str) -> Option<i64> {
    read(text).map(|(ns, _)| ns)
}

/// The same, where a date means the last millisecond of its day.
pub(crate) fn end(text: &str) -> Option<i64> {
    read(text).map(|(ns, is_date)| if is_date { ns.saturating_add(DAY_NS - MS_NS) } else { ns })
}

fn read(text: &str) -> Option<(i64, bool)> {
    let text = text.trim();
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return nanoseconds(time).map(|ns| (ns, false));
    }
    let (civil, is_date) = match text.contains(['T', 't', ' ']) {
        true => (text.parse::<DateTime>().ok()?, false),
        false => (text.parse::<Date>().ok()?.to_datetime(Time::midnight()), true),
    };
    let time = civil.to_zoned(TimeZone::UTC).ok()?.timestamp();
    nanoseconds(time).map(|ns| (ns, is_date))
}

fn nanoseconds(time: jiff::Timestamp) -> Option<i64> {
    i64::try_from(time.as_nanosecond()).ok()
}

/// A time as content and events show it: microseconds, without a zone, in UTC.
pub(crate) fn without_zone(ns: i64) -> String {
    let time = jiff::Timestamp::from_nanosecond(i128::from(ns)).unwrap_or_default();
    format!("{time:.6}").trim_end_matches('Z').to_owned()
}
