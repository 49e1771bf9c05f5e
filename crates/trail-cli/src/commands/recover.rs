//! `trail recover`: saves what is whole of a damaged trail.

use std::io::{self, Write};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use trail_model::RecordRange;

use crate::args::RecoverArgs;
use crate::outcome::Outcome;
use crate::ui::Ui;

/// The new trail has been verified when this says so. What was wrong with the old one goes to standard error.
pub(crate) fn run(args: &RecoverArgs, ui: &Ui) -> Result<Outcome> {
    let report = trail_container::recover(&args.file, &args.output)
        .with_context(|| format!("failed to recover {}", args.file.display()))?;
    for finding in &report.findings {
        ui.error(&format!("{}: {finding}", args.file.display()));
    }
    let mut out = io::stdout().lock();
    if args.json {
        let lost: Vec<Value> = report.lost.iter().map(|records| range(*records)).collect();
        let uncertain: Vec<Value> = report
            .uncertain
            .iter()
            .map(|(channel, records)| json!({ "channel.id": channel.0, "records": range(*records) }))
            .collect();
        let value = json!({
            "trail_id": report.trail_id.to_string(),
            "head": report.head.to_string(),
            "chunks": report.chunks,
            "records": report.records,
            "lost": lost,
            "uncertain": uncertain,
            "findings": report.findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        writeln!(out, "{value}")?;
    } else {
        writeln!(out, "{}: {} records in {} chunks, verified", args.output.display(), report.records, report.chunks)?;
        for records in &report.lost {
            writeln!(out, "lost: records {} to {}", records.begin, records.end)?;
        }
        for (channel, records) in &report.uncertain {
            writeln!(out, "uncertain: screen of channel {channel} at records {} to {}", records.begin, records.end)?;
        }
    }
    Ok(Outcome::done(!report.lost.is_empty()))
}

fn range(records: RecordRange) -> Value {
    json!({ "begin": records.begin.0, "end": records.end.0 })
}
