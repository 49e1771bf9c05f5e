//! One cell, in eight bytes.

use crate::attributes::Style;

/// A cell: bits 0 to 25 its character (or its entry in the table of [`Cluster`]s), 26 to 31 flags, 32 to 63 its style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell(pub(crate) u64);

const _: () = assert!(size_of::<Cell>() == 8);

impl Cell {
    const CONTENT: u64 = (1 << 26) - 1;
    /// On the last cell of a row: the text goes on in the next row.
    pub(crate) const WRAP: u64 = 1 << 26;
    /// Left half of a wide character, with the character.
    pub(crate) const WIDE: u64 = 1 << 27;
    /// Right half of a wide character.
    pub(crate) const SPACER: u64 = 1 << 28;
    /// Last cell of a row that a wide character did not fit into.
    pub(crate) const LEADING: u64 = 1 << 29;
    /// The content is the number of a cluster.
    pub(crate) const CLUSTER: u64 = 1 << 30;
    /// Printed since the last cut; holds only while the row's epoch is the terminal's.
    pub(crate) const FRESH: u64 = 1 << 31;
    /// Flags of wide characters.
    pub(crate) const ANY_WIDE: u64 = Cell::WIDE | Cell::SPACER | Cell::LEADING;
    /// Flags that take part in saving and comparing.
    pub(crate) const KEPT_FLAGS: u64 = Cell::WRAP | Cell::ANY_WIDE | Cell::CLUSTER;
    const STYLE_SHIFT: u32 = 32;

    /// A cell never printed, or erased, with the background of `fill`.
    pub(crate) const fn blank(fill: Style) -> Cell {
        Cell(' ' as u64 | (fill.0 as u64) << Cell::STYLE_SHIFT)
    }

    /// Everything but the character of a cell with that style.
    pub(crate) const fn template(style: Style, flags: u64) -> u64 {
        (style.0 as u64) << Cell::STYLE_SHIFT | flags
    }

    pub(crate) const fn has(self, flags: u64) -> bool {
        self.0 & flags != 0
    }

    pub(crate) const fn content(self) -> u32 {
        (self.0 & Cell::CONTENT) as u32
    }

    pub(crate) const fn style(self) -> Style {
        Style((self.0 >> Cell::STYLE_SHIFT) as u32)
    }

    pub(crate) const fn with_style(self, style: Style) -> Cell {
        Cell(self.0 & 0xffff_ffff | (style.0 as u64) << Cell::STYLE_SHIFT)
    }

    pub(crate) const fn with_content(self, content: u32) -> Cell {
        Cell(self.0 & !Cell::CONTENT | content as u64)
    }

    pub(crate) const fn with(self, flags: u64) -> Cell {
        Cell(self.0 | flags)
    }

    pub(crate) const fn without(self, flags: u64) -> Cell {
        Cell(self.0 & !flags)
    }

    /// The cell as a blank one: keeps style, fresh and wrap flags.
    pub(crate) const fn cleared_wide(self) -> Cell {
        self.without(Cell::WIDE | Cell::CLUSTER).with_content(' ' as u32)
    }

    /// The cell without what is not part of the saved state.
    pub(crate) const fn settled(self) -> Cell {
        self.without(Cell::FRESH)
    }

    /// What the cell shows, without flags and style: equal for equal characters as long as no cluster is involved.
    pub(crate) const fn shown(self) -> u64 {
        self.0 & (Cell::CONTENT | Cell::CLUSTER)
    }

    pub(crate) const fn shows_blank(self) -> bool {
        self.shown() == ' ' as u64
    }
}

/// A character with the marks that combine with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    pub(crate) base: char,
    pub(crate) marks: Vec<char>,
}

/// The most combining marks that one cell keeps; further ones are dropped. Natural scripts use up to four or five, and
/// without a limit a stream of marks would make every reading of the row slow.
pub const MAX_MARKS: usize = 32;
