//! Shared parts of the comparisons: clocks, inputs, tables, and the peers made ready for use.

pub mod alacritty;
pub mod arguments;
pub mod clock;
pub mod inputs;
pub mod naive;
pub mod table;
