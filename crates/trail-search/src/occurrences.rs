//! Where the texts of a query stand in the text of an item.

use std::ops::Range;

use trail_index::analyzer::{Analyzer, TokenKind, fold};

use crate::cancel::Meter;
use crate::plan::{Plan, Reading, TermId, Vocabulary};
use crate::{Cancel, Result};

/// One token of an item's text that the query asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub(crate) term: TermId,
    pub(crate) kind: TokenKind,
    /// Ordinal of the word at which it stands.
    pub(crate) position: u32,
    /// Its bytes in the text.
    pub(crate) span: Range<usize>,
    /// The token, if it belongs to a fuzzy word: what it counts depends on it.
    pub(crate) text: Option<Box<str>>,
    /// From where on it stands there *whatever follows*, as the text grew. Before, it may be unfinished or another token:
    /// [`crate::growth`] looks closer.
    pub(crate) from: Reach,
}

/// A state of a text that grew, in order: how long it was, and whether the blank that follows there was sure to come.
///
/// Words and parts are settled once the text is longer than they are; forms of a whitespace-delimited token once the
/// blank after it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reach(usize);

impl Reach {
    /// A prefix of `len` bytes of a longer text, or a whole text that went on without a blank.
    pub(crate) fn prefix(len: usize) -> Reach {
        Reach(2 * len)
    }

    /// A whole text of `len` bytes that went on with a blank.
    pub(crate) fn before_blank(len: usize) -> Reach {
        Reach(2 * len + 1)
    }

    /// Where a word that ends at `end` is settled.
    fn after_word(end: usize) -> Reach {
        Reach::prefix(end + 1)
    }

    /// Where the forms of the whitespace-delimited token are settled that holds the byte `at`.
    fn after_token(text: &str, at: usize) -> Reach {
        match text[at..].find(char::is_whitespace) {
            // Inside a text what follows is known: this blank.
            Some(len) => Reach::prefix(at + len),
            None => Reach::before_blank(text.len()),
        }
    }
}

/// A word of an item's text; kept for texts that grew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WordAt {
    pub(crate) span: Range<usize>,
    pub(crate) position: u32,
}

/// What the query asks for in one text, with all its tokens finished.
#[derive(Clone, Debug, Default)]
pub(crate) struct Occurrences {
    /// INVARIANT: sorted by term, then position, then place.
    found: Vec<Occurrence>,
    /// Number of words in the text.
    pub(crate) word_count: u32,
    /// Its words, if they were asked for.
    pub(crate) words: Vec<WordAt>,
}

impl Occurrences {
    /// Sorts occurrences that were found in any order.
    pub(crate) fn new(mut found: Vec<Occurrence>) -> Occurrences {
        found.sort_by_key(|at| (at.term, at.position, at.span.start));
        Occurrences { found, word_count: 0, words: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(crate) fn all(&self) -> &[Occurrence] {
        &self.found
    }

    /// The occurrences of one term by position.
    pub(crate) fn of(&self, term: TermId) -> &[Occurrence] {
        let start = self.found.partition_point(|at| at.term < term);
        let rest = &self.found[start..];
        &rest[..rest.partition_point(|at| at.term == term)]
    }

    /// The occurrences of one term at one position.
    pub(crate) fn at(&self, term: TermId, position: u32) -> &[Occurrence] {
        let of = self.of(term);
        let rest = &of[of.partition_point(|at| at.position < position)..];
        &rest[..rest.partition_point(|at| at.position == position)]
    }
}

/// Finds what a plan asks for in texts; keeps its buffers.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    analyzer: Analyzer,
}

impl Scanner {
    /// Finds what `plan` asks for in a finished text; `keep_words` also lists the text's words.
    ///
    /// # Errors
    /// If it is told to stop, as all that look at a whole text.
    pub(crate) fn scan(
        &mut self,
        plan: &Plan,
        text: &str,
        keep_words: bool,
        meter: &mut Meter<'_>,
    ) -> Result<Occurrences> {
        match plan.reading {
            Reading::Blanks => scan_blanks(&plan.vocabulary, text, meter),
            Reading::Words => self.scan_tokens(&plan.vocabulary, text, true, keep_words, meter),
            Reading::All => self.scan_tokens(&plan.vocabulary, text, false, keep_words, meter),
        }
    }

    /// Finds what statistics count: words, parts and wholes, whatever the plan reads.
    pub(crate) fn scan_document(&mut self, plan: &Plan, text: &str, meter: &mut Meter<'_>) -> Result<Occurrences> {
        self.scan_tokens(&plan.vocabulary, text, plan.reading == Reading::Words, false, meter)
    }

