//! Numbers as Elasticsearch reads them.

/// Reads a decimal number: blanks around it, a fraction, an exponent and one final type letter are allowed.
pub(crate) fn double(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c: char| c <= ' ');
    let body = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E');
    if !body.bytes().all(plain) {
        return None;
    }
    body.parse::<f64>().ok()
}

/// A number against whole numbers of a range: its whole part, and whether there is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) value: i64,
    pub(crate) has_fraction: bool,
    pub(crate) is_negative: bool,
}

/// Reads a number for a whole-number field. `None` if it is no number or out of range.
pub(crate) fn whole(text: &str, min: i64, max: i64) -> Option<Whole> {
    let trimmed = text.trim_matches(|c: char| c <= ' ');
    // Digits are read as such: a double has only 53 bits.
    let exact = trimmed.parse::<i128>().ok();
    let value = match exact {
        Some(value) => i64::try_from(value).ok()?,
        None => {
            let value = double(text)?;
            if !(value.trunc() >= min as f64 && value.trunc() <= max as f64) {
                return None;
            }
            let whole = value.trunc() as i64;
            let has_fraction = value.fract() != 0.0;
            return Some(Whole { value: whole, has_fraction, is_negative: value < 0.0 });
        }
    };
    (min..=max).contains(&value).then_some(Whole { value, has_fraction: false, is_negative: value < 0 })
}

/// The whole numbers of an interval, ends rounded inwards; `None` if there are none.
pub(crate) fn whole_span(
    lower: Option<(Whole, bool)>,
    upper: Option<(Whole, bool)>,
    min: i64,
    max: i64,
) -> Option<(i64, i64)> {
    let low = match lower {
        None => min,
        Some((Whole { value, has_fraction, is_negative }, included)) => {
            let steps = if has_fraction { !is_negative } else { !included };
            if steps { value.checked_add(1).filter(|value| *value <= max)? } else { value }
        }
    };
    let high = match upper {
        None => max,
        Some((Whole { value, has_fraction, is_negative }, included)) => {
            let steps = if has_fraction { is_negative } else { !included };
            if steps { value.checked_sub(1).filter(|value| *value >= min)? } else { value }
        }
    };
    (low <= high).then_some((low, high))
}
