//! Search against the plain meaning of queries.

mod equality;
mod oracle;
mod rules;
mod world;
