//! `trail search`: searches the sessions of a data directory through its index.

use std::io::{self, Write};

use anyhow::{Result, bail};
use trail_container::TrailReader;
use trail_index::{DataDir, IndexReader, TrailEntry};
use trail_model::{SessionMeta, Timestamp, TrailId};
use trail_search::{IndexSource, Searcher};

use crate::args::SearchArgs;
use crate::coverage::{self, Counts};
use crate::filter::Filter;
use crate::hits::{Printer, Session};
use crate::outcome::Outcome;
use crate::query;
use crate::ui::Ui;

pub(crate) fn run(args: &SearchArgs, ui: &Ui) -> Result<Outcome> {
    query::check_not_empty(&args.query)?;
    let mut parsed = query::parse(&args.query, args.output.mode, &args.output.limits, ui)?;
    let filter = Filter::new(&args.filter)?;
    let data = DataDir::open(&args.data)?;
    let reader = IndexReader::open(&data)?;
    for wanted in &args.session {
        if reader.session(wanted).is_none() {
            bail!("no session {wanted:?}; trail sessions lists them");
        }
    }
    let is_wanted = |entry: &TrailEntry| {
        let named = args.session.is_empty()
            || args.session.iter().any(|id| reader.session(id).is_some_and(|named| named.file == entry.file));
        named && filter.admits(&meta(entry))
    };
    let entries: Vec<(TrailId, &TrailEntry)> = reader.indexed().filter(|(_, entry)| is_wanted(entry)).collect();
    let sessions: Vec<Session> = entries
        .iter()
        .map(|(trail_id, entry)| Session {
            path: entry.session.id.clone(),
            trail_id: *trail_id,
            start: entry.session.start_ns.map(Timestamp),
        })
        .collect();
    let trails: Vec<TrailId> = entries.iter().map(|(trail_id, _)| *trail_id).collect();
    let files: Vec<&str> = entries.iter().map(|(_, entry)| entry.file.as_str()).collect();
    let open = |index: usize| Ok(TrailReader::open(data.trails_dir().join(files[index]))?);

    parsed.options.language.reads_pixels =
        entries.iter().any(|(_, entry)| entry.coverage.get("found_lines").is_some_and(|&count| count > 0));
    let searcher = Searcher::new(IndexSource::of_trails(reader.clone(), trails), parsed.options.clone());
    let mut out = io::BufWriter::new(io::stdout());
    let printer = Printer::new(&args.output, ui, &filter, &sessions, &open)?;
    let printed = printer.run(&searcher, &parsed, &mut out)?;
    let covered: Vec<(String, Counts)> =
        entries.iter().map(|(_, entry)| (entry.session.id.clone(), entry.coverage.clone())).collect();
    coverage::tell(&args.output, ui, &covered, &mut out)?;
    out.flush()?;
    for failure in &printed.failures {
        ui.error(failure);
    }
    Ok(Outcome { found: printed.hits > 0, damaged: !printed.failures.is_empty() })
}

fn meta(entry: &TrailEntry) -> SessionMeta {
    SessionMeta {
        start: entry.session.start_ns.map(Timestamp),
        user: entry.session.user.clone(),
        target_user: entry.session.target_user.clone(),
        host: entry.session.host.clone(),
        ..SessionMeta::default()
    }
}
