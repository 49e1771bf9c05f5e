//! How a query is read.

use std::time::Duration;

/// The fields of content queries. `screen.content` is another name of `screen`.
pub const CONTENT_FIELDS: [&str; 6] = ["screen", "screen.content", "command", "title", "input", "clipboard"];

/// The fields of what a trail says of itself; each holds one value, which is compared whole.
pub const SESSION_FIELDS: [&str; 8] = [
    "session.user",
    "session.target_user",
    "session.host",
    "session.protocol",
    "session.command",
    "session.title",
    "session.format",
    "session.source",
];

/// Those of [`SESSION_FIELDS`] that go without `session.` too. In [`Mode::Screentrail`] such a word is a field only where
/// its value follows the colon at once, and `host` not where that is a number: people type what they saw.
pub const SESSION_SHORT_FIELDS: [&str; 3] = ["user", "host", "protocol"];

/// The fields of [`Mode::Screentrail`] that ask for times: `at:`, `during:`, `shown:`. A word before a colon is one of them
/// only where what follows begins like a time.
pub const TIME_FIELDS: [&str; 3] = ["at", "during", "shown"];

/// Who is asking; see `docs/query-syntax.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Lucene's classic parser, to the letter.
    Lucene,
    /// What the audit API documents: Lucene without ranges and without a wildcard at the start of a word; words are what
    /// stands between blanks.
    Sps,
    /// Lucene, forgiving where people type what they saw on a screen.
    Screentrail,
}

/// Which of Lucene's two parsers decides where they differ: bare `*`, `field:*`, `_exists_:`, `>x`, the number after `~`,
/// and a group of nothing but negatives (nothing, or everything else).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The classic query parser.
    Classic,
    /// The `query_string` query, a subclass of the classic parser.
    QueryString,
}

/// What stands between two clauses without an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// At least one must hold.
    Or,
    /// Both must hold.
    And,
}

/// Bounds on what a query may cost: to read (this crate), to make ready and to answer (`trail-search`). Each answers with
/// an error that names it, its value and a way to ask for less; none cuts a query or an answer short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of query text.
    pub text_len: usize,
    /// Parentheses inside each other.
    pub nesting: usize,
    /// Words, phrases and other leaves in the whole query.
    pub clauses: usize,
    /// Characters of one regular expression.
    pub regexp_chars: usize,
    /// `*` and `?` in one word.
    pub wildcards: usize,
    /// Leaves after analysis: one word of a query may hold several.
    pub leaves: usize,
    /// States of the automaton of one regular expression.
    pub states: usize,
    /// Terms of one index segment that a prefix, pattern, fuzzy word or range may stand for.
    pub expansions: usize,
    /// How long a search may take; `None` is as long as it needs.
    pub deadline: Option<Duration>,
}

impl Limits {
    /// Bytes of query text: 8 KiB, some hundred words more than a person types.
    pub const TEXT_LEN: usize = 8 * 1024;
    /// Parentheses inside each other; one level costs a few hundred bytes of stack.
    pub const NESTING: usize = 64;
    /// Leaves in a query; Lucene's own default.
    pub const CLAUSES: usize = 1024;
    /// Characters of a regular expression.
    pub const REGEXP_CHARS: usize = 256;
    /// Wildcard signs in a word; an automaton grows with each.
    pub const WILDCARDS: usize = 256;
    /// Leaves after analysis: 1,024 words, each of which may hold some words more.
    pub const LEAVES: usize = 16 * 1024;
    /// States of an automaton; Lucene's own default.
    pub const STATES: usize = 10_000;
    /// Terms that a pattern may stand for; the documents of as many are gathered in a tenth of a second.
    pub const EXPANSIONS: usize = 1 << 20;
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            text_len: Self::TEXT_LEN,
            nesting: Self::NESTING,
            clauses: Self::CLAUSES,
            regexp_chars: Self::REGEXP_CHARS,
            wildcards: Self::WILDCARDS,
            leaves: Self::LEAVES,
            states: Self::STATES,
            expansions: Self::EXPANSIONS,
            deadline: None,
        }
    }
}

/// How a query is read; start from [`Options::new`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Who is asking.
    pub mode: Mode,
    /// Which of Lucene's parsers decides where they differ.
    pub dialect: Dialect,
    /// What stands between clauses without an operator.
    pub default_operator: Operator,
    /// Whether a word may begin with `*` or `?`.
    pub allow_leading_wildcard: bool,
    /// Whether bare words in a row are clauses of their own instead of one text to analyze.
    pub split_on_whitespace: bool,
    /// Whether `[a TO b]` is understood.
    pub allow_ranges: bool,
    /// The fields there are. In [`Mode::Screentrail`] a word before a colon that is none of them is text, in [`Mode::Sps`]
    /// it is an error, in [`Mode::Lucene`] any name passes. An empty list knows every name.
    pub fields: Vec<String>,
    /// What the query may cost.
    pub limits: Limits,
}

impl Options {
    /// The defaults of a mode, for content queries.
    pub fn new(mode: Mode) -> Options {
        Options {
            mode,
            dialect: if mode == Mode::Lucene { Dialect::Classic } else { Dialect::QueryString },
            default_operator: Operator::Or,
            allow_leading_wildcard: mode == Mode::Screentrail,
            split_on_whitespace: mode != Mode::Lucene,
            allow_ranges: mode != Mode::Sps,
            fields: match mode {
                Mode::Screentrail => {
                    let of_sessions = SESSION_FIELDS.into_iter().chain(SESSION_SHORT_FIELDS);
                    CONTENT_FIELDS.into_iter().chain(of_sessions).chain(TIME_FIELDS).map(str::to_owned).collect()
                }
                Mode::Lucene | Mode::Sps => CONTENT_FIELDS.map(str::to_owned).to_vec(),
            },
            limits: Limits::default(),
        }
    }

    pub(crate) fn knows_field(&self, name: &str) -> bool {
        self.fields.is_empty() || self.fields.iter().any(|field| field == name)
    }
}
