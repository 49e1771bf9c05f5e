//! Search against the plain meaning of queries.

mod best;
mod equality;
mod oracle;
mod recordings;
mod rules;
mod world;
