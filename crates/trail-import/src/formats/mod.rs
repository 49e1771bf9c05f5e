//! One module for each format.

pub(crate) mod asciicast;
pub(crate) mod fbs;
pub(crate) mod guacamole;
pub(crate) mod jumpserver;
pub(crate) mod script;
pub(crate) mod sudo;
pub(crate) mod tlog;
pub(crate) mod ttyrec;
pub(crate) mod wallix;
