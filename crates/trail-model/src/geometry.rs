//! Sizes and rectangles, in character cells and in pixels.

/// The size of a terminal screen in cells. Both sides are at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    /// Cells in a row.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
}

impl Size {
    /// The size taken where a recording does not say: 80 columns, 24 rows.
    pub const DEFAULT: Size = Size { cols: 80, rows: 24 };

    /// The longest side a screen may have. A larger one in a recording is damage or malice: 1,000 × 1,000 cells are
    /// beyond every real display, and each cell costs memory for as long as the history is kept.
    pub const MAX_SIDE: u16 = 1000;

    /// Makes a size, or nothing if a side is 0 or above [`Size::MAX_SIDE`].
    pub fn new(cols: u64, rows: u64) -> Option<Size> {
        let side = 1..=u64::from(Size::MAX_SIDE);
        (side.contains(&cols) && side.contains(&rows)).then_some(Size { cols: cols as u16, rows: rows as u16 })
    }
}

/// A run of cells in one row of a screen, from the top-left corner, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellRect {
    /// Row, 0 at the top.
    pub row: u16,
    /// First column, 0 at the left.
    pub column: u16,
    /// Number of columns, at least 1.
    pub width: u16,
}

/// A rectangle of pixels from the top-left corner of a picture, which may reach over its edges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PixelRect {
    /// First column, 0 at the left.
    pub x: i32,
    /// First row, 0 at the top.
    pub y: i32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl PixelRect {
    /// The part that both rectangles have; empty (both sides 0) if they do not meet.
    pub fn intersect(self, other: PixelRect) -> PixelRect {
        let (x, right) = overlap((self.x, self.width), (other.x, other.width));
        let (y, bottom) = overlap((self.y, self.height), (other.y, other.height));
        if right <= x || bottom <= y {
            return PixelRect::default();
        }
        PixelRect { x: x as i32, y: y as i32, width: (right - x) as u32, height: (bottom - y) as u32 }
    }

    /// Whether it has no pixel.
    pub fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }
}

/// Begin and end of what two lengths have in common.
fn overlap(a: (i32, u32), b: (i32, u32)) -> (i64, i64) {
    let end = |(at, len): (i32, u32)| i64::from(at) + i64::from(len);
    (i64::from(a.0.max(b.0)), end(a).min(end(b)))
}
