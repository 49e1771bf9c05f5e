//! Dates, rounding and date math.
//!
//! Times are milliseconds since 1970-01-01T00:00:00Z. A text names a unit by its precision: a day, an hour, a second. As a
//! lower end the unit's first millisecond counts, as an upper end its last.

use jiff::civil::{Date as CivilDate, DateTime, Time};
use jiff::{Span, ToSpan};

/// What an error says was expected.
pub(crate) const EXPECTED: &str =
    "a date such as 2017-01-25 or 2017-01-25T10:00:00Z, seconds since 1970, or `now` and date math";

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Date = i64;

/// Which texts are dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForms {
    /// ISO 8601 from the day on, or seconds since 1970: `strict_date_optional_time||epoch_second`.
    Days,
    /// These, and `2017-01` and `2017` for a month and a year; so four digits are never seconds.
    Short,
}

/// A fixed distance from UTC, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Zone(pub i32);

impl Zone {
    /// Reads `Z`, `UTC`, `+02:00`, `-0530` or `+02`.
    pub fn parse(text: &str) -> Option<Zone> {
        if matches!(text, "Z" | "UTC") {
            return Some(Zone(0));
        }
        let sign = match text.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let digits = text[1..].replacen(':', "", usize::from(text.len() == 6 && text.as_bytes()[3] == b':'));
        if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let hours: i32 = digits[..2].parse().ok()?;
        let minutes: i32 = digits.get(2..4).map_or(Ok(0), str::parse).ok()?;
        (hours <= 18 && minutes < 60).then_some(Zone(sign * (hours * 3600 + minutes * 60)))
    }
}

