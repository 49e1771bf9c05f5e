//! `trail screenshot`: a PNG of the screen at a moment.

use std::fs;
use std::io::{self, Write};

use anyhow::{Context, Result};
use trail_render::{RenderOptions, Theme};

use crate::args::{QueryMode, ScreenshotArgs};
use crate::outcome::Outcome;
use crate::ui::Ui;
use crate::{hits, query, target};

pub(crate) fn run(args: &ScreenshotArgs, ui: &Ui) -> Result<Outcome> {
    let theme =
        Theme::by_name(&args.theme).with_context(|| format!("no theme {:?}; there are dark and light", args.theme))?;
    let recording = target::open(&args.target, ui)?;
    let player = target::seek(&recording.trail, &args.moment)?;
    let terminal = player.terminal().context("the channel has no screen at that moment")?;
    let mut options = RenderOptions { theme, reveal: args.reveal, ..RenderOptions::default() };
    if let Some(text) = &args.highlight {
        let parsed = query::parse(text, QueryMode::Screentrail, ui)?;
        options.marks = hits::marks_on(&parsed, terminal)?;
    }
    let rendered = trail_render::render(terminal, &options);
    if rendered.missing_glyphs > 0 {
        ui.error(&format!("{} characters have no glyph and are drawn as boxes", rendered.missing_glyphs));
    }
    let png = rendered.to_png()?;
    if args.output.as_os_str() == "-" {
        io::stdout().lock().write_all(&png)?;
    } else {
        fs::write(&args.output, png).with_context(|| format!("failed to write {}", args.output.display()))?;
    }
    Ok(Outcome::done(recording.damaged))
}
