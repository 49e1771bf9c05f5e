//! `trail info`: what a recording or trail holds.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Value, json};
use trail_content::ExtractOptions;

use crate::args::InfoArgs;
use crate::outcome::Outcome;
use crate::pixels::PixelEngine;
use crate::recording::Recording;
use crate::times;
use crate::ui::{Role, Ui, printable};
use crate::{coverage, recording, target};

pub(crate) fn run(args: &InfoArgs, ui: &Ui) -> Result<Outcome> {
    let recording = target::open(&args.target, ui)?;
    let pixels = PixelEngine::new(&args.target.read.pixels)?;
    let info = describe(&recording, &pixels)?;
    if let Some(failure) = pixels.failure() {
        ui.error(&failure);
    }
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{info}")?;
    } else {
        print(&mut out, ui, &info, 0)?;
    }
    Ok(Outcome::done(recording.damaged))
}

fn describe(recording: &Recording, pixels: &PixelEngine) -> Result<Value> {
    let trail = &recording.trail;
    let meta = trail.meta();
    let content = trail_content::extract(trail, &ExtractOptions::default().with_reader(Some(pixels.reader.clone())))?;
    let content = trail_content::ContentFile::open(content.bytes)?;
    let channels: Vec<Value> = content
        .channels()
        .iter()
        .map(|channel| {
            let coverage: serde_json::Map<String, Value> = channel
                .coverage()
                .counts()
                .filter(|(_, count)| *count > 0)
                .map(|(name, count)| (name.to_owned(), json!(count)))
                .collect();
            json!({ "channel.id": channel.id().0, "kind": channel.kind().as_str(), "coverage": coverage })
        })
        .collect();
    let not_covered = coverage::gaps(&coverage::of_content(&content));
    let mut info = json!({
        "trail_id": trail.trail_id().to_string(),
        "format": meta.format,
        "source": meta.source,
        "start_time": meta.start.map(times::iso),
        "duration": trail.duration().as_secs_f64(),
        "user": meta.user,
        "target_user": meta.target_user,
        "host": meta.host,
        "command": meta.command,
        "title": meta.title,
        "cwd": meta.cwd,
        "tty": meta.tty,
        "term": meta.term,
        "exit_status": meta.exit_status,
        "env": meta.env,
        "extra": meta.extra,
        "records": trail.last_record(),
        "chunks": trail.chunks().len(),
        "closed": trail.is_closed(),
        "head": trail.head().to_string(),
        "channels": channels,
        "not_covered": not_covered,
        "findings": recording.findings,
    });
    if let (Some((report, cost)), Value::Object(info)) = (&recording.import, &mut info) {
        info.insert("import".into(), recording::import_json(report, cost));
    }
    Ok(info)
}

/// Prints a JSON tree as indented names and values, leaving out what is empty.
fn print(out: &mut impl Write, ui: &Ui, value: &Value, depth: usize) -> io::Result<()> {
    let Value::Object(fields) = value else { return Ok(()) };
    for (name, value) in fields {
        let indent = "  ".repeat(depth);
        let text = match value {
            Value::Null => continue,
            Value::Object(inner) if inner.is_empty() => continue,
            Value::Array(items) if items.is_empty() => continue,
            Value::Object(_) => {
                ui.paint(out, Role::Place, &format!("{indent}{name}\n"))?;
                print(out, ui, value, depth + 1)?;
                continue;
            }
            Value::Array(items) => {
                for item in items {
                    ui.paint(out, Role::Place, &format!("{indent}{name}\n"))?;
                    match item {
                        Value::Object(_) => print(out, ui, item, depth + 1)?,
                        other => writeln!(out, "{indent}  {}", plain(other))?,
                    }
                }
                continue;
            }
            other => plain(other),
        };
        ui.paint(out, Role::Place, &format!("{indent}{name}: "))?;
        writeln!(out, "{text}")?;
    }
    Ok(())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => printable(text).into_owned(),
        other => other.to_string(),
    }
}
