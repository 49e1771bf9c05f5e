//! From the query as typed to what the search takes.

use anyhow::{Context, Result};
use trail_query::{Mode, ParseError, Query};
use trail_search::Options;

use crate::args::QueryMode;
use crate::ui::Ui;

/// A query that was understood.
pub(crate) struct Parsed {
    pub(crate) query: Query,
    pub(crate) options: Options,
    /// The text as typed, and how it was read where that may surprise.
    pub(crate) text: String,
    pub(crate) notes: Vec<String>,
}

/// Reads `text`; how it was read, where that may surprise, goes to standard error.
pub(crate) fn parse(text: &str, mode: QueryMode, ui: &Ui) -> Result<Parsed> {
    let mode = match mode {
        QueryMode::Screentrail => Mode::Screentrail,
        QueryMode::Lucene => Mode::Lucene,
        QueryMode::Sps => Mode::Sps,
    };
    let parsed = trail_query::parse(text, mode).map_err(|error| explain(text, &error))?;
    for note in &parsed.notes {
        ui.error(&format!("query: {note}"));
    }
    let notes = parsed.notes.iter().map(ToString::to_string).collect();
    Ok(Parsed { query: parsed.query, options: Options::new(mode), text: text.to_owned(), notes })
}

fn explain(text: &str, error: &ParseError) -> anyhow::Error {
    anyhow::anyhow!("{error}").context(format!("the query {:?} was not understood", cut(text)))
}

/// At most 200 characters of what was typed.
fn cut(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Refuses an empty query before any file is read.
pub(crate) fn check_not_empty(text: &str) -> Result<()> {
    (!text.trim().is_empty())
        .then_some(())
        .context("the query is empty; to list everything use trail export --format txt")
}
