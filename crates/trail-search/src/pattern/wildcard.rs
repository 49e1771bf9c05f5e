//! Words with `*` and `?`.

use trail_query::{WildcardPart, wildcard_parts};

use super::Letters;

/// A shape: pieces of fixed length with any text between them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wildcard {
    /// What stood between the stars; at least one. `None` is any one character.
    pieces: Vec<Vec<Option<char>>>,
    literal: String,
}

impl Wildcard {
    /// Reads a pattern; the text between its signs is taken in these letters.
    pub(crate) fn new(pattern: &str, letters: Letters) -> Wildcard {
        let mut pieces = vec![Vec::new()];
        let mut literal = String::new();
        for part in wildcard_parts(pattern) {
            let piece = pieces.last_mut();
            match (part, piece) {
                (WildcardPart::Any, _) => pieces.push(Vec::new()),
                (WildcardPart::One, Some(piece)) => piece.push(None),
                (WildcardPart::Literal(text), Some(piece)) => {
                    let text = letters.of(&text);
                    piece.extend(text.chars().map(Some));
                    if text.len() > literal.len() {
                        literal = text;
                    }
                }
                (_, None) => {}
            }
        }
        Wildcard { pieces, literal }
    }

    /// The longest text between signs.
    pub(crate) fn literal(&self) -> &str {
        &self.literal
    }

    /// Tells whether the whole token has the shape. Each piece is taken where it stands first: if any choice works, the
    /// leftmost does.
    pub(crate) fn matches(&self, token: &str) -> bool {
        let [first, middle @ ..] = &self.pieces[..] else { return false };
        let Some(rest) = after(first, token) else { return false };
        let [middle @ .., last] = middle else { return rest.is_empty() };
        let mut rest = rest;
        for piece in middle {
            loop {
                if let Some(behind) = after(piece, rest) {
                    rest = behind;
                    break;
                }
                let mut chars = rest.chars();
                if chars.next().is_none() {
                    return false;
                }
                rest = chars.as_str();
            }
        }
        ends_with(last, rest)
    }
}

/// What follows `piece` at the beginning of `text`, if it stands there.
fn after<'t>(piece: &[Option<char>], text: &'t str) -> Option<&'t str> {
    let mut chars = text.chars();
    for wanted in piece {
        let c = chars.next()?;
        if wanted.is_some_and(|wanted| wanted != c) {
            return None;
        }
    }
    Some(chars.as_str())
}

fn ends_with(piece: &[Option<char>], text: &str) -> bool {
    let mut chars = text.chars().rev();
    piece.iter().rev().all(|wanted| chars.next().is_some_and(|c| wanted.is_none_or(|wanted| wanted == c)))
}
