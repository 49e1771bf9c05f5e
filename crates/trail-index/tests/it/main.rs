//! The index from the outside: what it says equals what the content files say, whatever happened on the way.
#![allow(missing_docs, reason = "tests")]

mod analysis;
mod crash;
mod failures;
mod grouping;
mod reindexing;
mod support;
