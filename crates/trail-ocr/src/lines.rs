//! Lines of text by their ink, without a network: quick, and a line depends on nothing but the pixels near it.
//!
//! Text is where colour changes often from left to right. Changes are marked, marks near each other in a row become words,
//! words beside each other become lines. Rules, frames and what else is long and straight is left out.

mod join;
mod label;
mod mask;
mod snap;
mod split;

use trail_content::{PixelBox, Pixels};

pub(crate) use label::components;
pub(crate) use mask::{Colour, Mask, column_gaps, difference, ground};
pub(crate) use snap::snap;
pub(crate) use split::split;

/// The least height of a line in pixels: letters are not legible below.
const MIN_LINE_HEIGHT: u32 = 5;
/// The greatest height of a line in pixels: what is higher is a picture.
const MAX_LINE_HEIGHT: u32 = 72;

/// The boxes of the lines of text in `area`, snapped to the ink, from top to bottom.
pub fn find_lines(frame: Pixels<'_>, area: PixelBox) -> Vec<PixelBox> {
    let area = area.intersect(frame.bounds());
    if area.is_empty() {
        return Vec::new();
    }
    let mut words = label::words(&mask::ink(frame, area));
    words.drop_rules();
    words.split_rows();
    let mut lines: Vec<PixelBox> = join::lines(&words)
        .into_iter()
        .filter(|line| (MIN_LINE_HEIGHT..=MAX_LINE_HEIGHT).contains(&line.height()) && line.width() >= 3)
        .map(|line| shift(line, area))
        .collect();
    lines.sort_unstable();
    lines
}

/// A box of the area as a box of the frame.
fn shift(b: PixelBox, area: PixelBox) -> PixelBox {
    PixelBox::new(b.left + area.left, b.top + area.top, b.right + area.left, b.bottom + area.top)
}

#[cfg(test)]
mod tests;
