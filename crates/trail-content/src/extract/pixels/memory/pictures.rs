//! Pictures of lines with the free ground around them, found again at any place.
//!
//! Of each picture one run of pixels is its anchor: of all runs of its line the one with the least hash. A pass over a
//! picture compares every run in it with the anchors, by a hash that goes along.

use std::hash::Hasher as _;

use rustc_hash::{FxHashMap, FxHasher};

use crate::extract::pixels::frame::key_of;
use crate::{PixelBox, Pixels};

/// Pixels of an anchor.
const ANCHOR: usize = 16;
/// Changes of colour in an anchor, at least: fewer have many other runs as well.
const MIN_TURNS: u32 = 3;
/// Pictures in each of the two halves: about 6 MB.
const HALF: usize = 50_000;
/// Pictures with the same anchor. More would make a pass over a picture slow; those before are forgotten.
const MAX_SHARED: usize = 48;
/// Columns beside a line that belong to its picture whatever stands there.
const SEAM: u32 = 2;
/// Pixels of pictures that are compared for each pixel that is looked at: what has not been found by then is looked for
/// anew.
const MAX_WORK: u64 = 16;
/// Bits by which most runs that are no anchor are told at once.
const FILTER_BITS: u64 = 1 << 17;

/// Bounded: when the younger half is full, the older one goes.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    young: Half,
    old: Half,
}

#[derive(Debug, Default)]
struct Half {
    by_anchor: FxHashMap<u64, Vec<Picture>>,
    filter: Vec<u64>,
    len: usize,
}

/// A line with its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Picture {
    /// Of all of its pixels.
    key: u128,
    /// Of those in the row of the anchor.
    row: u64,
    width: u32,
    height: u32,
    /// The line, from the corner of the picture.
    line: PixelBox,
    /// The anchor's first pixel, from there.
    anchor: (u32, u32),
    /// Whether it ended at the left, top, right and bottom border of the screen.
    at_border: [bool; 4],
}

impl Pictures {
    /// Remembers the line in `line` of `frame`, if there is something in it to know it by.
    pub(super) fn insert(&mut self, frame: Pixels<'_>, line: PixelBox) {
        if let Some((hash, picture)) = Picture::of(frame, line) {
            self.put(hash, picture);
        }
    }

    fn put(&mut self, hash: u64, picture: Picture) {
        if self.young.len >= HALF {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.put(hash, picture);
    }

    /// Adds the lines in and near `area` whose pictures are known.
    pub(super) fn find(&mut self, frame: Pixels<'_>, area: PixelBox, lines: &mut Vec<PixelBox>) {
        let mut work = MAX_WORK * u64::from(area.width()) * u64::from(area.height());
        let mut used = Vec::new();
        for y in area.top..area.bottom {
            each_run(frame.row(y, area.left, area.right), |x, hash| {
                for half in [&self.young, &self.old] {
                    for picture in half.with_anchor(hash) {
                        if let Some(line) = picture.line_at(frame, area.left + x as u32, y, &mut work) {
                            lines.push(line);
                            used.push((hash, *picture));
                        }
                    }
                }
            });
        }
        // What is in use stays in the younger half.
        used.into_iter().for_each(|(hash, picture)| self.put(hash, picture));
    }
}

impl Half {
    fn put(&mut self, hash: u64, picture: Picture) {
        let shared = self.by_anchor.entry(hash).or_default();
        if shared.contains(&picture) {
            return;
        }
        if shared.len() >= MAX_SHARED {
            shared.remove(0);
        } else {
            self.len += 1;
        }
        shared.push(picture);
        self.filter.resize((FILTER_BITS / 64) as usize, 0);
        self.filter[(hash % FILTER_BITS / 64) as usize] |= 1 << (hash % 64);
    }

