//! Times in queries: `at:`, `during:` and `shown:`.

use jiff::Span as JiffSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use trail_content::Moments;
use trail_model::{Offset, Timestamp};
use trail_query::{LeafKind, TIME_FIELDS, parse_duration};

use crate::intervals::IntervalSet;

/// What a leaf of one of the time fields asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TimeLeaf {
    /// Moments whose span meets a period.
    During(Period),
    /// Items with a lifetime of a certain length.
    Shown(Lifetime),
}

/// How long an item was visible without a break, in nanoseconds, both ends inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) least: u64,
    pub(crate) most: u64,
}

/// A period, both ends inside; `None` is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: Option<Point>,
    pub(crate) to: Option<Point>,
}

/// A point in time, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// Since the recording's start.
    Offset(i128),
    /// Since 1970 on the wall clock.
    Wall(i128),
}

/// A time as written: its first nanosecond and the one after its last, since it means the whole unit it is given in.
#[derive(Clone, Copy, Debug)]
struct Written {
    is_offset: bool,
    begin: i128,
    end: i128,
}

/// Reads the value of a time field. Nothing for other fields; `Err` says what could stand there.
pub(crate) fn time_leaf(field: Option<&str>, kind: &LeafKind) -> Option<Result<TimeLeaf, &'static str>> {
    let field = field.filter(|field| TIME_FIELDS.contains(field))?;
    Some(match field {
        "shown" => shown(kind).map(TimeLeaf::Shown).ok_or("`<2s`, `<=2s`, `>10m`, `>=10m` or `[2s TO 10m]`"),
        "during" => {
            during(kind).map(TimeLeaf::During).ok_or("`[from TO to]` with times as in 2026-01-02T10:35:20Z or +90s")
        }
        _ => at(kind).map(TimeLeaf::During).ok_or("a time as in 2026-01-02T10:35:20Z, 2026-01-02 or +90s"),
    })
}

fn shown(kind: &LeafKind) -> Option<Lifetime> {
    let all = Lifetime { least: 0, most: u64::MAX };
    match kind {
        LeafKind::Term { text } => {
            let (sign, rest) = text.split_at_checked(1)?;
            let (inclusive, value) = rest.strip_prefix('=').map_or((false, rest), |value| (true, value));
            let ns = parse_duration(value)?;
            Some(match (sign, inclusive) {
                ("<", true) => Lifetime { most: ns, ..all },
                // Less than nothing is never.
                ("<", false) if ns == 0 => Lifetime { least: 1, most: 0 },
                ("<", false) => Lifetime { most: ns - 1, ..all },
                (">", true) => Lifetime { least: ns, ..all },
                (">", false) => Lifetime { least: ns.checked_add(1)?, ..all },
                _ => return None,
            })
        }
        LeafKind::Range { lower, upper, include_lower, include_upper } => {
            let least = lower.as_deref().map_or(Some(0), parse_duration)?;
            let most = upper.as_deref().map_or(Some(u64::MAX), parse_duration)?;
            let least = if *include_lower || lower.is_none() { least } else { least.checked_add(1)? };
            let most = if *include_upper || upper.is_none() { most } else { most.checked_sub(1)? };
            Some(Lifetime { least, most })
        }
        _ => None,
    }
}

fn at(kind: &LeafKind) -> Option<Period> {
    let (LeafKind::Term { text } | LeafKind::Phrase { text, slop: None }) = kind else { return None };
    let at = written(text)?;
    Some(Period { from: Some(at.point(at.begin)), to: Some(at.point(at.end - 1)) })
}

fn during(kind: &LeafKind) -> Option<Period> {
    let LeafKind::Range { lower, upper, include_lower, include_upper } = kind else { return None };
    let bound = |text: &Option<String>| text.as_deref().map_or(Some(None), |text| written(text).map(Some));
    let from = bound(lower)?.map(|at| at.point(if *include_lower { at.begin } else { at.end }));
    let to = bound(upper)?.map(|at| at.point(if *include_upper { at.end - 1 } else { at.begin - 1 }));
    Some(Period { from, to })
}

impl Written {
    fn point(self, ns: i128) -> Point {
        if self.is_offset { Point::Offset(ns) } else { Point::Wall(ns) }
    }
}

