//! alacritty's terminal, reading back what changed.

use std::time::Duration;

use alacritty_terminal::event::VoidListener;
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::term::test::TermSize;
use alacritty_terminal::term::{Config, Term, TermDamage};
use alacritty_terminal::vte::ansi::{Processor, Timeout};
use trail_model::Size;
use trail_screen::HISTORY_ROWS;

/// Synchronized output that holds nothing back.
#[derive(Default)]
struct NoSync;

impl Timeout for NoSync {
    fn set_timeout(&mut self, _: Duration) {}
    fn clear_timeout(&mut self) {}
    fn pending_timeout(&self) -> bool {
        false
    }
}

/// A terminal of alacritty with as much history as ours.
pub struct Alacritty {
    term: Term<VoidListener>,
    parser: Processor<NoSync>,
    damaged: Vec<usize>,
}

impl Alacritty {
    /// An empty terminal.
    pub fn new(size: Size) -> Alacritty {
        let config = Config { scrolling_history: HISTORY_ROWS, ..Config::default() };
        let term = Term::new(config, &dimensions(size), VoidListener);
        Alacritty { term, parser: Processor::new(), damaged: Vec::new() }
    }

    /// Takes output.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.parser.advance(&mut self.term, bytes);
    }

    /// Changes the size.
    pub fn resize(&mut self, size: Size) {
        self.term.resize(dimensions(size));
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.term.screen_lines()
    }

    /// Calls `f` with each row that may have changed since the last call and its text, trimmed of blanks at the right;
    /// `text` is scratch space.
    pub fn changed_rows(&mut self, text: &mut String, mut f: impl FnMut(usize, &str)) {
        self.damaged.clear();
        match self.term.damage() {
            TermDamage::Full => self.damaged.extend(0..self.term.screen_lines()),
            TermDamage::Partial(lines) => self.damaged.extend(lines.map(|line| line.line)),
        }
        self.term.reset_damage();
        for &row in &self.damaged {
            text.clear();
            self.append_row(row, text);
            f(row, text);
        }
    }

    /// Appends the text of a row, trimmed of blanks at the right.
    pub fn append_row(&self, row: usize, text: &mut String) {
        let start = text.len();
        let cells = &self.term.grid()[Line(row as i32)];
        for cell in &cells[Column(0)..Column(self.term.columns())] {
            if cell.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER) {
                continue;
            }
            // It keeps tabs in the cells that they began in.
            text.push(if cell.c == '\t' { ' ' } else { cell.c });
            if let Some(marks) = cell.zerowidth() {
                text.extend(marks);
            }
        }
        let end = text.trim_end_matches(' ').len().max(start);
        text.truncate(end);
    }
}

fn dimensions(size: Size) -> TermSize {
    TermSize::new(size.cols.into(), size.rows.into())
}
