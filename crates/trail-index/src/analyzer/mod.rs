//! The analyzer `screen-1`: from the text of an item to the tokens that are indexed and searched.
//!
//! Three kinds of token:
//!
//! - **Words** are those of Lucene's `StandardAnalyzer` without stop words: split at the word boundaries of
//!   [UAX #29]; kept with a letter, a decimal digit or an emoji in them; runs of Thai, Lao, Khmer and Myanmar joined; cut
//!   into pieces of [`MAX_WORD_UNITS`] UTF-16 units. Words alone make lengths and document frequencies of the score.
//! - **Parts** are the maximal runs of alphanumeric characters ([`char::is_alphanumeric`]) of a word that also holds other
//!   characters: `www`, `gnu`, `org` of `www.gnu.org`; `foo`, `bar` of `foo_bar`.
//! - **Wholes** are forms of a whitespace-delimited token that holds a character which is not alphanumeric:
//!   1. the token as it stands;
//!   2. the same without leading and trailing [`STRIPPED`] characters;
//!   3. of form 2, what follows its first `=`, stripped again: `/etc/passwd` of `--file=/etc/passwd`;
//!   4. of form 2, what stands before a final `:` and ASCII digits, stripped again: `10.0.0.1` of `10.0.0.1:22`.
//!
//!   Empty forms do not exist, equal ones exist once, and a form that spans exactly one word *is* that word and does not
//!   come again.
//!
//! All text is compared in NFC and lower case (simple mapping, character by character; a final sigma is `σ` like any
//! other). Nothing else is folded, nothing is dropped.
//!
//! Positions are ordinals of words: a part has its word's, a whole that of its first word, and a whole without words
//! (`|`, `--`) that of the next word.
//!
//! [UAX #29]: https://www.unicode.org/reports/tr29/

mod ascii;
mod tables;
mod unicode;
mod whole;

#[cfg(test)]
mod tests;

use std::ops::Range;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use whole::WordSpan;

/// The name of these rules. It is recorded in every index; another name means that the index must be rebuilt.
pub const ANALYZER: &str = "screen-1";

/// Words are cut into pieces of this many UTF-16 units, as Lucene does (`maxTokenLength`).
pub const MAX_WORD_UNITS: usize = 255;

/// The characters that do not belong to a token when they lead or trail it.
pub const STRIPPED: &[char] = &['.', ',', ':', ';', '!', '?', '(', ')', '[', ']', '{', '}', '<', '>', '"', '\'', '`'];

/// What a token is. See the [module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// A word of Lucene's `StandardAnalyzer`.
    Word,
    /// A letter-or-digit run of a word that has punctuation inside.
    Part,
    /// A form of a whitespace-delimited token.
    Whole,
}

/// One token of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// In NFC and lower case.
    pub text: &'a str,
    /// What it is.
    pub kind: TokenKind,
    /// Ordinal of the word at which it stands, from 0.
    pub position: u32,
    /// How many words it holds: 1 for words and parts, 0 or more for wholes. A query phrase advances by it.
    pub words: u32,
    /// Where it stands in the analyzed text, in bytes. In text that is not in NFC it is made of whole graphemes.
    pub span: Range<usize>,
}

/// A [`Token`] that owns its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedToken {
    /// See [`Token::text`].
    pub text: String,
    /// See [`Token::kind`].
    pub kind: TokenKind,
    /// See [`Token::position`].
    pub position: u32,
    /// See [`Token::words`].
    pub words: u32,
    /// See [`Token::span`].
    pub span: Range<usize>,
}

impl From<Token<'_>> for OwnedToken {
    fn from(token: Token<'_>) -> OwnedToken {
        let Token { text, kind, position, words, span } = token;
        OwnedToken { text: text.to_owned(), kind, position, words, span }
    }
}

