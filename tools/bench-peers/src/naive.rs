//! The pipeline that one writes first: an emulator, and one document for each row that changed.

use std::path::Path;

use anyhow::Result;
use tantivy::schema::{FAST, INDEXED, STORED, STRING, Schema, TEXT};
use tantivy::{Index, IndexWriter, TantivyDocument};
use trail_model::{Event, EventKind, Size};

use crate::alacritty::Alacritty;

/// Memory of the index writer.
const HEAP: usize = 200_000_000;

/// What came of it.
pub struct Outcome {
    /// Documents.
    pub documents: u64,
}

/// Emulates recordings with alacritty's terminal and indexes each changed row as a tantivy document, with the ordinary
/// writer, one thread, positions, the default tokenizer, text stored. The events come from memory: it pays for no
/// reading.
///
/// # Errors
/// If the index cannot be written.
pub fn index<'a>(folder: &Path, recordings: impl Iterator<Item = &'a [Event]>) -> Result<Outcome> {
    let mut schema = Schema::builder();
    let session = schema.add_text_field("session", STRING | FAST);
    let channel = schema.add_u64_field("channel", FAST);
    let record = schema.add_u64_field("record", FAST | INDEXED);
    let time = schema.add_i64_field("time", FAST | INDEXED);
    let text_field = schema.add_text_field("text", TEXT | STORED);
    let index = Index::create_in_dir(folder, schema.build())?;
    let mut writer: IndexWriter<TantivyDocument> = index.writer_with_num_threads(1, HEAP)?;
    let mut documents = 0;
    let mut text = String::new();
    for (number, events) in recordings.enumerate() {
        let name = format!("session-{number}");
        let mut terminal = Alacritty::new(Size::DEFAULT);
        let mut rows: Vec<String> = vec![String::new(); terminal.rows()];
        for (at, event) in events.iter().enumerate() {
            match &event.kind {
                EventKind::Output(bytes) => terminal.feed(bytes),
                EventKind::Resize(size) => terminal.resize(*size),
                EventKind::Open(open) => terminal = Alacritty::new(open.size.unwrap_or(Size::DEFAULT)),
                _ => continue,
            }
            rows.resize(terminal.rows(), String::new());
            let mut changed = Ok(0);
            terminal.changed_rows(&mut text, |row, text| {
                if rows[row] == text {
                    return;
                }
                rows[row].clear();
                rows[row].push_str(text);
                if text.is_empty() {
                    return;
                }
                let mut document = TantivyDocument::new();
                document.add_text(session, &name);
                document.add_u64(channel, event.channel.0.into());
                document.add_u64(record, at as u64);
                document.add_i64(time, event.offset.0 as i64);
                document.add_text(text_field, text);
                documents += 1;
                let added = writer.add_document(document);
                if changed.is_ok() {
                    changed = added;
                }
            });
            changed?;
        }
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(Outcome { documents })
}
