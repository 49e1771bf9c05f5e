//! Why a search could not be done.

use trail_model::TrailId;
use trail_query::Span;

/// Why a search could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A regular expression whose automaton would have more states than [`MAX_STATES`](crate::MAX_STATES).
    #[error(
        "regular expression too complex at byte {} of the query, expected at most {} states; fewer or smaller repetitions \
         make it simpler",
        span.start,
        crate::MAX_STATES
    )]
    TooComplex {
        /// Where it stands in the text of the query.
        span: Span,
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
    /// The groups of the query stand deeper inside each other than [`MAX_NESTING`](crate::MAX_NESTING).
    #[error("query nested too deeply at byte {}, expected at most {} levels", span.start, crate::MAX_NESTING)]
    TooDeep {
        /// Where the group stands that is too deep.
        span: Span,
    },
    /// The query asks for more things than [`MAX_LEAVES`](crate::MAX_LEAVES).
    #[error("query too large, expected at most {} words and phrases, found {found}", crate::MAX_LEAVES)]
    TooManyLeaves {
        /// How many it asks for.
        found: usize,
    },
    /// The deadline passed or the caller cancelled; there is no partial answer.
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

/// What this crate's functions return.
pub type Result<T> = std::result::Result<T, Error>;
