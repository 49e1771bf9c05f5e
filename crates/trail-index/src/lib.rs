//! Content items to tantivy documents: analyzer, partitions, generations, manifest.

pub mod analyzer;
