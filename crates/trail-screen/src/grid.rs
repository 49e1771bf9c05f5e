//! Rows of cells behind an index: scrolling moves numbers, not cells.

use std::collections::VecDeque;

use crate::attributes::Style;
use crate::cell::Cell;
use crate::cursor::CursorState;

/// The identity of a row: it stays with the row when it moves. A row that scrolling, insertion or a reset creates has a
/// new one. Ids are unique in a [`Terminal`](crate::Terminal); a loaded terminal labels its rows anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u64);

/// What is known of a row besides its cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowMeta {
    pub(crate) id: u64,
    /// Style of the cells from `len` on, all blank.
    pub(crate) fill: Style,
    /// Epoch in which the `FRESH` flags of the cells were set; in another one they mean nothing.
    pub(crate) epoch: u32,
    /// Cells that are stored; those to the right are blank.
    pub(crate) len: u16,
    /// Changed since the damage was last taken: [`DIRTY`] or a part of it.
    pub(crate) dirty: u8,
    /// All characters are ASCII and no flag but `WRAP` and `FRESH` is set.
    pub(crate) ascii: bool,
    /// Some cell has a flag of wide characters.
    pub(crate) wide: bool,
}

const _: () = assert!(size_of::<RowMeta>() <= 24);

/// Cells that room is made for at once: 2 MB, a history of 250 columns.
const MOST_AT_ONCE: usize = 256 << 10;

/// The row changed: neither its readers nor those of its line know.
pub(crate) const DIRTY: u8 = 3;

/// The part of [`DIRTY`] that is left when a row above the screen was reported as the head of a line: the row itself
/// has not been.
pub(crate) const DIRTY_ROW: u8 = 1;

/// One screen, primary or alternate, with its history.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub(crate) cols: usize,
    pub(crate) rows: usize,
    /// Rows kept above the screen.
    history_limit: usize,
    /// The cells of slot `s` are `s * cols..(s + 1) * cols`.
    pub(crate) cells: Vec<Cell>,
    pub(crate) meta: Vec<RowMeta>,
    /// Slot of each row of the screen.
    screen: Vec<u32>,
    /// Slots of the rows above it, oldest first.
    history: VecDeque<u32>,
    /// Slots that hold nothing.
    free: Vec<u32>,
    next_id: u64,
    /// Rows moved or were replaced since the damage was last taken.
    pub(crate) moved: bool,
    pub(crate) cursor: CursorState,
    pub(crate) saved: CursorState,
}

/// Ids of the two screens interleave, so that they never meet.
const ID_STEP: u64 = 2;

impl Grid {
    /// A blank grid. `first_id` tells the two screens apart: 1 or 2.
    pub(crate) fn new(cols: usize, rows: usize, history_limit: usize, first_id: u64) -> Grid {
        let mut grid = Grid {
            cols,
            rows,
            history_limit,
            cells: Vec::new(),
            meta: Vec::new(),
            screen: Vec::with_capacity(rows),
            history: VecDeque::new(),
            free: Vec::new(),
            next_id: first_id,
            moved: true,
            cursor: CursorState::default(),
            saved: CursorState::default(),
        };
        for _ in 0..rows {
            let slot = grid.new_slot(Style::DEFAULT);
            grid.screen.push(slot);
        }
        grid
    }

    pub(crate) fn history_len(&self) -> usize {
        self.history.len()
    }

    pub(crate) fn history_limit(&self) -> usize {
        self.history_limit
    }

    /// Slot of a row of the screen.
    #[inline]
    pub(crate) fn slot(&self, row: usize) -> usize {
        self.screen[row] as usize
    }

    /// Calls `f` with each row of the screen that is marked [`DIRTY`], from top to bottom, and takes the marks away.
    pub(crate) fn take_dirty(&mut self, mut f: impl FnMut(usize)) {
        for (row, &slot) in self.screen.iter().enumerate() {
            let Some(meta) = self.meta.get_mut(slot as usize) else { continue };
            if meta.dirty != 0 {
                meta.dirty = 0;
                f(row);
            }
        }
    }

