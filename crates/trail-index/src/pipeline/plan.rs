//! Which trails need work.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use trail_container::TrailReader;
use trail_model::TrailId;

use super::{BATCH_LEN, BATCH_TRAILS, IndexOptions, Selection};
use crate::ATTEMPTS_MAX;
use crate::data_dir::DataDir;
use crate::error::Error;
use crate::manifest::{Manifest, SessionInfo, Status, TrailEntry};
use crate::partition::partition_of;

/// What a run is going to do.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Trails to index, by partition and file.
    pub(crate) work: Vec<Work>,
    /// Files that cannot be opened, with the entries that say so.
    pub(crate) unreadable: Vec<TrailEntry>,
    /// Files that are in the manifest and no longer there, in order.
    pub(crate) removed: Vec<String>,
    /// How many trails need nothing.
    pub(crate) unchanged: u64,
}

/// A trail to index.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) file: String,
    pub(crate) path: PathBuf,
    pub(crate) len: u64,
    pub(crate) trail: TrailId,
    pub(crate) partition: String,
    /// How often it has failed, as it is.
    pub(crate) attempts: u32,
    /// Extract even if there is content.
    pub(crate) fresh: bool,
}

impl Plan {
    pub(crate) fn bytes(&self) -> u64 {
        self.work.iter().map(|work| work.len).sum()
    }
}

/// Compares the trails that are there with those in `manifest`.
///
/// # Errors
/// [`Error::Io`] if the trails cannot be listed.
pub(crate) fn plan(data: &DataDir, manifest: &Manifest, options: &IndexOptions) -> Result<Plan, Error> {
    let mut plan = Plan::default();
    let files = data.trail_files()?;
    let known: HashMap<&str, &TrailEntry> = manifest.trails.iter().map(|entry| (entry.file.as_str(), entry)).collect();
    let gone = |entry: &&TrailEntry| files.binary_search(&entry.file).is_err();
    plan.removed = manifest.trails.iter().filter(gone).map(|entry| entry.file.clone()).collect();

    // The file whose items count for a trail id: one that is indexed already, else the first.
    let is_kept = |entry: &&TrailEntry| entry.content.is_some() && !gone(entry);
    let mut owners: HashMap<TrailId, String> =
        manifest.trails.iter().filter(is_kept).filter_map(|entry| Some((entry.trail?, entry.file.clone()))).collect();

    for file in &files {
        let before = known.get(file.as_str()).copied();
        let found = look(data, file, before, options);
        match found {
            Found::Unchanged => plan.unchanged += 1,
            Found::Unreadable(entry) => plan.unreadable.push(*entry),
            Found::Work(work) => {
                let owner = owners.entry(work.trail).or_insert_with(|| file.clone());
                if owner == file {
                    plan.work.push(work);
                } else {
                    let reason = format!("the same trail as {owner}");
                    plan.unreadable.push(quarantined(
                        file,
                        work.len,
                        modified_ns(&work.path),
                        Some(work.trail),
                        reason,
                        1,
                    ));
                }
            }
        }
    }
    plan.work.sort_by(|a, b| (&a.partition, &a.file).cmp(&(&b.partition, &b.file)));
    Ok(plan)
}

enum Found {
    Unchanged,
    Work(Work),
    Unreadable(Box<TrailEntry>),
}

fn look(data: &DataDir, file: &str, before: Option<&TrailEntry>, options: &IndexOptions) -> Found {
    let path = data.trails_dir().join(file);
    let len = fs::metadata(&path).map_or(0, |meta| meta.len());
    let modified = modified_ns(&path);
    let is_same_file = before.is_some_and(|entry| entry.len == len && entry.modified_ns == modified && modified != 0);
    let is_wanted = match (&options.selection, before) {
        (Selection::Sessions(names), _) => {
            let id = session_id(file);
            let trail = before.and_then(|entry| entry.trail).map(|trail| trail.to_string());
            names.iter().any(|name| *name == id || Some(name) == trail.as_ref())
        }
        (_, None) => !matches!(options.selection, Selection::Failed),
        (Selection::Failed, Some(entry)) => entry.status != Status::Ok,
        (Selection::Changed | Selection::Stale, Some(_)) => true,
    };
    if !is_wanted {
        return Found::Unchanged;
    }
    let is_forced = matches!(options.selection, Selection::Failed | Selection::Sessions(_));
    let attempts = match before.map(|entry| &entry.status) {
        Some(Status::Quarantined { attempts, .. }) if is_same_file => *attempts,
        _ => 0,
    };
    let is_exhausted = attempts >= ATTEMPTS_MAX || (attempts > 0 && options.selection == Selection::Stale);
    if is_exhausted && !is_forced {
        return Found::Unchanged;
    }
    // A file of the same length and time is taken to be the same; its content must be of today's rules.
    let reader = options.reader.as_ref().map(|reader| || reader.version());
    let content = before.and_then(|entry| entry.content.as_ref());
    let has_content = content.is_some_and(|name| trail_content::is_current_name(name, reader));
    if is_same_file && has_content && !is_forced && !options.fresh {
        return Found::Unchanged;
    }
    match TrailReader::open(&path) {
        Ok(trail) => {
            let is_same = before.is_some_and(|entry| entry.head == trail.head().to_string());
            if is_same && has_content && !is_forced && !options.fresh {
                return Found::Unchanged;
            }
            let partition = partition_of(trail.meta().start);
            let trail = trail.trail_id();
            let fresh = options.fresh || is_forced;
            Found::Work(Work { file: file.to_owned(), path, len, trail, partition, attempts, fresh })
        }
        Err(error) => {
            let trail = before.and_then(|entry| entry.trail);
            Found::Unreadable(Box::new(quarantined(file, len, modified, trail, describe(&error), attempts + 1)))
        }
    }
}

/// The entry of a trail that gave nothing.
pub(super) fn quarantined(
    file: &str,
    len: u64,
    modified_ns: u64,
    trail: Option<TrailId>,
    reason: String,
    attempts: u32,
) -> TrailEntry {
    TrailEntry {
        file: file.to_owned(),
        len,
        modified_ns,
        trail,
        head: String::new(),
        status: Status::Quarantined { reason, attempts },
        content: None,
        session: SessionInfo { id: session_id(file), ..SessionInfo::default() },
        partition: partition_of(None),
        segments: Default::default(),
        stats: Default::default(),
        coverage: Default::default(),
    }
}

/// An error and its causes in one line.
pub(super) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// The session's name: the path of its trail without the ending.
pub(crate) fn session_id(file: &str) -> String {
    file.strip_suffix(".trail").unwrap_or(file).to_owned()
}

pub(super) fn modified_ns(path: &std::path::Path) -> u64 {
    let modified = fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0)
}

/// Cuts the work into batches: of one partition each, and of a limited size.
pub(super) fn batches(work: Vec<Work>) -> Vec<Vec<Work>> {
    let mut batches: Vec<Vec<Work>> = Vec::new();
    let mut len = 0;
    for work in work {
        let fits = batches.last().is_some_and(|batch| {
            batch.len() < BATCH_TRAILS && len + work.len <= BATCH_LEN && batch[0].partition == work.partition
        });
        if !fits {
            batches.push(Vec::new());
            len = 0;
        }
        len += work.len;
        if let Some(batch) = batches.last_mut() {
            batch.push(work);
        }
    }
    batches
}
