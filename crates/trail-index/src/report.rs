//! What a run changed.

use serde::Serialize;

use crate::data_dir::DataDir;
use crate::manifest::{Manifest, Status, TrailEntry};
use crate::pipeline::{Coverage, Plan, RunCounts};

/// A content file takes about this share of its trail, in percent, and an index this share. Measured over the recordings
/// in `testdata/`, and rounded up; trails are compressed, so the index of one can be longer than the trail.
const CONTENT_PERCENT: u64 = 80;
const INDEX_PERCENT: u64 = 200;

/// What a run did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The generation that is live now.
    pub generation: String,
    /// Trails in the data directory.
    pub trails: u64,
    /// Trails that were worked on.
    pub indexed: u64,
    /// Of these, how many had their content extracted.
    pub extracted: u64,
    /// Of these, how many had content that was up to date.
    pub reused: u64,
    /// Trails that needed nothing.
    pub unchanged: u64,
    /// Items before.
    pub items_before: u64,
    /// Items now.
    pub items: u64,
    /// Bytes of the index.
    pub index_bytes: u64,
    /// What was read and what was left out, over all trails, by name.
    pub coverage: Coverage,
    /// Sessions that are not as they were, by file.
    pub changes: Vec<Change>,
    /// Trails in quarantine, by file.
    pub failed: Vec<Failure>,
    /// Trails of which a part could not be read, by file.
    pub partial: Vec<Failure>,
}

/// A session that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The session.
    pub session: String,
    /// What happened to it.
    pub what: What,
    /// Its items before.
    pub items_before: u64,
    /// Its items now.
    pub items: u64,
    /// Counts of its coverage that differ, by name: before and now.
    pub coverage: std::collections::BTreeMap<String, (u64, u64)>,
}

/// What happened to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It is new.
    Added,
    /// Its trail, its content or its state is another.
    Changed,
    /// It is gone.
    Removed,
    /// A run would work on it.
    Planned,
}

/// A trail that was not read, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The trail's path under `trails/`.
    pub file: String,
    /// Why.
    pub reasons: Vec<String>,
    /// How often it has been tried as it is; 0 if it is not going to be tried again.
    pub attempts: u32,
}

/// How much disk a run needs, in bytes, about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DiskNeed {
    /// Trails to be worked on.
    pub trails: u64,
    /// Their bytes.
    pub trail_bytes: u64,
    /// Content files to be written.
    pub content_bytes: u64,
    /// The index to be written, beside the live one.
    pub index_bytes: u64,
}

impl Report {
    pub(crate) fn new(generation: String, before: &Manifest, after: &Manifest, counts: RunCounts) -> Report {
        let mut report = Report {
            generation,
            trails: after.trails.len() as u64,
            indexed: counts.indexed,
            extracted: counts.extracted,
            reused: counts.reused,
            unchanged: counts.unchanged,
            items_before: before.trails.iter().map(TrailEntry::items).sum(),
            items: after.trails.iter().map(TrailEntry::items).sum(),
            index_bytes: after.segments.values().map(|segment| segment.bytes).sum(),
            coverage: Coverage::new(),
            changes: Vec::new(),
            failed: Vec::new(),
            partial: Vec::new(),
        };
        for entry in &after.trails {
            for (name, count) in &entry.coverage {
                *report.coverage.entry(name.clone()).or_default() += count;
            }
            report.changes.extend(change(before.by_file(&entry.file), Some(entry)));
            report.tell_failure(entry);
        }
        let gone = before.trails.iter().filter(|entry| after.by_file(&entry.file).is_none());
        report.changes.extend(gone.filter_map(|entry| change(Some(entry), None)));
        report
    }

    pub(crate) fn of_plan(generation: String, before: &Manifest, plan: &Plan) -> Report {
        let counts = RunCounts { indexed: plan.work.len() as u64, unchanged: plan.unchanged, ..RunCounts::default() };
        let mut report = Report::new(generation, before, before, counts);
        let planned = |file: &str, what| {
            let entry = before.by_file(file);
            let items = entry.map_or(0, TrailEntry::items);
            let session = crate::pipeline::session_id(file);
            Change { session, what, items_before: items, items, coverage: Default::default() }
        };
        report.trails = plan.work.len() as u64 + plan.unreadable.len() as u64 + plan.unchanged;
        report.changes = plan.work.iter().map(|work| planned(&work.file, What::Planned)).collect();
        report.changes.extend(plan.removed.iter().map(|file| planned(file, What::Removed)));
        report.failed.clear();
        plan.unreadable.iter().for_each(|entry| report.tell_failure(entry));
        report
    }

    fn tell_failure(&mut self, entry: &TrailEntry) {
        let file = entry.file.clone();
        match &entry.status {
            Status::Ok => {}
            Status::Partial { reasons } => {
                self.partial.push(Failure { file, reasons: reasons.clone(), attempts: 0 });
            }
            Status::Quarantined { reason, attempts } => {
                self.failed.push(Failure { file, reasons: vec![reason.clone()], attempts: *attempts });
            }
        }
    }

    /// Tells whether the run had, or would have, anything to do.
    pub fn has_changes(&self) -> bool {
        self.indexed > 0 || !self.changes.is_empty()
    }
}

fn change(before: Option<&TrailEntry>, after: Option<&TrailEntry>) -> Option<Change> {
    let what = match (before, after) {
        (Some(before), Some(after)) if is_same(before, after) => return None,
        (Some(_), Some(_)) => What::Changed,
        (None, Some(_)) => What::Added,
        (Some(_), None) => What::Removed,
        (None, None) => return None,
    };
    let mut coverage = std::collections::BTreeMap::new();
    let count = |entry: Option<&TrailEntry>, name: &String| {
        entry.and_then(|entry| entry.coverage.get(name)).copied().unwrap_or(0)
    };
    for name in [before, after].iter().flatten().flat_map(|entry| entry.coverage.keys()) {
        let counts = (count(before, name), count(after, name));
        if counts.0 != counts.1 {
            coverage.insert(name.clone(), counts);
        }
    }
    Some(Change {
        session: after.or(before).map(|entry| entry.session.id.clone()).unwrap_or_default(),
        what,
        items_before: before.map_or(0, TrailEntry::items),
        items: after.map_or(0, TrailEntry::items),
        coverage,
    })
}

fn is_same(before: &TrailEntry, after: &TrailEntry) -> bool {
    let state = |entry: &TrailEntry| match &entry.status {
        Status::Ok => (0, Vec::new()),
        Status::Partial { reasons } => (1, reasons.clone()),
        Status::Quarantined { reason, .. } => (2, vec![reason.clone()]),
    };
    before.head == after.head
        && before.content == after.content
        && before.stats == after.stats
        && before.coverage == after.coverage
        && state(before) == state(after)
}

impl DiskNeed {
    pub(crate) fn of(data: &DataDir, live: &Manifest, plan: &Plan) -> DiskNeed {
        let mut need =
            DiskNeed { trails: plan.work.len() as u64, trail_bytes: plan.bytes(), content_bytes: 0, index_bytes: 0 };
        for work in &plan.work {
            let entry = live.by_file(&work.file);
            let content = entry.and_then(|entry| entry.content.as_ref()).map(|name| data.content_path(name));
            let has_content = !work.fresh && content.is_some_and(|path| path.is_file());
            need.content_bytes += if has_content { 0 } else { work.len * CONTENT_PERCENT / 100 };
            need.index_bytes += work.len * INDEX_PERCENT / 100;
        }
        need
    }

    /// All of it.
    pub fn total(&self) -> u64 {
        self.content_bytes + self.index_bytes
    }
}
