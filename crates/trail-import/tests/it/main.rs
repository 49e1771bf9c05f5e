//! Importers over real recordings and over small ones written here.

mod asciicast;
mod desktop;
mod discovery;
mod mutations;
mod regressions;
mod roundtrip;
mod script;
mod sudo;
mod support;
mod tlog;
mod ttyrec;
mod wrappers;
