//! The boundary of the crate: filters and documents in, sessions out.

#![allow(clippy::print_stdout, reason = "the tests say what they covered")]

mod index;
mod vectors;
