//! From the query as typed to what the search takes.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use trail_query::{Limits, Mode, ParseError, Query, parse_duration};
use trail_search::Options;

use crate::args::{LimitArgs, QueryMode};
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
pub(crate) fn parse(text: &str, mode: QueryMode, limits: &LimitArgs, ui: &Ui) -> Result<Parsed> {
    let mode = match mode {
        QueryMode::Screentrail => Mode::Screentrail,
        QueryMode::Lucene => Mode::Lucene,
        QueryMode::Sps => Mode::Sps,
    };
    let limits = read_limits(limits)?;
    let reading = trail_query::Options { limits, ..trail_query::Options::new(mode) };
    let parsed = trail_query::parse_with(text, &reading).map_err(|error| explain(text, &error))?;
    for note in &parsed.notes {
        ui.error(&format!("query: {note}"));
    }
    let notes = parsed.notes.iter().map(ToString::to_string).collect();
    let options = Options { limits, ..Options::new(mode) };
    Ok(Parsed { query: parsed.query, options, text: text.to_owned(), notes })
}

fn read_limits(args: &LimitArgs) -> Result<Limits> {
    let mut limits = Limits::default();
    if let Some(timeout) = &args.timeout {
        let ns = parse_duration(timeout).with_context(|| format!("--timeout {timeout:?} is no time like 10s or 2m"))?;
        limits.deadline = Some(Duration::from_nanos(ns));
    }
    for setting in &args.query_max {
        let (name, value) =
            setting.split_once('=').with_context(|| format!("--query-max {setting:?} is not NAME=NUMBER"))?;
        let limit = match name {
            "text-len" => &mut limits.text_len,
            "nesting" => &mut limits.nesting,
            "clauses" => &mut limits.clauses,
            "leaves" => &mut limits.leaves,
            "wildcards" => &mut limits.wildcards,
            "regexp-chars" => &mut limits.regexp_chars,
            "states" => &mut limits.states,
            "expansions" => &mut limits.expansions,
            _ => bail!(
                "--query-max {name:?}: the limits are text-len, nesting, clauses, leaves, wildcards, regexp-chars, states \
                 and expansions"
            ),
        };
        *limit = value.parse().with_context(|| format!("--query-max {setting:?}: {value:?} is no number"))?;
    }
    if limits.nesting > Limits::NESTING {
        bail!(
            "--query-max nesting={}: at most {}, since each level takes some of the stack",
            limits.nesting,
            Limits::NESTING
        );
    }
    Ok(limits)
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
