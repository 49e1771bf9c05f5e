//! The picture being drawn.

use crate::mask::{CELL_HEIGHT, CELL_WIDTH, FULL, Mask};

/// A colour: red, green, blue.
pub type Rgb = [u8; 3];

/// A picture of `width` × `height` pixels, row by row from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
}

impl Picture {
    pub(crate) fn new(width: usize, height: usize, colour: Rgb) -> Picture {
        Picture { width, height, pixels: vec![colour; width * height] }
    }

    /// Takes rows of pixels; `width` of each.
    pub(crate) fn from_rows(width: usize, pixels: Vec<Rgb>) -> Picture {
        Picture { width, height: pixels.len() / width.max(1), pixels }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All pixels, row by row from the top.
    pub fn pixels(&self) -> &[Rgb] {
        &self.pixels
    }

    /// Fills a rectangle, as far as it lies inside.
    pub(crate) fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, colour: Rgb) {
        let right = (x + width).min(self.width);
        for y in y..(y + height).min(self.height) {
            if x < right {
                self.pixels[y * self.width + x..y * self.width + right].fill(colour);
            }
        }
    }

    /// Mixes a rectangle half and half with a colour.
    pub(crate) fn tint(&mut self, x: usize, y: usize, width: usize, height: usize, colour: Rgb) {
        let right = (x + width).min(self.width);
        for y in y..(y + height).min(self.height) {
            for pixel in self.pixels[y * self.width..(y + 1) * self.width][x.min(right)..right].iter_mut() {
                *pixel = mix(*pixel, colour, 6);
            }
        }
    }

    /// Draws the frame of a rectangle, `thickness` pixels to the inside.
    pub(crate) fn frame(&mut self, x: usize, y: usize, width: usize, height: usize, thickness: usize, colour: Rgb) {
        self.fill(x, y, width, thickness, colour);
        self.fill(x, (y + height).saturating_sub(thickness), width, thickness, colour);
        self.fill(x, y, thickness, height, colour);
        self.fill((x + width).saturating_sub(thickness), y, thickness, height, colour);
    }

    /// Lays a glyph over the cell whose top-left pixel is (`x`, `y`).
    pub(crate) fn draw(&mut self, mask: &Mask, x: usize, y: usize, colour: Rgb) {
        let columns = mask.width().min(self.width.saturating_sub(x));
        for row in 0..CELL_HEIGHT.min(self.height.saturating_sub(y)) {
            let pixels = &mut self.pixels[(y + row) * self.width + x..][..columns];
            for (pixel, &coverage) in pixels.iter_mut().zip(mask.row(row)) {
                match coverage {
                    0 => {}
                    FULL => *pixel = colour,
                    _ => *pixel = mix(*pixel, colour, coverage),
                }
            }
        }
    }

    /// The top-left pixel of a cell.
    pub(crate) fn cell(row: usize, column: usize) -> (usize, usize) {
        (column * CELL_WIDTH, row * CELL_HEIGHT)
    }
}

/// Mixes `share` fifteenths of `over` into `under`, in integers, so that every machine gets the same.
pub(crate) fn mix(under: Rgb, over: Rgb, share: u8) -> Rgb {
    let full = u16::from(FULL);
    let share = u16::from(share);
    std::array::from_fn(|channel| {
        let (under, over) = (u16::from(under[channel]), u16::from(over[channel]));
        ((under * (full - share) + over * share + full / 2) / full) as u8
    })
}
