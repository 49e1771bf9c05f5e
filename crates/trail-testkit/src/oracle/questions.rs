//! Questions about a recording: its own tokens, and random queries made of them.

mod patterns;
mod sessions;
mod times;

use std::collections::BTreeSet;

use trail_query::Mode;

use super::query::{Field, Query};
use super::replay::Replay;
use super::tokens::Kind;
use crate::random::Random;

/// The longest word that is asked, in bytes: a query has a limit.
const WORD_LEN: usize = 1000;

/// A query and how it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The query.
    pub query: Query,
    /// The mode in which it is asked.
    pub mode: Mode,
}

/// Every distinct token of a recording, up to `tokens` of them, and `random` queries of each kind: terms, phrases, words
/// near each other, prefixes, wildcards, regular expressions, fuzzy words, intervals, AND, OR, NOT, nested ones, and fields.
pub fn questions(replay: &Replay, mode: Mode, tokens: usize, random: usize, seed: u64) -> Vec<Question> {
    let mut maker = Maker::new(replay, mode, seed);
    let mut queries: Vec<Query> =
        maker.sample(tokens).into_iter().map(|token| Query::Term(Field::Default, token)).collect();
    queries.push(Query::All);
    if mode == Mode::Screentrail {
        queries.extend([Field::Default, Field::Screen, Field::Title].map(Query::Exists));
    }
    for _ in 0..random {
        queries.push(maker.term(Field::Default));
        queries.push(maker.phrase(Field::Default));
        queries.push(maker.prefix(Field::Default));
        queries.push(maker.wildcard(Field::Default));
        queries.push(maker.regexp(Field::Default));
        queries.push(maker.fuzzy(Field::Default));
        queries.push(maker.near(Field::Default));
        if mode != Mode::Sps {
            queries.push(maker.range(Field::Default));
        }
        let both = maker.leaves(2);
        queries.push(Query::And(both));
        let count = 2 + maker.random.below(2);
        let any = maker.leaves(count);
        queries.push(Query::Or(any));
        let without = maker.without();
        queries.push(without);
        let nested = maker.nested(3);
        queries.push(nested);
        let fields = maker.fields();
        queries.push(fields);
        if mode != Mode::Sps {
            queries.push(maker.about_session());
        }
        // Times have a meaning of their own in one mode only.
        if mode == Mode::Screentrail {
            queries.push(maker.during());
            queries.push(maker.shown());
            queries.push(maker.then(2));
            let (time, leaf) = (maker.time(), maker.leaf(Field::Default));
            let both = if maker.random.one_in(2) { vec![leaf, time] } else { vec![leaf, Query::Not(Box::new(time))] };
            queries.push(Query::And(both));
        }
    }
    queries.into_iter().map(|query| Question { query, mode }).collect()
}

struct Maker<'a> {
    replay: &'a Replay,
    mode: Mode,
    tokens: Vec<String>,
    random: Random,
}

