//! Search equals replay: the engine beside the brute force.

#![allow(clippy::print_stdout, reason = "the tests say what they covered")]

mod hits;
mod search;
mod support;
