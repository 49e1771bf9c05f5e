//! The brute force behind "search equals replay".
//!
//! [`Replay::of`] replays one channel of a trail record by record and keeps what was visible after each. [`Replay::moments`]
//! says at which moments a [`Query`] holds. [`check()`] compares that with what an engine answers, for many [`questions`].
//! Shared with the engine is the emulator (`trail-screen` behind `trail-replay`); everything else is stated here again:
//!
//! - **Visible** after a record are the logical lines with a row on the screen and the title, as far as they have text.
//! - A **line** is told by the id of its first row. While it stays visible it is followed; where its next different text
//!   is this text and more, the token at its end is *unfinished*: a word or part if the first character more is a letter
//!   or digit, a whole token if it is no blank. Unfinished tokens do not count.
//! - **Tokens** are in [`tokens`], what a query needs of them in [`matching`](Replay::moments), sets of moments in
//!   [`Moments`].

mod check;
mod command;
mod index;
mod moments;
mod near;
mod pattern;
mod query;
mod questions;
mod regexp;
mod replay;
mod session;
mod times;
pub mod tokens;

#[cfg(test)]
mod tests;

pub use check::{Difference, Hit, Report, check, check_channels};
pub use command::CommandLine;
pub use moments::Moments;
pub use pattern::{Pattern, Wild};
pub use query::{Field, Length, Query, Value, WALL_CLOCK};
pub use questions::{Question, questions};
pub use replay::{PixelLine, Replay, replay_all};
