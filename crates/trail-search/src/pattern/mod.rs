//! Sets of tokens: what wildcards, regular expressions, fuzzy words and ranges match.
//!
//! Every pattern is asked of a folded token and matches it whole or not at all.

use trail_index::analyzer::fold;

mod fuzzy;
mod misread;
mod regexp;
mod wildcard;

#[cfg(test)]
mod tests;

pub(crate) use fuzzy::Fuzzy;
pub(crate) use misread::Misread;
pub(crate) use regexp::{Classes, Regexp, RegexpError};
pub(crate) use wildcard::Wildcard;

/// How the letters of a pattern are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letters {
    /// As they are folded in tokens.
    Folded,
    /// As they were typed.
    AsTyped,
}

impl Letters {
    /// A text in the form in which it is compared.
    pub(crate) fn of(self, text: &str) -> String {
        match self {
            Letters::Folded => fold(text),
            Letters::AsTyped => text.to_owned(),
        }
    }
}

/// A set of tokens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pattern {
    /// Those that begin so.
    Prefix(Box<str>),
    /// Those of a shape.
    Wildcard(Wildcard),
    /// Those of a regular language.
    Regexp(Regexp),
    /// Those within a number of edits.
    Fuzzy(Fuzzy),
    /// Those in an interval, by their bytes.
    Range(TermRange),
    /// Those that a reader of pixels may have made of a word.
    Misread(Misread),
}

/// An interval of tokens, in the order of their bytes, which is that of their code points. `None` is an open end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TermRange {
    pub(crate) lower: Option<Box<str>>,
    pub(crate) upper: Option<Box<str>>,
    pub(crate) include_lower: bool,
    pub(crate) include_upper: bool,
}

impl TermRange {
    fn matches(&self, token: &str) -> bool {
        let above = self.lower.as_deref().is_none_or(|low| token > low || (self.include_lower && token == low));
        above && self.upper.as_deref().is_none_or(|high| token < high || (self.include_upper && token == high))
    }
}

impl Pattern {
    /// Tells whether the folded `token` belongs to the set.
    pub(crate) fn matches(&self, token: &str) -> bool {
        match self {
            Pattern::Prefix(text) => token.starts_with(&**text),
            Pattern::Wildcard(wildcard) => wildcard.matches(token),
            Pattern::Regexp(regexp) => regexp.matches(token),
            Pattern::Fuzzy(fuzzy) => fuzzy.matches(token),
            Pattern::Range(range) => range.matches(token),
            Pattern::Misread(misread) => misread.matches(token),
        }
    }

    /// A text that stands in every token of the set; empty if none is known.
    pub(crate) fn literal(&self) -> &str {
        match self {
            Pattern::Prefix(text) => text,
            Pattern::Wildcard(wildcard) => wildcard.literal(),
            Pattern::Regexp(regexp) => regexp.literal(),
            Pattern::Fuzzy(fuzzy) => fuzzy.literal(),
            Pattern::Range(_) => "",
            Pattern::Misread(misread) => misread.literal(),
        }
    }

    /// The fuzzy word, if it is one: its score depends on which tokens there are.
    pub(crate) fn as_fuzzy(&self) -> Option<&Fuzzy> {
        if let Pattern::Fuzzy(fuzzy) = self { Some(fuzzy) } else { None }
    }
}
