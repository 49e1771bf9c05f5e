//! Finding lines in the parts of a picture that came to rest.

use super::frame::{Frame, State};
use crate::{Coverage, PixelBox, Recognize};

/// Pixels around a part that are shown to the engine: to the sides, above and below. Enough for a line of usual size that
/// the part belongs to.
const MARGIN: [u32; 2] = [64, 24];
/// Pixels around a line that stands or stood nearby: if it is still there, it must not look cut off.
const LINE_MARGIN: u32 = 24;
/// Where a line reaches beyond: the whole width, and this much above and below.
const TALL_MARGIN: u32 = 96;
/// Pixels that are shown to an engine at a time: more is cut into slabs.
const MAX_SLAB: u32 = 4 << 20;
/// Lines that are read of one frame. No screen shows that many; noise may look like more.
const MAX_LINES: usize = 4096;

/// The boxes of the lines in and near what is ripe, from top to bottom: none that has a pending square, none that is cut off.
/// Parts in which the engine failed have none, and are counted. `known` are lines that stand or stood: those nearby are
/// shown whole.
pub(super) fn find(
    frame: &Frame,
    engine: &dyn Recognize,
    known: &[PixelBox],
    coverage: &mut Coverage,
) -> Vec<PixelBox> {
    let mut found = Vec::new();
    for area in frame.areas(|tile| tile.state == State::Ripe) {
        let near = widened(frame, area, MARGIN);
        let around = |line: &PixelBox| widened(frame, *line, [LINE_MARGIN; 2]);
        let near = known.iter().filter(|line| line.meets(near)).map(around).fold(near, PixelBox::union);
        let mut lines = find_in(frame, engine, near, coverage);
        let mut shown = near;
        if lines.iter().any(|&line| is_cut(frame, line, near) && is_ripe(frame, line)) {
            shown = widened(frame, area, [frame.size().0, TALL_MARGIN]);
            lines = find_in(frame, engine, shown, coverage);
        }
        lines.retain(|&line| !is_cut(frame, line, shown) || is_ripe(frame, line));
        found.append(&mut lines);
    }
    let mut lines = apart(found);
    coverage.skipped_lines += lines.len().saturating_sub(MAX_LINES) as u64;
    lines.truncate(MAX_LINES);
    lines
}

fn widened(frame: &Frame, area: PixelBox, margin: [u32; 2]) -> PixelBox {
    PixelBox {
        left: area.left.saturating_sub(margin[0]),
        top: area.top.saturating_sub(margin[1]),
        right: area.right.saturating_add(margin[0]),
        bottom: area.bottom.saturating_add(margin[1]),
    }
    .intersect(frame.bounds())
}

/// Whether a line reaches the border of what the engine was shown, where the picture goes on.
fn is_cut(frame: &Frame, line: PixelBox, shown: PixelBox) -> bool {
    let bounds = frame.bounds();
    (line.left <= shown.left && shown.left > bounds.left)
        || (line.top <= shown.top && shown.top > bounds.top)
        || (line.right >= shown.right && shown.right < bounds.right)
        || (line.bottom >= shown.bottom && shown.bottom < bounds.bottom)
}

fn find_in(frame: &Frame, engine: &dyn Recognize, area: PixelBox, coverage: &mut Coverage) -> Vec<PixelBox> {
    let mut found = Vec::new();
    let slabs = slabs(area);
    for &slab in &slabs {
        match engine.find_lines(frame.as_pixels(), slab) {
            // Slabs overlap: what one cuts the next has whole.
            Ok(lines) => found.extend(lines.into_iter().filter(|&line| slabs.len() == 1 || !is_cut(frame, line, slab))),
            Err(_) => coverage.reader_failures += 1,
        }
    }
    let is_pending = |line: PixelBox| frame.tiles_of(line).any(|tile| tile.state == State::Pending);
    found.retain(|&line| !line.is_empty() && frame.bounds().contains(line) && !is_pending(line));
    found
}

/// Whether some of the line has just come to rest.
pub(super) fn is_ripe(frame: &Frame, line: PixelBox) -> bool {
    frame.tiles_of(line).any(|tile| tile.state == State::Ripe)
}

/// Cuts what is too large for one look into slabs that overlap by more than the height of a line.
fn slabs(area: PixelBox) -> Vec<PixelBox> {
    let rows = (MAX_SLAB / area.width().max(1)).max(4 * TALL_MARGIN);
    let step = rows - TALL_MARGIN;
    let mut slabs = Vec::new();
    let mut top = area.top;
    loop {
        let bottom = top.saturating_add(rows).min(area.bottom);
        slabs.push(PixelBox { top, bottom, ..area });
        if bottom >= area.bottom {
            return slabs;
        }
        top += step;
    }
}

/// Leaves out what lies mostly on a line before it: parts that share a margin find the same line twice.
fn apart(mut lines: Vec<PixelBox>) -> Vec<PixelBox> {
    lines.sort_unstable();
    lines.dedup();
    let mut kept: Vec<PixelBox> = Vec::with_capacity(lines.len());
    for line in lines {
        // Lines come by their tops: only those that reach down to this one can meet it.
        let near = kept.iter().rev().take_while(|before| line.top - before.top <= MAX_LINE_HEIGHT);
        if !near.into_iter().any(|&before| covers(before, line)) {
            kept.push(line);
        }
    }
    kept
}

/// Lines higher than this are not looked for among those that overlap.
const MAX_LINE_HEIGHT: u32 = 2 * TALL_MARGIN;

/// Whether more than half of `line` lies in `other`.
pub(super) fn covers(other: PixelBox, line: PixelBox) -> bool {
    let size = |area: PixelBox| u64::from(area.width()) * u64::from(area.height());
    2 * size(other.intersect(line)) > size(line)
}
