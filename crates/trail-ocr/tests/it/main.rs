//! Tests of the engines on pictures of screens with known text.

#![expect(clippy::print_stdout, reason = "the evaluation is asked for its figures")]

mod eval;
mod recording;
mod score;