    fn with_anchor(&self, hash: u64) -> &[Picture] {
        let bits = self.filter.get((hash % FILTER_BITS / 64) as usize).copied().unwrap_or_default();
        if bits >> (hash % 64) & 1 == 0 {
            return &[];
        }
        self.by_anchor.get(&hash).map_or(&[], Vec::as_slice)
    }
}

impl Picture {
    /// The picture of a line, and the hash of its anchor.
    fn of(frame: Pixels<'_>, line: PixelBox) -> Option<(u64, Picture)> {
        let bounds = frame.bounds();
        let around = surroundings(frame, line);
        let mut best: Option<(u64, u32, u32)> = None;
        for y in line.top..line.bottom {
            each_run(frame.row(y, around.left, around.right), |x, hash| {
                let run = (hash, y - around.top, x as u32);
                best = Some(best.map_or(run, |best| best.min(run)));
            });
        }
        let (hash, y, x) = best?;
        let picture = Picture {
            key: key_of(frame, around),
            row: row_hash(frame, around, around.top + y),
            width: around.width(),
            height: around.height(),
            line: PixelBox {
                left: line.left - around.left,
                top: line.top - around.top,
                right: line.right - around.left,
                bottom: line.bottom - around.top,
            },
            anchor: (x, y),
            at_border: at_border(around, bounds),
        };
        Some((hash, picture))
    }

    /// The line, if the picture stands in `frame` with its anchor at (`x`, `y`).
    fn line_at(&self, frame: Pixels<'_>, x: u32, y: u32, work: &mut u64) -> Option<PixelBox> {
        let bounds = frame.bounds();
        let (left, top) = (x.checked_sub(self.anchor.0)?, y.checked_sub(self.anchor.1)?);
        let place = PixelBox::new(left, top, left.checked_add(self.width)?, top.checked_add(self.height)?);
        let at_border = at_border(place, bounds);
        if !bounds.contains(place) || self.at_border.iter().zip(at_border).any(|(&was, is)| was && !is) {
            return None;
        }
        *work = work.checked_sub(u64::from(self.width))?;
        if row_hash(frame, place, y) != self.row {
            return None;
        }
        *work = work.checked_sub(u64::from(self.width) * u64::from(self.height))?;
        let line = self.line;
        (key_of(frame, place) == self.key)
            .then(|| PixelBox::new(left + line.left, top + line.top, left + line.right, top + line.bottom))
    }
}

fn at_border(area: PixelBox, bounds: PixelBox) -> [bool; 4] {
    [area.left == bounds.left, area.top == bounds.top, area.right == bounds.right, area.bottom == bounds.bottom]
}

fn row_hash(frame: Pixels<'_>, area: PixelBox, y: u32) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(frame.row(y, area.left, area.right));
    hasher.finish()
}

/// The box of a line with what shows that it ends there: free ground on either side as wide as the line is high, or up to
/// and with the first column of something else; and a row above and below.
fn surroundings(frame: Pixels<'_>, line: PixelBox) -> PixelBox {
    let bounds = frame.bounds();
    let is_same = |a: u32, b: u32| (line.top..line.bottom).all(|y| frame.row(y, a, a + 1) == frame.row(y, b, b + 1));
    let reach = line.height().max(SEAM + 1);
    let mut left = line.left.saturating_sub(SEAM);
    while left > bounds.left && line.left - left < reach {
        left -= 1;
        if !is_same(left, left + 1) {
            break;
        }
    }
    let mut right = (line.right + SEAM).min(bounds.right);
    while right < bounds.right && right - line.right < reach {
        right += 1;
        if !is_same(right - 1, right - 2) {
            break;
        }
    }
    PixelBox { left, top: line.top, right, bottom: line.bottom }.union(line.grow(1, bounds))
}

/// Gives the first column and the hash of every run of [`ANCHOR`] pixels in which colours change often enough.
fn each_run(row: &[u8], mut give: impl FnMut(usize, u64)) {
    /// Odd, of no pattern: the digits of the golden ratio.
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    let leaving = (0..ANCHOR).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let pixel =
        |at: usize| u64::from(u32::from_le_bytes([row[4 * at], row[4 * at + 1], row[4 * at + 2], row[4 * at + 3]]));
    let turns_at = |at: usize| u32::from(pixel(at) != pixel(at - 1));
    let (mut hash, mut turns) = (0_u64, 0);
    for at in 0..row.len() / 4 {
        hash = hash.wrapping_mul(BASE).wrapping_add(pixel(at));
        if at > 0 {
            turns += turns_at(at);
        }
        if at >= ANCHOR {
            hash = hash.wrapping_sub(pixel(at - ANCHOR).wrapping_mul(leaving));
            turns -= turns_at(at - ANCHOR + 1);
        }
        if at + 1 >= ANCHOR && turns >= MIN_TURNS {
            let mixed = (hash ^ hash >> 32).wrapping_mul(BASE);
            give(at + 1 - ANCHOR, mixed ^ mixed >> 29);
        }
    }
}

#[cfg(test)]
mod tests;
