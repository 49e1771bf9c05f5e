//! One rule, one test.
