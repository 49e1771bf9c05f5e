//! Texts for people.

use std::borrow::Cow;

/// `text` without control characters: what comes from a recording must not steer the terminal that prints it.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !c.is_control() || c == '\t') {
        return text.into();
    }
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{FFFD}' } else { c }).collect::<String>().into()
}

/// A length of time in nanoseconds: `0 s`, `340 ms`, `12.3 s`, `4 min 05 s`, `2 h 03 min`.
pub fn duration(ns: u64) -> String {
    let ms = ns / 1_000_000;
    match ms {
        0 if ns == 0 => "0 s".to_owned(),
        0 => "<1 ms".to_owned(),
        1..=999 => format!("{ms} ms"),
        1000..=59_999 => format!("{}.{} s", ms / 1000, ms / 100 % 10),
        60_000..=3_599_999 => format!("{} min {:02} s", ms / 60_000, ms / 1000 % 60),
        _ => format!("{} h {:02} min", ms / 3_600_000, ms / 60_000 % 60),
    }
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
