//! Talking to people: colours, progress, problems.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
pub(crate) use trail_convert::printable;

use crate::args::ColorWhen;

/// How the output looks.
pub(crate) struct Ui {
    color: bool,
    progress: bool,
}

/// What a piece of output is.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    /// A recording's name.
    Path,
    /// A time or number beside the text.
    Place,
    /// What matches.
    Match,
    /// Lines around a match.
    Context,
}

impl Ui {
    pub(crate) fn new(when: ColorWhen) -> Ui {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = match when {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => io::stdout().is_terminal() && !no_color,
        };
        Ui { color, progress: io::stderr().is_terminal() }
    }

    /// Writes `text` in the colour of its role.
    pub(crate) fn paint(&self, out: &mut impl Write, role: Role, text: &str) -> io::Result<()> {
        if !self.color || text.is_empty() {
            return out.write_all(text.as_bytes());
        }
        let style = match role {
            Role::Path => Style::new().fg_color(Some(AnsiColor::Magenta.into())),
            Role::Place => Style::new().fg_color(Some(AnsiColor::Cyan.into())),
            Role::Match => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
            Role::Context => Style::new().dimmed(),
        };
        write!(out, "{style}{text}{style:#}")
    }

    /// A bar for `len` steps of work, on a terminal; nothing elsewhere. It goes away when it is done.
    pub(crate) fn bar(&self, len: u64, what: &'static str) -> ProgressBar {
        let target = if self.progress { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {eta}");
        let bar = ProgressBar::with_draw_target(Some(len), target).with_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        match style {
            Ok(style) => bar.with_style(style.progress_chars("=> ")),
            Err(_) => bar,
        }
    }

    /// Says what went wrong, or what the reader should know, on standard error.
    pub(crate) fn error(&self, message: &str) {
        // If standard error is gone there is nobody to tell.
        let _ = writeln!(io::stderr(), "trail: {}", printable(message));
    }
}
