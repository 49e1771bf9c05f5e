//! Segments: some trails' items as one tantivy segment, and what is needed to read it.
//!
//! A document is an item, and documents stand in the order of the items they came from: trail by trail, channel by
//! channel, block by block. [`DocTable`] says which item a document is. Four indexed fields:
//!
//! | field | terms | with |
//! | --- | --- | --- |
//! | `words` | words of the final text | frequencies, length (one byte, Lucene's) |
//! | `tokens` | parts and wholes of the final text | frequencies |
//! | `passing` | tokens that stood complete while the text grew and that the final text does not have | nothing |
//! | `pairs` | pairs of frequent tokens that stand next to each other | nothing |
//!
//! Every term begins with a letter for the kind of its item, so that document frequencies are per kind. Text is not
//! stored, the content file has it; positions are not, a search verifies every candidate on the text.

mod builder;
mod columns;
mod dictionary;
mod docs;
mod pairs;
mod passing;
mod reader;
mod terms;
#[cfg(test)]
mod tests;
mod visibility;
mod write;

use std::borrow::Cow;

use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use trail_content::Kind;

pub(crate) use builder::SegmentBuilder;
pub(crate) use dictionary::CHECK_EVERY;
pub(crate) use docs::{DocTable, Run, TrailDocs};
pub(crate) use pairs::PairFilter;
pub(crate) use reader::{SegmentReader, Union};
pub(crate) use visibility::Visibility;

/// Version of the layout of segments and manifests. Another one means that the index must be rebuilt.
pub const LAYOUT_VERSION: u32 = 6;

/// Terms longer than this many bytes are kept as their beginning and a hash of the rest: no token is left out, and
/// tantivy's cap of 65,530 bytes is never met.
pub(crate) const TERM_LEN_MAX: usize = 512;

/// The name of [`DocTable`]'s file in a segment's folder.
const DOCS_FILE: &str = "docs.json";

const WORDS: Field = Field::from_field_id(0);
const TOKENS: Field = Field::from_field_id(1);
const PASSING: Field = Field::from_field_id(2);
const PAIRS: Field = Field::from_field_id(3);

fn schema() -> Schema {
    let indexed = |option, norms| {
        let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(option).set_fieldnorms(norms);
        TextOptions::default().set_indexing_options(indexing)
    };
    let mut schema = Schema::builder();
    schema.add_text_field("words", indexed(IndexRecordOption::WithFreqs, true));
    schema.add_text_field("tokens", indexed(IndexRecordOption::WithFreqs, false));
    schema.add_text_field("passing", indexed(IndexRecordOption::Basic, false));
    schema.add_text_field("pairs", indexed(IndexRecordOption::Basic, false));
    schema.build()
}

/// The first byte of all terms of items of `kind`.
fn kind_byte(kind: Kind) -> u8 {
    match kind {
        Kind::Line => b'l',
        Kind::Title => b't',
        Kind::Command => b'c',
        Kind::Input => b'i',
        Kind::Clipboard => b'x',
    }
}

/// The term for a token: the token itself, or what stands for a very long one.
fn term_text(token: &str) -> Cow<'_, [u8]> {
    if token.len() <= TERM_LEN_MAX {
        return Cow::Borrowed(token.as_bytes());
    }
    let mut term = long_head(token).as_bytes().to_vec();
    term.extend_from_slice(blake3::hash(token.as_bytes()).to_hex().as_bytes());
    Cow::Owned(term)
}

/// As much of a long token as its term begins with.
fn long_head(token: &str) -> &str {
    &token[..token.floor_char_boundary(TERM_LEN_MAX)]
}
