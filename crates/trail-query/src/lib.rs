//! Lucene query syntax to a syntax tree and back.
//!
//! [`parse`] reads the text of a query in one of three [`Mode`]s and gives a [`Query`]: a tree of clauses and leaves that
//! knows no index, no analyzer and no field types. [`print()`] writes a tree so that parsing gives the same tree again.
//! What a word *means* (how it is analyzed, which text it matches) is decided by who lowers the tree.
//!
//! ```
//! use trail_query::{LeafKind, Mode, Node, Occur, parse};
//!
//! let parsed = parse(r#"command:"sudo su" AND NOT title:backup*"#, Mode::Screentrail)?;
//! let Node::Bool(clauses) = &parsed.query.node else { unreachable!() };
//! assert_eq!(clauses[0].occur, Occur::Must);
//! assert_eq!(clauses[1].occur, Occur::MustNot);
//! let Node::Leaf(leaf) = &clauses[1].query.node else { unreachable!() };
//! assert_eq!(leaf.field.as_deref(), Some("title"));
//! assert_eq!(leaf.kind, LeafKind::Prefix { text: "backup".into() });
//! # Ok::<(), trail_query::ParseError>(())
//! ```
//!
//! # Invariants
//!
//! Reading a query uses stack in proportion to [`Limits::nesting`] and memory in proportion to the text, which is limited
//! by [`Limits::text_len`]; no text makes it panic.

mod assemble;
mod ast;
mod duration;
mod error;
mod escape;
mod forgiving;
mod lexer;
mod minimum;
mod note;
mod options;
mod parser;
mod print;
mod regexp;
mod token;
mod wildcard;

#[cfg(test)]
mod tests;

pub use assemble::{Assembled, ClauseList};
pub use ast::{Clause, Conjunction, Edits, Leaf, LeafKind, Modifier, Node, Occur, Query, Span, Step};
pub use duration::{parse_duration, write_duration};
pub use error::{ErrorKind, ParseError};
pub use escape::escape;
pub use minimum::minimum_should_match;
pub use note::{Note, NoteKind};
pub use options::{
    CONTENT_FIELDS, Dialect, Limits, Mode, Operator, Options, SESSION_FIELDS, SESSION_SHORT_FIELDS, TIME_FIELDS,
};
pub use parser::{Parsed, parse, parse_with};
pub use print::print;
pub use wildcard::{WildcardPart, fits_name, wildcard_parts, wildcard_pattern};
