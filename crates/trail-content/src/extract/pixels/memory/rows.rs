//! Rows of sixteen pixels in which no line stood.

use std::hash::Hasher as _;

use rustc_hash::{FxHashSet, FxHasher};

use crate::PixelBox;
use crate::extract::pixels::frame::{Frame, TILE};

/// Pixels of a row: those of two squares.
const ROW: u32 = 2 * TILE;
/// Bytes of a pixel.
const PIXEL_LEN: usize = 4;
/// Rows in each of the two halves: 5 MB.
const HALF: usize = 450_000;

/// Rows without text. Bounded: when the younger half is full, the older one goes.
#[derive(Debug, Default)]
pub(super) struct PlainRows {
    young: FxHashSet<u64>,
    old: FxHashSet<u64>,
}

impl PlainRows {
    /// Whether a row was seen before.
    pub(super) fn recall(&mut self, hash: u64) -> bool {
        if self.young.contains(&hash) {
            return true;
        }
        let is_known = self.old.contains(&hash);
        if is_known {
            self.insert(hash);
        }
        is_known
    }

    pub(super) fn insert(&mut self, hash: u64) {
        if self.young.len() >= HALF {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash);
    }
}

/// A row of pixels, not all of lines.
pub(super) struct Row {
    /// Of its pixels, without those of lines.
    pub(super) hash: u64,
    /// The indices of its squares; twice the same at the border.
    pub(super) tiles: [usize; 2],
}

/// Gives every row that has a square which is `wanted`, and a pixel outside `lines`.
pub(super) fn each(frame: &Frame, lines: &[PixelBox], wanted: impl Fn(usize) -> bool, mut give: impl FnMut(&Row)) {
    let bounds = frame.bounds();
    for area in frame.areas(|tile, _| wanted(tile)) {
        let area =
            PixelBox { left: area.left / ROW * ROW, right: area.right.next_multiple_of(ROW).min(bounds.right), ..area };
        let near: Vec<PixelBox> =
            lines.iter().map(|line| line.intersect(area)).filter(|line| !line.is_empty()).collect();
        for top in (area.top..area.bottom).step_by(TILE as usize) {
            let band = PixelBox { top, bottom: (top + TILE).min(area.bottom), ..area };
            each_of_band(frame, &near, band, &wanted, &mut give);
        }
    }
}

fn each_of_band(
    frame: &Frame,
    lines: &[PixelBox],
    band: PixelBox,
    wanted: &impl Fn(usize) -> bool,
    give: &mut impl FnMut(&Row),
) {
    let pixels = blanked(frame, lines, band);
    let row_len = band.width() as usize * PIXEL_LEN;
    for left in (band.left..band.right).step_by(ROW as usize) {
        let right = (left + ROW).min(band.right);
        let tiles = [frame.tile_at(left, band.top), frame.tile_at(right - 1, band.top)];
        if !tiles.iter().any(|&tile| wanted(tile)) {
            continue;
        }
        let columns = (left - band.left) as usize * PIXEL_LEN..(right - band.left) as usize * PIXEL_LEN;
        for row in pixels.chunks_exact(row_len).map(|row| &row[columns.clone()]) {
            if row.iter().any(|&byte| byte != 0) {
                let mut hasher = FxHasher::default();
                hasher.write(row);
                give(&Row { hash: hasher.finish(), tiles });
            }
        }
    }
}

/// The pixels of a band, those of lines transparent.
fn blanked(frame: &Frame, lines: &[PixelBox], band: PixelBox) -> Vec<u8> {
    let mut pixels = frame.copy_of(band);
    let width = band.width() as usize;
    for line in lines.iter().map(|line| line.intersect(band)).filter(|line| !line.is_empty()) {
        for y in line.top..line.bottom {
            let start = (y - band.top) as usize * width;
            let (left, right) = ((line.left - band.left) as usize, (line.right - band.left) as usize);
            pixels[(start + left) * PIXEL_LEN..(start + right) * PIXEL_LEN].fill(0);
        }
    }
    pixels
}
