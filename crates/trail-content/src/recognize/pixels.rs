//! Pictures that are lent to an engine, and boxes in them.

/// Bytes of a pixel: red, green, blue, alpha.
const PIXEL_LEN: usize = 4;

/// A box of pixels, half open: from (`left`, `top`) up to and without (`right`, `bottom`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PixelBox {
    /// First row.
    pub top: u32,
    /// First column.
    pub left: u32,
    /// The column after the last.
    pub right: u32,
    /// The row after the last.
    pub bottom: u32,
}

impl PixelBox {
    /// A box from its four sides.
    pub const fn new(left: u32, top: u32, right: u32, bottom: u32) -> PixelBox {
        PixelBox { top, left, right, bottom }
    }

    /// Columns; 0 if the sides are crossed.
    pub const fn width(self) -> u32 {
        self.right.saturating_sub(self.left)
    }

    /// Rows; 0 if the sides are crossed.
    pub const fn height(self) -> u32 {
        self.bottom.saturating_sub(self.top)
    }

    /// Whether it has no pixel.
    pub const fn is_empty(self) -> bool {
        self.width() == 0 || self.height() == 0
    }

    /// Whether the two have a pixel in common.
    pub fn meets(self, other: PixelBox) -> bool {
        !self.intersect(other).is_empty()
    }

    /// What both have in common; empty if they do not meet.
    pub fn intersect(self, other: PixelBox) -> PixelBox {
        PixelBox {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The smallest box around both.
    pub fn union(self, other: PixelBox) -> PixelBox {
        PixelBox {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The box with `by` more pixels on each side, within `limit`.
    pub fn grow(self, by: u32, limit: PixelBox) -> PixelBox {
        PixelBox {
            left: self.left.saturating_sub(by),
            top: self.top.saturating_sub(by),
            right: self.right.saturating_add(by),
            bottom: self.bottom.saturating_add(by),
        }
        .intersect(limit)
    }

    /// Whether `other` lies inside.
    pub fn contains(self, other: PixelBox) -> bool {
        other.left >= self.left && other.right <= self.right && other.top >= self.top && other.bottom <= self.bottom
    }
}

/// A picture that someone else owns: rows of RGBA bytes without gaps.
#[derive(Clone, Copy, Debug)]
pub struct Pixels<'a> {
    width: u32,
    rgba: &'a [u8],
}

impl<'a> Pixels<'a> {
    /// A picture `width` pixels wide, or nothing if `rgba` is not whole rows of that width.
    pub fn new(width: u32, rgba: &'a [u8]) -> Option<Pixels<'a>> {
        let row = width as usize * PIXEL_LEN;
        let whole = if row == 0 { rgba.is_empty() } else { rgba.len().is_multiple_of(row) };
        let height_fits = row == 0 || u32::try_from(rgba.len() / row).is_ok();
        (whole && height_fits).then_some(Pixels { width, rgba })
    }

    /// Columns.
    pub fn width(self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(self) -> u32 {
        if self.width == 0 { 0 } else { (self.rgba.len() / (self.width as usize * PIXEL_LEN)) as u32 }
    }

    /// The box of the whole picture.
    pub fn bounds(self) -> PixelBox {
        PixelBox::new(0, 0, self.width, self.height())
    }

    /// The bytes of a row between two columns, four for each pixel.
    ///
    /// # Panics
    /// If the row or the columns are not in the picture.
    pub fn row(self, y: u32, left: u32, right: u32) -> &'a [u8] {
        let start = y as usize * self.width as usize;
        assert!(left <= right && right <= self.width, "columns {left}..{right} of {}", self.width);
        &self.rgba[(start + left as usize) * PIXEL_LEN..(start + right as usize) * PIXEL_LEN]
    }
}

/// A picture of one's own that changes from frame to frame.
#[derive(Clone, Debug)]
pub struct PixelsMut {
    width: u32,
    rgba: Vec<u8>,
}

impl PixelsMut {
    /// A copy of `pixels`.
    pub fn copy_of(pixels: Pixels<'_>) -> PixelsMut {
        PixelsMut { width: pixels.width, rgba: pixels.rgba.to_vec() }
    }

    /// Lends the picture.
    pub fn as_pixels(&self) -> Pixels<'_> {
        Pixels { width: self.width, rgba: &self.rgba }
    }

    /// Copies `area` from a picture of the same size, and says which part of it really differed.
    pub fn update(&mut self, from: Pixels<'_>, area: PixelBox) -> Option<PixelBox> {
        let area = area.intersect(self.as_pixels().bounds()).intersect(from.bounds());
        let mut changed: Option<PixelBox> = None;
        for y in area.top..area.bottom {
            let new = from.row(y, area.left, area.right);
            let at = (y as usize * self.width as usize + area.left as usize) * PIXEL_LEN;
            let old = &mut self.rgba[at..at + new.len()];
            if let Some((first, last)) = difference(old, new) {
                old.copy_from_slice(new);
                let row = PixelBox::new(area.left + first, y, area.left + last + 1, y + 1);
                changed = Some(changed.map_or(row, |all| all.union(row)));
            }
        }
        changed
    }
}

/// The first and the last pixel in which two rows differ.
fn difference(old: &[u8], new: &[u8]) -> Option<(u32, u32)> {
    if old == new {
        return None;
    }
    let pairs = || old.chunks_exact(PIXEL_LEN).zip(new.chunks_exact(PIXEL_LEN));
    let first = pairs().position(|(a, b)| a != b)?;
    let last = pairs().len() - 1 - pairs().rev().position(|(a, b)| a != b)?;
    Some((first as u32, last as u32))
}
