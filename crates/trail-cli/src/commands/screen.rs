//! `trail screen`: the screen at a moment, as text.

use std::io::{self, Write};

use anyhow::{Context, Result};
use serde_json::json;

use crate::args::ScreenArgs;
use crate::outcome::Outcome;
use crate::target;
use crate::ui::{Ui, printable};

pub(crate) fn run(args: &ScreenArgs, ui: &Ui) -> Result<Outcome> {
    let recording = target::open(&args.target, ui)?;
    let player = target::seek(&recording.trail, &args.moment)?;
    let terminal = player.terminal().context("the channel has no screen at that moment")?;
    let rows: Vec<String> = (0..usize::from(terminal.size().rows))
        .map(|row| {
            let mut text = String::new();
            terminal.row(row).append_text(&mut text);
            text
        })
        .collect();
    let mut out = io::stdout().lock();
    if args.json {
        let (size, cursor, position) = (terminal.size(), terminal.cursor(), player.position());
        let screen = json!({
            "record": position.map(|position| position.record.0),
            "offset": position.map(|position| position.offset.as_secs_f64()),
            "cols": size.cols,
            "rows": size.rows,
            "alternate": terminal.is_alternate(),
            "title": terminal.title(),
            "cursor": { "row": cursor.row, "column": cursor.column, "visible": cursor.visible },
            "text": rows,
        });
        writeln!(out, "{screen}")?;
    } else {
        for row in rows {
            writeln!(out, "{}", printable(row.trim_end()))?;
        }
    }
    Ok(Outcome::done(recording.damaged))
}
