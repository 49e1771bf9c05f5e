//! Search against the plain meaning of queries.

#![allow(clippy::print_stdout, reason = "the tests say what they covered")]

mod best;
mod equality;
mod hostile;
mod oracle;
mod recordings;
mod rules;
mod sessions;
mod vectors;
mod world;
