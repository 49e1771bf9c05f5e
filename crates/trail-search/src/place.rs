//! Where in a line of pixels a part of its text stands.

use std::ops::Range;

use trail_content::Place;
use trail_model::PixelRect;

/// The box of the bytes `range` of `text`, which stands at `place`: words are where the engine saw them, characters are
/// taken to be equally wide inside their word.
pub(crate) fn box_of(text: &str, place: &Place, range: Range<usize>) -> PixelRect {
    let width = place.area.width();
    let (start, end) = (column(text, place, range.start, false), column(text, place, range.end, true));
    let start = start.min(width);
    PixelRect {
        x: to_signed(place.area.left.saturating_add(start)),
        y: to_signed(place.area.top),
        width: end.clamp(start, width) - start,
        height: place.area.height(),
    }
}

/// The column at which byte `at` begins, or the one at which the bytes before it end.
fn column(text: &str, place: &Place, at: usize, is_end: bool) -> u32 {
    let words = words(text);
    // What had grown so far has the first of the words.
    if words.len() > place.words.len() {
        return share(text, at, 0..place.area.width());
    }
    let found = words.iter().position(|word| if is_end { at <= word.end } else { at < word.end });
    match found {
        Some(index) => {
            let word = &words[index];
            let inside = at.clamp(word.start, word.end) - word.start;
            share(&text[word.clone()], inside, place.words[index].clone())
        }
        None => place.words.get(words.len().wrapping_sub(1)).map_or(place.area.width(), |word| word.end),
    }
}

/// The column of byte `at` of a text that fills `columns` evenly.
fn share(text: &str, at: usize, columns: Range<u32>) -> u32 {
    let before = text.get(..at).unwrap_or(text).chars().count() as u64;
    let count = text.chars().count().max(1) as u64;
    let width = u64::from(columns.end.saturating_sub(columns.start));
    columns.start + (width * before / count) as u32
}

/// The blank-separated words.
fn words(text: &str) -> Vec<Range<usize>> {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace().map(|word| start(word)..start(word) + word.len()).collect()
}

fn to_signed(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use trail_content::PixelBox;

    use super::*;

    #[track_caller]
    fn check(words: &[Range<u32>], text: &str, part: &str, expected: (i32, u32)) {
        let place = Place { area: PixelBox::new(100, 20, 200, 32), words: words.to_vec() };
        let start = text.find(part).unwrap();
        let found = box_of(text, &place, start..start + part.len());
        assert_eq!((found.x, found.width, found.y, found.height), (expected.0, expected.1, 20, 12));
    }

    #[test]
    fn words_stand_where_they_were_seen() {
        let words = [0..30, 40..100];
        check(&words, "one three3", "one", (100, 30));
        check(&words, "one three3", "three3", (140, 60));
        check(&words, "one three3", "one three3", (100, 100));
        // Half of six letters.
        check(&words, "one three3", "ee3", (170, 30));
        // Before it had grown.
        check(&words, "one", "one", (100, 30));
    }

    #[test]
    fn without_words_characters_are_equally_wide() {
        check(&[], "one three3", "one", (100, 30));
        check(&[], "é e", "e", (166, 34));
    }
}
