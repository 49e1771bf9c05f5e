//! The terminal: both screens and everything that steers them.

use std::collections::BTreeMap;

use trail_model::Size;

use crate::attributes::{Attributes, Style, StyleTable};
use crate::cell::{Cell, Cluster};
use crate::cursor::{Cursor, CursorShape};
use crate::damage::Damage;
use crate::grid::{Grid, RowId};
use crate::line::LogicalLine;
use crate::marks::SemanticMarks;
use crate::parser::Parser;
use crate::row::RowView;

/// Rows that are kept above the primary screen. Part of the state's meaning: a wrapped line whose head scrolled off
/// stays whole as far as these reach, and a resize pulls them back.
pub const HISTORY_ROWS: usize = 1000;

/// Most titles that can be pushed (XTWINOPS 22); a further one drops the oldest.
pub const TITLE_STACK_DEPTH: usize = 32;

/// A terminal's state: what a program wrote into it, and how it reacts to what comes next.
///
/// A pure function of the bytes fed and the sizes set; how the bytes were split into calls makes no difference.
#[derive(Clone, Debug)]
pub struct Terminal {
    pub(crate) parser: Parser,
    /// The screen that is shown.
    pub(crate) grid: Grid,
    /// The other one.
    pub(crate) inactive: Grid,
    pub(crate) styles: StyleTable,
    pub(crate) clusters: Vec<Cluster>,
    /// Sizes of the tables at which unused entries are collected.
    pub(crate) styles_limit: usize,
    pub(crate) clusters_limit: usize,
    pub(crate) modes: Modes,
    pub(crate) cursor_shape: CursorShape,
    pub(crate) cursor_blinks: bool,
    /// The set that characters are printed with: Gn.
    pub(crate) charset: u8,
    /// Scroll region: first row and the one after the last.
    pub(crate) top: usize,
    pub(crate) bottom: usize,
    pub(crate) tabs: Vec<bool>,
    /// The last character printed, for REP.
    pub(crate) last_char: Option<char>,
    pub(crate) title: Option<String>,
    pub(crate) title_stack: Vec<Option<String>>,
    pub(crate) palette: Palette,
    pub(crate) marks: SemanticMarks,
    /// The current stretch between two cuts. INVARIANT: not 0, which marks rows without fresh cells.
    pub(crate) epoch: u32,
    /// Epoch of the last print.
    pub(crate) printed_epoch: u32,
    /// Epoch in which the title was set.
    pub(crate) title_epoch: u32,
    pub(crate) switched: bool,
    pub(crate) resized: bool,
    pub(crate) title_changed: bool,
}

/// Modes that are on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modes(u32);

impl Modes {
    /// DECTCEM: the cursor is shown.
    pub const SHOW_CURSOR: Modes = Modes(1);
    /// DECAWM: lines wrap at the right margin.
    pub const AUTO_WRAP: Modes = Modes(1 << 1);
    /// DECOM: positions count from the scroll region.
    pub const ORIGIN: Modes = Modes(1 << 2);
    /// IRM: printing shifts the rest of the row.
    pub const INSERT: Modes = Modes(1 << 3);
    /// LNM: a line feed returns to the first column.
    pub const NEW_LINE: Modes = Modes(1 << 4);
    /// The alternate screen is shown.
    pub const ALTERNATE: Modes = Modes(1 << 5);
    /// DECCKM: cursor keys send application sequences.
    pub const APPLICATION_CURSOR: Modes = Modes(1 << 6);
    /// DECKPAM: the keypad sends application sequences.
    pub const APPLICATION_KEYPAD: Modes = Modes(1 << 7);
    /// Pasted text is bracketed.
    pub const BRACKETED_PASTE: Modes = Modes(1 << 8);
    /// Mouse clicks are reported.
    pub const MOUSE_CLICKS: Modes = Modes(1 << 9);
    /// Mouse drags are reported.
    pub const MOUSE_DRAGS: Modes = Modes(1 << 10);
    /// All mouse moves are reported.
    pub const MOUSE_MOVES: Modes = Modes(1 << 11);
    /// The mouse is reported in SGR form.
    pub const MOUSE_SGR: Modes = Modes(1 << 12);
    /// The mouse is reported in UTF-8 form.
    pub const MOUSE_UTF8: Modes = Modes(1 << 13);
    /// Focus changes are reported.
    pub const FOCUS: Modes = Modes(1 << 14);
    /// The wheel sends cursor keys on the alternate screen.
    pub const ALTERNATE_SCROLL: Modes = Modes(1 << 15);

