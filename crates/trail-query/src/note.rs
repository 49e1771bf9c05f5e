//! How a query was read where that may surprise.

use std::fmt;

use crate::Span;

/// A reading that the one who typed it may not have expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What was read in which way.
    pub kind: NoteKind,
    /// Where.
    pub span: Span,
    /// What stands there, cut to a few characters.
    pub found: String,
}

/// The readings that are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoteKind {
    /// A word before a colon is no field: the colon is text.
    ColonAsText,
    /// A slash begins no regular expression: it is text.
    SlashAsText,
    /// A word between slashes is a regular expression.
    Regexp,
    /// A quote has no partner: it is text.
    QuoteAsText,
    /// A parenthesis has no partner or holds nothing: it is text.
    ParenthesisAsText,
    /// A bracket begins no range: it is text.
    BracketAsText,
    /// A sign, `~`, `^` or `!` stands where it means nothing: it is text.
    SignAsText,
    /// A backslash before an ordinary character is text.
    BackslashAsText,
    /// A word after a single `-` is excluded.
    Excluded,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.kind {
            NoteKind::ColonAsText => "is no field: read as text",
            NoteKind::SlashAsText => "read as text, not as a regular expression",
            NoteKind::Regexp => r"read as a regular expression; write \/ for a slash",
            NoteKind::QuoteAsText => "has no closing quote: read as text",
            NoteKind::ParenthesisAsText => "is an unbalanced or empty parenthesis: read as text",
            NoteKind::BracketAsText => "is no range: read as text",
            NoteKind::SignAsText => "read as text, not as an operator",
            NoteKind::BackslashAsText => "has backslashes that escape nothing: read as text",
            NoteKind::Excluded => r"excludes what follows; write \- or quote it to look for it",
        };
        write!(f, "`{}` {how}", self.found)
    }
}
