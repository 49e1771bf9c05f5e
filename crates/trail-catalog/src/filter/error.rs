//! Why a filter could not be read.

use std::fmt;

use trail_query::{ParseError, Span};

/// The most characters of a value that a message repeats.
const ECHO_CHARS: usize = 40;

/// Why and where a filter could not be read, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FilterError {
    /// What went wrong.
    pub kind: FilterErrorKind,
    /// Where, in bytes of the filter's text.
    pub span: Span,
    /// What to write instead.
    pub hint: Option<String>,
}

/// What went wrong. Each kind has its own remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterErrorKind {
    /// The syntax.
    Syntax(Box<ParseError>),
    /// No field has this name.
    UnknownField(String),
    /// The value is not one of the field's type.
    BadValue {
        /// The field.
        field: String,
        /// The value, cut.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The field's type does not know this kind of question, for example a prefix of a number.
    Unsupported {
        /// The field.
        field: String,
        /// The kind of question.
        what: &'static str,
    },
    /// A pattern needs more states than the limit.
    TooComplex {
        /// The limit.
        states: usize,
    },
    /// The whole filter has more clauses than the limit once its fields are counted.
    TooManyClauses {
        /// The limit.
        clauses: usize,
    },
    /// Something that only moments of a recording have.
    Moments,
    /// `minimum_should_match` cannot be read.
    BadMinimum(String),
    /// Content cannot be asked for here, or the content query failed.
    Content(String),
}

impl FilterError {
    #[cold]
    pub(crate) fn new(kind: FilterErrorKind, span: Span) -> FilterError {
        FilterError { kind, span, hint: None }
    }

    #[cold]
    pub(crate) fn value(field: &str, value: &str, expected: &'static str, span: Span) -> FilterError {
        let value = cut(value);
        FilterError::new(FilterErrorKind::BadValue { field: field.to_owned(), value, expected }, span)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> FilterError {
        self.hint = Some(hint.into());
        self
    }

    /// Whether it is about a value's type, which a lenient reading turns into "no documents".
    pub(crate) fn is_lenient(&self) -> bool {
        matches!(self.kind, FilterErrorKind::BadValue { .. } | FilterErrorKind::Unsupported { .. })
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.span.start;
        match &self.kind {
            FilterErrorKind::Syntax(error) => return error.fmt(f),
            FilterErrorKind::UnknownField(name) => write!(f, "unknown field at byte {at}: `{}`", cut(name))?,
            FilterErrorKind::BadValue { field, value, expected } => {
                write!(f, "invalid value for {field} at byte {at}: found `{value}`, expected {expected}")?;
            }
            FilterErrorKind::Unsupported { field, what } => {
                write!(f, "{what} at byte {at}: not possible on the field {field}")?;
            }
            FilterErrorKind::TooComplex { states } => {
                write!(f, "the pattern at byte {at} is too complex: it needs more than {states} states")?;
            }
            FilterErrorKind::TooManyClauses { clauses } => {
                write!(f, "the filter has too many clauses: more than {clauses} over all its fields")?;
            }
            FilterErrorKind::Moments => write!(f, "at byte {at}: sessions have no moments")?,
            FilterErrorKind::BadMinimum(text) => write!(f, "invalid minimum_should_match `{}`", cut(text))?,
            FilterErrorKind::Content(message) => write!(f, "content query at byte {at}: {message}")?,
        }
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

fn cut(text: &str) -> String {
    let mut out: String = text.chars().take(ECHO_CHARS).flat_map(visible).collect();
    if text.chars().nth(ECHO_CHARS).is_some() {
        out.push('…');
    }
    out
}

fn visible(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}
