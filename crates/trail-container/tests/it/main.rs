//! Tests of the trail file at its boundary: bytes in, records and findings out.
#![allow(clippy::print_stderr, missing_docs, reason = "tests say on the terminal what they skip")]

mod compat;
mod crash;
mod cut;
mod damage;
mod flips;
mod hostile;
mod live;
mod recover;
mod round_trip;
mod second_reader;
mod support;
