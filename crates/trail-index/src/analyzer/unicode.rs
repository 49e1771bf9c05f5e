//! The plain path: tokens with characters outside ASCII.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_segmentation::UnicodeSegmentation;

use super::tables::{is_decimal_digit, is_emoji, is_unspaced};
use super::whole::WordSpan;
use super::{MAX_WORD_UNITS, Scan, Token, TokenKind, lower_char};

pub(super) fn count_words(token: &str) -> u32 {
    let normal = Normal::of(token);
    let mut count = 0;
    for_each_word(&normal.text, |_| count += 1);
    count
}

/// A token in NFC, and where its bytes came from.
struct Normal<'a> {
    text: Cow<'a, str>,
    /// Places in `text` and in the source at which a grapheme begins, and both ends; empty if the source is in NFC.
    map: Vec<(usize, usize)>,
}

impl<'a> Normal<'a> {
    /// Normalizes grapheme by grapheme: no composition reaches across one.
    fn of(source: &'a str) -> Normal<'a> {
        if is_nfc(source) {
            return Normal { text: Cow::Borrowed(source), map: Vec::new() };
        }
        let mut text = String::with_capacity(source.len());
        let mut map = Vec::new();
        for (at, grapheme) in source.grapheme_indices(true) {
            map.push((text.len(), at));
            text.extend(grapheme.nfc());
        }
        map.push((text.len(), source.len()));
        Normal { text: Cow::Owned(text), map }
    }

    /// The bytes of the source that became `range`.
    fn source(&self, range: &Range<usize>) -> Range<usize> {
        if self.map.is_empty() {
            return range.clone();
        }
        let first = self.map.partition_point(|&(at, _)| at <= range.start).saturating_sub(1);
        let last = self.map.partition_point(|&(at, _)| at < range.end).min(self.map.len() - 1);
        self.map[first].1..self.map[last].1
    }
}

/// Gives each word of a token in NFC, cut to the length that words may have.
fn for_each_word(text: &str, mut f: impl FnMut(Range<usize>)) {
    let mut unspaced: Option<Range<usize>> = None;
    for (at, piece) in text.split_word_bound_indices() {
        let range = at..at + piece.len();
        if piece.starts_with(is_unspaced) {
            match &mut unspaced {
                Some(run) => run.end = range.end,
                None => unspaced = Some(range),
            }
            continue;
        }
        if let Some(run) = unspaced.take() {
            cut(text, run, &mut f);
        }
        if piece.chars().any(|c| c.is_alphabetic() || is_decimal_digit(c) || is_emoji(c)) {
            cut(text, range, &mut f);
        }
    }
    if let Some(run) = unspaced {
        cut(text, run, &mut f);
    }
}

fn cut(text: &str, word: Range<usize>, f: &mut impl FnMut(Range<usize>)) {
    // A UTF-16 unit never takes less than a byte.
    if word.len() <= MAX_WORD_UNITS {
        return f(word);
    }
    let (mut start, mut units) = (word.start, 0);
    for (at, c) in text[word.clone()].char_indices() {
        if units + c.len_utf16() > MAX_WORD_UNITS {
            f(start..word.start + at);
            (start, units) = (word.start + at, 0);
        }
        units += c.len_utf16();
    }
    f(start..word.end);
}

impl<F: FnMut(Token<'_>)> Scan<'_, F> {
    /// Analyzes a run of characters between ASCII whitespace; it may hold other whitespace.
    pub(super) fn unicode_token(&mut self, token: Range<usize>, folded: &mut String) {
        let normal = Normal::of(&self.text[token.clone()]);
        let text = &*normal.text;
        let first_position = self.position;
        let at_end = token.end == self.text.len();
        let unfinished = self.unfinished;
        let open_word = |end: usize| unfinished.word && at_end && end == text.len();
        let span = |range: &Range<usize>| {
            let source = normal.source(range);
            token.start + source.start..token.start + source.end
        };

        let (words, f) = (&mut *self.words, &mut self.f);
        let mut give = |range: Range<usize>, kind, position, words| {
            folded.clear();
            folded.extend(text[range.clone()].chars().map(lower_char));
            f(Token { text: folded, kind, position, words, span: span(&range) });
        };

        words.clear();
        for_each_word(text, |word| {
            let position = first_position + words.len() as u32;
            words.push(WordSpan { start: word.start, end: word.end });
            if !open_word(word.end) {
                give(word.clone(), TokenKind::Word, position, 1);
            }
            for_each_part(text, word, |part| {
                if !open_word(part.end) {
                    give(part, TokenKind::Part, position, 1);
                }
            });
        });
        self.position += words.len() as u32;

        let mut start = 0;
        for piece in text.split(char::is_whitespace) {
            let range = start..start + piece.len();
            let separator = text[range.end..].chars().next().map_or(0, char::len_utf8);
            start = range.end + separator;
            let is_open = unfinished.whole && at_end && range.end == text.len();
            if is_open || piece.chars().all(char::is_alphanumeric) {
                continue;
            }
            super::whole::forms(text.as_bytes(), range, words, |form, held| {
                give(form, TokenKind::Whole, first_position + held.start as u32, held.len() as u32);
            });
        }
    }
}

/// Gives the alphanumeric runs of a word, unless the word is nothing else.
fn for_each_part(text: &str, word: Range<usize>, mut f: impl FnMut(Range<usize>)) {
    let mut start = word.start;
    for run in text[word.clone()].split(|c: char| !c.is_alphanumeric()) {
        let range = start..start + run.len();
        let separator = text[range.end..word.end].chars().next().map_or(0, char::len_utf8);
        start = range.end + separator;
        if !range.is_empty() && range != word {
            f(range);
        }
    }
}
