//! Finding lines in the parts of a picture that came to rest.

use super::frame::{Frame, State};
use super::memory::Recalled;
use crate::{Coverage, PixelBox, Recognize};

/// Pixels around a part that are shown to the engine: to the sides, above and below. Enough for a line of usual size that
/// the part belongs to.
const MARGIN: [u32; 2] = [32, 16];
/// What is new this near to a line that stands or stood may belong to it.
const TOUCH: [u32; 2] = [24, 0];
/// Where a line reaches beyond: the whole width, and this much above and below.
const TALL_MARGIN: u32 = 96;
/// Pixels that are shown to an engine at a time: more is cut into slabs.
const MAX_SLAB: u32 = 4 << 20;
/// Lines that are read of one frame. No screen shows that many; noise may look like more.
pub(super) const MAX_LINES: usize = 4096;

/// Lines that were looked for.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// From top to bottom: none that has a pending square, none that is cut off.
    pub(super) lines: Vec<PixelBox>,
    /// What looked like text besides.
    pub(super) rest: Vec<PixelBox>,
    /// Whether the engine failed somewhere: nothing was found there.
    pub(super) has_failed: bool,
}

/// Finds the lines in and near the squares that are new, beside those that were `recalled`. `known` are lines that stand or
/// stood: those that what is new may belong to are shown whole.
pub(super) fn find(
    frame: &Frame,
    engine: &dyn Recognize,
    recalled: &Recalled,
    known: &[PixelBox],
    coverage: &mut Coverage,
) -> Found {
    let mut found = Found::default();
    let has_new = |line: PixelBox| frame.indices_of(line).any(|tile| recalled.is_new[tile]);
    for mut shown in looks(frame, recalled, known) {
        // What is known need not be seen whole.
        let is_cut_off = |line: PixelBox, shown: PixelBox| may_go_on(frame, line, shown) && has_new(line);
        let mut lines = find_in(frame, engine, shown, &mut found, coverage);
        let cut_off = lines.iter().copied().filter(|&line| is_cut_off(line, shown)).reduce(PixelBox::union);
        if let Some(cut_off) = cut_off {
            shown = shown.union(widened(frame, cut_off, [cut_off.width().max(TALL_MARGIN), TALL_MARGIN / 2]));
            lines = find_in(frame, engine, shown, &mut found, coverage);
        }
        if lines.iter().any(|&line| is_cut_off(line, shown)) {
            shown = widened(frame, shown, [frame.size().0, TALL_MARGIN]);
            lines = find_in(frame, engine, shown, &mut found, coverage);
        }
        let is_whole = |line: PixelBox| !is_cut(frame, line, shown) || has_new(line);
        let (whole, cut) = lines.into_iter().partition(|&line| is_whole(line));
        found.add(whole, cut);
    }
    found.lines = apart(std::mem::take(&mut found.lines));
    found.take_over(&recalled.lines);
    coverage.skipped_lines += found.lines.len().saturating_sub(MAX_LINES) as u64;
    found.rest.extend_from_slice(found.lines.get(MAX_LINES..).unwrap_or_default());
    found.lines.truncate(MAX_LINES);
    found
}

/// What the engine is shown: what is new with what is around it. Looks that have much in common are one.
fn looks(frame: &Frame, recalled: &Recalled, known: &[PixelBox]) -> Vec<PixelBox> {
    let size = |area: PixelBox| u64::from(area.width()) * u64::from(area.height());
    let mut looks: Vec<PixelBox> = Vec::new();
    for area in frame.areas(|tile, _| recalled.is_new[tile]) {
        let touching = widened(frame, area, TOUCH);
        let around = |line: &PixelBox| widened(frame, *line, MARGIN);
        let lines_here = known.iter().filter(|line| line.meets(touching));
        let mut look = lines_here.map(around).fold(widened(frame, area, MARGIN), PixelBox::union);
        while let Some(at) = looks.iter().position(|&other| size(other.union(look)) <= size(other) + size(look)) {
            look = look.union(looks.swap_remove(at));
        }
        looks.push(look);
    }
    looks
}

impl Found {
    fn add(&mut self, mut lines: Vec<PixelBox>, mut rest: Vec<PixelBox>) {
        self.lines.append(&mut lines);
        self.rest.append(&mut rest);
    }

    /// Adds lines that are known. What was found of them is they; but one that turned out to be part of more is none.
    fn take_over(&mut self, recalled: &[PixelBox]) {
        /// Pixels by which a seam may be more or less.
        const SEAM: u32 = 2;
        let everywhere = PixelBox::new(0, 0, u32::MAX, u32::MAX);
        let goes_beyond = |found: &PixelBox, known: PixelBox| !known.grow(SEAM, everywhere).contains(*found);
        let is_same = |found: PixelBox, known: PixelBox| covers(found, known) || covers(known, found);
        for &known in recalled {
            let (same, others): (Vec<PixelBox>, Vec<PixelBox>) =
                std::mem::take(&mut self.lines).into_iter().partition(|&found| is_same(found, known));
            let is_part = same.iter().any(|found| goes_beyond(found, known));
            self.lines = others;
            if is_part {
                self.lines.extend(same);
                self.rest.push(known);
            } else {
                self.lines.push(known);
            }
        }
        self.lines.sort_unstable();
    }
}

pub(super) fn widened(frame: &Frame, area: PixelBox, margin: [u32; 2]) -> PixelBox {
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

/// Whether a line may go on beyond what the engine was shown: it reaches the border, or a word may stand there that does.
fn may_go_on(frame: &Frame, line: PixelBox, shown: PixelBox) -> bool {
    let gap = line.height().min(MARGIN[0] / 2);
    is_cut(frame, PixelBox { left: line.left.saturating_sub(gap), right: line.right + gap, ..line }, shown)
}

/// The lines in `area` that have come to rest; those that have not are added to the rest.
fn find_in(
    frame: &Frame,
    engine: &dyn Recognize,
    area: PixelBox,
    all: &mut Found,
    coverage: &mut Coverage,
) -> Vec<PixelBox> {
    let mut found = Vec::new();
    let slabs = slabs(area);
    for &slab in &slabs {
        match engine.find_lines(frame.as_pixels(), slab) {
            // Slabs overlap: what one cuts the next has whole.
            Ok(lines) => found.extend(lines.into_iter().filter(|&line| slabs.len() == 1 || !is_cut(frame, line, slab))),
            Err(_) => {
                all.has_failed = true;
                coverage.reader_failures += 1;
            }
        }
    }
    let is_pending = |line: PixelBox| frame.tiles_of(line).any(|tile| tile.state == State::Pending);
    found.retain(|&line| !line.is_empty() && frame.bounds().contains(line));
    let (pending, at_rest) = found.into_iter().partition(|&line| is_pending(line));
    all.add(Vec::new(), pending);
    at_rest
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