    /// Slot of a row of the screen (0 and up) or of the history (-1 is the youngest), if there is one.
    pub(crate) fn slot_at(&self, row: i32) -> Option<usize> {
        let slot = match usize::try_from(row) {
            Ok(row) => self.screen.get(row),
            Err(_) => {
                let above = row.unsigned_abs() as usize;
                self.history.len().checked_sub(above).and_then(|index| self.history.get(index))
            }
        };
        slot.map(|&slot| slot as usize)
    }

    /// The stored cells of a slot.
    #[inline]
    pub(crate) fn stored(&self, slot: usize) -> &[Cell] {
        let at = slot * self.cols;
        &self.cells[at..at + usize::from(self.meta[slot].len)]
    }

    /// Cell of a slot, stored or not.
    #[inline]
    pub(crate) fn cell(&self, slot: usize, col: usize) -> Cell {
        let meta = &self.meta[slot];
        if col < usize::from(meta.len) { self.cells[slot * self.cols + col] } else { Cell::blank(meta.fill) }
    }

    /// Stores at least the first `len` cells of a slot.
    #[inline]
    pub(crate) fn store(&mut self, slot: usize, len: usize) {
        let stored = usize::from(self.meta[slot].len);
        if stored < len {
            let at = slot * self.cols;
            self.cells[at + stored..at + len].fill(Cell::blank(self.meta[slot].fill));
            self.meta[slot].len = len as u16;
        }
    }

    /// All cells of a slot, stored.
    pub(crate) fn row_mut(&mut self, slot: usize) -> &mut [Cell] {
        self.store(slot, self.cols);
        let at = slot * self.cols;
        &mut self.cells[at..at + self.cols]
    }

    /// Tells whether the text of the slot goes on in the next row.
    #[inline]
    pub(crate) fn wraps(&self, slot: usize) -> bool {
        usize::from(self.meta[slot].len) == self.cols && self.cells[slot * self.cols + self.cols - 1].has(Cell::WRAP)
    }

