//! The fast path: whitespace-delimited tokens in ASCII, by a class of each byte.
//!
//! Over ASCII the rules of UAX #29 come down to: letters, digits and `_` run together; `:` joins two letters; `,` and `;`
//! join two digits; `.` and `'` join two of the same sort.

use std::ops::Range;

use super::whole::WordSpan;
use super::{MAX_WORD_UNITS, Scan, Token, TokenKind};

const OTHER: u8 = 0;
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const UNDERSCORE: u8 = 3;
const MID_LETTER: u8 = 4;
const MID_BOTH: u8 = 5;
const MID_DIGIT: u8 = 6;
const BLANK: u8 = 7;

const CLASS: [u8; 256] = {
    let mut class = [OTHER; 256];
    let mut byte = 0;
    while byte < 128 {
        class[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'_' => UNDERSCORE,
            b':' => MID_LETTER,
            b'.' | b'\'' => MID_BOTH,
            b',' | b';' => MID_DIGIT,
            b' ' | b'\t'..=b'\r' => BLANK,
            _ => OTHER,
        };
        byte += 1;
    }
    class
};

/// The next run of bytes that are not ASCII whitespace, from `at`.
#[inline]
pub(super) fn next_token(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at + bytes[at..].iter().position(|&byte| CLASS[usize::from(byte)] != BLANK)?;
    let len = bytes[start..].iter().position(|&byte| CLASS[usize::from(byte)] == BLANK);
    Some(start..len.map_or(bytes.len(), |len| start + len))
}

/// A word found in a token.
struct Found {
    range: Range<usize>,
    /// It has a letter or a digit; without one it is no word.
    kept: bool,
    /// It has a character that is neither.
    mixed: bool,
}

/// The next run of joined bytes of `token` from `at`.
#[inline]
fn next_word(token: &[u8], at: usize) -> Option<Found> {
    let class = |i: usize| token.get(i).map_or(OTHER, |&byte| CLASS[usize::from(byte)]);
    let start = at + token[at..].iter().position(|&byte| matches!(CLASS[usize::from(byte)], LETTER..=UNDERSCORE))?;
    let (mut end, mut last) = (start, class(start));
    let (mut kept, mut mixed) = (false, false);
    loop {
        match class(end) {
            sort @ (LETTER | DIGIT) => (kept, last) = (true, sort),
            UNDERSCORE => (mixed, last) = (true, UNDERSCORE),
            MID_LETTER if last == LETTER && class(end + 1) == LETTER => mixed = true,
            MID_DIGIT if last == DIGIT && class(end + 1) == DIGIT => mixed = true,
            MID_BOTH if (last == LETTER || last == DIGIT) && class(end + 1) == last => mixed = true,
            _ => return Some(Found { range: start..end, kept, mixed }),
        }
        end += 1;
    }
}

/// Counts the words of a text, blanks included.
pub(super) fn count_words(text: &[u8]) -> u32 {
    if text.len() > MAX_WORD_UNITS {
        return count_long(text);
    }
    let (mut state, mut count) = (OUTSIDE, 0);
    for &byte in text {
        let step = STEPS[usize::from(state)][usize::from(byte)];
        state = step & !BEGINS_WORD;
        count += u32::from(step / BEGINS_WORD);
    }
    count
}

/// The same for a text that may have words that are cut into pieces.
fn count_long(text: &[u8]) -> u32 {
    let (mut count, mut at) = (0, 0);
    while let Some(word) = next_word(text, at) {
        at = word.range.end;
        if word.kept {
            count += word.range.len().div_ceil(MAX_WORD_UNITS) as u32;
        }
    }
    count
}

/// States between two bytes, for counting: in no word; in one that ends in a letter or a digit; in one that ends in `_`,
/// without and with a letter or digit before; behind a byte that joins two letters, or two digits.
const OUTSIDE: u8 = 0;
const AFTER_LETTER: u8 = 1;
const AFTER_DIGIT: u8 = 2;
const ALL_UNDERSCORES: u8 = 3;
const AFTER_UNDERSCORE: u8 = 4;
const BETWEEN_LETTERS: u8 = 5;
const BETWEEN_DIGITS: u8 = 6;
/// Added to the next state where a word has got its first letter or digit.
const BEGINS_WORD: u8 = 8;

