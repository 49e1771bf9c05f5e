//! `trail import`: recordings to trails of a data directory, and into its index.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::json;
use trail_import::ImportOptions;
use trail_index::{DataDir, IndexOptions};
use trail_model::SessionMeta;

use crate::args::ImportArgs;
use crate::outcome::Outcome;
use crate::pixels::PixelEngine;
use crate::recording::{self, Found, Imported};
use crate::times;
use crate::ui::Ui;

pub(crate) fn run(args: &ImportArgs, ui: &Ui) -> Result<Outcome> {
    let more = args.meta_file.as_deref().map(read_meta).transpose()?.unwrap_or_default();
    let options = recording::import_options(&args.read)?;
    let data = DataDir::create(&args.data)?;
    let lock = data.lock()?;
    let damaged = AtomicBool::new(false);
    let problem = |message: String| {
        damaged.store(true, Ordering::Relaxed);
        ui.error(&message);
    };
    let pixels = PixelEngine::new(&args.read.pixels)?;
    let found = recording::find(&args.paths, &options, problem);
    let bar = ui.bar(found.len() as u64, "importing");
    let lines = Mutex::new(BTreeMap::new());
    found.par_iter().enumerate().for_each(|(index, found)| {
        match import(&data, found, &options, &more) {
            Ok((session, imported)) => {
                if let Some(imported) = &imported {
                    imported.findings.iter().for_each(|finding| ui.error(finding));
                    damaged.fetch_or(imported.damaged, Ordering::Relaxed);
                }
                let line = describe(found, &session, imported.as_ref(), args.json);
                lines.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(index, line);
            }
            Err(error) => {
                damaged.store(true, Ordering::Relaxed);
                ui.error(&format!("{}: {error:#}", found.path));
            }
        }
        bar.inc(1);
    });
    bar.finish_and_clear();
    let mut out = io::stdout().lock();
    for line in lines.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).values() {
        writeln!(out, "{line}")?;
    }
    let mut indexing = IndexOptions::default();
    indexing.reader = Some(pixels.reader.clone());
    let report = trail_index::update_locked(&data, &indexing, &lock)?;
    if let Some(failure) = pixels.failure() {
        ui.error(&failure);
    }
    for failure in report.failed.iter().chain(&report.partial) {
        damaged.store(true, Ordering::Relaxed);
        ui.error(&format!("{}: {}", failure.file, failure.reasons.join("; ")));
    }
    Ok(Outcome::done(damaged.into_inner() && !args.read.tolerate))
}

/// Writes one trail under a temporary name and renames it when it is whole, so that a killed import leaves none by half.
/// A recording that is there already is left alone.
fn import(
    data: &DataDir,
    found: &Found,
    options: &ImportOptions,
    more: &SessionMeta,
) -> Result<(String, Option<Imported>)> {
    let session = found.trail_id()?.to_string();
    let path = data.trail_path(&session);
    if path.exists() {
        return Ok((session, None));
    }
    let unfinished = path.with_extension("unfinished");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let imported = found.write_trail(&unfinished, options, more).inspect_err(|_| {
        // What is left of it is of no use; if it cannot be removed the next import does.
        let _ = fs::remove_file(&unfinished);
    })?;
    fs::rename(&unfinished, &path).with_context(|| format!("failed to keep {}", path.display()))?;
    Ok((session, Some(imported)))
}

fn describe(found: &Found, session: &str, imported: Option<&Imported>, as_json: bool) -> String {
    if as_json {
        let import = imported.and_then(|imported| imported.import.as_ref());
        let import = import.map(|(report, cost)| recording::import_json(report, cost));
        return json!({ "path": found.path, "session": session, "new": imported.is_some(), "import": import })
            .to_string();
    }
    let known = if imported.is_none() { " (already there)" } else { "" };
    format!("{session}  {}{known}", crate::ui::printable(&found.path))
}

/// What `--meta-file` may say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MetaFile {
    start: Option<String>,
    user: Option<String>,
    target_user: Option<String>,
    host: Option<String>,
    command: Option<String>,
    title: Option<String>,
    #[serde(default)]
    extra: BTreeMap<String, String>,
}

fn read_meta(path: &Path) -> Result<SessionMeta> {
    let bytes = fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
    let file: MetaFile =
        serde_json::from_slice(&bytes).with_context(|| format!("failed to understand {}", path.display()))?;
    Ok(SessionMeta {
        start: file.start.as_deref().map(times::wall_clock).transpose()?,
        user: file.user,
        target_user: file.target_user,
        host: file.host,
        command: file.command,
        title: file.title,
        extra: file.extra,
        ..SessionMeta::default()
    })
}