    fn take_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += ID_STEP;
        id
    }

    /// Makes the slot a new blank row.
    pub(crate) fn reset_slot(&mut self, slot: usize, fill: Style) {
        let id = self.take_id();
        self.meta[slot] = RowMeta { id, fill, epoch: 0, len: 0, dirty: DIRTY, ascii: true, wide: false };
    }

    /// Blanks a row that stays the same row.
    pub(crate) fn clear_slot(&mut self, slot: usize, fill: Style) {
        let meta = &mut self.meta[slot];
        if meta.len != 0 || meta.fill != fill {
            *meta = RowMeta { id: meta.id, fill, epoch: 0, len: 0, dirty: DIRTY, ascii: true, wide: false };
        }
    }

    fn new_slot(&mut self, fill: Style) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            let slot = self.meta.len() as u32;
            self.make_room();
            self.cells.resize(self.cells.len() + self.cols, Cell::blank(Style::DEFAULT));
            self.meta.push(RowMeta {
                id: 0,
                fill: Style::DEFAULT,
                epoch: 0,
                len: 0,
                dirty: DIRTY,
                ascii: true,
                wide: false,
            });
            slot
        });
        self.reset_slot(slot as usize, fill);
        slot
    }

    /// Makes room for the whole history with its first row, unless that is much: copying the cells over and over while
    /// it fills costs more than anything else that scrolling does.
    fn make_room(&mut self) {
        let len = (self.rows + self.history_limit + 1) * self.cols;
        let is_full = self.cells.len() + self.cols > self.cells.capacity();
        if is_full && self.meta.len() >= self.rows && len <= MOST_AT_ONCE {
            self.cells.reserve_exact(len.saturating_sub(self.cells.len()));
            self.meta.reserve_exact((self.rows + self.history_limit + 1).saturating_sub(self.meta.len()));
        }
    }

    /// Moves the rows `top..bottom` up by `count`; blank ones come in below. What leaves at the top of the screen goes
    /// into the history, if this screen keeps one.
    pub(crate) fn scroll_up(&mut self, top: usize, bottom: usize, count: usize, fill: Style) {
        let count = count.min(bottom - top);
        if count == 0 {
            return;
        }
        self.moved = true;
        if top != 0 || self.history_limit == 0 {
            self.screen[top..bottom].rotate_left(count);
            for row in bottom - count..bottom {
                self.reset_slot(self.slot(row), fill);
            }
            return;
        }
        for row in 0..count {
            self.history.push_back(self.screen[row]);
        }
        self.screen.copy_within(count..bottom, 0);
        for row in bottom - count..bottom {
            let recycled = if self.history.len() > self.history_limit { self.history.pop_front() } else { None };
            self.screen[row] = match recycled {
                Some(slot) => {
                    self.reset_slot(slot as usize, fill);
                    slot
                }
                None => self.new_slot(fill),
            };
        }
    }

    /// Moves the rows `top..bottom` down by `count`; blank ones come in above.
    pub(crate) fn scroll_down(&mut self, top: usize, bottom: usize, count: usize, fill: Style) {
        let count = count.min(bottom - top);
        if count == 0 {
            return;
        }
        self.moved = true;
        self.screen[top..bottom].rotate_right(count);
        for row in top..top + count {
            self.reset_slot(self.slot(row), fill);
        }
    }

    /// Forgets the history.
    pub(crate) fn clear_history(&mut self) {
        self.moved |= !self.history.is_empty();
        self.free.extend(self.history.drain(..));
    }

    /// Makes all rows of the screen new blank ones.
    pub(crate) fn reset_rows(&mut self, fill: Style) {
        self.moved = true;
        for row in 0..self.rows {
            self.reset_slot(self.slot(row), fill);
        }
    }

    /// Moves up to `count` rows from the history back to the top of the screen; returns how many.
    pub(crate) fn pull_history(&mut self, count: usize) -> usize {
        self.moved = true;
        let count = count.min(self.history.len());
        let pulled = self.history.split_off(self.history.len() - count);
        self.screen.splice(0..0, pulled);
        count
    }

    /// Adds a blank row below the screen.
    pub(crate) fn push_blank_row(&mut self) {
        self.moved = true;
        let slot = self.new_slot(Style::DEFAULT);
        self.screen.push(slot);
    }

    /// Drops the last rows of the screen.
    pub(crate) fn drop_last_rows(&mut self, count: usize) {
        self.moved = true;
        let kept = self.screen.len() - count;
        self.free.extend(self.screen.drain(kept..));
    }

    /// Drops all rows, for [`Grid::append_row`] to put new ones in.
    pub(crate) fn forget_rows(&mut self) {
        self.moved = true;
        self.cells.clear();
        self.meta.clear();
        self.screen.clear();
        self.history.clear();
        self.free.clear();
    }

    /// Appends a row below all others, blank after the given cells. It keeps `id`, or gets a new one.
    pub(crate) fn append_row(&mut self, cells: &[Cell], id: Option<u64>, to_history: bool) {
        let slot = self.new_slot(Style::DEFAULT);
        let at = slot as usize * self.cols;
        let len = cells.len().min(self.cols);
        self.cells[at..at + len].copy_from_slice(&cells[..len]);
        let meta = &mut self.meta[slot as usize];
        meta.len = len as u16;
        meta.id = id.unwrap_or(meta.id);
        self.classify(slot as usize);
        if to_history {
            self.history.push_back(slot);
        } else {
            self.screen.push(slot);
        }
    }

    /// Sets the style of the blank cells after the stored ones in the row appended last.
    pub(crate) fn set_last_fill(&mut self, fill: Style, in_history: bool) {
        let slot = if in_history { self.history.back() } else { self.screen.last() };
        if let Some(&slot) = slot {
            self.meta[slot as usize].fill = fill;
        }
    }

    /// Sets what is known of a row from its cells.
    pub(crate) fn classify(&mut self, slot: usize) {
        let special = Cell::ANY_WIDE | Cell::CLUSTER;
        let ascii = self.stored(slot).iter().all(|cell| cell.content() < 0x80 && !cell.has(special));
        let wide = self.stored(slot).iter().any(|cell| cell.has(Cell::ANY_WIDE));
        self.meta[slot].ascii = ascii;
        self.meta[slot].wide = wide;
    }

    /// All slots in use, oldest row first.
    pub(crate) fn slots(&self) -> impl Iterator<Item = usize> + '_ {
        self.history.iter().chain(&self.screen).map(|&slot| slot as usize)
    }
}
