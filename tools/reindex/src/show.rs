//! What people and programs are told.

use std::io::{self, Write};

use serde::Serialize;
use trail_index::{DiskNeed, Report, What};

/// How many sessions of a list are named; `--json` names all.
const SHOWN_MAX: usize = 50;

/// The object that `--json` prints.
#[derive(Serialize)]
pub(crate) struct Json<'a> {
    /// Nothing was done.
    pub(crate) dry_run: bool,
    /// What was thought to be needed before.
    pub(crate) disk_need: &'a DiskNeed,
    /// What was done, or would be.
    #[serde(flatten)]
    pub(crate) report: &'a Report,
}

/// A number of bytes for people.
pub(crate) fn bytes(count: u64) -> String {
    indicatif::HumanBytes(count).to_string()
}

/// Tells what a run did.
pub(crate) fn report(out: &mut dyn Write, report: &Report, dry_run: bool) -> io::Result<()> {
    let done = if dry_run { "would be indexed" } else { "indexed" };
    let Report { trails, indexed, unchanged, .. } = report;
    writeln!(out, "{trails} trails: {indexed} {done}, {unchanged} as they were")?;
    if !dry_run {
        let Report { generation, extracted, reused, items, items_before, index_bytes, .. } = report;
        writeln!(out, "content: extracted from {extracted}, reused for {reused}")?;
        writeln!(out, "items: {items} (before: {items_before}); index {generation}: {}", bytes(*index_bytes))?;
    }
    let named = |out: &mut dyn Write, count: usize| match count.checked_sub(SHOWN_MAX) {
        Some(more) if more > 0 => writeln!(out, "  and {more} more"),
        _ => Ok(()),
    };
    if !report.changes.is_empty() {
        writeln!(out, "changes:")?;
        for change in report.changes.iter().take(SHOWN_MAX) {
            let what = match change.what {
                What::Added => "added",
                What::Changed => "changed",
                What::Removed => "removed",
                What::Planned => "planned",
            };
            let counts = match change.what {
                What::Planned => String::new(),
                _ => format!(": {} items (before: {})", change.items, change.items_before),
            };
            writeln!(out, "  {what} {}{counts}", change.session)?;
        }
        named(out, report.changes.len())?;
    }
    for (title, failures) in [("not readable", &report.failed), ("readable in part", &report.partial)] {
        if failures.is_empty() {
            continue;
        }
        writeln!(out, "{title}:")?;
        for failure in failures.iter().take(SHOWN_MAX) {
            let tried =
                if failure.attempts > 0 { format!(" (tried {} times)", failure.attempts) } else { String::new() };
            writeln!(out, "  {}{tried}: {}", failure.file, failure.reasons.join("; "))?;
        }
        named(out, failures.len())?;
    }
    if !report.coverage.is_empty() && !dry_run {
        writeln!(out, "coverage:")?;
        for (name, count) in report.coverage.iter().filter(|(_, count)| **count > 0) {
            writeln!(out, "  {count:>12} {}", name.replace('_', " "))?;
        }
    }
    Ok(())
}
