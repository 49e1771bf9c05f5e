//! Brings the index of a data directory up to date, or builds it anew.

use std::collections::HashSet;

use crate::content;
use crate::data_dir::{DataDir, DataLock};
use crate::error::Error;
use crate::manifest::Manifest;
use crate::pipeline::{Generation, IndexOptions, RunCounts, Selection, plan, run};
use crate::report::{DiskNeed, Report};

/// Indexes what the live generation does not have yet, and forgets what is gone. A data directory without a generation
/// gets its first.
///
/// # Errors
/// [`Error::Locked`] if another process writes; [`Error::Version`] if the generation is of other rules: then
/// [`reindex`]; [`Error::Io`] and others if files cannot be written. A trail that cannot be read is none: see
/// [`Report::failed`].
pub fn update(data: &DataDir, options: &IndexOptions) -> Result<Report, Error> {
    let lock = data.lock()?;
    update_locked(data, options, &lock)
}

/// [`update`] for a process that has locked the data directory already.
///
/// # Errors
/// As [`update`].
pub fn update_locked(data: &DataDir, options: &IndexOptions, _lock: &DataLock) -> Result<Report, Error> {
    let current = data.current_generation()?;
    let name = current.clone().map_or_else(|| next_generation(data), Ok)?;
    let mut generation = Generation::open(data, &name)?;
    let before = generation.manifest.clone();
    let plan = plan(data, &generation.manifest, options)?;
    let counts = run(&mut generation, plan, options)?;
    finish(data, &mut generation, options)?;
    if let Ok(_reindex) = data.lock_reindex() {
        remove_unused(data, &name, &before, options)?;
    }
    Ok(Report::new(name, &before, &generation.manifest, counts))
}

/// Builds the index anew from all trails, in a new generation beside the live one, and switches to it. Searches go on
/// meanwhile, and so may [`update`]. An interrupted rebuild is gone on with.
///
/// # Errors
/// As [`update`]; [`Error::Locked`] if another process rebuilds.
pub fn reindex(data: &DataDir, options: &IndexOptions) -> Result<Report, Error> {
    let _reindex = data.lock_reindex()?;
    let live = data.current_generation()?;
    let name = match unfinished_generation(data, live.as_deref())? {
        Some(name) => name,
        None => next_generation(data)?,
    };
    let mut generation = Generation::open(data, &name)?;
    let options = IndexOptions { selection: Selection::Changed, ..options.clone() };
    let first = plan(data, &generation.manifest, &options)?;
    let mut counts = run(&mut generation, first, &options)?;

    // What was added, changed or removed since the rebuild began. From here on nobody adds more.
    options.step("lock")?;
    let _writer = data.lock_wait()?;
    // What failed a moment ago is not tried again.
    let catching_up = IndexOptions { fresh: false, selection: Selection::Stale, ..options.clone() };
    let rest = plan(data, &generation.manifest, &catching_up)?;
    let late = run(&mut generation, rest, &catching_up)?;
    counts += RunCounts { unchanged: 0, ..late };
    let before = live.as_deref().map(|live| load_any(data, live)).transpose()?.flatten();
    let before = before.unwrap_or_else(Manifest::new);
    finish(data, &mut generation, &options)?;
    remove_unused(data, &name, &before, &options)?;
    Ok(Report::new(name, &before, &generation.manifest, counts))
}

/// What a run would do and what it needs, without doing it.
///
/// # Errors
/// [`Error::Io`] if trails or index cannot be read.
pub fn dry_run(data: &DataDir, options: &IndexOptions, rebuild: bool) -> Result<Report, Error> {
    let live = data.current_generation()?;
    let before = live.as_deref().map(|live| load_any(data, live)).transpose()?.flatten();
    let base = if rebuild {
        let unfinished = unfinished_generation(data, live.as_deref())?;
        unfinished.map(|name| load_any(data, &name)).transpose()?.flatten()
    } else {
        before.clone()
    };
    let base = base.unwrap_or_else(Manifest::new);
    let plan = plan(data, &base, options)?;
    Ok(Report::of_plan(live.unwrap_or_default(), &before.unwrap_or_else(Manifest::new), &plan))
}

/// How much disk a run is going to need, about.
///
/// # Errors
/// [`Error::Io`] if trails or index cannot be read.
pub fn disk_need(data: &DataDir, options: &IndexOptions, rebuild: bool) -> Result<DiskNeed, Error> {
    let live = data.current_generation()?;
    let before = live.as_deref().map(|live| load_any(data, live)).transpose()?.flatten().unwrap_or_else(Manifest::new);
    let base = if rebuild { Manifest::new() } else { before.clone() };
    let plan = plan(data, &base, options)?;
    Ok(DiskNeed::of(data, &before, &plan))
}

/// Makes the generation complete and the live one.
fn finish(data: &DataDir, generation: &mut Generation, options: &IndexOptions) -> Result<(), Error> {
    if !generation.manifest.complete {
        generation.manifest.complete = true;
        generation.commit(options)?;
    }
    if data.current_generation()?.as_ref() != Some(&generation.name) {
        options.step("switch")?;
        data.set_current_generation(&generation.name)?;
    }
    Ok(())
}

/// Removes all generations before `live`, and content that nothing refers to any more. What `before` refers to stays
/// until the next run: a search may be at it.
fn remove_unused(data: &DataDir, live: &str, before: &Manifest, options: &IndexOptions) -> Result<(), Error> {
    options.step("remove")?;
    let mut manifests = vec![before.clone()];
    for name in data.generations()? {
        let is_unfinished = name.as_str() > live;
        if name == live || is_unfinished {
            manifests.extend(load_any(data, &name)?);
        } else {
            crate::files::remove(&data.generation_dir(&name))?;
        }
    }
    let entries = manifests.iter().flat_map(|manifest| &manifest.trails);
    let used: HashSet<&str> = entries.filter_map(|entry| entry.content.as_deref()).collect();
    content::remove_unused(data, |name| used.contains(name))
}

/// The name of a generation that does not exist.
fn next_generation(data: &DataDir) -> Result<String, Error> {
    let number = |name: &String| name.strip_prefix('g').and_then(|digits| digits.parse::<u64>().ok());
    let last = data.generations()?.iter().filter_map(number).max().unwrap_or(0);
    Ok(format!("g{:06}", last + 1))
}

/// A generation that a rebuild of this version has begun and not finished.
fn unfinished_generation(data: &DataDir, live: Option<&str>) -> Result<Option<String>, Error> {
    for name in data.generations()?.into_iter().rev() {
        let is_later = live.is_none_or(|live| name.as_str() > live);
        if is_later && load_any(data, &name)?.is_some_and(|manifest| !manifest.complete) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// The manifest of a generation, if it can be read by this version: a generation that cannot is rebuilt, not mourned.
fn load_any(data: &DataDir, name: &str) -> Result<Option<Manifest>, Error> {
    match Manifest::load(&data.generation_dir(name)) {
        Err(Error::Version { .. } | Error::Json { .. }) => Ok(None),
        manifest => manifest,
    }
}
