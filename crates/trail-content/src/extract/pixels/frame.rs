//! The picture of a desktop as it was last looked at, and when each part of it changed.

use trail_frame::Surface;
use trail_model::PixelRect;

use crate::{PixelBox, Pixels};

/// Side of the squares in which changes are kept, in pixels.
pub(super) const TILE: u32 = 8;
/// Bytes of a pixel.
const PIXEL_LEN: usize = 4;

/// What is known of a square of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tile {
    /// The moment of its last change.
    pub(super) changed: u32,
    pub(super) state: State,
}

/// Whether the last change of a square has been looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It has come to rest and was read.
    Still,
    /// It has not come to rest.
    Pending,
    /// It is being read.
    Ripe,
}

/// Pixels with the moments of their changes.
#[derive(Debug)]
pub(super) struct Frame {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
    tiles_wide: usize,
    pub(super) tiles: Vec<Tile>,
}

/// What a record changed: parts of the new picture, and the squares in which pixels differ.
#[derive(Debug, Default)]
pub(super) struct Change {
    parts: Vec<(PixelBox, trail_frame::Pixels)>,
    /// Indices of squares, some more than once.
    pub(super) tiles: Vec<usize>,
    /// The box of the pixels that differ.
    pub(super) area: PixelBox,
    /// How many differ, those in several parts each time.
    pub(super) pixels: u64,
}

impl Frame {
    /// A picture that differs everywhere from any other.
    pub(super) fn new(width: u32, height: u32) -> Frame {
        let tiles_wide = width.div_ceil(TILE) as usize;
        let tiles = vec![Tile { changed: 0, state: State::Still }; tiles_wide * height.div_ceil(TILE) as usize];
        let rgba = vec![0; width as usize * height as usize * PIXEL_LEN];
        Frame { width, height, rgba, tiles_wide, tiles }
    }

    /// The picture in another size: what lies outside the old one differs from any other.
    pub(super) fn resized(&self, width: u32, height: u32) -> Frame {
        let mut frame = Frame::new(width, height);
        let common = self.bounds().intersect(frame.bounds());
        for y in 0..common.bottom {
            let row = self.as_pixels().row(y, 0, common.right);
            frame.row_mut(y, 0, common.right).copy_from_slice(row);
        }
        for y in 0..common.bottom.div_ceil(TILE) as usize {
            let kept = common.right.div_ceil(TILE) as usize;
            let row = &self.tiles[y * self.tiles_wide..][..kept];
            frame.tiles[y * frame.tiles_wide..][..kept].copy_from_slice(row);
        }
        frame
    }

    pub(super) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    pub(super) fn bounds(&self) -> PixelBox {
        PixelBox::new(0, 0, self.width, self.height)
    }

