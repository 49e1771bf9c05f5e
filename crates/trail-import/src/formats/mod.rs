//! One module for each format.

pub(crate) mod asciicast;
