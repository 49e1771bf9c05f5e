//! Backslashes, put and undone.

use crate::{ErrorKind, ParseError, Span};

/// Puts a backslash before everything that means something in a query: what is left is text.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if r#"\+-!():^[]"{}~*?|&/"#.contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Undoes the escapes of a piece of text that begins at byte `at` of the query: `\x` is x, `\uXXXX` that UTF-16 unit.
pub(crate) fn unescape(text: &str, at: usize, query: &str) -> Result<String, ParseError> {
    if !text.contains('\\') {
        return Ok(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut high: Option<u16> = None;
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        let mut unit = None;
        let mut plain = Some(c);
        if c == '\\' {
            plain = chars.next().map(|(_, escaped)| escaped);
            if plain == Some('u') {
                let digits = text.get(i + 2..i + 6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                let Some(value) = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) else {
                    let end = text[i..].char_indices().nth(6).map_or(text.len(), |(n, _)| i + n);
                    let span = Span::new(at + i, at + end);
                    return Err(ParseError::new(
                        ErrorKind::BadEscape,
                        query,
                        span,
                        "four hexadecimal digits after \\u",
                    ));
                };
                unit = Some(value);
                chars.nth(3);
            } else if plain.is_none() {
                let span = Span::new(at + i, at + i + 1);
                return Err(ParseError::new(ErrorKind::BadEscape, query, span, "a character after the backslash")
                    .hint(r"write \\ for a backslash"));
            }
        }
        push_utf16(&mut out, &mut high, unit, plain);
    }
    push_utf16(&mut out, &mut high, None, None);
    Ok(out)
}

/// Adds a UTF-16 unit or a character, joining surrogates; half a pair becomes U+FFFD.
pub(crate) fn push_utf16(out: &mut String, high: &mut Option<u16>, unit: Option<u16>, plain: Option<char>) {
    match unit {
        Some(low @ 0xDC00..=0xDFFF) if high.is_some() => {
            let pair = [high.take().unwrap_or_default(), low];
            out.extend(char::decode_utf16(pair).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        }
        Some(unit) => {
            flush_half(out, high);
            match unit {
                0xD800..=0xDBFF => *high = Some(unit),
                _ => out.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
            }
        }
        None => {
            flush_half(out, high);
            out.extend(plain);
        }
    }
}

fn flush_half(out: &mut String, high: &mut Option<u16>) {
    if high.take().is_some() {
        out.push(char::REPLACEMENT_CHARACTER);
    }
}