    fn scan_tokens(
        &mut self,
        vocabulary: &Vocabulary,
        text: &str,
        words_only: bool,
        keep_words: bool,
        meter: &mut Meter<'_>,
    ) -> Result<Occurrences> {
        let work = vocabulary.look_up_work();
        let mut going = Ok(());
        let mut found = Vec::new();
        let mut words = Vec::new();
        let mut word_count = 0;
        let mut last_word_end = 0;
        self.analyzer.analyze(text, |token| {
            // The analyzer goes on by itself; what takes long is looking tokens up.
            if going.is_ok() {
                going = meter.spend(work);
            }
            if going.is_err() {
                return;
            }
            if token.kind == TokenKind::Word {
                word_count += 1;
                last_word_end = token.span.end;
                if keep_words {
                    words.push(WordAt { span: token.span.clone(), position: token.position });
                }
            }
            if words_only && token.kind != TokenKind::Word {
                return;
            }
            vocabulary.look_up(token.text, |term| {
                let from = match token.kind {
                    // A part ends with or inside the word given last.
                    TokenKind::Word | TokenKind::Part => Reach::after_word(last_word_end),
                    TokenKind::Whole => Reach::after_token(text, token.span.start),
                };
                found.push(Occurrence {
                    term,
                    kind: token.kind,
                    position: token.position,
                    span: token.span.clone(),
                    text: kept_text(vocabulary, term, token.text),
                    from,
                });
            });
        });
        going?;
        found.extend(any_text(vocabulary, text));
        Ok(Occurrences { word_count, words, ..Occurrences::new(found) })
    }

    /// Finds what `plan` asks for in a text which then went on with `next`, without the tokens that were unfinished.
    pub(crate) fn scan_state(&mut self, plan: &Plan, text: &str, next: Option<char>) -> Occurrences {
        if plan.reading == Reading::Blanks {
            let never = Cancel::never();
            let mut state = scan_blanks(&plan.vocabulary, text, &mut Meter::new(&never)).unwrap_or_default();
            if next.is_some_and(|c| !c.is_whitespace()) {
                let any_text = plan.vocabulary.asks_for_any_text();
                state.found.retain(|at| at.span.end < text.len() || Some(at.term) == any_text);
            }
            return state;
        }
        let mut found = Vec::new();
        self.analyzer.analyze_prefix(text, next, |token| {
            if plan.reading == Reading::Words && token.kind != TokenKind::Word {
                return;
            }
            plan.vocabulary.look_up(token.text, |term| {
                let (kind, position, span) = (token.kind, token.position, token.span.clone());
                let text = kept_text(&plan.vocabulary, term, token.text);
                found.push(Occurrence { term, kind, position, span, text, from: Reach::prefix(0) });
            });
        });
        found.extend(any_text(&plan.vocabulary, text));
        Occurrences::new(found)
    }

    /// Finds the words and parts that `plan` asks for in a text which went on with `next`, without those that were
    /// unfinished. `at` is where the text lies in a longer one, `position` the ordinal of its first word there.
    pub(crate) fn scan_tail(
        &mut self,
        plan: &Plan,
        text: &str,
        next: Option<char>,
        at: usize,
        position: u32,
        found: &mut Vec<Occurrence>,
    ) {
        self.analyzer.analyze_prefix(text, next, |token| {
            if token.kind == TokenKind::Whole || (plan.reading == Reading::Words && token.kind != TokenKind::Word) {
                return;
            }
            plan.vocabulary.look_up(token.text, |term| {
                found.push(Occurrence {
                    term,
                    kind: token.kind,
                    position: position + token.position,
                    span: at + token.span.start..at + token.span.end,
                    text: kept_text(&plan.vocabulary, term, token.text),
                    from: Reach::prefix(0),
                });
            });
        });
    }
}

/// What stands between blanks; positions count these tokens, not words.
fn scan_blanks(vocabulary: &Vocabulary, text: &str, meter: &mut Meter<'_>) -> Result<Occurrences> {
    let work = vocabulary.look_up_work();
    let mut found = Vec::new();
    let mut position = 0;
    for token in text.split_whitespace() {
        meter.spend(work)?;
        let start = token.as_ptr() as usize - text.as_ptr() as usize;
        let span = start..start + token.len();
        let folded = fold(token);
        vocabulary.look_up(&folded, |term| {
            let from = Reach::after_token(text, span.start);
            let (kind, text) = (TokenKind::Whole, kept_text(vocabulary, term, &folded));
            found.push(Occurrence { term, kind, position, span: span.clone(), text, from });
        });
        position += 1;
    }
    found.extend(any_text(vocabulary, text));
    Ok(Occurrences { word_count: position, ..Occurrences::new(found) })
}

fn kept_text(vocabulary: &Vocabulary, term: TermId, token: &str) -> Option<Box<str>> {
    vocabulary.pattern_of(term)?.as_fuzzy().map(|_| token.into())
}

/// What stands there at all, if the query asks for it: from its first character on, finished or not.
fn any_text(vocabulary: &Vocabulary, text: &str) -> Option<Occurrence> {
    let term = vocabulary.asks_for_any_text()?;
    let trimmed = text.trim();
    let first = trimmed.chars().next()?;
    let start = trimmed.as_ptr() as usize - text.as_ptr() as usize;
    let from = Reach::prefix(start + first.len_utf8());
    Some(Occurrence { term, kind: TokenKind::Whole, position: 0, span: start..start + trimmed.len(), text: None, from })
}
