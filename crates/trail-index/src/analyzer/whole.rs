//! The forms of a whitespace-delimited token.

use std::ops::Range;

use super::STRIPPED;

/// Where a word stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordSpan {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Gives each form of `token`, a range of `text`, with the range of `words` that it holds (empty: at the next word).
///
/// `words` are those of the token, or of more of the text around it. Forms begin and end where words do, because none of
/// the characters that are taken off, nor `=`, nor a `:` before a digit, stand inside a word.
pub(super) fn forms(
    text: &str,
    token: Range<usize>,
    words: &[WordSpan],
    mut f: impl FnMut(Range<usize>, Range<usize>),
) {
    let stripped = strip(text, token.clone());
    let inner = &text[stripped.clone()];
    let value = inner.find('=').map(|equals| strip(text, stripped.start + equals + 1..stripped.end));
    let address = before_port(inner).map(|len| strip(text, stripped.start..stripped.start + len));
    let forms = [Some(token), Some(stripped), value, address];
    for (i, form) in forms.iter().enumerate() {
        let Some(form) = form else { continue };
        let is_repeated = forms[..i].iter().flatten().any(|earlier| earlier == form);
        if form.is_empty() || is_repeated {
            continue;
        }
        let first = words.partition_point(|word| word.start < form.start);
        let after = words.partition_point(|word| word.end <= form.end).max(first);
        if let [only] = words[first..after]
            && only.start == form.start
            && only.end == form.end
        {
            continue;
        }
        f(form.clone(), first..after);
    }
}

fn strip(text: &str, range: Range<usize>) -> Range<usize> {
    let whole = &text[range.clone()];
    let start = range.start + (whole.len() - whole.trim_start_matches(STRIPPED).len());
    let end = range.end - (whole.len() - whole.trim_end_matches(STRIPPED).len());
    if start < end { start..end } else { range.start..range.start }
}

/// The length of what stands before a final `:` and digits.
fn before_port(token: &str) -> Option<usize> {
    let digits = token.bytes().rev().take_while(u8::is_ascii_digit).count();
    let head = token.len() - digits;
    (digits > 0 && token[..head].ends_with(':')).then(|| head - 1)
}