/// The analyzer with its scratch buffers: keep one and reuse it.
///
/// ```
/// use trail_index::analyzer::{Analyzer, TokenKind};
///
/// let mut words = Vec::new();
/// Analyzer::new().analyze("Cat /etc/Passwd", |token| {
///     if token.kind == TokenKind::Word {
///         words.push(token.text.to_owned());
///     }
/// });
/// assert_eq!(words, ["cat", "etc", "passwd"]);
/// ```
#[derive(Debug, Default)]
pub struct Analyzer {
    /// The analyzed text with its ASCII letters in lower case; same length.
    lower: String,
    /// The words of the whitespace-delimited token at hand.
    words: Vec<WordSpan>,
    /// Lower-case text of one token outside ASCII.
    folded: String,
}

impl Analyzer {
    /// Makes an analyzer.
    pub fn new() -> Analyzer {
        Analyzer::default()
    }

    /// Gives every token of a finished text to `f`: in order of whitespace-delimited tokens, each one's words and parts
    /// before its wholes.
    pub fn analyze(&mut self, text: &str, f: impl FnMut(Token<'_>)) {
        self.run(text, Unfinished::default(), f);
    }

    /// The same for a text that later went on with `next`: tokens that were unfinished then are left out.
    ///
    /// A word or part that ends where the text ends is unfinished if `next` is alphanumeric; the forms of the last
    /// whitespace-delimited token are, if it ends where the text ends and `next` is not whitespace. `None` finishes all.
    pub fn analyze_prefix(&mut self, text: &str, next: Option<char>, f: impl FnMut(Token<'_>)) {
        let unfinished = Unfinished {
            word: next.is_some_and(char::is_alphanumeric),
            whole: next.is_some_and(|c| !c.is_whitespace()),
        };
        self.run(text, unfinished, f);
    }

    fn run(&mut self, text: &str, unfinished: Unfinished, f: impl FnMut(Token<'_>)) {
        self.lower.clear();
        self.lower.push_str(text);
        self.lower.make_ascii_lowercase();
        let mut scan = Scan { text, lower: &self.lower, words: &mut self.words, position: 0, unfinished, f };
        let all_ascii = text.is_ascii();
        let mut at = 0;
        while let Some(token) = ascii::next_token(text.as_bytes(), at) {
            at = token.end;
            if all_ascii || text.as_bytes()[token.clone()].is_ascii() {
                scan.ascii_token(token);
            } else {
                scan.unicode_token(token, &mut self.folded);
            }
        }
    }
}

/// Which tokens at the end of the text are left out.
#[derive(Clone, Copy, Debug, Default)]
struct Unfinished {
    word: bool,
    whole: bool,
}

/// One pass over one text.
struct Scan<'a, F> {
    text: &'a str,
    lower: &'a str,
    words: &'a mut Vec<WordSpan>,
    /// Ordinal of the next word.
    position: u32,
    unfinished: Unfinished,
    f: F,
}

/// All tokens of a finished text. For single texts; [`Analyzer::analyze`] is the fast way.
pub fn analyze(text: &str) -> Vec<OwnedToken> {
    let mut tokens = Vec::new();
    Analyzer::new().analyze(text, |token| tokens.push(token.into()));
    tokens
}

/// The words of a finished text, in order.
pub fn words(text: &str) -> Vec<String> {
    analyze(text).into_iter().filter(|token| token.kind == TokenKind::Word).map(|token| token.text).collect()
}

/// Counts the words of a finished text, without making them.
pub fn count_words(text: &str) -> u32 {
    if text.is_ascii() {
        return ascii::count_words(text.as_bytes());
    }
    let mut count = 0;
    let mut at = 0;
    while let Some(token) = ascii::next_token(text.as_bytes(), at) {
        at = token.end;
        if text.as_bytes()[token.clone()].is_ascii() {
            count += ascii::count_words(&text.as_bytes()[token]);
        } else {
            count += unicode::count_words(&text[token]);
        }
    }
    count
}

/// Text as tokens are compared: in NFC and lower case.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.chars().map(lower_char).collect(),
        _ => text.nfc().map(lower_char).collect(),
    }
}

/// The simple lower-case mapping: one character for one character.
fn lower_char(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}
