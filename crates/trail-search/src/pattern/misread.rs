//! What a word may have been read as in pixels.

use trail_content::fold_confusable;

/// The shortest word, in characters, that is also looked for inside others: a blank that the reader lost. Shorter ones
/// stand inside too many.
const MIN_INNER_LEN: usize = 4;

/// Tokens that look like a word: with the characters that readers mistake for each other taken as one
/// ([`fold_confusable`]), they are it, or hold it if it has at least four characters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Misread {
    folded: String,
    is_inner: bool,
    literal: String,
}

impl Misread {
    /// Of a folded token.
    pub(crate) fn new(text: &str) -> Misread {
        let folded = fold_confusable(text);
        // What no folding touches stands in the tokens as it is; characters that change their case do not.
        let is_sure = |c: char| c.is_ascii() && !matches!(c, 'o' | 'l');
        let literal = folded.split(|c| !is_sure(c)).max_by_key(|run| run.len()).unwrap_or_default().to_owned();
        let is_inner = folded.chars().count() >= MIN_INNER_LEN;
        Misread { folded, is_inner, literal }
    }

    /// A text that stands in every such token; it may be empty.
    pub(crate) fn literal(&self) -> &str {
        &self.literal
    }

    /// Tells whether the folded `token` looks like the word.
    pub(crate) fn matches(&self, token: &str) -> bool {
        let token = fold_confusable(token);
        if self.is_inner { token.contains(&self.folded) } else { token == self.folded }
    }
}
