//! Importers over real recordings and over small ones written here.

mod asciicast;
mod support;
