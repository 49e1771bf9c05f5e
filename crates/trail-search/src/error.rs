//! Why a search could not be done.

use trail_model::TrailId;
use trail_query::Span;

/// Why a search could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A regular expression whose automaton would have more states than [`Limits::states`](crate::Limits::states).
    #[error(
        "regular expression too complex at byte {} of the query, expected at most {limit} states; fewer or smaller \
         repetitions make it simpler",
        span.start
    )]
    TooComplex {
        /// Where it stands in the text of the query.
        span: Span,
        /// The most states.
        limit: usize,
    },
    /// A regular expression that cannot be read.
    #[error("invalid regular expression at byte {} of the query", span.start)]
    BadRegexp {
        /// Where it stands in the text of the query.
        span: Span,
    },
    /// The query names a field that content does not have.
    #[error("unknown field at byte {} of the query, expected one of {expected}, found {found}", span.start)]
    UnknownField {
        /// The fields there are.
        expected: String,
        /// Where the leaf stands in the text of the query.
        span: Span,
        /// The name as typed.
        found: String,
    },
    /// What was given as the least number of optional clauses is no number and no percentage.
    #[error("invalid minimum_should_match, expected a number or a percentage such as 2 or 75%, found {found}")]
    BadMinimum {
        /// The text.
        found: String,
    },
    /// A time field is asked for something that is no time.
    #[error("invalid value of {field} at byte {} of the query, expected {expected}", span.start)]
    BadTime {
        /// The field: `at`, `during` or `shown`.
        field: String,
        /// What could stand there.
        expected: &'static str,
        /// Where it stands in the text of the query.
        span: Span,
    },
    /// The groups of the query stand deeper inside each other than [`Limits::nesting`](crate::Limits::nesting).
    #[error(
        "query nested too deeply at byte {}, expected at most {limit} levels; leave out groups of a single clause",
        span.start
    )]
    TooDeep {
        /// Where the group stands that is too deep.
        span: Span,
        /// The most levels.
        limit: usize,
    },
    /// The query asks for more things than [`Limits::leaves`](crate::Limits::leaves).
    #[error("query too large, expected at most {limit} words and phrases, found {found}; ask for fewer words")]
    TooManyLeaves {
        /// How many it asks for.
        found: usize,
        /// The most.
        limit: usize,
    },
    /// A prefix, pattern, fuzzy word or range stands for more terms than [`Limits::expansions`](crate::Limits::expansions).
    #[error(
        "pattern at byte {} of the query stands for too many words, expected at most {limit}; a longer beginning or \
         more letters between wildcards make them fewer",
        span.start
    )]
    TooManyTerms {
        /// Where it stands in the text of the query.
        span: Span,
        /// The most terms.
        limit: usize,
    },
    /// The search took longer than [`Limits::deadline`](crate::Limits::deadline); there is no partial answer.
    #[error(
        "search took longer than {} s; ask in fewer sessions, for rarer words, or give it more time",
        limit.as_secs_f64()
    )]
    TooSlow {
        /// How long it may take.
        limit: std::time::Duration,
    },
    /// The caller cancelled; there is no partial answer.
    #[error("search cancelled before it was complete")]
    Cancelled,
    /// The content of a trail could not be read.
    #[error("failed to read the content of trail {trail}")]
    Content {
        /// The trail.
        trail: TrailId,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The index could not answer.
    #[error("failed to ask the index")]
    Index {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// Tells whether the search as a whole was stopped, whatever single trails say.
    pub fn is_stop(&self) -> bool {
        matches!(self, Error::Cancelled | Error::TooSlow { .. })
    }
}

/// What this crate's functions return.
pub type Result<T> = std::result::Result<T, Error>;