    pub(crate) const ALL_BITS: u32 = (1 << 16) - 1;

    /// The modes of a new terminal.
    pub(crate) const INITIAL: Modes = Modes(Modes::SHOW_CURSOR.0 | Modes::AUTO_WRAP.0 | Modes::ALTERNATE_SCROLL.0);

    /// Tells whether all of `other` are on.
    #[inline]
    pub const fn contains(self, other: Modes) -> bool {
        self.0 & other.0 == other.0
    }

    /// The modes as bits, in the order of the constants.
    pub const fn bits(self) -> u32 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u32) -> Modes {
        Modes(bits)
    }

    pub(crate) fn set(&mut self, other: Modes, on: bool) {
        if on {
            self.0 |= other.0;
        } else {
            self.0 &= !other.0;
        }
    }
}

/// Colours that the program changed (OSC 4, 10, 11, 12), as red, green, blue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    /// Entries of the palette of 256 that differ from the theme's.
    pub entries: BTreeMap<u8, [u8; 3]>,
    /// The default foreground.
    pub foreground: Option<[u8; 3]>,
    /// The default background.
    pub background: Option<[u8; 3]>,
    /// The cursor.
    pub cursor: Option<[u8; 3]>,
}

impl Terminal {
    /// A blank terminal.
    pub fn new(size: Size) -> Terminal {
        let (cols, rows) = sides(size);
        Terminal {
            parser: Parser::default(),
            grid: Grid::new(cols, rows, HISTORY_ROWS, 1),
            inactive: Grid::new(cols, rows, 0, 2),
            styles: StyleTable::default(),
            clusters: Vec::new(),
            styles_limit: MIN_TABLE_LIMIT,
            clusters_limit: MIN_TABLE_LIMIT,
            modes: Modes::INITIAL,
            cursor_shape: CursorShape::Block,
            cursor_blinks: false,
            charset: 0,
            top: 0,
            bottom: rows,
            tabs: initial_tabs(cols),
            last_char: None,
            title: None,
            title_stack: Vec::new(),
            palette: Palette::default(),
            marks: SemanticMarks::default(),
            epoch: 1,
            printed_epoch: 0,
            title_epoch: 0,
            switched: true,
            resized: false,
            title_changed: false,
        }
    }

