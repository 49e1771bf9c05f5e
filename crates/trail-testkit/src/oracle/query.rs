//! What is asked: a query as the oracle knows it, which can be written in the engine's language.

use std::fmt::{self, Write};

use super::pattern::Pattern;

/// A query about a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// True at every moment.
    All,
    /// A token between blanks, as a person types it.
    Term(Field, String),
    /// Tokens in a row.
    Phrase(Field, String),
    /// Tokens in a row after so many moves: a swap is two.
    Near(Field, String, u32),
    /// Tokens that begin so.
    Prefix(Field, String),
    /// Tokens that are like this.
    Pattern(Field, Pattern),
    /// Something is there.
    Exists(Field),
    /// What the trail says of itself under this name is like that.
    Session(&'static str, Value),
    /// Moments whose time meets these nanoseconds since the start, both inside; on the wall clock if that is asked for,
    /// which began at [`WALL_CLOCK`].
    During(u64, u64, bool),
    /// Something with a lifetime of less or more than so many nanoseconds.
    Shown(Length, u64),
    /// The second after the first, less than so many nanoseconds after it.
    Then(Box<Query>, Option<u64>, Box<Query>),
    /// The same, worth so many times as much.
    Boost(Box<Query>, u8),
    /// All of them.
    And(Vec<Query>),
    /// Any of them.
    Or(Vec<Query>),
    /// Not this.
    Not(Box<Query>),
}

/// What a value of a trail must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// This text, in any case; in `lucene` mode letter by letter.
    Is(String),
    /// Like this; not asked in `lucene` mode.
    Like(Pattern),
    /// There.
    Known,
}

/// How a lifetime compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Less than.
    Below,
    /// More than.
    Above,
}

/// When recordings begin for those who ask by the wall clock: 2026-01-02T00:00:00Z, in nanoseconds.
pub const WALL_CLOCK: i64 = 1_767_312_000_000_000_000;

/// Where a leaf looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Lines and titles.
    Default,
    /// Lines.
    Screen,
    /// Titles.
    Title,
    /// Commands.
    Command,
}

impl Field {
    fn prefix(self) -> &'static str {
        match self {
            Field::Default => "",
            Field::Screen => "screen:",
            Field::Title => "title:",
            Field::Command => "command:",
        }
    }
}

impl Query {
    /// The same query where every time is one since the start, for recordings that did not begin at [`WALL_CLOCK`].
    #[must_use]
    pub fn by_offset(self) -> Query {
        let each = |queries: Vec<Query>| queries.into_iter().map(Query::by_offset).collect();
        match self {
            Query::During(from, to, _) => Query::During(from, to, false),
            Query::And(queries) => Query::And(each(queries)),
            Query::Or(queries) => Query::Or(each(queries)),
            Query::Not(query) => Query::Not(Box::new(query.by_offset())),
            Query::Boost(query, factor) => Query::Boost(Box::new(query.by_offset()), factor),
            Query::Then(first, within, then) => {
                Query::Then(Box::new(first.by_offset()), within, Box::new(then.by_offset()))
            }
            leaf => leaf,
        }
    }
}

/// Writes the query in the language of `docs/query-syntax.md`, every group in parentheses, every leaf escaped.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Query::All => f.write_str("*:*"),
            Query::Term(field, text) => {
                f.write_str(field.prefix())?;
                write_word(text, f)
            }
            Query::Prefix(field, text) => {
                f.write_str(field.prefix())?;
                write_word(text, f)?;
                f.write_char('*')
            }
            Query::Phrase(field, text) => {
                f.write_str(field.prefix())?;
                write_quoted(text, f)
            }
            Query::Near(field, text, moves) => {
                f.write_str(field.prefix())?;
                write_quoted(text, f)?;
                write!(f, "~{moves}")
            }
            Query::Pattern(field, pattern) => write!(f, "{}{pattern}", field.prefix()),
            Query::During(from, to, wall) if *wall && *to < DAY => {
                let time = |ns: &u64| {
                    let (second, part) = (ns / 1_000_000_000, ns % 1_000_000_000);
                    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
                    format!("2026-01-02T{hour:02}:{minute:02}:{second:02}.{part:09}Z")
                };
                if from == to {
                    return write!(f, "at:\"{}\"", time(from));
                }
                write!(f, "during:[{} TO {}]", time(from), time(to))
            }
            Query::During(from, to, _) if from == to => write!(f, "at:+{from}ns"),
            Query::During(from, to, _) => write!(f, "during:[+{from}ns TO +{to}ns]"),
            Query::Shown(Length::Below, ns) => write!(f, "shown:<{ns}ns"),
            Query::Shown(Length::Above, ns) => write!(f, "shown:>{ns}ns"),
            Query::Then(first, within, then) => {
                let within = within.map(|ns| format!("<{ns}ns")).unwrap_or_default();
                write!(f, "({first} THEN{within} {then})")
            }
            Query::Exists(field) => write!(f, "{}*", field.prefix()),
            Query::Session(name, Value::Is(text)) => {
                write!(f, "{name}:")?;
                write_quoted(text, f)
            }
            Query::Session(name, Value::Like(pattern)) => write!(f, "{name}:{pattern}"),
            Query::Session(name, Value::Known) => write!(f, "_exists_:{name}"),
            Query::Boost(query, factor) => match &**query {
                Query::Not(_) | Query::Boost(..) => write!(f, "({query})^{factor}"),
                query => write!(f, "{query}^{factor}"),
            },
            Query::Not(query) => write!(f, "(NOT {query})"),
            Query::And(queries) => {
                // A negation is written as the language has it: beside what must hold.
                f.write_char('(')?;
                for (i, query) in queries.iter().enumerate() {
                    f.write_str(if i > 0 { " AND " } else { "" })?;
                    match query {
                        Query::Not(query) => write!(f, "NOT {query}")?,
                        query => write!(f, "{query}")?,
                    }
                }
                f.write_char(')')
            }
            Query::Or(queries) => {
                f.write_char('(')?;
                for (i, query) in queries.iter().enumerate() {
                    f.write_str(if i > 0 { " OR " } else { "" })?;
                    write!(f, "{query}")?;
                }
                f.write_char(')')
            }
        }
    }
}

/// Nanoseconds of a day.
const DAY: u64 = 86_400_000_000_000;

/// Escapes everything that could mean something, in every mode.
pub(crate) fn write_word(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if matches!(text, "AND" | "OR" | "NOT" | "&&" | "||") || text.starts_with("THEN") {
        f.write_char('\\')?;
    }
    let rest = match text.strip_prefix('\\') {
        // Two backslashes at the beginning of a word are two where people type what they saw.
        Some(rest) => {
            f.write_str("\\u005c")?;
            rest
        }
        None => text,
    };
    write_inside(rest, f)
}

/// The same for what does not begin a word.
pub(crate) fn write_inside(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for c in text.chars() {
        match c {
            '+' | '-' | '!' | '(' | ')' | ':' | '^' | '[' | ']' | '"' | '{' | '}' | '~' | '*' | '?' | '\\' | '/' => {
                write!(f, "\\{c}")?;
            }
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

/// A text in quotes.
pub(crate) fn write_quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            // A backslash before the closing quote of an interval's end is not settled; numbers are.
            '"' => f.write_str("\\u0022")?,
            '\\' => f.write_str("\\u005c")?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
