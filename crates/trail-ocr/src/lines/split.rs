//! Marks of a network that reach over the side of a window or of a cell are several lines.

use trail_content::{PixelBox, Pixels};

use super::mask::{EDGE, difference};

/// A side goes on above and below a line for this many of its heights, further than any letter.
const BEYOND: u32 = 1;
/// Rows of a side in which colours change, of all.
const SIDE_SHARE: f32 = 0.95;
/// What is narrower is no text, in pixels.
const MIN_WIDTH: u32 = 3;

/// The part of a line between two upright sides.
pub(crate) struct Part {
    /// The middle of the line.
    pub(crate) core: PixelBox,
    /// As far as it reaches.
    pub(crate) reach: PixelBox,
    /// What it cannot go beyond.
    pub(crate) limit: PixelBox,
}

/// The parts of `core`, whose ink is in `reach` and perhaps a little beyond, within `limit`.
pub(crate) fn split(frame: Pixels<'_>, core: PixelBox, reach: PixelBox, limit: PixelBox) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = Part { core, reach, limit };
    for x in (core.left + 1..core.right).filter(|&x| is_side(frame, core, x)) {
        let until = |part: PixelBox| PixelBox { right: x, ..part };
        let from = |part: PixelBox| PixelBox { left: x, ..part };
        parts.push(Part { core: until(rest.core), reach: until(rest.reach), limit: until(rest.limit) });
        rest = Part { core: from(rest.core), reach: from(rest.reach), limit: from(rest.limit) };
    }
    parts.push(rest);
    parts.retain(|part| part.core.width() >= MIN_WIDTH);
    parts
}

/// Whether the pixels at `x` differ from those before all along `core` and beyond.
fn is_side(frame: Pixels<'_>, core: PixelBox, x: u32) -> bool {
    let beyond = core.height() * BEYOND;
    let (top, bottom) = (core.top.saturating_sub(beyond), (core.bottom + beyond).min(frame.height()));
    let most_alike = ((bottom - top) as f32 * (1.0 - SIDE_SHARE)) as usize;
    let is_alike = |y: &u32| {
        let pair = frame.row(*y, x - 1, x + 1);
        difference(&pair[..4], &pair[4..]) <= EDGE
    };
    (top..bottom).filter(is_alike).nth(most_alike).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ground of two halves that meet at column 40, from row 0 to `bottom`; white all over below.
    fn cores(bottom: u32) -> Vec<(u32, u32)> {
        let mut rgba = vec![255_u8; 80 * 60 * 4];
        for y in 0..bottom {
            rgba[((y * 80 + 40) * 4) as usize..((y * 80 + 80) * 4) as usize].fill(20);
        }
        let frame = Pixels::new(80, &rgba).unwrap();
        let core = PixelBox::new(10, 20, 70, 32);
        let parts = split(frame, core, core.grow(4, frame.bounds()), frame.bounds());
        parts.iter().for_each(|part| assert!(part.reach.contains(part.core) && part.limit.contains(part.reach)));
        parts.into_iter().map(|part| (part.core.left, part.core.right)).collect()
    }

    #[test]
    fn lines_end_at_the_sides_of_windows_not_at_letters() {
        assert_eq!(cores(60), [(10, 40), (40, 70)]);
        assert_eq!(cores(44), [(10, 40), (40, 70)]);
        assert_eq!(cores(38), [(10, 70)]);
    }
}
