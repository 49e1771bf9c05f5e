//! Blanks that the recogniser lost, put back where the ink has gaps.

use std::ops::Range;

use trail_content::{PixelBox, Pixels};

use crate::lines;

/// The narrowest gap that can be a blank, as a share of the line's height.
const MIN_SHARE: f32 = 0.3;
/// The widest gap that need not be one.
const MAX_SHARE: f32 = 0.45;
/// Where the recogniser saw blanks, a gap of this share of theirs is one as well.
const SEEN_SHARE: f32 = 0.8;
/// Where it saw none, a gap this many times as wide as the common one is a blank.
const COMMON_FACTOR: f32 = 2.5;
/// Beside a `1` a gap must be this many times as wide: most fonts give it the room of any other digit.
const ONE_FACTOR: f32 = 1.5;

/// The text of `characters` (text and middle, in columns from the line's left side), with a blank wherever the ink of the
/// line has a gap that is wide enough and the recogniser saw none. A blank that it saw is never taken away. Also the columns
/// of each word.
pub(crate) fn repair(frame: Pixels<'_>, line: PixelBox, characters: &[(&str, f32)]) -> (String, Vec<Range<u32>>) {
    let gaps = inner_gaps(frame, line);
    let places: Vec<usize> = gaps
        .iter()
        .map(|gap| characters.partition_point(|(_, middle)| *middle < (gap.start + gap.end) as f32 / 2.0))
        .collect();
    let is_blank = |at: usize| characters.get(at).is_some_and(|(text, _)| text.trim().is_empty());
    // The middle of a character is known to half a step only: a blank one place off is the one of this gap.
    let seen = |place: usize| is_blank(place) || is_blank(place.wrapping_sub(1));
    let width = |gap: &Range<u32>| (gap.end - gap.start) as f32;
    let of = |blank: bool| {
        gaps.iter().zip(&places).filter(move |(_, place)| seen(**place) == blank).map(|(gap, _)| width(gap)).collect()
    };
    let least = least_gap(line.height() as f32, of(true), of(false));
    let is_one = |at: usize| characters.get(at).is_some_and(|(text, _)| *text == "1");
    let factor = |place: usize| if is_one(place) || is_one(place.wrapping_sub(1)) { ONE_FACTOR } else { 1.0 };
    let is_lost = |gap: &Range<u32>, place: usize| width(gap) >= least * factor(place) && !seen(place);
    let mut lost = gaps.iter().zip(&places).filter(|(gap, place)| is_lost(gap, **place)).peekable();
    let mut text = String::new();
    let mut words = Words::default();
    for (at, (character, middle)) in characters.iter().enumerate() {
        while lost.next_if(|(_, place)| **place <= at).is_some() {
            words.end();
            if !text.is_empty() && !text.ends_with(' ') {
                text.push(' ');
            }
        }
        text.push_str(character);
        words.take(character, *middle);
    }
    (text, words.columns(&gaps, line.width()))
}

/// The middles of the first and the last character of each word.
#[derive(Default)]
struct Words {
    middles: Vec<(f32, f32)>,
    is_open: bool,
}

impl Words {
    fn end(&mut self) {
        self.is_open = false;
    }

    fn take(&mut self, character: &str, middle: f32) {
        match self.middles.last_mut() {
            _ if character.trim().is_empty() => self.is_open = false,
            Some(word) if self.is_open => word.1 = middle,
            _ => {
                self.middles.push((middle, middle));
                self.is_open = true;
            }
        }
    }

    /// Two words end and begin at the widest gap of the ink between them, or half-way if there is none.
    fn columns(&self, gaps: &[Range<u32>], width: u32) -> Vec<Range<u32>> {
        let mut columns = Vec::with_capacity(self.middles.len());
        let mut start = 0;
        for pair in self.middles.windows(2) {
            let (left, right) = (pair[0].1, pair[1].0);
            let between = gaps.iter().filter(|gap| gap.start as f32 >= left && gap.end as f32 <= right);
            let half = ((left + right) / 2.0).clamp(0.0, width as f32) as u32;
            let gap = between.max_by_key(|gap| gap.end - gap.start).cloned().unwrap_or(half..half);
            let end = gap.start.clamp(start, width);
            columns.push(start..end);
            start = gap.end.clamp(end, width);
        }
        if !self.middles.is_empty() {
            columns.push(start..width.max(start));
        }
        columns
    }
}

/// The gaps between the first and the last ink.
fn inner_gaps(frame: Pixels<'_>, line: PixelBox) -> Vec<Range<u32>> {
    let mut gaps = lines::column_gaps(frame, line);
    gaps.retain(|gap| gap.start > 0 && gap.end < line.width());
    gaps
}

/// The narrowest gap that is a blank, from the gaps where the recogniser saw one and those where it saw none: letters
/// stand closer in a proportional font than in one whose letters all have the same width.
fn least_gap(height: f32, mut blanks: Vec<f32>, mut others: Vec<f32>) -> f32 {
    blanks.sort_by(f32::total_cmp);
    others.sort_by(f32::total_cmp);
    let learned = match blanks.get(blanks.len() / 4) {
        Some(blank) if blanks.len() >= 2 => blank * SEEN_SHARE,
        _ => others.get(others.len() / 2).map_or(0.0, |common| common * COMMON_FACTOR),
    };
    learned.clamp(height * MIN_SHARE, height * MAX_SHARE)
}
