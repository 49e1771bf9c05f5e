//! From where a network marked a line to the box of the line's own ink.
//!
//! The same text on the same ground has the same box, wherever it stands and whatever stands near it: what was read of it
//! once need not be read again.

use trail_content::{PixelBox, Pixels};

use super::mask::{Colour, EDGE, INK, difference, ground};

/// A row or a column of which this share is ink, as far as the line or its surroundings reach, is a rule or the side of a
/// box, not part of letters.
const RULE_SHARE: f32 = 0.9;
/// Ink of less contrast than this share of the greatest is the seam of smooth letters.
const SEAM_SHARE: f32 = 0.25;

/// How far beyond its reach the ink of a line may go on, as a share of its height: heads, tails and the last letter.
const BEYOND: f32 = 0.5;
/// Free columns that are less than this share of the height are between two letters of a word.
const LETTER_GAP: f32 = 0.25;

/// The smallest box around the ink of the line that `core` is the middle of, as far as `reach` goes and a little beyond,
/// within `limit`. Ink that goes on farther belongs to what stands there, and so does what lies behind a rule.
pub(crate) fn snap(frame: Pixels<'_>, core: PixelBox, reach: PixelBox, limit: PixelBox) -> Option<PixelBox> {
    let ink = Ink::of(frame, core);
    let beyond = reach.grow((core.height() as f32 * BEYOND) as u32, limit);
    let across = PixelBox { left: core.left, right: core.right, ..beyond };
    let own = |outward: &mut dyn Iterator<Item = u32>, near: u32| {
        let is_rule =
            |y: u32| ink.count(PixelBox { top: y, bottom: y + 1, ..across }, ink.faint) >= share(core.width());
        let rows = outward.take_while(|&y| !is_rule(y)).map(|y| PixelBox { top: y, bottom: y + 1, ..across });
        own_rows(&rows.map(|row| ink.count(row, ink.full)).collect::<Vec<_>>(), near as usize)
    };
    let top = core.top - own(&mut (beyond.top..core.top).rev(), core.top - reach.top);
    let bottom = core.bottom + own(&mut (core.bottom..beyond.bottom), reach.bottom - core.bottom);
    let gap = ((bottom - top) as f32 * LETTER_GAP) as usize;
    let own = |outward: &mut dyn Iterator<Item = u32>, near: u32| {
        let is_rule =
            |x: u32| ink.count(PixelBox { left: x, right: x + 1, ..reach }, ink.faint) >= share(reach.height());
        let columns = outward.take_while(|&x| !is_rule(x)).map(|x| PixelBox::new(x, top, x + 1, bottom));
        own_columns(&columns.map(|column| ink.count(column, ink.full)).collect::<Vec<_>>(), near as usize, gap)
    };
    let left = core.left - own(&mut (beyond.left..core.left).rev(), core.left - reach.left);
    let right = core.right + own(&mut (core.right..beyond.right), reach.right - core.right);
    ink.fit(PixelBox::new(left, top, right, bottom))
}

fn share(len: u32) -> usize {
    (len as f32 * RULE_SHARE).ceil() as usize
}

/// How many of the rows that lead away from a line are its own, by how much ink each has: of the first `near` all up to the
/// last free one; if there is ink all the way, up to the first free one beyond; if there is none, up to where there is least.
fn own_rows(counts: &[usize], near: usize) -> u32 {
    let (within, beyond) = counts.split_at(near.min(counts.len()));
    let free_end = within.iter().rev().take_while(|&&count| count == 0).count();
    if free_end > 0 {
        return (within.len() - free_end) as u32;
    }
    if let Some(free) = beyond.iter().position(|&count| count == 0) {
        return (within.len() + free) as u32;
    }
    let Some(least) = within.iter().min() else { return 0 };
    within.iter().position(|count| count == least).unwrap_or_default() as u32
}

/// How many of the columns that lead away from a line are its own: all of the first `near` but those that go on beyond
/// them. If no more than `gap` free columns part those from the line they are the rest of a word, and its own as well.
fn own_columns(counts: &[usize], near: usize, gap: usize) -> u32 {
    let (within, beyond) = counts.split_at(near.min(counts.len()));
    let foreign = within.iter().rev().take_while(|&&count| count > 0).count();
    let left = &within[..within.len() - foreign];
    let free = left.iter().rev().take_while(|&&count| count == 0).count();
    if foreign > 0 && free <= gap {
        let mut end = beyond.iter().position(|&count| count == 0);
        if beyond.is_empty() {
            end = Some(0);
        }
        if let Some(end) = end {
            return (within.len() + end) as u32;
        }
    }
    if left.is_empty() { within.len() as u32 } else { left.len() as u32 }
}

/// What differs from the ground of a line.
struct Ink<'a> {
    frame: Pixels<'a>,
    ground: Colour,
    /// From this difference on a pixel is part of a letter.
    full: u8,
    /// From this difference on it can be part of a rule.
    faint: u8,
}

impl<'a> Ink<'a> {
    fn of(frame: Pixels<'a>, core: PixelBox) -> Ink<'a> {
        let ground = ground(frame, core);
        let rows = (core.top..core.bottom).flat_map(|y| frame.row(y, core.left, core.right).chunks_exact(4));
        let contrast = rows.map(|pixel| difference(pixel, &ground)).max().unwrap_or_default();
        let full = ((f32::from(contrast) * SEAM_SHARE) as u8).min(INK);
        Ink { frame, ground, full, faint: full.min(EDGE) }
    }

    /// Pixels of `b` that differ by more than `least`.
    fn count(&self, b: PixelBox, least: u8) -> usize {
        let rows = (b.top..b.bottom).flat_map(|y| self.frame.row(y, b.left, b.right).chunks_exact(4));
        rows.filter(|pixel| difference(pixel, &self.ground) > least).count()
    }

    /// The smallest box around what is ink in `b`.
    fn fit(&self, b: PixelBox) -> Option<PixelBox> {
        let row = |y: &u32| self.count(PixelBox { top: *y, bottom: *y + 1, ..b }, self.full) > 0;
        let column = |x: &u32| self.count(PixelBox { left: *x, right: *x + 1, ..b }, self.full) > 0;
        let (top, last) = ((b.top..b.bottom).find(row)?, (b.top..b.bottom).rev().find(row)?);
        let (left, right) = ((b.left..b.right).find(column)?, (b.left..b.right).rev().find(column)?);
        Some(PixelBox::new(left, top, right + 1, last + 1))
    }
}
