//! Shared parts of the comparisons: clocks, inputs, tables, and the peers made ready for use.

pub mod alacritty;
pub mod arguments;
pub mod clock;
pub mod documents;
pub mod fts5;
pub mod inputs;
pub mod items;
pub mod naive;
pub mod questions;
pub mod table;
