//! What was looked at before: wherever it comes back, it need not be looked for again.
//!
//! A window that scrolled, moved or came to the front shows lines that were found before, and around them the frames and
//! symbols that were there before. Lines are known by their pictures, at any place; everything else by rows of pixels in
//! which no line stood. What neither explains is new.

mod pictures;
mod rows;

use super::finder::{self, covers};
use super::frame::{Frame, State};
use crate::PixelBox;
use pictures::Pictures;
use rows::PlainRows;

/// Pixels around what changed in which lines are looked for that some of it belongs to: to the sides, above and below.
const MARGIN: [u32; 2] = [64, 24];

/// Lines and rows that were seen before.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pictures: Pictures,
    rows: PlainRows,
}

/// What of a picture is known.
pub(super) struct Recalled {
    /// Lines that were found before, here or elsewhere: none mostly on another.
    pub(super) lines: Vec<PixelBox>,
    /// The squares, by their indices, in which something was never seen before.
    pub(super) is_new: Vec<bool>,
}

impl Memory {
    /// Recalls what stands in the squares in `state`, beside the lines of which it is known that they stand. Of lines that
    /// `left`, what has not changed may be a line of its own.
    pub(super) fn recall(&mut self, frame: &Frame, state: State, standing: &[PixelBox], left: &[PixelBox]) -> Recalled {
        let mut is_wanted: Vec<bool> = frame.tiles.iter().map(|tile| tile.state == state).collect();
        for tile in left.iter().flat_map(|&line| frame.indices_of(line)) {
            is_wanted[tile] |= frame.tiles[tile].state == State::Still;
        }
        let mut lines = Vec::new();
        for area in frame.areas(|tile, _| is_wanted[tile]) {
            self.pictures.find(frame.as_pixels(), finder::widened(frame, area, MARGIN), &mut lines);
        }
        let is_here = |line: &PixelBox| {
            let mut tiles = frame.tiles_of(*line);
            tiles.all(|tile| tile.state == state || tile.state == State::Still)
                && frame.indices_of(*line).any(|tile| is_wanted[tile])
        };
        lines.retain(is_here);
        let lines = apart(lines);
        let masks: Vec<PixelBox> = standing.iter().chain(&lines).copied().collect();
        let mut is_new = vec![false; frame.tiles.len()];
        rows::each(
            frame,
            &masks,
            |tile| is_wanted[tile],
            |row| {
                if !self.rows.recall(row.hash) {
                    row.tiles.into_iter().filter(|&tile| is_wanted[tile]).for_each(|tile| is_new[tile] = true);
                }
            },
        );
        Recalled { lines, is_new }
    }

    /// Remembers lines that were found, and what stands beside `inked`, all that may be text, in squares that were new.
    pub(super) fn remember(&mut self, frame: &Frame, lines: &[PixelBox], inked: &[PixelBox], is_new: &[bool]) {
        lines.iter().for_each(|&line| self.pictures.insert(frame.as_pixels(), line));
        rows::each(
            frame,
            inked,
            |tile| is_new[tile],
            |row| {
                // What has not come to rest may be the half of a line.
                if row.tiles.into_iter().all(|tile| frame.tiles[tile].state != State::Pending) {
                    self.rows.insert(row.hash);
                }
            },
        );
    }
}

/// Leaves out what lies mostly on a larger line: the same text was found with a seam more or less.
fn apart(mut lines: Vec<PixelBox>) -> Vec<PixelBox> {
    let size = |line: &PixelBox| u64::from(line.width()) * u64::from(line.height());
    lines.sort_unstable_by_key(|line| (std::cmp::Reverse(size(line)), *line));
    lines.dedup();
    lines.truncate(finder::MAX_LINES);
    let mut kept: Vec<PixelBox> = Vec::with_capacity(lines.len());
    for line in lines {
        if !kept.iter().any(|&other| covers(other, line)) {
            kept.push(line);
        }
    }
    kept
}
