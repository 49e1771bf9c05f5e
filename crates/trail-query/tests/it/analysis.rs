//! Lucene's standard analyzer without stop words, as far as the vectors' trees show analyzed terms.

use unicode_segmentation::UnicodeSegmentation;

/// UTF-16 units after which a token is cut.
const TOKEN_UNITS: usize = 255;

/// The tokens of a text.
pub(crate) fn analyze(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut complex_end = None;
    for (at, piece) in text.split_word_bound_indices() {
        let complex = piece.chars().any(is_complex);
        if !piece.chars().any(is_kept) && !complex {
            continue;
        }
        if complex && complex_end == Some(at) {
            if let Some(last) = tokens.last_mut() {
                last.push_str(piece);
            }
        } else {
            tokens.extend(cut(piece));
        }
        complex_end = complex.then_some(at + piece.len());
    }
    tokens.iter().map(|token| lower(token)).collect()
}

/// Lower case by the simple mapping of each character by itself.
pub(crate) fn lower(text: &str) -> String {
    text.chars().map(|c| if c == '\u{130}' { 'i' } else { c.to_lowercase().next().unwrap_or(c) }).collect()
}

fn cut(piece: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let mut units = 0;
    for c in piece.chars() {
        if units + c.len_utf16() > TOKEN_UNITS {
            tokens.push(String::new());
            units = 0;
        }
        units += c.len_utf16();
        if let Some(last) = tokens.last_mut() {
            last.push(c);
        }
    }
    tokens
}

fn is_kept(c: char) -> bool {
    let pictographic = matches!(c, '©' | '®' | '™' | '\u{20e3}' | '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}');
    c.is_alphabetic() || pictographic || is_decimal_digit(c)
}

/// Of the numeric characters only decimal digits hold together with their like.
fn is_decimal_digit(c: char) -> bool {
    c.is_numeric() && format!("{c}{c}").split_word_bounds().count() == 1
}

fn is_complex(c: char) -> bool {
    matches!(c, '\u{e01}'..='\u{e4e}' | '\u{e81}'..='\u{ece}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17d3}')
}
