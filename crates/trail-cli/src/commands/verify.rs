//! `trail verify`: trails against damage and tampering, an index against brute force.

mod index;
mod whole;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use trail_container::{Finding, VerifyOptions};
use trail_index::DataDir;

use crate::args::VerifyArgs;
use crate::outcome::Outcome;
use crate::ui::Ui;

pub(crate) fn run(args: &VerifyArgs, ui: &Ui) -> Result<Outcome> {
    let mut files: Vec<PathBuf> = args.files.clone();
    let data = args.data.as_ref().map(DataDir::open).transpose()?;
    if let Some(data) = &data {
        let names = data.trail_files()?;
        files.extend(names.iter().map(|name| data.trails_dir().join(name)));
    }
    let mut damaged = false;
    let bar = ui.bar(files.len() as u64, "verifying");
    for file in &files {
        match check(file, args.json) {
            Ok(sound) => damaged |= !sound,
            Err(error) => {
                damaged = true;
                ui.error(&format!("{error:#}"));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if let (true, Some(data)) = (args.index, &data) {
        damaged |= !index::check_index(data, args, ui)?;
    }
    Ok(Outcome::done(damaged))
}

/// Checks one trail and prints what was found; gives whether it is sound.
fn check(file: &Path, as_json: bool) -> Result<bool> {
    let report = trail_container::verify_path(file, &VerifyOptions::default())
        .with_context(|| format!("failed to read {}", file.display()))?;
    let path = file.display();
    let mut out = io::stdout().lock();
    if as_json {
        let value = json!({
            "path": path.to_string(),
            "sound": report.is_sound(),
            "closed": report.is_closed,
            "trail_id": report.trail_id.map(|id| id.to_string()),
            "head": report.head.map(|head| head.to_string()),
            "chunks": report.chunks,
            "findings": report.findings.iter().map(finding_json).collect::<Vec<_>>(),
        });
        writeln!(out, "{value}")?;
        return Ok(report.is_sound());
    }
    for finding in &report.findings {
        writeln!(out, "{path}: {finding}")?;
    }
    if report.is_sound() {
        let head = report.head.map(|head| head.to_string()).unwrap_or_default();
        let state = if report.is_closed { "sound" } else { "sound so far, not closed" };
        writeln!(out, "{path}: {state}, {} chunks, head {head}", report.chunks)?;
    }
    Ok(report.is_sound())
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "message": finding.to_string(),
        "begin": finding.range.start,
        "end": finding.range.end,
        "damage": finding.is_damage(),
    })
}