impl<'a> Maker<'a> {
    fn new(replay: &'a Replay, mode: Mode, seed: u64) -> Maker<'a> {
        let kinds: &[Kind] = match mode {
            Mode::Lucene => &[Kind::Word],
            Mode::Sps => &[Kind::Plain],
            Mode::Screentrail => &[Kind::Word, Kind::Part, Kind::Whole, Kind::Plain],
        };
        let tokens: BTreeSet<&str> = kinds.iter().flat_map(|kind| replay.index.tokens(*kind)).collect();
        let askable = |token: &&str| token.len() <= WORD_LEN;
        let tokens = tokens.into_iter().filter(askable).map(str::to_owned).collect();
        Maker { replay, mode, tokens, random: Random::new(seed) }
    }

    /// So many of the tokens, all if there are no more.
    fn sample(&mut self, count: usize) -> Vec<String> {
        let mut tokens = self.tokens.clone();
        while tokens.len() > count {
            let at = self.random.below(tokens.len());
            tokens.swap_remove(at);
        }
        tokens
    }

    /// A word: one that is there, or now and then one that is not.
    fn word(&mut self) -> String {
        let word = self.random.pick(&self.tokens).cloned().unwrap_or_else(|| "nothing".to_owned());
        if self.random.one_in(12) { format!("{word}x") } else { word }
    }

    /// A word that is visible at a random moment.
    fn visible_word(&mut self, moment: u32) -> String {
        let lines = self.replay.lines(moment);
        let line = self.random.pick(&lines).copied().unwrap_or("");
        let words: Vec<&str> = line.split_whitespace().filter(|word| word.len() <= WORD_LEN).collect();
        match self.random.pick(&words) {
            Some(word) => (*word).to_owned(),
            None => self.word(),
        }
    }

    fn moment(&mut self) -> u32 {
        self.random.below(self.replay.count() as usize) as u32
    }

    fn term(&mut self, field: Field) -> Query {
        let word = if self.random.one_in(2) {
            self.word()
        } else {
            let moment = self.moment();
            self.visible_word(moment)
        };
        Query::Term(field, word)
    }

    /// Some words in a row out of a text, or words that have nothing to do with each other.
    fn phrase(&mut self, field: Field) -> Query {
        let text = self.random.pick(self.replay.texts()).cloned().unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().collect();
        let count = 1 + self.random.below(4);
        let from = self.random.below(words.len());
        let mut phrase: Vec<String> = words.into_iter().skip(from).take(count).map(str::to_owned).collect();
        if self.random.one_in(6) || phrase.is_empty() {
            phrase.push(self.word());
        }
        phrase.retain(|word| word.len() <= WORD_LEN);
        match phrase.len() {
            0 => Query::Phrase(field, "nothing".to_owned()),
            _ => Query::Phrase(field, phrase.join(" ")),
        }
    }

    fn prefix(&mut self, field: Field) -> Query {
        let word = self.word();
        let len = 1 + self.random.below(word.chars().count().min(6));
        // Lucene refuses a prefix that begins with a star, escaped or not.
        let text: String = word.chars().skip_while(|c| *c == '*').take(len).collect();
        if text.is_empty() { Query::Term(field, word) } else { Query::Prefix(field, text) }
    }

    fn leaf(&mut self, field: Field) -> Query {
        match self.random.below(8) {
            0 => self.prefix(field),
            1 => self.phrase(field),
            2 | 3 => self.special(field),
            4 => Query::Boost(Box::new(self.term(field)), 3),
            _ => self.term(field),
        }
    }

    /// Leaves, half of the time ones that can be seen together.
    fn leaves(&mut self, count: usize) -> Vec<Query> {
        let moment = self.moment();
        let together = self.random.one_in(2);
        (0..count)
            .map(|_| {
                if together {
                    Query::Term(Field::Default, self.visible_word(moment))
                } else {
                    self.leaf(Field::Default)
                }
            })
            .collect()
    }

    fn without(&mut self) -> Query {
        let mut leaves = self.leaves(2);
        match (self.random.below(3), leaves.pop(), leaves.pop()) {
            (0, Some(query), _) => Query::Not(Box::new(query)),
            (_, Some(query), Some(other)) => Query::And(vec![other, Query::Not(Box::new(query))]),
            _ => Query::All,
        }
    }

    fn nested(&mut self, depth: usize) -> Query {
        if depth == 0 {
            return self.leaf(Field::Default);
        }
        let count = 2 + self.random.below(2);
        let mut queries: Vec<Query> = (0..count).map(|_| self.nested(depth - 1)).collect();
        match self.random.below(5) {
            0 => Query::Not(Box::new(queries.swap_remove(0))),
            1 => {
                let last = queries.pop().unwrap_or(Query::All);
                queries.push(Query::Not(Box::new(last)));
                Query::And(queries)
            }
            2 => Query::And(queries),
            _ => Query::Or(queries),
        }
    }

    fn fields(&mut self) -> Query {
        let fields = [Field::Screen, Field::Title, Field::Default];
        let one = *self.random.pick(&fields).unwrap_or(&Field::Screen);
        let other = *self.random.pick(&fields).unwrap_or(&Field::Title);
        match self.random.below(4) {
            0 => Query::And(vec![self.leaf(one), self.leaf(other)]),
            1 => Query::Or(vec![self.leaf(one), self.leaf(other)]),
            2 => Query::And(vec![self.leaf(one), Query::Not(Box::new(self.leaf(other)))]),
            _ => self.leaf(one),
        }
    }
}
