//! Texts for people.

use std::borrow::Cow;

/// `text` without control characters: what comes from a recording must not steer the terminal that prints it.
pub fn printable(text: &str) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    if is_plain || text.chars().all(|c| !c.is_control() || c == '\t') {
        return text.into();
    }
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{FFFD}' } else { c }).collect::<String>().into()
}

/// A length of time in nanoseconds: `0 s`, `340 ms`, `12.3 s`, `4 min 05 s`, `2 h 03 min`.
pub fn duration(ns: u64) -> String {
    let mut out = String::new();
    push_duration(&mut out, ns);
    out
}

/// Appends what [`duration`] gives.
pub(crate) fn push_duration(out: &mut String, ns: u64) {
    let ms = ns / 1_000_000;
    match ms {
        0 if ns == 0 => out.push_str("0 s"),
        0 => out.push_str("<1 ms"),
        1..=999 => {
            push_number(out, ms);
            out.push_str(" ms");
        }
        1000..=59_999 => {
            push_number(out, ms / 1000);
            out.push('.');
            push_number(out, ms / 100 % 10);
            out.push_str(" s");
        }
        60_000..=3_599_999 => {
            push_number(out, ms / 60_000);
            out.push_str(" min ");
            push_two_digits(out, ms / 1000 % 60);
            out.push_str(" s");
        }
        _ => {
            push_number(out, ms / 3_600_000);
            out.push_str(" h ");
            push_two_digits(out, ms / 60_000 % 60);
            out.push_str(" min");
        }
    }
}

fn push_number(out: &mut String, number: u64) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

fn push_two_digits(out: &mut String, number: u64) {
    if number < 10 {
        out.push('0');
    }
    push_number(out, number);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let cases = [(0, "0 s"), (5, "<1 ms"), (340_000_000, "340 ms"), (12_345_000_000, "12.3 s")];
        for (ns, text) in cases {
            assert_eq!(duration(ns), text);
        }
        assert_eq!(duration(245_000_000_000), "4 min 05 s");
        assert_eq!(duration(7_380_000_000_000), "2 h 03 min");
    }
}
