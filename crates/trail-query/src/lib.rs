//! Lucene query syntax to a syntax tree and back.
