//! Lengths of time as people write them.

/// Units and their nanoseconds, the longest first.
const UNITS: [(&str, u64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("ms", 1_000_000),
    ("m", 60_000_000_000),
    ("us", 1_000),
    ("ns", 1),
    ("s", 1_000_000_000),
];

/// Reads `2s`, `1.5s`, `300ms`, `10m`, `1h30m`, `2d`: numbers with units `d h m s ms us ns`, in nanoseconds. Nothing if the
/// text is something else or beyond 584 years.
pub fn parse_duration(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let number = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let (digits, after) = rest.split_at(number);
        let (unit, ns) = UNITS.into_iter().find(|unit| {
            // `5m` followed by `s` is a unit of its own.
            after.starts_with(unit.0) && !after[unit.0.len()..].starts_with(|c: char| c.is_alphabetic())
        })?;
        total = total.checked_add(scaled(digits, ns)?)?;
        rest = &after[unit.len()..];
    }
    (!text.is_empty()).then_some(total)
}

/// `digits`, with an optional fraction, times `ns`; what is less than a nanosecond is cut.
fn scaled(digits: &str, ns: u64) -> Option<u64> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let mut total = whole.parse::<u64>().ok()?.checked_mul(ns)?;
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut unit = ns;
    for digit in fraction.bytes() {
        unit /= 10;
        total = total.checked_add(unit * u64::from(digit - b'0'))?;
    }
    Some(total)
}

/// Writes a duration so that [`parse_duration`] reads it again: `90s`, `10m`, `1500ms`.
pub fn write_duration(ns: u64) -> String {
    let fitting = UNITS.into_iter().filter(|unit| ns.is_multiple_of(unit.1)).max_by_key(|unit| unit.1);
    let (unit, len) = fitting.filter(|_| ns > 0).unwrap_or(("s", 1_000_000_000));
    format!("{}{unit}", ns / len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_back() {
        for (text, ns) in
            [("2s", 2_000_000_000), ("10m", 600_000_000_000), ("300ms", 300_000_000), ("0s", 0), ("7ns", 7)]
        {
            assert_eq!(parse_duration(text), Some(ns), "{text}");
            assert_eq!(write_duration(ns), text);
        }
        assert_eq!(parse_duration("1h30m"), Some(5_400_000_000_000));
        assert_eq!(parse_duration("1.5s"), Some(1_500_000_000));
        assert_eq!(parse_duration("0.000000001s"), Some(1));
        for text in ["", "5", "s", "1.s", "1..2s", "2x", "2 s", "99999999999999999999s", "9999999d9999999d", "5mx"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
