//! Generators, brute-force oracles and helpers for tests.
