//! Why a query could not be read.

use std::borrow::Cow;
use std::fmt;

use crate::Span;

/// The most characters of the query that a message repeats.
const ECHO_CHARS: usize = 24;

/// Why and where a query could not be read, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ParseError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// Where.
    pub span: Span,
    /// What stands there, cut to a few characters, control characters escaped; empty at the end of the text.
    pub found: String,
    /// What could have stood there.
    pub expected: Cow<'static, str>,
    /// What to write instead.
    pub hint: Option<&'static str>,
}

/// What went wrong. Each kind has its own remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The query is blank.
    Empty,
    /// The text is longer than [`Limits::text_len`](crate::Limits::text_len).
    TooLong,
    /// Parentheses are nested deeper than [`Limits::nesting`](crate::Limits::nesting).
    TooDeep,
    /// There are more leaves than [`Limits::clauses`](crate::Limits::clauses).
    TooManyClauses,
    /// A regular expression or a wildcard word is over its limit.
    TooComplex,
    /// A character that begins nothing.
    UnexpectedCharacter,
    /// An operator, bracket or word in the wrong place.
    UnexpectedToken,
    /// The text ends too early.
    UnexpectedEnd,
    /// A quote, a slash or a bracket is never closed.
    Unterminated,
    /// A backslash at the end or a `\u` without four hexadecimal digits.
    BadEscape,
    /// A word begins with `*` or `?` where that is not allowed.
    LeadingWildcard,
    /// The number after a word's `~` is not a number of edits.
    BadEdits,
    /// The number after a phrase's `~` is negative.
    BadSlop,
    /// The number after `^` is too large.
    BadBoost,
    /// A regular expression that cannot be read.
    BadRegexp,
    /// A field that does not exist.
    UnknownField,
    /// Part of Lucene's syntax that this mode does not have.
    Unsupported,
}

impl ParseError {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, text: &str, span: Span, expected: impl Into<Cow<'static, str>>) -> ParseError {
        ParseError { kind, span, found: cut(span.of(text)), expected: expected.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: &'static str) -> ParseError {
        self.hint = Some(hint);
        self
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ErrorKind::Empty => "the query is empty",
            ErrorKind::TooLong => "the query is too long",
            ErrorKind::TooDeep => "parentheses are nested too deeply",
            ErrorKind::TooManyClauses => "the query has too many clauses",
            ErrorKind::TooComplex => "the pattern is too complex",
            ErrorKind::UnexpectedCharacter => "unexpected character",
            ErrorKind::UnexpectedToken => "unexpected token",
            ErrorKind::UnexpectedEnd => "the query ends too early",
            ErrorKind::Unterminated => "no closing delimiter",
            ErrorKind::BadEscape => "invalid escape",
            ErrorKind::LeadingWildcard => "a word may not begin with a wildcard",
            ErrorKind::BadEdits => "invalid number of edits",
            ErrorKind::BadSlop => "invalid distance",
            ErrorKind::BadBoost => "invalid boost",
            ErrorKind::BadRegexp => "invalid regular expression",
            ErrorKind::UnknownField => "unknown field",
            ErrorKind::Unsupported => "not supported in this mode",
        };
        write!(f, "{what} at byte {}", self.span.start)?;
        if !self.found.is_empty() {
            write!(f, ": found `{}`", self.found)?;
        }
        write!(f, ", expected {}", self.expected)?;
        match self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// A piece of the query that is safe to repeat: short, without control characters.
pub(crate) fn cut(piece: &str) -> String {
    let mut out = String::new();
    for (count, c) in piece.chars().enumerate() {
        if count == ECHO_CHARS {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}
