//! Queries that a single token answers: wildcards, regular expressions, words a few edits away, intervals.

use std::fmt;

use super::query::{write_inside, write_quoted, write_word};
use super::regexp::Regexp;
use super::tokens::normalize;

/// What a token must be like. Texts are as typed; they are compared in NFC and lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Characters and wildcards.
    Wildcard(Vec<Wild>),
    /// A regular expression, as it stands between slashes.
    Regexp(String),
    /// At most so many edits away.
    Fuzzy(String, u8),
    /// In an interval of texts by their bytes; an end is its text and whether it belongs to the interval.
    Range(Option<(String, bool)>, Option<(String, bool)>),
}

/// A piece of a wildcard pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wild {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any text.
    Any,
}

impl Pattern {
    /// A function that tells whether a comparable token is meant.
    pub(crate) fn matcher(&self) -> Box<dyn FnMut(&str) -> bool + '_> {
        match self {
            Pattern::Wildcard(wilds) => {
                let folded: Vec<Wild> = fold_wilds(wilds);
                Box::new(move |token| wildcard_matches(&folded, token))
            }
            Pattern::Regexp(pattern) => {
                let mut regexp = Regexp::new(&normalize(pattern));
                Box::new(move |token| regexp.as_mut().is_some_and(|regexp| regexp.matches(token)))
            }
            Pattern::Fuzzy(text, edits) => {
                let text: Vec<char> = normalize(text).chars().collect();
                Box::new(move |token| is_within(&text, token, usize::from(*edits)))
            }
            Pattern::Range(low, high) => {
                let end = |end: &Option<(String, bool)>| end.as_ref().map(|end| (normalize(&end.0), end.1));
                let (low, high) = (end(low), end(high));
                Box::new(move |token| {
                    let above = low.as_ref().is_none_or(|low| if low.1 { *low.0 <= *token } else { *low.0 < *token });
                    let below =
                        high.as_ref().is_none_or(|high| if high.1 { *token <= *high.0 } else { *token < *high.0 });
                    above && below
                })
            }
        }
    }
}

fn fold_wilds(wilds: &[Wild]) -> Vec<Wild> {
    let mut folded = Vec::new();
    for piece in wilds.chunk_by(|a, b| matches!((a, b), (Wild::Char(_), Wild::Char(_)))) {
        let text: String =
            piece.iter().filter_map(|wild| if let Wild::Char(c) = wild { Some(*c) } else { None }).collect();
        match text.is_empty() {
            true => folded.extend(piece),
            false => folded.extend(normalize(&text).chars().map(Wild::Char)),
        }
    }
    folded
}

/// Which lengths of the pattern match the text so far, character by character.
fn wildcard_matches(pattern: &[Wild], token: &str) -> bool {
    let through = |reached: &mut Vec<bool>| {
        for (at, wild) in pattern.iter().enumerate() {
            reached[at + 1] |= reached[at] && *wild == Wild::Any;
        }
    };
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    through(&mut reached);
    for c in token.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for (at, wild) in pattern.iter().enumerate() {
            match wild {
                Wild::Any => next[at] |= reached[at],
                Wild::One => next[at + 1] |= reached[at],
                Wild::Char(own) => next[at + 1] |= reached[at] && *own == c,
            }
        }
        through(&mut next);
        reached = next;
    }
    reached[pattern.len()]
}

/// Whether so many insertions, deletions, replacements and swaps of neighbours (no character edited twice) are enough.
fn is_within(text: &[char], token: &str, edits: usize) -> bool {
    let token: Vec<char> = token.chars().collect();
    if text.len().abs_diff(token.len()) > edits {
        return false;
    }
    let mut table = vec![vec![0usize; token.len() + 1]; text.len() + 1];
    for (i, row) in table.iter_mut().enumerate() {
        row[0] = i;
    }
    table[0] = (0..=token.len()).collect();
    for i in 1..=text.len() {
        for j in 1..=token.len() {
            let replaced = table[i - 1][j - 1] + usize::from(text[i - 1] != token[j - 1]);
            let mut best = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
            if i > 1 && j > 1 && text[i - 1] == token[j - 2] && text[i - 2] == token[j - 1] {
                best = best.min(table[i - 2][j - 2] + 1);
            }
            table[i][j] = best;
        }
    }
    table[text.len()][token.len()] <= edits
}

