//! A screen to a PNG, the same bytes on every machine.
