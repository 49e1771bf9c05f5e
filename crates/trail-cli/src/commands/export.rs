//! `trail export`: a recording in another form.

mod frames;
mod records;

use std::fs::File;
use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};
use trail_convert::{cast, text};
use trail_model::TrailId;

use crate::args::{ExportArgs, ExportFormat};
use crate::outcome::Outcome;
use crate::target;
use crate::ui::Ui;

pub(crate) fn run(args: &ExportArgs, ui: &Ui) -> Result<Outcome> {
    let reveal = |trail: TrailId| {
        if args.reveal_input {
            ui.error(&format!("revealing the input of trail {trail}"));
        }
    };
    let damaged = match args.format {
        ExportFormat::Txt => {
            let extracted = target::extract(&args.target, ui)?;
            reveal(extracted.content.trail());
            let mut out = output(args)?;
            text::write(&mut out, &extracted.content)?;
            out.flush()?;
            extracted.damaged
        }
        ExportFormat::Png => {
            let recording = target::open(&args.target, ui)?;
            let folder = args.output.as_deref().context("--format png needs a folder to write to: --output DIR")?;
            frames::write(folder, &recording.trail)?;
            recording.damaged
        }
        format => {
            let recording = target::open(&args.target, ui)?;
            reveal(recording.trail.trail_id());
            let mut out = output(args)?;
            match format {
                ExportFormat::Json => records::write(&mut out, &recording.trail, args.reveal_input)?,
                _ => cast::write(&mut out, &recording.trail, args.reveal_input)?,
            }
            out.flush()?;
            recording.damaged
        }
    };
    Ok(Outcome::done(damaged))
}

/// Where the export goes: made once there is something to write.
fn output(args: &ExportArgs) -> Result<BufWriter<Box<dyn Write>>> {
    Ok(BufWriter::new(match &args.output {
        Some(path) => Box::new(File::create(path).with_context(|| format!("failed to create {}", path.display()))?),
        None => Box::new(io::stdout().lock()),
    }))
}
