//! Rectangles in the simple encodings, and the canvas that all of them are decoded to.

use std::io::Read;

use super::format::Colours;
use super::source::{Inflater, Result, Source};

/// The pixels of one rectangle.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<u32>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize, colour: u32) -> Canvas {
        Canvas { width, height, pixels: vec![colour; width * height] }
    }

    /// Fills a part; false if it reaches over the edge.
    #[must_use]
    pub(super) fn fill(&mut self, [x, y, width, height]: [usize; 4], colour: u32) -> bool {
        let fits = x + width <= self.width && y + height <= self.height;
        if fits {
            for row in y..y + height {
                self.pixels[row * self.width + x..][..width].fill(colour);
            }
        }
        fits
    }

    /// Puts the rows of a part that lies within.
    pub(super) fn put(&mut self, x: usize, y: usize, width: usize, pixels: &[u32]) {
        for (row, source) in pixels.chunks_exact(width.max(1)).enumerate() {
            self.pixels[(y + row) * self.width + x..][..width].copy_from_slice(source);
        }
    }
}

/// Raw: section 7.7.1.
pub(super) fn raw<R: Read>(source: &mut Source<R>, colours: &Colours, area: usize) -> Result<Vec<u32>> {
    let bytes = source.bytes((area * colours.format.len()) as u64)?;
    Ok(colours.pixels(&bytes))
}

/// RRE: section 7.7.3, and CoRRE, which has places of one byte.
pub(super) fn rre<R: Read>(
    source: &mut Source<R>,
    colours: &Colours,
    (width, height): (usize, usize),
    is_compact: bool,
) -> Result<Vec<u32>> {
    let len = colours.format.len();
    let count = source.u32()?;
    let background = source.bytes(len as u64)?;
    let mut canvas = Canvas::new(width, height, colours.pixel(&background));
    let entry = len + if is_compact { 4 } else { 8 };
    let bytes = source.bytes(u64::from(count) * entry as u64)?;
    for rect in bytes.chunks_exact(entry) {
        let (pixel, place) = rect.split_at(len);
        let part = |at: usize| match is_compact {
            true => usize::from(place[at]),
            false => usize::from(u16::from_be_bytes([place[2 * at], place[2 * at + 1]])),
        };
        if !canvas.fill([part(0), part(1), part(2), part(3)], colours.pixel(pixel)) {
            return source.malformed("RRE rectangle over the edge");
        }
    }
    Ok(canvas.pixels)
}

/// Zlib: raw pixels in one stream for the whole session.
pub(super) fn zlib<R: Read>(
    source: &mut Source<R>,
    colours: &Colours,
    inflater: &mut Inflater,
    area: usize,
) -> Result<Vec<u32>> {
    let data = source.prefixed()?;
    let len = area * colours.format.len();
    match inflater.inflate(&data, len).filter(|bytes| bytes.len() == len) {
        Some(bytes) => Ok(colours.pixels(&bytes)),
        None => source.malformed("invalid zlib rectangle"),
    }
}

/// The pointer: section 7.8.1. Pixels outside of the mask are transparent.
pub(super) fn cursor<R: Read>(
    source: &mut Source<R>,
    colours: &Colours,
    width: usize,
    area: usize,
) -> Result<Vec<u32>> {
    let pixels = raw(source, colours, area)?;
    let mask = bitmap(source, width, area)?;
    Ok(pixels.into_iter().zip(mask).map(|(pixel, is_set)| if is_set { pixel } else { 0 }).collect())
}

/// The pointer in two colours.
pub(super) fn x_cursor<R: Read>(source: &mut Source<R>, width: usize, area: usize) -> Result<Vec<u32>> {
    if area == 0 {
        return Ok(Vec::new());
    }
    let mut colour = || -> Result<u32> {
        let [red, green, blue] = source.array()?;
        Ok(u32::from_le_bytes([red, green, blue, 255]))
    };
    let (front, back) = (colour()?, colour()?);
    let is_front = bitmap(source, width, area)?;
    let mask = bitmap(source, width, area)?;
    let pixel = |(is_front, is_set)| match (is_front, is_set) {
        (_, false) => 0,
        (true, true) => front,
        (false, true) => back,
    };
    Ok(is_front.into_iter().zip(mask).map(pixel).collect())
}

/// Rows of bits, each in whole bytes, the leftmost bit the highest.
fn bitmap<R: Read>(source: &mut Source<R>, width: usize, area: usize) -> Result<Vec<bool>> {
    let row_len = width.div_ceil(8);
    let height = area / width.max(1);
    let bytes = source.bytes((row_len * height) as u64)?;
    let rows = bytes.chunks_exact(row_len.max(1));
    Ok(rows.flat_map(|row| (0..width).map(|at| row[at / 8] >> (7 - at % 8) & 1 == 1)).collect())
}