/// Reads a date with its math. `up` asks for the last millisecond of what it names instead of the first; `zone` counts
/// where the text names none.
pub fn parse_date(text: &str, forms: DateForms, now: Date, zone: Zone, up: bool) -> Option<Date> {
    if let Some(math) = text.strip_prefix("now") {
        return apply_math(now, math, zone, up);
    }
    match text.split_once("||") {
        Some((anchor, math)) => apply_math(anchor_date(anchor, forms, zone, up)?, math, zone, up),
        None => anchor_date(text, forms, zone, up),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

impl Unit {
    fn from_letter(letter: u8) -> Option<Unit> {
        Some(match letter {
            b'y' => Unit::Year,
            b'M' => Unit::Month,
            b'w' => Unit::Week,
            b'd' => Unit::Day,
            b'h' | b'H' => Unit::Hour,
            b'm' => Unit::Minute,
            b's' => Unit::Second,
            _ => return None,
        })
    }

    fn span(self, count: i64) -> Option<Span> {
        let span = Span::new();
        match self {
            Unit::Year => span.try_years(count),
            Unit::Month => span.try_months(count),
            Unit::Week => span.try_weeks(count),
            Unit::Day => span.try_days(count),
            Unit::Hour => span.try_hours(count),
            Unit::Minute => span.try_minutes(count),
            Unit::Second => span.try_seconds(count),
            Unit::Millisecond => span.try_milliseconds(count),
        }
        .ok()
    }
}

fn apply_math(start: Date, math: &str, zone: Zone, up: bool) -> Option<Date> {
    let bytes = math.as_bytes();
    let mut at = 0;
    let mut time = start;
    while at < bytes.len() {
        let operator = bytes[at];
        at += 1;
        let digits = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let count: i64 = if digits == 0 { 1 } else { math[at..at + digits].parse().ok()? };
        at += digits;
        let unit = Unit::from_letter(*bytes.get(at)?)?;
        at += 1;
        time = match operator {
            b'+' => add(time, unit, count, zone)?,
            b'-' => add(time, unit, -count, zone)?,
            b'/' if count == 1 => {
                let floor = floor(time, unit, zone)?;
                if up { add(floor, unit, 1, zone)? - 1 } else { floor }
            }
            _ => return None,
        };
    }
    Some(time)
}

fn to_civil(time: Date, zone: Zone) -> Option<DateTime> {
    let local = time.checked_add(i64::from(zone.0) * 1000)?;
    let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    epoch.checked_add(Span::new().try_milliseconds(local).ok()?).ok()
}

fn from_civil(civil: DateTime, zone: Zone) -> Option<Date> {
    let days = i64::from(civil.date().since(CivilDate::constant(1970, 1, 1)).ok()?.get_days());
    let time = civil.time();
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let ms = i64::from(time.subsec_nanosecond()).div_euclid(1_000_000);
    (days * 86_400 + seconds - i64::from(zone.0)).checked_mul(1000)?.checked_add(ms)
}

fn add(time: Date, unit: Unit, count: i64, zone: Zone) -> Option<Date> {
    from_civil(to_civil(time, zone)?.checked_add(unit.span(count)?).ok()?, zone)
}

fn floor(time: Date, unit: Unit, zone: Zone) -> Option<Date> {
    let civil = to_civil(time, zone)?;
    let date = civil.date();
    let t = civil.time();
    let at = |date: CivilDate| DateTime::from_parts(date, Time::midnight());
    let civil = match unit {
        Unit::Year => at(CivilDate::new(date.year(), 1, 1).ok()?),
        Unit::Month => at(date.first_of_month()),
        Unit::Week => {
            let monday = i64::from(date.weekday().to_monday_zero_offset());
            at(date.checked_sub(monday.days()).ok()?)
        }
        Unit::Day => at(date),
        Unit::Hour => DateTime::from_parts(date, Time::new(t.hour(), 0, 0, 0).ok()?),
        Unit::Minute => DateTime::from_parts(date, Time::new(t.hour(), t.minute(), 0, 0).ok()?),
        Unit::Second => DateTime::from_parts(date, Time::new(t.hour(), t.minute(), t.second(), 0).ok()?),
        Unit::Millisecond => civil,
    };
    from_civil(civil, zone)
}

/// A date without math.
fn anchor_date(text: &str, forms: DateForms, zone: Zone, up: bool) -> Option<Date> {
    let (start, unit, zone) = named_unit(text, forms, zone)?;
    if up { Some(add(start, unit, 1, zone)? - 1) } else { Some(start) }
}

/// The unit that a text names: its start, its size, and the zone it is in.
fn named_unit(text: &str, forms: DateForms, zone: Zone) -> Option<(Date, Unit, Zone)> {
    let is_year = forms == DateForms::Short && text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    if !is_year && let Some((start, unit)) = epoch_seconds(text) {
        return Some((start, unit, zone));
    }
    let mut reader = Reader { text: text.as_bytes(), at: 0 };
    let year = reader.number(4)?;
    let short = forms == DateForms::Short;
    let (mut month, mut day, mut unit) = (1, 1, Unit::Year);
    if reader.take(b'-') {
        month = reader.number(2)?;
        unit = Unit::Month;
        if reader.take(b'-') {
            day = reader.number(2)?;
            unit = Unit::Day;
        }
    }
    if !short && unit != Unit::Day {
        return None;
    }
    let date = CivilDate::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let (mut hour, mut minute, mut second, mut ns, mut own_zone) = (0, 0, 0, 0, None);
    if unit == Unit::Day && reader.take(b'T') {
        hour = reader.number(2)?;
        unit = Unit::Hour;
        if reader.take(b':') {
            minute = reader.number(2)?;
            unit = Unit::Minute;
            if reader.take(b':') {
                second = reader.number(2)?;
                unit = Unit::Second;
                if reader.take(b'.') || reader.take(b',') {
                    ns = reader.fraction()?;
                    unit = Unit::Millisecond;
                }
            }
        }
        if reader.at < text.len() {
            own_zone = Some(Zone::parse(text.get(reader.at..)?).filter(|_| !text[reader.at..].starts_with('U'))?);
            reader.at = text.len();
        }
    }
    if reader.at < text.len() {
        return None;
    }
    let part = |value: i64| i8::try_from(value).ok();
    let time = Time::new(part(hour)?, part(minute)?, part(second)?, i32::try_from(ns).ok()?).ok()?;
    let zone = own_zone.unwrap_or(zone);
    Some((from_civil(DateTime::from_parts(date, time), zone)?, unit, zone))
}

/// Seconds since 1970 with an optional fraction.
fn epoch_seconds(text: &str) -> Option<(Date, Unit)> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !fraction.is_none_or(|part| is_digits(part) && part.len() <= 9) {
        return None;
    }
    let seconds: i64 = whole.parse().ok()?;
    let ms = fraction.map_or(Some(0), |part| format!("{part:0<3}")[..3].parse::<i64>().ok())?;
    let time = seconds.checked_mul(1000)?.checked_add(ms)?.checked_mul(sign)?;
    Some((time, if fraction.is_some() { Unit::Millisecond } else { Unit::Second }))
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, expected: u8) -> bool {
        let found = self.text.get(self.at) == Some(&expected);
        self.at += usize::from(found);
        found
    }

    /// Exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        let piece = self.text.get(self.at..self.at + digits)?;
        if !piece.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.at += digits;
        Some(piece.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
    }

    /// One to nine digits after the point, in nanoseconds.
    fn fraction(&mut self) -> Option<i64> {
        let digits = self.text[self.at..].iter().take_while(|b| b.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) {
            return None;
        }
        let value = self.number(digits)?;
        Some(value * 10_i64.pow(9 - digits as u32))
    }
}

/// The start of the bin of a histogram in which a time lies, and the start of the next one.
pub(crate) fn bin(time: Date, letter: u8, zone: Zone) -> Option<(Date, Date)> {
    let unit = Unit::from_letter(letter)?;
    let start = floor(time, unit, zone)?;
    Some((start, add(start, unit, 1, zone)?))
}
