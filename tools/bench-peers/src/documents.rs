//! tantivy as one uses it first: a document an item, the default tokenizer, positions.

use std::path::Path;

use anyhow::Result;
use tantivy::collector::TopDocs;
use tantivy::query::Query;
use tantivy::schema::{FAST, Field, INDEXED, Schema, TEXT};
use tantivy::{Index, IndexWriter, Searcher, TantivyDocument};

use trail_benches::questions::Item;

/// Memory of the index writer.
const HEAP: usize = 400_000_000;

/// An index of items.
pub struct Documents {
    searcher: Searcher,
    /// What an item says.
    pub text: Field,
    /// When it could first be seen.
    pub start: Field,
}

impl Documents {
    /// Makes an index of one segment.
    ///
    /// # Errors
    /// What tantivy says.
    pub fn build(folder: &Path, items: &[Item]) -> Result<Documents> {
        let mut schema = Schema::builder();
        let text = schema.add_text_field("text", TEXT);
        let start = schema.add_u64_field("start", FAST | INDEXED);
        let index = Index::create_in_dir(folder, schema.build())?;
        let mut writer: IndexWriter<TantivyDocument> = index.writer_with_num_threads(1, HEAP)?;
        for item in items {
            let mut document = TantivyDocument::new();
            document.add_text(text, &item.text);
            document.add_u64(start, item.start_ms);
            writer.add_document(document)?;
        }
        writer.commit()?;
        let segments = index.searchable_segment_ids()?;
        if segments.len() > 1 {
            writer.merge(&segments).wait()?;
        }
        writer.wait_merging_threads()?;
        Ok(Documents { searcher: index.reader()?.searcher(), text, start })
    }

    /// How many of the best 50 there are.
    ///
    /// # Errors
    /// What tantivy says.
    pub fn best(&self, query: &dyn Query) -> Result<usize> {
        Ok(self.searcher.search(query, &TopDocs::with_limit(50).order_by_score())?.len())
    }
}
