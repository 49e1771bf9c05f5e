//! One module for each format.

pub(crate) mod asciicast;
pub(crate) mod script;
pub(crate) mod sudo;
pub(crate) mod tlog;
pub(crate) mod ttyrec;
