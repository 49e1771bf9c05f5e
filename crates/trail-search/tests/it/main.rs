//! Search against the plain meaning of queries.

mod equality;
mod oracle;
mod recordings;
mod rules;
mod world;
