//! Tokens that stood complete while a text grew.

use std::ops::ControlFlow;

use trail_content::Item;

use crate::analyzer::{Analyzer, Token};

/// How many bytes are analyzed for the growth of one item, at most. Only text without blanks or other borders between
/// words, growing in very many steps, comes near it; such an item is then a candidate for every query instead.
pub(super) const GROWTH_WORK_MAX: usize = 4 << 20;

/// Gives the tokens that were complete at some growth step of `item` and may not be in its final text. Tokens may come
/// more than once, and some are in the final text all the same. Breaks if there would be too much to analyze.
pub(super) fn passing_tokens(
    item: &Item<'_>,
    analyzer: &mut Analyzer,
    mut f: impl FnMut(Token<'_>),
) -> ControlFlow<()> {
    let text = item.text();
    let mut work = 0;
    for span in item.spans() {
        for step in span.growth {
            let Some((head, rest)) = text.split_at_checked(step.len as usize) else { continue };
            let Some(next) = rest.chars().next() else { continue };
            let Some(tail) = unsettled_tail(head, next) else { continue };
            work += tail.len();
            if work > GROWTH_WORK_MAX {
                return ControlFlow::Break(());
            }
            analyzer.analyze_prefix(tail, Some(next), &mut f);
        }
    }
    ControlFlow::Continue(())
}

/// The end of `head` in which tokens may differ from those of the text that goes on with `next`; nothing if none can.
fn unsettled_tail(head: &str, next: char) -> Option<&str> {
    let last = head.chars().next_back()?;
    // After a blank every token is as it will be. A letter that goes on leaves only the last word open, which is
    // unfinished; the words and parts before it stand as they will.
    if next.is_whitespace() || last.is_whitespace() || (last.is_alphanumeric() && next.is_alphanumeric()) {
        return None;
    }
    // Left of an ASCII character that never stands inside a word, words stand as they will.
    let is_border = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"_:.',;".contains(&byte);
    let start = head.bytes().rposition(is_border).unwrap_or(0);
    Some(&head[start..])
}
