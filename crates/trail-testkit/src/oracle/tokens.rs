//! The tokens of a text, by definition and not by the engine's code.
//!
//! Text is compared in NFC and in lower case, character by character (U+0130 gives a plain i).
//!
//! - A **word** is a piece between the word boundaries of UAX #29 that has a letter, a decimal digit or an emoji in it.
//!   Pieces of Thai, Lao, Khmer or Myanmar that touch are one word. Words are cut after 255 UTF-16 units.
//! - A **part** is a maximal run of letters and digits in a word that has other characters too.
//! - A **whole** is a form of a token between blanks that has a character which is no letter or digit: itself; itself
//!   without [`STRIPPED`] characters at both ends; of that, what follows the first `=`, and what stands before a last `:`
//!   with digits after it, both stripped again.
//! - A **plain** is a token between blanks as it stands, which is all that the audit API's mode knows.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Characters that a whole is also found without, at its ends.
pub const STRIPPED: &str = ".,:;!?()[]{}<>\"'`";

/// UTF-16 units after which a word is cut.
const WORD_UNITS: usize = 255;

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its text, comparable.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// The ordinal of its first word; of the next word if it has none. Plains count plains.
    pub position: u32,
    /// Whether it ends where the text ends (words and parts) or belongs to the token that does (wholes and plains).
    pub at_end: bool,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A word.
    Word,
    /// A part of a word.
    Part,
    /// A form of a token between blanks.
    Whole,
    /// A token between blanks.
    Plain,
}

/// Makes a text comparable.
pub fn normalize(text: &str) -> String {
    text.nfc().map(lower).collect()
}

fn lower(c: char) -> char {
    if c == '\u{130}' { 'i' } else { c.to_lowercase().next().unwrap_or(c) }
}

/// All tokens of a text.
pub fn tokens(text: &str) -> Vec<Token> {
    let text = &text.nfc().collect::<String>();
    let words = word_ranges(text);
    let mut tokens = Vec::new();
    for (position, &(start, end)) in words.iter().enumerate() {
        let position = position as u32;
        let word = &text[start..end];
        tokens.push(Token { text: normalize(word), kind: Kind::Word, position, at_end: end == text.len() });
        if word.chars().all(char::is_alphanumeric) {
            continue;
        }
        for part in word.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
            let part_end = offset_in(text, part) + part.len();
            let at_end = part_end == text.len();
            tokens.push(Token { text: normalize(part), kind: Kind::Part, position, at_end });
        }
    }
    for (position, plain) in text.split_whitespace().enumerate() {
        let at_end = offset_in(text, plain) + plain.len() == text.len();
        tokens.push(Token { text: normalize(plain), kind: Kind::Plain, position: position as u32, at_end });
        if plain.chars().all(char::is_alphanumeric) {
            continue;
        }
        for form in forms(plain) {
            let start = offset_in(text, form);
            let position = words.iter().position(|word| word.0 >= start).unwrap_or(words.len()) as u32;
            let token = Token { text: normalize(form), kind: Kind::Whole, position, at_end };
            if !tokens.contains(&token) {
                tokens.push(token);
            }
        }
    }
    tokens
}

/// The words of a text alone, comparable.
pub fn words(text: &str) -> Vec<String> {
    let text = &text.nfc().collect::<String>();
    word_ranges(text).into_iter().map(|(start, end)| normalize(&text[start..end])).collect()
}

/// Where a piece of `text` begins in it.
fn offset_in(text: &str, piece: &str) -> usize {
    piece.as_ptr() as usize - text.as_ptr() as usize
}

/// The forms of a token between blanks, as pieces of it.
fn forms(plain: &str) -> Vec<&str> {
    let strip = |text| str::trim_matches(text, |c| STRIPPED.contains(c));
    let bare: &str = strip(plain);
    let mut forms = vec![plain, bare];
    if let Some((_, value)) = bare.split_once('=') {
        forms.push(strip(value));
    }
    if let Some((host, port)) = bare.rsplit_once(':')
        && !port.is_empty()
        && port.bytes().all(|b| b.is_ascii_digit())
    {
        forms.push(strip(host));
    }
    forms.retain(|form| !form.is_empty());
    forms
}

/// Byte ranges of the words of a text.
fn word_ranges(text: &str) -> Vec<(usize, usize)> {
    let mut joined: Vec<(usize, usize, bool)> = Vec::new();
    for (start, piece) in text.split_word_bound_indices() {
        let unspaced = piece.chars().next().is_some_and(is_unspaced);
        if !unspaced && !piece.chars().any(is_kept) {
            continue;
        }
        match joined.last_mut() {
            Some(last) if unspaced && last.2 && last.1 == start => last.1 += piece.len(),
            _ => joined.push((start, start + piece.len(), unspaced)),
        }
    }
    let mut ranges = Vec::new();
    for (start, end, _) in joined {
        let mut from = start;
        let mut units = 0;
        for (at, c) in text[start..end].char_indices() {
            if units + c.len_utf16() > WORD_UNITS {
                ranges.push((from, start + at));
                (from, units) = (start + at, 0);
            }
            units += c.len_utf16();
        }
        ranges.push((from, end));
    }
    ranges
}

fn is_kept(c: char) -> bool {
    c.is_alphabetic() || is_decimal_digit(c) || is_emoji(c) || matches!(c, '\u{1f1e6}'..='\u{1f1ff}' | '\u{20e3}')
}

/// Of the numeric characters only the decimal digits hold together with their like.
fn is_decimal_digit(c: char) -> bool {
    c.is_ascii_digit() || c.is_numeric() && !c.is_ascii() && pair(c, "").split_word_bounds().count() == 1
}

/// Pictographs are what a joiner holds together (rule GB11) and what nothing else does.
fn is_emoji(c: char) -> bool {
    !c.is_ascii()
        && !c.is_alphanumeric()
        && pair(c, "\u{200d}").graphemes(true).count() == 1
        && pair(c, "").graphemes(true).count() == 2
        && format!("{c}a").graphemes(true).count() == 2
        && format!("a{c}").graphemes(true).count() == 2
}

fn pair(c: char, between: &str) -> String {
    format!("{c}{between}{c}")
}

/// Scripts without spaces between words.
fn is_unspaced(c: char) -> bool {
    let thai_or_lao =
        matches!(c, '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e81}'..='\u{ecd}' | '\u{edc}'..='\u{edf}');
    let khmer = matches!(c, '\u{1780}'..='\u{17d3}' | '\u{17d7}' | '\u{17dc}'..='\u{17dd}');
    let myanmar = matches!(c, '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{108f}' | '\u{109a}'..='\u{109d}'
        | '\u{a9e0}'..='\u{a9ef}' | '\u{a9fa}'..='\u{a9fe}' | '\u{aa60}'..='\u{aa7f}');
    thai_or_lao || khmer || myanmar
}