/// From each state with each byte to the next.
const STEPS: [[u8; 256]; 7] = {
    let mut steps = [[OUTSIDE; 256]; 7];
    let mut state = 0;
    while state < steps.len() {
        let mut byte = 0;
        while byte < 256 {
            steps[state][byte] = step(state as u8, CLASS[byte]);
            byte += 1;
        }
        state += 1;
    }
    steps
};

const fn step(state: u8, class: u8) -> u8 {
    match (state, class) {
        (AFTER_LETTER | AFTER_DIGIT | AFTER_UNDERSCORE | BETWEEN_LETTERS, LETTER) => AFTER_LETTER,
        (AFTER_LETTER | AFTER_DIGIT | AFTER_UNDERSCORE | BETWEEN_DIGITS, DIGIT) => AFTER_DIGIT,
        (_, LETTER) => AFTER_LETTER | BEGINS_WORD,
        (_, DIGIT) => AFTER_DIGIT | BEGINS_WORD,
        (AFTER_LETTER | AFTER_DIGIT | AFTER_UNDERSCORE, UNDERSCORE) => AFTER_UNDERSCORE,
        (_, UNDERSCORE) => ALL_UNDERSCORES,
        (AFTER_LETTER, MID_LETTER | MID_BOTH) => BETWEEN_LETTERS,
        (AFTER_DIGIT, MID_DIGIT | MID_BOTH) => BETWEEN_DIGITS,
        _ => OUTSIDE,
    }
}

impl<F: FnMut(Token<'_>)> Scan<'_, F> {
    pub(super) fn ascii_token(&mut self, token: Range<usize>) {
        self.words.clear();
        let first_position = self.position;
        let bytes = &self.text.as_bytes()[token.clone()];
        let mut at = 0;
        while let Some(word) = next_word(bytes, at) {
            at = word.range.end;
            if word.kept {
                let range = token.start + word.range.start..token.start + word.range.end;
                self.ascii_word(range, word.mixed);
            }
        }
        let one_word = matches!(self.words[..], [only] if only.start == token.start && only.end == token.end);
        if one_word || (self.unfinished.whole && token.end == self.text.len()) {
            return;
        }
        if bytes.iter().all(u8::is_ascii_alphanumeric) {
            return;
        }
        let (lower, words, f) = (self.lower, &*self.words, &mut self.f);
        super::whole::forms(self.text.as_bytes(), token, words, |span, held| {
            let text = &lower[span.clone()];
            f(Token {
                text,
                kind: TokenKind::Whole,
                position: first_position + held.start as u32,
                words: held.len() as u32,
                span,
            });
        });
    }

    fn ascii_word(&mut self, word: Range<usize>, mixed: bool) {
        if word.len() <= MAX_WORD_UNITS {
            return self.ascii_piece(word, mixed);
        }
        let mut start = word.start;
        while start < word.end {
            let end = word.end.min(start + MAX_WORD_UNITS);
            self.ascii_piece(start..end, mixed);
            start = end;
        }
    }

    #[inline]
    fn ascii_piece(&mut self, span: Range<usize>, mixed: bool) {
        let position = self.position;
        self.position += 1;
        self.words.push(WordSpan { start: span.start, end: span.end });
        let ends_open = self.unfinished.word && span.end == self.text.len();
        if !ends_open {
            let text = &self.lower[span.clone()];
            (self.f)(Token { text, kind: TokenKind::Word, position, words: 1, span: span.clone() });
        }
        if mixed {
            self.ascii_parts(span, position);
        }
    }

    fn ascii_parts(&mut self, word: Range<usize>, position: u32) {
        let bytes = self.text.as_bytes();
        let is_part = |i: usize| bytes[i].is_ascii_alphanumeric();
        let mut start = word.start;
        while start < word.end {
            if !is_part(start) {
                start += 1;
                continue;
            }
            let end = (start..word.end).find(|&i| !is_part(i)).unwrap_or(word.end);
            // A piece of a cut word may hold nothing but one run: then it is the word itself.
            let is_word = start == word.start && end == word.end;
            let is_open = self.unfinished.word && end == self.text.len();
            if !is_word && !is_open {
                let text = &self.lower[start..end];
                (self.f)(Token { text, kind: TokenKind::Part, position, words: 1, span: start..end });
            }
            start = end;
        }
    }
}
