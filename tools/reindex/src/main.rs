//! Rebuilds the index of a data directory from its trails.

mod args;
mod progress;
mod show;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Parser;
use trail_content::PixelReader;
use trail_index::{DataDir, IndexOptions, Report, Selection};
use trail_ocr::{Choice, LazyOcr};

use args::Args;
use progress::Bar;

/// The index is up to date and covers all.
const DONE: u8 = 0;
/// The run failed.
const FAILED: u8 = 1;
/// The index is up to date, but some trails are not in it, or not wholly.
const INCOMPLETE: u8 = 2;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // There is nowhere else to tell it if standard error is closed.
            let _ = writeln!(io::stderr(), "trail-reindex: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

fn run(args: &Args) -> Result<u8> {
    let data = DataDir::open(&args.data).context("failed to open the data directory")?;
    let is_rebuild = args.only.is_empty();
    let mut options = IndexOptions::default();
    options.jobs = args.jobs;
    options.fresh = args.fresh;
    options.selection = selection(&args.only);
    options.reader = Some(reader(args)?);

    let need = trail_index::disk_need(&data, &options, is_rebuild).context("failed to look at the trails")?;
    if !args.quiet {
        let (content, index) = (show::bytes(need.content_bytes), show::bytes(need.index_bytes));
        let (trails, bytes) = (need.trails, show::bytes(need.trail_bytes));
        writeln!(
            io::stderr(),
            "{trails} trails of {bytes}; needs about {} of disk: content {content}, index {index}",
            show::bytes(need.total())
        )?;
    }
    let report = if args.dry_run {
        trail_index::dry_run(&data, &options, is_rebuild)
    } else {
        index(args, &data, options, is_rebuild)
    }
    .context(if is_rebuild { "failed to rebuild the index" } else { "failed to index" })?;

    let mut out = io::stdout().lock();
    if args.json {
        let json = show::Json { dry_run: args.dry_run, disk_need: &need, report: &report };
        serde_json::to_writer_pretty(&mut out, &json)?;
        writeln!(out)?;
    } else {
        show::report(&mut out, &report, args.dry_run)?;
    }
    let is_whole = report.failed.is_empty() && report.partial.is_empty();
    Ok(if is_whole { DONE } else { INCOMPLETE })
}

/// What reads pixels.
fn reader(args: &Args) -> Result<PixelReader> {
    let choice = Choice::find(args.ocr.as_deref(), args.ocr_models.clone())?;
    let rest_ns = args.rest.map_or(PixelReader::DEFAULT_REST_NS, |rest| rest.saturating_mul(1_000_000));
    Ok(PixelReader::new(Arc::new(LazyOcr::new(choice))).with_rest_ns(rest_ns))
}

fn index(
    args: &Args,
    data: &DataDir,
    mut options: IndexOptions,
    is_rebuild: bool,
) -> Result<Report, trail_index::Error> {
    let bar = (!args.quiet).then(|| Arc::new(Bar::new()));
    if let Some(bar) = &bar {
        options.progress = Arc::clone(bar) as _;
    }
    let report = if is_rebuild { trail_index::reindex(data, &options) } else { trail_index::update(data, &options) };
    if let Some(bar) = bar {
        bar.clear();
    }
    report
}

/// What `--only` means. The two words are sessions' names as well only if others stand beside them.
fn selection(only: &[String]) -> Selection {
    match only {
        [] => Selection::Changed,
        [word] if word == "failed" => Selection::Failed,
        [word] if word == "stale" => Selection::Stale,
        sessions => Selection::Sessions(sessions.to_vec()),
    }
}
