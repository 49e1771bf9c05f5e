//! Tests of recorder and player: events in, records and screens out.
#![allow(clippy::print_stderr, clippy::print_stdout, missing_docs, reason = "tests say on the terminal what they skip")]

mod cuts;
mod desktops;
mod recordings;
mod replay;
mod speed;
mod support;
