//! Patterns with `*` and `?`.

/// A piece of a wildcard pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WildcardPart {
    /// This text, escapes undone; never empty.
    Literal(String),
    /// `?`: exactly one character.
    One,
    /// `*`: any text, also none.
    Any,
}

/// Takes a pattern apart: `\x` is the character x, a last lone backslash is itself.
pub fn wildcard_parts(pattern: &str) -> Vec<WildcardPart> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let operator = match c {
            '*' => WildcardPart::Any,
            '?' => WildcardPart::One,
            '\\' => {
                literal.push(chars.next().unwrap_or('\\'));
                continue;
            }
            _ => {
                literal.push(c);
                continue;
            }
        };
        if !literal.is_empty() {
            parts.push(WildcardPart::Literal(std::mem::take(&mut literal)));
        }
        parts.push(operator);
    }
    if !literal.is_empty() {
        parts.push(WildcardPart::Literal(literal));
    }
    parts
}

/// Puts a pattern together; only `*`, `?` and the backslash are escaped in it.
pub fn wildcard_pattern(parts: &[WildcardPart]) -> String {
    let mut pattern = String::new();
    for part in parts {
        match part {
            WildcardPart::One => pattern.push('?'),
            WildcardPart::Any => pattern.push('*'),
            WildcardPart::Literal(text) => {
                for c in text.chars() {
                    if matches!(c, '*' | '?' | '\\') {
                        pattern.push('\\');
                    }
                    pattern.push(c);
                }
            }
        }
    }
    pattern
}

/// Whether a field's name fits a pattern in which `*` is any text. Takes time in proportion to the product of the lengths.
pub fn fits_name(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < name.len() {
        if pattern.get(p) == Some(&b'*') {
            retry = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&name[t]) {
            p += 1;
            t += 1;
        } else {
            let Some((star, from)) = retry else { return false };
            retry = Some((star, from + 1));
            (p, t) = (star + 1, from + 1);
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}
