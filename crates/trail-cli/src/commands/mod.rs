//! One module for each command: it takes the arguments, calls the libraries, shapes the answer.

pub(crate) mod access;
pub(crate) mod export;
pub(crate) mod generate;
pub(crate) mod grep;
pub(crate) mod import;
pub(crate) mod info;
pub(crate) mod play;
pub(crate) mod recover;
pub(crate) mod screen;
pub(crate) mod screenshot;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod sessions;
pub(crate) mod verify;
