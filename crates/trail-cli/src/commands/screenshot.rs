//! `trail screenshot`: a PNG of the screen at a moment.

use std::fs;
use std::io::{self, Write};

use anyhow::{Context, Result, ensure};
use trail_frame::Surface;
use trail_render::{RenderOptions, Theme};
use trail_screen::Terminal;

use crate::args::{LimitArgs, QueryMode, ScreenshotArgs};
use crate::outcome::Outcome;
use crate::ui::Ui;
use crate::{hits, query, target};

pub(crate) fn run(args: &ScreenshotArgs, ui: &Ui) -> Result<Outcome> {
    let theme =
        Theme::by_name(&args.theme).with_context(|| format!("no theme {:?}; there are dark and light", args.theme))?;
    let recording = target::open(&args.target, ui)?;
    let player = target::seek(&recording.trail, &args.moment)?;
    let png = match player.surface() {
        Some(surface) => desktop(surface)?,
        None => terminal(args, player.terminal().context("the channel has no screen at that moment")?, theme, ui)?,
    };
    if args.output.as_os_str() == "-" {
        io::stdout().lock().write_all(&png)?;
    } else {
        fs::write(&args.output, png).with_context(|| format!("failed to write {}", args.output.display()))?;
    }
    Ok(Outcome::done(recording.damaged))
}

/// The desktop with its pointer.
fn desktop(surface: &Surface) -> Result<Vec<u8>> {
    ensure!(
        surface.is_known(),
        "the picture at that moment is not available: the recording draws it by instructions that are not understood"
    );
    ensure!(surface.size() != (0, 0), "the desktop has no size at that moment");
    Ok(trail_render::render_surface(surface).to_png()?)
}

fn terminal(args: &ScreenshotArgs, terminal: &Terminal, theme: Theme, ui: &Ui) -> Result<Vec<u8>> {
    let mut options = RenderOptions { theme, reveal: args.reveal, ..RenderOptions::default() };
    if let Some(text) = &args.highlight {
        let parsed = query::parse(text, QueryMode::Screentrail, &LimitArgs::default(), ui)?;
        options.marks = hits::marks_on(&parsed, terminal)?;
    }
    let rendered = trail_render::render(terminal, &options);
    if rendered.missing_glyphs > 0 {
        ui.error(&format!("{} characters have no glyph and are drawn as boxes", rendered.missing_glyphs));
    }
    Ok(rendered.to_png()?)
}