    pub(super) fn as_pixels(&self) -> Pixels<'_> {
        // INVARIANT: whole rows, as `new` makes them.
        Pixels::new(self.width, &self.rgba).expect("whole rows")
    }

    fn row_mut(&mut self, y: u32, left: u32, right: u32) -> &mut [u8] {
        let start = y as usize * self.width as usize;
        &mut self.rgba[(start + left as usize) * PIXEL_LEN..(start + right as usize) * PIXEL_LEN]
    }

    /// Compares the parts of `surface` that may have changed with this picture.
    pub(super) fn compare(&self, surface: &Surface, damage: &[PixelRect]) -> Change {
        let whole = PixelRect { x: 0, y: 0, width: self.width, height: self.height };
        let area = |rect: &PixelRect| u64::from(rect.width) * u64::from(rect.height);
        let clipped: Vec<PixelRect> =
            damage.iter().map(|rect| rect.intersect(whole)).filter(|rect| !rect.is_empty()).collect();
        let rects = if clipped.iter().map(area).sum::<u64>() > area(&whole) { vec![whole] } else { clipped };
        let mut change = Change::default();
        for rect in rects {
            let part = surface.flatten_part(rect);
            let (left, top) = (rect.x as u32, rect.y as u32);
            let place = PixelBox::new(left, top, left + part.width(), top + part.height());
            self.compare_part(place, &part, &mut change);
            change.parts.push((place, part));
        }
        change
    }

    fn compare_part(&self, place: PixelBox, part: &trail_frame::Pixels, change: &mut Change) {
        let row_len = place.width() as usize;
        for (y, row) in (place.top..place.bottom).zip(part.as_slice().chunks_exact(row_len.max(1))) {
            let old = self.as_pixels().row(y, place.left, place.right);
            let mut last = None;
            for (x, (old, new)) in old.chunks_exact(PIXEL_LEN).zip(row).enumerate() {
                if *old == new.to_le_bytes() {
                    continue;
                }
                let x = place.left + x as u32;
                let tile = self.tile_at(x, y);
                if last.replace(tile) != Some(tile) {
                    change.tiles.push(tile);
                }
                change.pixels += 1;
                change.cover(x, y);
            }
        }
    }

    /// The index of the square that a pixel lies in.
    pub(super) fn tile_at(&self, x: u32, y: u32) -> usize {
        (y / TILE) as usize * self.tiles_wide + (x / TILE) as usize
    }

    /// Takes the new pixels over; where they differ, squares become those of moment `at`.
    pub(super) fn apply(&mut self, change: &Change, at: Option<u32>) {
        for (place, part) in &change.parts {
            for (y, row) in (place.top..place.bottom).zip(part.as_slice().chunks_exact(place.width().max(1) as usize)) {
                let target = self.row_mut(y, place.left, place.right);
                for (target, pixel) in target.chunks_exact_mut(PIXEL_LEN).zip(row) {
                    target.copy_from_slice(&pixel.to_le_bytes());
                }
            }
        }
        if let Some(at) = at {
            change.tiles.iter().for_each(|&tile| self.tiles[tile] = Tile { changed: at, state: State::Pending });
        }
    }

    /// The squares that a box touches.
    pub(super) fn tiles_of(&self, area: PixelBox) -> impl Iterator<Item = &Tile> {
        self.indices_of(area).map(|tile| &self.tiles[tile])
    }

    /// The indices of the squares that a box touches.
    pub(super) fn indices_of(&self, area: PixelBox) -> impl Iterator<Item = usize> {
        let area = area.intersect(self.bounds());
        let (first, last) = ((area.left / TILE) as usize, area.right.div_ceil(TILE) as usize);
        let rows = (area.top / TILE) as usize..area.bottom.div_ceil(TILE) as usize;
        let wide = self.tiles_wide;
        rows.flat_map(move |row| row * wide + first..row * wide + last)
    }

    /// Boxes around all squares that `wanted` takes, by their indices: those near each other share one.
    pub(super) fn areas(&self, wanted: impl Fn(usize, &Tile) -> bool) -> Vec<PixelBox> {
        /// Squares without change between two boxes, at least: vertically, horizontally.
        const GAP: [usize; 2] = [3, 8];
        let wide = self.tiles_wide;
        let wanted = |tile: usize| wanted(tile, &self.tiles[tile]);
        let mut areas = Vec::new();
        let row = |row: usize| (row * wide..(row + 1) * wide).any(wanted);
        for band in runs(self.tiles.len() / wide.max(1), GAP[0], row) {
            let column = |column: usize| band.clone().any(|row| wanted(row * wide + column));
            for columns in runs(self.tiles_wide, GAP[1], column) {
                let side = |tiles: usize| tiles as u32 * TILE;
                let area = PixelBox::new(side(columns.start), side(band.start), side(columns.end), side(band.end));
                areas.push(area.intersect(self.bounds()));
            }
        }
        areas
    }

    /// The bytes by which pictures of lines are told apart: sides and colours.
    pub(super) fn line_key(&self, area: PixelBox) -> u128 {
        key_of(self.as_pixels(), area)
    }

    /// The bytes of a box.
    pub(super) fn copy_of(&self, area: PixelBox) -> Vec<u8> {
        (area.top..area.bottom).flat_map(|y| self.as_pixels().row(y, area.left, area.right)).copied().collect()
    }
}

impl Change {
    fn cover(&mut self, x: u32, y: u32) {
        let pixel = PixelBox::new(x, y, x + 1, y + 1);
        self.area = if self.area.is_empty() { pixel } else { self.area.union(pixel) };
    }

    /// Tells whether the pixels of `area` become these.
    pub(super) fn leads_to(&self, area: PixelBox, rgba: &[u8]) -> bool {
        let holds = |place: &PixelBox, part: &trail_frame::Pixels| {
            let rows = (area.top..area.bottom).flat_map(|y| {
                let start = (y - place.top) as usize * place.width() as usize + (area.left - place.left) as usize;
                &part.as_slice()[start..start + area.width() as usize]
            });
            rows.zip(rgba.chunks_exact(PIXEL_LEN)).all(|(new, old)| *old == new.to_le_bytes())
        };
        self.parts.iter().any(|(place, part)| place.contains(area) && holds(place, part))
    }

    /// Tells whether any pixel of `area` differs from `frame`, which has not taken the change over.
    pub(super) fn touches(&self, frame: &Frame, area: PixelBox) -> bool {
        self.parts.iter().any(|(place, part)| {
            let common = place.intersect(area);
            !common.is_empty()
                && (common.top..common.bottom).any(|y| {
                    let start = (y - place.top) as usize * place.width() as usize + (common.left - place.left) as usize;
                    let new = &part.as_slice()[start..start + common.width() as usize];
                    let old = frame.as_pixels().row(y, common.left, common.right);
                    old.chunks_exact(PIXEL_LEN).zip(new).any(|(old, new)| *old != new.to_le_bytes())
                })
        })
    }
}

/// A hash of the sides and the colours of a box.
pub(super) fn key_of(frame: Pixels<'_>, area: PixelBox) -> u128 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&area.width().to_le_bytes());
    for y in area.top..area.bottom {
        hasher.update(frame.row(y, area.left, area.right));
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_le_bytes(key)
}

/// Runs of indices below `len` that `wanted` takes; runs less than `gap` apart are one.
fn runs(len: usize, gap: usize, wanted: impl Fn(usize) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for index in (0..len).filter(|&index| wanted(index)) {
        match runs.last_mut().filter(|run| index - run.end < gap) {
            Some(run) => run.end = index + 1,
            None => runs.push(index..index + 1),
        }
    }
    runs
}
