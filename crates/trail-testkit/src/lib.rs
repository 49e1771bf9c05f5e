//! Generators, brute-force oracles and helpers for tests.
//!
//! [`oracle`] says by replay at which moments a query holds: it shares the emulator with the engine and nothing else.
//! [`generate`] makes terminal streams and ways to cut them into events. [`random`] is the seeded generator under both.

pub mod generate;
pub mod oracle;
pub mod random;
pub mod trail;