/// In the language of `docs/query-syntax.md`, every character that could mean something escaped.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::Wildcard(wilds) => {
                for (i, piece) in wilds.chunk_by(|a, b| matches!((a, b), (Wild::Char(_), Wild::Char(_)))).enumerate() {
                    let chars = piece.iter().filter_map(|wild| if let Wild::Char(c) = wild { Some(*c) } else { None });
                    match piece[0] {
                        // In a pattern backslashes stay as they are written: numbers would be digits.
                        Wild::Char(c) if i > 0 || c == '\\' => write_inside(&chars.collect::<String>(), f)?,
                        Wild::Char(_) => write_word(&chars.collect::<String>(), f)?,
                        Wild::One => f.write_str(&"?".repeat(piece.len()))?,
                        Wild::Any => f.write_str(&"*".repeat(piece.len()))?,
                    }
                }
                Ok(())
            }
            Pattern::Regexp(pattern) => write!(f, "/{pattern}/"),
            Pattern::Fuzzy(text, edits) => {
                write_word(text, f)?;
                write!(f, "~{edits}")
            }
            Pattern::Range(low, high) => {
                let includes = |end: &Option<(String, bool)>| end.as_ref().is_none_or(|end| end.1);
                f.write_str(if includes(low) { "[" } else { "{" })?;
                for (between, end) in [("", low), (" TO ", high)] {
                    f.write_str(between)?;
                    match end {
                        Some((text, _)) => write_quoted(text, f)?,
                        None => f.write_str("*")?,
                    }
                }
                f.write_str(if includes(high) { "]" } else { "}" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wild(text: &str) -> Pattern {
        let wild = |c| match c {
            '?' => Wild::One,
            '*' => Wild::Any,
            c => Wild::Char(c),
        };
        Pattern::Wildcard(text.chars().map(wild).collect())
    }

    fn check(pattern: &Pattern, matching: &[&str], other: &[&str]) {
        let mut matches = pattern.matcher();
        matching.iter().for_each(|token| assert!(matches(token), "{pattern:?} {token}"));
        other.iter().for_each(|token| assert!(!matches(token), "{pattern:?} {token}"));
    }

    #[test]
    fn wildcards() {
        check(&wild("P?ss*d"), &["passwd", "password", "pussd"], &["pssd", "passwds", "pass"]);
        check(&wild("*a*b*"), &["ab", "xaxbx", "aab"], &["ba", "a", ""]);
        check(&wild("a**"), &["a", "ab"], &["", "ba"]);
        check(&wild("???"), &["abc", "日本語"], &["ab", "abcd"]);
    }

    #[test]
    fn edits() {
        let fuzzy = |text: &str, edits| Pattern::Fuzzy(text.to_owned(), edits);
        check(&fuzzy("Comand", 1), &["command", "comand", "cmand", "coamnd"], &["commannd", "cmmand2"]);
        check(&fuzzy("ca", 2), &["ac", "c", "", "xx", "cabs"], &["abc", "abcd"]);
        check(&fuzzy("ca", 1), &["ac"], &["abc"]);
        check(&fuzzy("é", 0), &["é"], &["e"]);
    }

    #[test]
    fn intervals() {
        let end = |text: &str, is_in| Some((text.to_owned(), is_in));
        check(&Pattern::Range(end("B", true), end("d", false)), &["b", "bz", "c"], &["a", "d", "da"]);
        check(&Pattern::Range(None, end("b", true)), &["", "a", "b"], &["ba"]);
        check(&Pattern::Range(end("b", false), None), &["ba", "日"], &["b"]);
    }
}
