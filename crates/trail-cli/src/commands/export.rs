//! `trail export`: a recording in another form.

mod cast;
mod records;
mod text;

use std::fs::File;
use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};

use crate::args::{ExportArgs, ExportFormat};
use crate::outcome::Outcome;
use crate::target;
use crate::ui::Ui;

pub(crate) fn run(args: &ExportArgs, ui: &Ui) -> Result<Outcome> {
    let recording = target::open(&args.target, ui)?;
    let mut out: BufWriter<Box<dyn Write>> = BufWriter::new(match &args.output {
        Some(path) => Box::new(File::create(path).with_context(|| format!("failed to create {}", path.display()))?),
        None => Box::new(io::stdout().lock()),
    });
    if args.reveal_input {
        ui.error(&format!("revealing the input of trail {}", recording.trail.trail_id()));
    }
    match args.format {
        ExportFormat::Cast => cast::write(&mut out, &recording.trail, args.reveal_input)?,
        ExportFormat::Txt => text::write(&mut out, &recording.trail)?,
        ExportFormat::Json => records::write(&mut out, &recording.trail, args.reveal_input)?,
    }
    out.flush()?;
    Ok(Outcome::done(recording.damaged))
}
