//! Random queries of the kinds that are no plain words, made of words that are there.

use trail_query::Mode;

use super::Maker;
use crate::oracle::pattern::{Pattern, Wild};
use crate::oracle::query::{Field, Query};
use crate::oracle::tokens::Kind;

/// Characters of a word that becomes a pattern: a pattern has a limit.
const PATTERN_CHARS: usize = 40;

/// What means something in a regular expression, beside the letters that name classes.
const SPECIAL: &str = ".?*+|()[]{}\"@#~&<>\\/^-";

impl Maker<'_> {
    /// One leaf of any kind that is no plain word.
    pub(super) fn special(&mut self, field: Field) -> Query {
        // The audit API's mode has no intervals.
        match self.random.below(if self.mode == Mode::Sps { 4 } else { 5 }) {
            0 => self.wildcard(field),
            1 => self.regexp(field),
            2 => self.fuzzy(field),
            3 => self.near(field),
            _ => self.range(field),
        }
    }

    fn chars(&mut self) -> Vec<char> {
        self.word().chars().take(PATTERN_CHARS).collect()
    }

    /// A word with some of its characters dropped or replaced.
    pub(super) fn wildcard(&mut self, field: Field) -> Query {
        let mut wilds: Vec<Wild> = self.chars().into_iter().map(Wild::Char).collect();
        for _ in 0..1 + self.random.below(3) {
            let at = self.random.below(wilds.len());
            match self.random.below(4) {
                0 => wilds[at] = Wild::One,
                1 => wilds.insert(at, Wild::Any),
                2 => {
                    let len = 1 + self.random.below(4);
                    wilds.splice(at..wilds.len().min(at + len), [Wild::Any]);
                }
                _ => wilds.push(Wild::Any),
            }
        }
        if self.mode != Mode::Screentrail {
            // No wildcard may come first elsewhere; Lucene counts an escaped one.
            wilds = wilds.into_iter().skip_while(|wild| !matches!(wild, Wild::Char(c) if !"*?".contains(*c))).collect();
        }
        // Where people type what they saw, a backslash before a letter that begins a word is two: no text is one.
        if let (Mode::Screentrail, [first @ Wild::Char('\\'), Wild::Char(second), ..]) = (self.mode, &mut wilds[..])
            && (second.is_alphanumeric() || *second == '\\')
        {
            *first = Wild::One;
        }
        let has_wildcard = wilds.iter().any(|wild| matches!(wild, Wild::One | Wild::Any));
        let has_text = wilds.iter().any(|wild| matches!(wild, Wild::Char(_)));
        if has_wildcard && has_text { Query::Pattern(field, Pattern::Wildcard(wilds)) } else { self.prefix(field) }
    }

    /// A word in which some characters became classes, choices or repetitions.
    pub(super) fn regexp(&mut self, field: Field) -> Query {
        let chars: Vec<char> = self.chars().into_iter().filter(|c| !c.is_whitespace()).collect();
        // Lucene learned the class in release 9; `lucene` mode is what release 8 reads.
        let digit = if self.mode == Mode::Lucene || self.random.one_in(2) { "<0-9>" } else { r"\d" };
        let mut pattern = String::new();
        for (i, &c) in chars.iter().enumerate() {
            match self.random.below(if i > 24 { 5 } else { 22 }) {
                0 => pattern.push('.'),
                1 if c.is_ascii_lowercase() => pattern.push_str("[a-z]"),
                1 if c.is_ascii_digit() => pattern.push_str(digit),
                2 => {
                    literal(&mut pattern, c);
                    pattern.push(if i % 2 == 0 { '+' } else { '*' });
                }
                3 => {
                    pattern.push('(');
                    literal(&mut pattern, c);
                    pattern.push_str("|xy)");
                }
                4 if i + 1 == chars.len() || i > 24 => {
                    pattern.push_str(if self.random.one_in(2) { ".*" } else { "@" });
                    break;
                }
                5 => pattern.push_str("[^ab]"),
                6 => {
                    literal(&mut pattern, c);
                    pattern.push_str("{1,2}");
                }
                7 => pattern.push_str("~x"),
                _ => literal(&mut pattern, c),
            }
        }
        match self.random.below(12) {
            0 => pattern = format!("({pattern})&~(.*x.*)"),
            1 => {
                let mut other = String::new();
                self.chars().into_iter().filter(|c| !c.is_whitespace()).for_each(|c| literal(&mut other, c));
                pattern = format!("{pattern}|{other}");
            }
            2 => pattern = format!("@{pattern}"),
            _ => {}
        }
        if pattern.is_empty() { self.term(field) } else { Query::Pattern(field, Pattern::Regexp(pattern)) }
    }

    /// A word after some edits.
    pub(super) fn fuzzy(&mut self, field: Field) -> Query {
        let mut chars = self.chars();
        let edits = self.random.below(3) as u8;
        for _ in 0..self.random.below(3) {
            let at = self.random.below(chars.len());
            match self.random.below(4) {
                0 => chars.insert(at, 'e'),
                1 if chars.len() > 1 => drop(chars.remove(at)),
                2 if at > 0 => chars.swap(at - 1, at),
                _ => chars[at] = 'o',
            }
        }
        let pattern = Pattern::Fuzzy(chars.iter().collect(), edits);
        // Lucene takes the best fifty of the words that are near enough: the oracle takes all.
        let is_cut = self.mode == Mode::Lucene && {
            let mut matches = pattern.matcher();
            self.replay.index.tokens(Kind::Word).filter(|token| matches(token)).count() > 50
        };
        match is_cut {
            true => Query::Pattern(field, Pattern::Fuzzy(chars.into_iter().collect(), 0)),
            false => Query::Pattern(field, pattern),
        }
    }

    /// Words that stand together, some changed about, some left out, some twice.
    pub(super) fn near(&mut self, field: Field) -> Query {
        let Query::Phrase(_, text) = self.phrase(field) else { return self.term(field) };
        let mut words: Vec<&str> = text.split_whitespace().collect();
        if words.len() > 1 {
            let at = self.random.below(words.len() - 1);
            match self.random.below(4) {
                0 => words.swap(at, at + 1),
                1 => drop(words.remove(at)),
                2 => words.push(words[at]),
                _ => {}
            }
        }
        Query::Near(field, words.join(" "), 1 + self.random.below(6) as u32)
    }

    /// An interval around a word, between two, or open.
    pub(super) fn range(&mut self, field: Field) -> Query {
        let mut ends = [self.word(), self.word()];
        ends.sort();
        let [low, high] = ends;
        let (low, high) = (Some((low, self.random.one_in(2))), Some((high, self.random.one_in(2))));
        Query::Pattern(
            field,
            match self.random.below(4) {
                0 => Pattern::Range(low, None),
                1 => Pattern::Range(None, high),
                _ => Pattern::Range(low, high),
            },
        )
    }
}

/// A backslash is asked for as any character: one at the end of a pattern would escape the slash that closes it.
fn literal(pattern: &mut String, c: char) {
    if c == '\\' {
        pattern.push('.');
        return;
    }
    if SPECIAL.contains(c) {
        pattern.push('\\');
    }
    pattern.push(c);
}
