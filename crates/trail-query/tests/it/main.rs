//! The boundary of the crate: text in, tree or error out.

#![allow(clippy::print_stdout, reason = "the tests say what they covered")]

mod analysis;
mod hostile;
mod round_trip;
mod vectors;
