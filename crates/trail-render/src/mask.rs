//! The coverage of one glyph.

/// Width of a cell in pixels.
pub const CELL_WIDTH: usize = 9;
/// Height of a cell in pixels.
pub const CELL_HEIGHT: usize = 18;
/// Coverage of a pixel that lies wholly inside the glyph. Sixteen levels: more cannot be told apart at this size, and a
/// coarse scale keeps the last bits of floating-point rasterising out of the picture.
pub(crate) const FULL: u8 = 15;

/// How much of each pixel of a cell (or two, side by side) a glyph covers: 0 to [`FULL`].
#[derive(Clone, Debug)]
pub(crate) struct Mask {
    width: usize,
    pixels: Vec<u8>,
}

impl Mask {
    /// An empty mask, `cells` cells wide.
    pub(crate) fn new(cells: usize) -> Mask {
        let width = cells * CELL_WIDTH;
        Mask { width, pixels: vec![0; width * CELL_HEIGHT] }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..][..self.width]
    }

    /// Raises the coverage of a pixel; outside the mask nothing happens.
    pub(crate) fn cover(&mut self, x: i32, y: i32, coverage: u8) {
        if (0..self.width as i32).contains(&x) && (0..CELL_HEIGHT as i32).contains(&y) {
            let pixel = &mut self.pixels[y as usize * self.width + x as usize];
            *pixel = coverage.max(*pixel);
        }
    }

    /// Covers a rectangle fully, as far as it lies inside.
    pub(crate) fn fill(&mut self, x: i32, y: i32, width: i32, height: i32) {
        self.set(x, y, width, height, FULL);
    }

    pub(crate) fn clear(&mut self, x: i32, y: i32, width: i32, height: i32) {
        self.set(x, y, width, height, 0);
    }

    pub(crate) fn shade(&mut self, coverage: u8) {
        self.pixels.fill(coverage);
    }

    fn set(&mut self, x: i32, y: i32, width: i32, height: i32, coverage: u8) {
        for y in y.max(0)..(y + height).min(CELL_HEIGHT as i32) {
            for x in x.max(0)..(x + width).min(self.width as i32) {
                self.pixels[y as usize * self.width + x as usize] = coverage;
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn at(&self, x: i32, y: i32) -> u8 {
        self.pixels[y as usize * self.width + x as usize]
    }
}
