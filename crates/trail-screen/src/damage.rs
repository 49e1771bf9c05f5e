//! What changed since a reader last looked.

use crate::grid::{DIRTY, DIRTY_ROW};
use crate::terminal::Terminal;

/// What changed between two calls of [`Terminal::take_damage`]. Reusable: each call fills it anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Rows of the screen whose content changed (text, attributes, or whether they wrap), or that are new, in order. A
    /// row that only moved is not among them: it has its id, and the content it had under that id. Where the first row
    /// continues a line from the history, a change of that line's head counts as a change of the first row.
    pub rows: Vec<u16>,
    /// Rows moved: scrolled, inserted, deleted. Which row stands where has to be read anew.
    pub moved: bool,
    /// The other screen is shown, or this is the first call.
    pub switched: bool,
    /// The screen has another size, or was wrapped anew.
    pub resized: bool,
    /// The title is another one.
    pub title: bool,
}

impl Damage {
    /// Nothing changed.
    pub fn new() -> Damage {
        Damage::default()
    }

    /// Tells whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && !self.moved && !self.switched && !self.resized && !self.title
    }

    pub(crate) fn collect(&mut self, terminal: &mut Terminal) {
        self.rows.clear();
        self.switched = std::mem::take(&mut terminal.switched);
        self.resized = std::mem::take(&mut terminal.resized);
        self.title = std::mem::take(&mut terminal.title_changed);
        let head = terminal.head_of(0);
        let grid = &mut terminal.grid;
        self.moved = std::mem::take(&mut grid.moved);
        let mut head_changed = false;
        for row in head..0 {
            if let Some(slot) = grid.slot_at(row) {
                let dirty = &mut grid.meta[slot].dirty;
                head_changed |= *dirty == DIRTY;
                *dirty &= DIRTY_ROW;
            }
        }
        if head_changed {
            self.rows.push(0);
        }
        grid.take_dirty(|row| {
            if row != 0 || !head_changed {
                self.rows.push(row as u16);
            }
        });
    }
}
