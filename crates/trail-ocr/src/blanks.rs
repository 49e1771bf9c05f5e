//! Blanks that the recogniser lost, put back where the ink has gaps.

use std::ops::Range;

use trail_content::{PixelBox, Pixels};

use crate::lines;

/// A gap of this share of the height that the line was read at is a blank, whatever the recogniser says.
const SURE_SHARE: f32 = 0.4;
/// The narrowest gap that can be one.
const MIN_SHARE: f32 = 0.16;
/// How probable the recogniser must hold a blank in a gap between those.
const MIN_PROBABILITY: f32 = 0.2;
/// The same beside a narrow character: in fonts whose characters all have the same width there is much room around these.
const MIN_PROBABILITY_AT_NARROW: f32 = 0.5;
/// Narrow characters.
const NARROW: [&str; 10] = [".", ",", ":", ";", "'", "|", "!", "i", "l", "I"];

/// A line that was read.
pub(crate) struct Line<'a> {
    pub(crate) frame: Pixels<'a>,
    pub(crate) line: PixelBox,
    /// The height that it was read at, which follows the size of its letters, in pixels of the screen.
    pub(crate) height: f32,
    /// Text and middle of each character, in columns from the line's left side.
    pub(crate) characters: &'a [(&'a str, f32)],
}

/// The text of the line, with a blank wherever its ink has a gap that is wide enough, for what the recogniser thinks of it
/// (`probability` of a blank in these columns), and the recogniser saw none. A blank that it saw is never taken away. Also
/// the columns of each word.
pub(crate) fn repair(read: Line<'_>, probability: impl Fn(&Range<u32>) -> f32) -> (String, Vec<Range<u32>>) {
    let Line { frame, line, height, characters } = read;
    let gaps = inner_gaps(frame, line);
    let places: Vec<usize> = gaps
        .iter()
        .map(|gap| characters.partition_point(|(_, middle)| *middle < (gap.start + gap.end) as f32 / 2.0))
        .collect();
    let text_at = |at: usize| characters.get(at).map_or("", |(text, _)| *text);
    // The middle of a character is known to half a step only: a blank one place off is the one of this gap.
    let is_near =
        |place: usize, wanted: fn(&str) -> bool| wanted(text_at(place)) || wanted(text_at(place.wrapping_sub(1)));
    let is_lost = |gap: &Range<u32>, place: usize| {
        if is_near(place, |text| text == " ") {
            return false;
        }
        let is_at_narrow = is_near(place, |text| NARROW.contains(&text));
        let least = if is_at_narrow { MIN_PROBABILITY_AT_NARROW } else { MIN_PROBABILITY };
        let share = (gap.end - gap.start) as f32 / height;
        share >= SURE_SHARE || (share >= MIN_SHARE && probability(gap) >= least)
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters 4 columns wide and 4 of 10 rows high, read at a height of 16, with these gaps behind each; the recogniser holds a
    /// blank as probable as told.
    fn check(letters: &str, gaps: &[u32], probability: f32, expected: &str) {
        let width: u32 = 4 * letters.len() as u32 + gaps.iter().sum::<u32>();
        let mut rgba = vec![255_u8; (width * 10 * 4) as usize];
        let mut left = 0;
        let mut characters = Vec::new();
        for (at, gap) in gaps.iter().chain([&0]).enumerate() {
            for y in 0..4 {
                rgba[((y * width + left) * 4) as usize..][..16].fill(0);
            }
            characters.push((&letters[at..=at], left as f32 + 2.0));
            left += 4 + gap;
        }
        let frame = Pixels::new(width, &rgba).unwrap();
        let read = Line { frame, line: frame.bounds(), height: 16.0, characters: &characters };
        assert_eq!(repair(read, |_| probability).0, expected);
    }

    #[test]
    fn a_wide_gap_is_a_blank() {
        check("abcd", &[1, 7, 1], 0.0, "ab cd");
    }

    #[test]
    fn a_gap_of_middling_width_is_one_if_the_recogniser_thought_of_it() {
        check("abcd", &[1, 4, 1], 0.0, "abcd");
        check("abcd", &[1, 4, 1], 0.3, "ab cd");
    }

    #[test]
    fn beside_a_narrow_character_it_must_be_surer() {
        check("a:bc", &[1, 4, 1], 0.3, "a:bc");
        check("a:bc", &[1, 4, 1], 0.6, "a: bc");
    }

    #[test]
    fn no_gap_is_no_blank() {
        check("abcd", &[1, 1, 1], 0.9, "abcd");
    }
}
