//! A progress bar on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use trail_index::Progress;

/// Shows how many bytes of trails have been worked on.
pub(crate) struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// A bar on standard error; where that is no terminal, nothing is shown.
    pub(crate) fn new() -> Bar {
        let bar = ProgressBar::new(0);
        let style = "{elapsed_precise} [{bar:30}] {bytes}/{total_bytes} of trails, {eta} left {wide_msg}";
        bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(500));
        Bar { bar }
    }

    /// Removes the bar.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn planned(&self, _trails: u64, bytes: u64) {
        self.bar.inc_length(bytes);
    }

    fn trail_done(&self, file: &str, bytes: u64) {
        self.bar.set_message(file.to_owned());
        self.bar.inc(bytes);
    }
}
