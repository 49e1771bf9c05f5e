//! The trail command.
