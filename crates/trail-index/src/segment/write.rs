//! Writes a built segment as tantivy has it.
//!
//! Terms and postings go through tantivy's own serializers, in sorted order, past its document model: what a document
//! costs there (`docs/adr/0002-index-layout.md`) is most of what indexing costs.

use std::path::Path;

use tantivy::columnar::ColumnarWriter;
use tantivy::directory::{Directory, TerminatingWrite};
use tantivy::fieldnorm::{FieldNormReader, FieldNormsSerializer};
use tantivy::index::SegmentComponent;
use tantivy::postings::InvertedIndexSerializer;
use tantivy::schema::Field;
use tantivy::store::{Compressor, StoreWriter};
use tantivy::{Index, IndexMeta, Segment};

use super::docs::DocTable;
use super::pairs::PairsBuilder;
use super::terms::TermTable;
use super::{PAIRS, PASSING, SegmentBuilder, TOKENS, WORDS, schema};
use crate::error::{Error, io};

pub(super) fn write(builder: SegmentBuilder, folder: &Path) -> Result<DocTable, Error> {
    std::fs::create_dir_all(folder).map_err(io("create", folder))?;
    let docs = builder.docs.clone();
    write_tantivy(builder, folder).map_err(|source| Error::Tantivy { path: folder.to_owned(), source })?;
    docs.save(folder)?;
    crate::files::sync_folder(folder)?;
    Ok(docs)
}

fn write_tantivy(mut builder: SegmentBuilder, folder: &Path) -> tantivy::Result<()> {
    let index = Index::create_in_dir(folder, schema())?;
    let segment = index.new_segment();
    write_unused(&segment)?;
    builder.visibility.write(builder.len(), index.directory())?;

    let mut norms = FieldNormsSerializer::from_write(segment.open_write(SegmentComponent::FieldNorms)?)?;
    norms.serialize_field(WORDS, &builder.norms)?;
    norms.close()?;

    let mut fields = InvertedIndexSerializer::open(&segment)?;
    write_field(&mut fields, WORDS, builder.words)?;
    write_field(&mut fields, TOKENS, builder.tokens)?;
    write_field(&mut fields, PASSING, builder.passing)?;
    write_pairs(&mut fields, builder.pairs)?;
    fields.close()?;

    let segment = segment.with_max_doc(builder.norms.len() as u32);
    let meta = IndexMeta { segments: vec![segment.meta().clone()], ..IndexMeta::with_schema(schema()) };
    let json = serde_json::to_vec(&meta).map_err(std::io::Error::from)?;
    index.directory().atomic_write(Path::new("meta.json"), &json)?;
    index.directory().sync_directory()?;
    Ok(())
}

/// The components that a segment must have and that are empty here.
fn write_unused(segment: &Segment) -> tantivy::Result<()> {
    let store = segment.open_write(SegmentComponent::Store)?;
    StoreWriter::new(store, Compressor::None, 1 << 14, false)?.close()?;
    let mut columns = segment.open_write(SegmentComponent::FastFields)?;
    ColumnarWriter::default().serialize(0, None, &mut columns)?;
    columns.terminate()?;
    Ok(())
}

/// With the lengths of documents at hand, tantivy's serializer works out for each term by what a block of its postings can
/// count at most: a table of 256 numbers for each term. Ranks here depend on more than one document; nobody asks for that.
const NO_BLOCK_MAXIMA: Option<FieldNormReader> = None;

fn write_field(fields: &mut InvertedIndexSerializer, field: Field, terms: TermTable) -> tantivy::Result<()> {
    if terms.is_empty() {
        return Ok(());
    }
    let has_freqs = field != PASSING;
    let mut writer = fields.new_field(field, terms.total_freq(), NO_BLOCK_MAXIMA)?;
    terms.for_each_sorted(|key, postings| {
        writer.new_term(key, postings.len() as u32, has_freqs)?;
        for &(doc, freq) in postings {
            writer.write_doc(doc, freq, &[]);
        }
        writer.close_term()
    })?;
    writer.close()?;
    Ok(())
}

fn write_pairs(fields: &mut InvertedIndexSerializer, pairs: PairsBuilder) -> tantivy::Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let mut writer = fields.new_field(PAIRS, 0, NO_BLOCK_MAXIMA)?;
    pairs.for_each_sorted(|key, docs| {
        writer.new_term(key, docs.len() as u32, false)?;
        docs.iter().for_each(|&doc| writer.write_doc(doc, 1, &[]));
        writer.close_term()
    })?;
    writer.close()?;
    Ok(())
}
