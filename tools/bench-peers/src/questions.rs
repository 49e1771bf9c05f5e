//! The same questions in each peer's language.

use std::ops::Bound;

use anyhow::Result;
use tantivy::Term;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, RangeQuery, RegexQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use trail_benches::questions::Question;

use crate::documents::Documents;

/// In SQLite's, where it has it.
pub fn fts5(question: &Question) -> Option<String> {
    match question {
        Question::Term(word) => Some(format!("\"{word}\"")),
        Question::And(a, b) => Some(format!("\"{a}\" AND \"{b}\"")),
        Question::Phrase(a, b) => Some(format!("\"{a} {b}\"")),
        Question::Prefix(text) => Some(format!("\"{text}\"*")),
        _ => None,
    }
}

/// In tantivy's, where it has it.
///
/// # Errors
/// What tantivy says.
pub fn tantivy(question: &Question, of: &Documents) -> Result<Option<Box<dyn Query>>> {
    let term = |word: &str| Term::from_field_text(of.text, word);
    let one = |word: &str| -> Box<dyn Query> { Box::new(TermQuery::new(term(word), IndexRecordOption::WithFreqs)) };
    let both = |a, b| -> Box<dyn Query> { Box::new(BooleanQuery::new(vec![(Occur::Must, a), (Occur::Must, b)])) };
    let regex = |pattern: &str| -> Result<Box<dyn Query>> { Ok(Box::new(RegexQuery::from_pattern(pattern, of.text)?)) };
    Ok(Some(match question {
        Question::Term(word) => one(word),
        Question::And(a, b) => both(one(a), one(b)),
        Question::Phrase(a, b) => Box::new(PhraseQuery::new(vec![term(a), term(b)])),
        Question::Prefix(text) => regex(&format!("{text}.*"))?,
        Question::Infix(text) => regex(&format!(".*{text}.*"))?,
        Question::Fuzzy(word) => Box::new(FuzzyTermQuery::new(term(word), 1, true)),
        Question::Regexp(pattern) => regex(pattern)?,
        Question::During(word, from, to) => {
            let at = |seconds: u32| Bound::Included(Term::from_field_u64(of.start, u64::from(seconds) * 1000));
            both(one(word), Box::new(RangeQuery::new(at(*from), at(*to))))
        }
        Question::Sequence(..) | Question::Shown(..) => return Ok(None),
    }))
}

/// What ripgrep looks for: the same on one line, or what comes nearest.
pub fn rg(question: &Question) -> String {
    match question {
        Question::Term(word) | Question::Shown(word, _) | Question::During(word, ..) => format!(r"\b{word}\b"),
        Question::And(a, b) | Question::Sequence(a, b) => format!(r"\b({a}|{b})\b"),
        Question::Phrase(a, b) => format!(r"\b{a} {b}\b"),
        Question::Prefix(text) => format!(r"\b{text}"),
        Question::Infix(text) => text.clone(),
        Question::Fuzzy(word) => one_edit(word),
        Question::Regexp(pattern) => format!(r"\b{}\b", pattern.replace(".*", r"\w*")),
    }
}

/// Words of which one character is another, or none.
fn one_edit(word: &str) -> String {
    let edited: Vec<String> = (0..word.len()).map(|at| format!("{}.?{}", &word[..at], &word[at + 1..])).collect();
    format!(r"\b({})\b", edited.join("|"))
}
