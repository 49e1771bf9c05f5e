//! A rectangle of pixels in memory.

use trail_model::PixelRect;

use crate::blocks::read_pixels;
use crate::limits::{MAX_PIXELS, MAX_SIDE};
use crate::mask::Mask;

/// Pixels, row by row: red in the lowest byte, then green, blue and opacity; the colours are multiplied by the opacity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    /// INVARIANT: `width * height` of them.
    pixels: Vec<u32>,
}

/// Whether a picture may have that size.
pub fn is_possible_size(width: u32, height: u32) -> bool {
    width <= MAX_SIDE && height <= MAX_SIDE && u64::from(width) * u64::from(height) <= MAX_PIXELS
}

impl Pixels {
    /// Transparent ones; the caller has compared the size with the limits.
    pub(crate) fn new(width: u32, height: u32) -> Pixels {
        Pixels { width, height, pixels: vec![0; width as usize * height as usize] }
    }

    /// Takes rows of `width` pixels; nothing if the last one is not whole or the size is impossible.
    pub fn from_rows(width: u32, pixels: Vec<u32>) -> Option<Pixels> {
        let height = u32::try_from(pixels.len() / width.max(1) as usize).ok()?;
        let fits = is_possible_size(width, height) && width as usize * height as usize == pixels.len();
        fits.then_some(Pixels { width, height, pixels })
    }

    /// Unpacks what [`DrawingWriter::pixels`](crate::DrawingWriter::pixels) has packed; nothing if it is not that.
    pub fn unpack(width: u32, height: u32, blocks: &[u8]) -> Option<Pixels> {
        if !is_possible_size(width, height) {
            return None;
        }
        Some(Pixels { width, height, pixels: read_pixels(blocks, width as usize, height as usize)? })
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All of them, row by row.
    pub fn as_slice(&self) -> &[u32] {
        &self.pixels
    }

    pub(crate) fn rect(&self) -> PixelRect {
        PixelRect { x: 0, y: 0, width: self.width, height: self.height }
    }

    /// How many there are.
    pub(crate) fn area(&self) -> u64 {
        self.pixels.len() as u64
    }

    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        if width == self.width {
            self.pixels.resize(width as usize * height as usize, 0);
        } else {
            let mut pixels = vec![0; width as usize * height as usize];
            let kept = self.width.min(width) as usize;
            if kept > 0 {
                let rows = self.pixels.chunks_exact(self.width as usize);
                for (target, source) in pixels.chunks_exact_mut(width as usize).zip(rows) {
                    target[..kept].copy_from_slice(&source[..kept]);
                }
            }
            self.pixels = pixels;
        }
        (self.width, self.height) = (width, height);
    }

    /// A part of a row; the caller has clipped it.
    pub(crate) fn row(&self, x: u32, y: u32, width: u32) -> &[u32] {
        let at = y as usize * self.width as usize + x as usize;
        &self.pixels[at..at + width as usize]
    }

    pub(crate) fn row_mut(&mut self, x: u32, y: u32, width: u32) -> &mut [u32] {
        let at = y as usize * self.width as usize + x as usize;
        &mut self.pixels[at..at + width as usize]
    }

    /// The part of it at `rect`, clipped.
    pub(crate) fn part(&self, rect: PixelRect) -> Pixels {
        let rect = rect.intersect(self.rect());
        let rows = (0..rect.height).flat_map(|row| self.row(rect.x as u32, rect.y as u32 + row, rect.width));
        Pixels { width: rect.width, height: rect.height, pixels: rows.copied().collect() }
    }

    /// Lays `source` on it with its top-left corner at `x` and `y`, clipped. Gives what was touched.
    pub(crate) fn draw(&mut self, source: &Pixels, mask: Mask, x: i32, y: i32) -> PixelRect {
        self.combine(source, x, y, |target, source| mask.blend(target, source))
    }

    /// The same by any rule for rows.
    pub(crate) fn combine(&mut self, source: &Pixels, x: i32, y: i32, rule: impl Fn(&mut [u32], &[u32])) -> PixelRect {
        let rect = PixelRect { x, y, width: source.width, height: source.height }.intersect(self.rect());
        // Where `rect` is not empty it lies within both pictures, so the differences are small and not negative.
        let (left, top) = (rect.x.saturating_sub(x) as u32, rect.y.saturating_sub(y) as u32);
        for row in 0..rect.height {
            let target = self.row_mut(rect.x as u32, rect.y as u32 + row, rect.width);
            rule(target, source.row(left, top + row, rect.width));
        }
        rect
    }

    /// Fills a part with one colour, clipped. Gives what was touched.
    pub(crate) fn fill(&mut self, rect: PixelRect, mask: Mask, colour: u32) -> PixelRect {
        let rect = rect.intersect(self.rect());
        let source = vec![colour; rect.width as usize];
        for row in 0..rect.height {
            mask.blend(self.row_mut(rect.x as u32, rect.y as u32 + row, rect.width), &source);
        }
        rect
    }
}
