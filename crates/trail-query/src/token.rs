//! What both lexers give the parser.

use crate::{Span, parse_duration};

/// A piece of the query with escapes undone where they mean nothing any more.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    And,
    Or,
    Not,
    /// `THEN`, `THEN<10m`: nanoseconds.
    Then(Option<u64>),
    Plus,
    Minus,
    /// A sign followed by a blank: a term that holds it.
    BareOperator(char),
    LeftParen,
    RightParen,
    Colon,
    /// `*` by itself.
    Star,
    Caret,
    Number(String),
    Quoted(String),
    Term(String),
    /// What follows `~`, as written.
    Fuzzy(String),
    /// Without its final star.
    Prefix(String),
    /// With its backslashes.
    Wildcard(String),
    /// Between the slashes, with its backslashes.
    Regexp(String),
    /// `[` (inclusive) or `{`.
    RangeStart {
        inclusive: bool,
    },
    RangeTo,
    RangeEnd {
        inclusive: bool,
    },
    RangeQuoted(String),
    /// As written, so that `*` and `\*` stay apart.
    RangeBound(String),
}

/// Lucene's whitespace; a no-break space is an ordinary character.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{3000}')
}

/// Whether a character means something of its own and needs a backslash inside a term.
pub(crate) fn is_special(c: char) -> bool {
    matches!(c, '+' | '-' | '!' | '(' | ')' | ':' | '^' | '[' | ']' | '"' | '{' | '}' | '~' | '*' | '?' | '\\' | '/')
}

/// Whether a term may begin with this character unescaped.
pub(crate) fn starts_term(c: char) -> bool {
    !is_special(c) && !is_blank(c)
}

/// Whether a term may go on with this character unescaped.
pub(crate) fn continues_term(c: char) -> bool {
    starts_term(c) || matches!(c, '+' | '-')
}

/// The operator that a whole word is, if it is one.
pub(crate) fn operator(word: &str) -> Option<TokenKind> {
    match word {
        "AND" | "&&" => Some(TokenKind::And),
        "OR" | "||" => Some(TokenKind::Or),
        "NOT" => Some(TokenKind::Not),
        _ => None,
    }
}

/// The sequence operator that a whole word is, if it is one: `THEN` or `THEN<` and a duration.
pub(crate) fn then_operator(word: &str) -> Option<TokenKind> {
    match word.strip_prefix("THEN")? {
        "" => Some(TokenKind::Then(None)),
        within => parse_duration(within.strip_prefix('<')?).map(|ns| TokenKind::Then(Some(ns))),
    }
}