/// Reads `+90s` and `+1m30s` (since the start, to the nanosecond), and dates with as much of a time as is given: a year, a
/// month, a day, an hour, a minute, a second or a part of it, in UTC unless a zone is given; a number of five digits or
/// more is seconds since 1970.
fn written(text: &str) -> Option<Written> {
    if let Some(offset) = text.strip_prefix('+') {
        let ns = i128::from(parse_duration(offset)?);
        return Some(Written { is_offset: true, begin: ns, end: ns + 1 });
    }
    let wall = |begin: i128, end: i128| Some(Written { is_offset: false, begin, end });
    if text.len() > 4 && text.bytes().all(|b| b.is_ascii_digit()) {
        let second = i128::from(text.parse::<i64>().ok()?);
        return wall(second * NS_PER_SECOND, (second + 1) * NS_PER_SECOND);
    }
    let Some((_, time)) = text.split_once(['T', 't', ' ']) else {
        let (first, unit) = match text.len() {
            4 => (format!("{text}-01-01"), JiffSpan::new().years(1)),
            7 => (format!("{text}-01"), JiffSpan::new().months(1)),
            _ => (text.to_owned(), JiffSpan::new().days(1)),
        };
        let day = first.parse::<Date>().ok()?;
        return wall(utc(day.into())?, utc(day.checked_add(unit).ok()?.into())?);
    };
    let clock = time.split(['Z', 'z', '+', '-', '[']).next().unwrap_or(time);
    let unit = match clock.split_once('.') {
        Some((_, fraction)) => 10i128.pow(9u32.checked_sub(u32::try_from(fraction.len()).ok()?)?),
        None => match clock.split(':').count() {
            1 => 3600 * NS_PER_SECOND,
            2 => 60 * NS_PER_SECOND,
            _ => NS_PER_SECOND,
        },
    };
    let begin = match text.parse::<jiff::Timestamp>() {
        Ok(timestamp) => timestamp.as_nanosecond(),
        Err(_) if clock.len() == time.len() => utc(text.parse::<DateTime>().ok()?)?,
        Err(_) => return None,
    };
    wall(begin, begin + unit)
}

const NS_PER_SECOND: i128 = 1_000_000_000;

fn utc(time: DateTime) -> Option<i128> {
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_nanosecond())
}

impl Period {
    /// The moments of a channel whose span meets the period; none where the wall clock is asked for and there is none.
    pub(crate) fn moments(self, moments: &Moments, start: Option<Timestamp>) -> IntervalSet {
        let (Some(from), Some(to)) = (offset(self.from, start, i128::MIN), offset(self.to, start, i128::MAX)) else {
            return IntervalSet::EMPTY;
        };
        let count = u32::try_from(moments.len()).unwrap_or(u32::MAX);
        let first = first_from(count, |at| last_ns(moments, at) >= from);
        let after = first_from(count, |at| i128::from(moments.start_time(at).0) > to);
        after.checked_sub(1).map_or(IntervalSet::EMPTY, |last| IntervalSet::run(first, last))
    }
}

impl Period {
    /// As a part of a recording, both ends inside; nothing where the wall clock is asked for and there is none, or where it
    /// ends before the recording begins.
    pub(crate) fn offsets(self, start: Option<Timestamp>) -> Option<(Offset, Offset)> {
        let (from, to) = (offset(self.from, start, i128::MIN)?, offset(self.to, start, i128::MAX)?);
        let inside = |ns: i128| Offset(u64::try_from(ns.max(0)).unwrap_or(u64::MAX));
        (to >= 0).then(|| (inside(from), inside(to)))
    }
}

/// A point as an offset; `open` where the end is open, nothing where there is no wall clock.
fn offset(point: Option<Point>, start: Option<Timestamp>, open: i128) -> Option<i128> {
    match point {
        None => Some(open),
        Some(Point::Offset(ns)) => Some(ns),
        Some(Point::Wall(ns)) => start.map(|start| ns - i128::from(start.0)),
    }
}

/// The last nanosecond of a moment: the one before the next moment begins. One that lasted no time is the point at which
/// it began; the last moment has the end of the recording in it.
fn last_ns(moments: &Moments, at: u32) -> i128 {
    let (start, end) = (i128::from(moments.start_time(at).0), i128::from(moments.end_time(at).0));
    if at as usize + 1 == moments.len() { end.max(start) } else { (end - 1).max(start) }
}

/// The first of `count` ordinals for which `holds`, which stays true; by binary search.
fn first_from(count: u32, holds: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

impl Lifetime {
    /// The lifetimes among `presence` that are so long.
    pub(crate) fn of(self, presence: &IntervalSet, moments: &Moments) -> IntervalSet {
        let len = |run: &(u32, u32)| moments.end_time(run.1).0.saturating_sub(moments.start_time(run.0).0);
        presence.runs().iter().copied().filter(|run| (self.least..=self.most).contains(&len(run))).collect()
    }
}

#[cfg(test)]
mod tests;
