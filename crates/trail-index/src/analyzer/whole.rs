//! The forms of a whitespace-delimited token.

use std::ops::Range;

use super::STRIPPED;

/// Where a word stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordSpan {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// [`STRIPPED`] by byte. They are all ASCII, so bytes of longer characters are never among them.
const IS_STRIPPED: [bool; 256] = {
    let mut is_stripped = [false; 256];
    let mut i = 0;
    while i < STRIPPED.len() {
        assert!(STRIPPED[i].is_ascii());
        is_stripped[STRIPPED[i] as usize] = true;
        i += 1;
    }
    is_stripped
};

/// Gives each form of `token`, a range of `text`, with the range of `words` that it holds (empty: at the next word).
///
/// `words` are those of the token, or of more of the text around it. Forms begin and end where words do, because none of
/// the characters that are taken off, nor `=`, nor a `:` before a digit, stand inside a word.
pub(super) fn forms(
    text: &[u8],
    token: Range<usize>,
    words: &[WordSpan],
    mut f: impl FnMut(Range<usize>, Range<usize>),
) {
    let mut give = |form: &Range<usize>| {
        let first = words.partition_point(|word| word.start < form.start);
        let held = words[first..].partition_point(|word| word.end <= form.end);
        let is_word = held == 1 && words[first].start == form.start && words[first].end == form.end;
        if !is_word && !form.is_empty() {
            f(form.clone(), first..first + held);
        }
    };
    let stripped = strip(text, token.clone());
    let inner = &text[stripped.clone()];
    give(&token);
    if stripped != token {
        give(&stripped);
    }
    // Both are shorter than form 2, and they differ: one ends before form 2 does, the other begins after it does.
    if let Some(equals) = inner.iter().position(|&byte| byte == b'=') {
        give(&strip(text, stripped.start + equals + 1..stripped.end));
    }
    if let Some(len) = before_port(inner) {
        give(&strip(text, stripped.start..stripped.start + len));
    }
}

fn strip(text: &[u8], range: Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (range.start, range.end);
    while start < end && IS_STRIPPED[usize::from(text[start])] {
        start += 1;
    }
    while start < end && IS_STRIPPED[usize::from(text[end - 1])] {
        end -= 1;
    }
    start..end
}

/// The length of what stands before a final `:` and digits.
fn before_port(token: &[u8]) -> Option<usize> {
    let digits = token.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let head = token.len() - digits;
    (digits > 0 && token[..head].ends_with(b":")).then(|| head - 1)
}
