//! Numbers as recorders write them.

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// Reads seconds as nanoseconds, exactly: `12`, `0.031214`, `0,031214` (old locales), `6.5e-05`, `-1.5`.
pub(crate) fn seconds(text: &[u8]) -> Option<i128> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.contains(&b'e') || digits.contains(&b'E') {
        let secs: f64 = std::str::from_utf8(text).ok()?.replace(',', ".").parse().ok()?;
        return secs.is_finite().then(|| (secs * SECOND as f64).round() as i128);
    }
    let point = digits.iter().position(|&byte| byte == b'.' || byte == b',');
    let (whole, fraction) = match point {
        Some(point) => (&digits[..point], &digits[point + 1..]),
        None => (digits, &[][..]),
    };
    if whole.is_empty() && fraction.is_empty() || whole.len() > 18 {
        return None;
    }
    let mut ns = 0_i128;
    for &digit in whole {
        ns = ns * 10 + i128::from(decimal(digit)?);
    }
    ns *= SECOND;
    let mut unit = SECOND / 10;
    for &digit in fraction {
        ns += unit * i128::from(decimal(digit)?);
        unit /= 10;
    }
    Some(if negative { -ns } else { ns })
}

fn decimal(digit: u8) -> Option<u8> {
    digit.is_ascii_digit().then(|| digit - b'0')
}

/// Reads a whole number without sign.
pub(crate) fn integer(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |sum, &digit| sum.checked_mul(10)?.checked_add(u64::from(decimal(digit)?)))
}

/// The words of a line.
pub(crate) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact() {
        assert_eq!(seconds(b"0.087089703"), Some(87_089_703));
        assert_eq!(seconds(b"0,031214"), Some(31_214_000));
        assert_eq!(seconds(b"6.5e-05"), Some(65_000));
        assert_eq!(seconds(b"12"), Some(12_000_000_000));
        assert_eq!(seconds(b"-1.5"), Some(-1_500_000_000));
        assert_eq!(seconds(b".5"), Some(500_000_000));
        for text in [&b""[..], b".", b"1.2.3", b"x", b"1 ", b"nan", b"inf", b"1e999", b"9999999999999999999"] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
        assert_eq!(integer(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(integer(b"18446744073709551616"), None);
    }
}