    /// Processes output of the program. A sequence or character may be split between calls.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.run::<false>(bytes);
    }

    /// Processes output up to the first byte at which a step would hide a character printed since the last [cut], or
    /// replace a title set since then. Returns the number of bytes processed; it is `bytes.len()` if there was none.
    ///
    /// A step is one printed character or one control function, and takes effect with its last byte. So the place
    /// depends on the bytes alone, not on how they were split. The caller ends the record there, calls [cut] and feeds
    /// the rest.
    ///
    /// Hidden is a cell that is overwritten by or erased to another character, or whose place leaves the screen: pushed
    /// or scrolled out, or on a screen that is switched away from. A step that leaves the same character (a printed
    /// space erased), or adds a combining mark, hides nothing. Characters that one single REP prints and pushes out
    /// itself cannot be separated.
    ///
    /// [cut]: Terminal::cut
    pub fn feed_until_cut(&mut self, bytes: &[u8]) -> usize {
        self.run::<true>(bytes)
    }

    /// Tells whether [`feed_until_cut`](Terminal::feed_until_cut) would stop before a line feed that comes next.
    pub fn needs_cut_before_line_feed(&self) -> bool {
        self.line_feed_cuts()
    }

    /// Tells whether a record must end before this resize: something was printed since the last cut, and a resize can
    /// push anything out.
    pub fn needs_cut_before_resize(&self, size: Size) -> bool {
        size != self.size() && self.any_fresh()
    }

    /// Begins a new stretch: what is on the screen now has been seen.
    pub fn cut(&mut self) {
        self.epoch = self.epoch.checked_add(1).unwrap_or_else(|| {
            for meta in self.grid.meta.iter_mut().chain(&mut self.inactive.meta) {
                meta.epoch = 0;
            }
            self.printed_epoch = 0;
            self.title_epoch = 0;
            1
        });
    }

    /// Sets a new size: the primary screen is wrapped anew, with its history; the alternate screen is cut or extended.
    /// Counts as a [cut](Terminal::cut).
    pub fn resize(&mut self, size: Size) {
        self.cut();
        self.resize_grids(size);
    }

    /// The size of the screen.
    pub fn size(&self) -> Size {
        Size { cols: self.grid.cols as u16, rows: self.grid.rows as u16 }
    }

    /// The cursor.
    pub fn cursor(&self) -> Cursor {
        let cursor = &self.grid.cursor;
        Cursor {
            row: cursor.row as u16,
            column: cursor.col as u16,
            visible: self.modes.contains(Modes::SHOW_CURSOR),
            shape: self.cursor_shape,
            blinking: self.cursor_blinks,
            pending_wrap: cursor.pending_wrap,
        }
    }

    /// The attributes that the next character would be printed with.
    pub fn pen(&self) -> Attributes {
        self.grid.cursor.pen
    }

    /// The window title; empty if none was set.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or_default()
    }

    /// Tells whether the alternate screen is shown.
    pub fn is_alternate(&self) -> bool {
        self.modes.contains(Modes::ALTERNATE)
    }

    /// The modes.
    pub fn modes(&self) -> Modes {
        self.modes
    }

    /// Colours that the program changed.
    pub fn palette(&self) -> &Palette {
        &self.palette
    }

    /// What shell integration (OSC 133) said.
    pub fn marks(&self) -> &SemanticMarks {
        &self.marks
    }

    /// The first row of the scroll region and the one after its last.
    pub fn margins(&self) -> (u16, u16) {
        (self.top as u16, self.bottom as u16)
    }

    /// A row of the screen, from 0 at the top.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> RowView<'_> {
        RowView::new(self, self.grid.slot(row))
    }

    /// A row of the screen (from 0 at the top) or of the history of the screen that is shown (-1 is the row just above
    /// the screen), if there is one.
    pub fn row_at(&self, row: i32) -> Option<RowView<'_>> {
        self.grid.slot_at(row).map(|slot| RowView::new(self, slot))
    }

    /// Number of rows kept above the screen that is shown; none for the alternate screen.
    pub fn history_len(&self) -> usize {
        self.grid.history_len()
    }

    /// The row with this id on the screen that is shown or in its history, as [`Terminal::row_at`] counts.
    pub fn find_row(&self, id: RowId) -> Option<i32> {
        let above = self.grid.history_len() as i32;
        let index = self.grid.slots().position(|slot| self.grid.meta[slot].id == id.0)?;
        Some(index as i32 - above)
    }

    /// Reports what changed since the last call.
    pub fn take_damage(&mut self, damage: &mut Damage) {
        damage.collect(self);
    }

    /// Calls `f` with each logical line that has a row on the screen, from top to bottom. The first one's head may lie
    /// in the history.
    pub fn logical_lines(&self, mut f: impl FnMut(LogicalLine<'_>)) {
        let mut row = self.head_of(0);
        while (row as i64) < self.grid.rows as i64 {
            let line = LogicalLine::at(self, row);
            row += line.rows() as i32;
            f(line);
        }
    }

    /// The logical line that a row of the screen belongs to.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn logical_line(&self, row: usize) -> LogicalLine<'_> {
        assert!(row < self.grid.rows, "row {row} of a screen of {} rows", self.grid.rows);
        LogicalLine::at(self, self.head_of(row as i32))
    }

    /// The first row of the line that `row` belongs to.
    pub(crate) fn head_of(&self, mut row: i32) -> i32 {
        while self.grid.slot_at(row - 1).is_some_and(|slot| self.grid.wraps(slot)) {
            row -= 1;
        }
        row
    }

    /// The style of an erased cell.
    #[inline]
    pub(crate) fn erased_style(&mut self) -> Style {
        let style = self.grid.cursor.style;
        if style == Style::DEFAULT { style } else { self.styles.background_of(style) }
    }

    /// Sets the pen.
    pub(crate) fn set_pen(&mut self, pen: Attributes) {
        self.grid.cursor.pen = pen;
        self.grid.cursor.style = self.styles.style(&pen);
        if self.styles.len() > self.styles_limit {
            self.collect_tables();
        }
    }

    /// Drops entries of the style and cluster tables that nothing uses, and numbers the rest anew.
    #[cold]
    pub(crate) fn collect_tables(&mut self) {
        let old_styles = std::mem::take(&mut self.styles);
        let old_clusters = std::mem::take(&mut self.clusters);
        let mut cluster_numbers = vec![None; old_clusters.len()];
        for grid in [&mut self.grid, &mut self.inactive] {
            for cursor in [&mut grid.cursor, &mut grid.saved] {
                cursor.style = self.styles.style(&cursor.pen);
            }
            let slots: Vec<usize> = grid.slots().collect();
            for slot in slots {
                let at = slot * grid.cols;
                let meta = &mut grid.meta[slot];
                if meta.fill.index().is_some() {
                    meta.fill = self.styles.style(&old_styles.attributes(meta.fill));
                }
                for cell in &mut grid.cells[at..at + usize::from(meta.len)] {
                    if cell.style().index().is_some() {
                        *cell = cell.with_style(self.styles.style(&old_styles.attributes(cell.style())));
                    }
                    if cell.has(Cell::CLUSTER) {
                        let old = cell.content() as usize;
                        let number = *cluster_numbers[old].get_or_insert_with(|| {
                            self.clusters.push(old_clusters[old].clone());
                            self.clusters.len() - 1
                        });
                        *cell = cell.with_content(number as u32);
                    }
                }
            }
        }
        // Twice what is in use: collecting costs as much as was entered since the last time.
        self.styles_limit = MIN_TABLE_LIMIT.max(2 * self.styles.len());
        self.clusters_limit = MIN_TABLE_LIMIT.max(2 * self.clusters.len());
    }

    /// The character of a cell and the marks on it.
    #[inline]
    pub(crate) fn character(&self, cell: Cell) -> (char, &[char]) {
        let content = cell.content();
        if cell.has(Cell::CLUSTER) {
            let cluster = &self.clusters[content as usize];
            (cluster.base, &cluster.marks)
        } else {
            (char::from_u32(content).unwrap_or(char::REPLACEMENT_CHARACTER), &[])
        }
    }
}

/// Entries that the style and cluster tables may have before unused ones are looked for.
const MIN_TABLE_LIMIT: usize = 16 * 1024;

/// Columns and rows of a size, at least 1 each even if the size was made by hand.
pub(crate) fn sides(size: Size) -> (usize, usize) {
    (usize::from(size.cols.clamp(1, Size::MAX_SIDE)), usize::from(size.rows.clamp(1, Size::MAX_SIDE)))
}

/// Columns between the tab stops of a new terminal.
const TAB_WIDTH: usize = 8;

pub(crate) fn initial_tabs(cols: usize) -> Vec<bool> {
    (0..cols).map(is_initial_tab).collect()
}

pub(crate) fn is_initial_tab(col: usize) -> bool {
    col.is_multiple_of(TAB_WIDTH)
}
