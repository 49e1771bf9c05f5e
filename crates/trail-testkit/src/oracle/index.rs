//! Where tokens stand and when texts are visible; the evaluator on top.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use trail_query::Mode;

use super::moments::Moments;
use super::near::{Use, is_near};
use super::pattern::Pattern;
use super::query::{Field, Query};
use super::replay::{Finish, Replay, TextId};
use super::session;
use super::tokens::{Kind, normalize, tokens, words};

/// What of a match is finished: it counts where the text is at least so finished. A bit for each [`Finish`].
type Mask = u8;

const ALWAYS: Mask = 0b111;

/// Where a token stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    text: TextId,
    position: u32,
    mask: Mask,
}

/// Matches of a query's token in texts: position of the match and of what must follow it.
type Matches = FxHashMap<TextId, Vec<(u32, u32, Mask)>>;

/// A run of moments at which an item was visible: `[begin, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Run {
    /// A line by the text it grew to, a title or a command by its text.
    pub(crate) item: (Sort, TextId),
    pub(crate) begin: u32,
    pub(crate) end: u32,
}

/// What sort of item has a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    Line,
    Title,
    Command,
}

/// The texts' tokens, and the moments at which each text was visible.
#[derive(Default)]
pub(crate) struct Index {
    lines: Vec<[Vec<Run>; 3]>,
    titles: FxHashMap<TextId, Vec<(u32, u32)>>,
    commands: FxHashMap<TextId, Vec<(u32, u32)>>,
    places: BTreeMap<(Kind, String), Vec<Place>>,
}

impl Index {
    pub(crate) fn new(texts: usize) -> Index {
        Index { lines: vec![Default::default(); texts], ..Index::default() }
    }

    pub(crate) fn add_line(&mut self, text: TextId, finish: Finish, (begin, end): (u32, u32), item: TextId) {
        self.lines[text as usize][finish as usize].push(Run { item: (Sort::Line, item), begin, end });
    }

    pub(crate) fn add_title(&mut self, text: TextId, run: (u32, u32)) {
        self.titles.entry(text).or_default().push(run);
    }

    pub(crate) fn add_command(&mut self, text: TextId, run: (u32, u32), texts: &[String]) {
        self.commands.entry(text).or_default().push(run);
        self.add_tokens(text, &texts[text as usize]);
    }

    /// Ends the adding of lines and titles.
    pub(crate) fn close(&mut self, texts: &[String]) {
        for (text, content) in texts.iter().enumerate() {
            self.add_tokens(text as TextId, content);
        }
    }

    fn add_tokens(&mut self, text: TextId, content: &str) {
        for token in tokens(content) {
            let mask = match (token.at_end, token.kind) {
                (false, _) => ALWAYS,
                (true, Kind::Word | Kind::Part) => bit(Finish::Whole) | bit(Finish::TokenGoesOn),
                (true, Kind::Whole | Kind::Plain) => bit(Finish::Whole),
            };
            let place = Place { text, position: token.position, mask };
            self.places.entry((token.kind, token.text)).or_default().push(place);
        }
    }

    /// Distinct tokens of a kind.
    pub(crate) fn tokens(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.places.keys().filter(move |key| key.0 == kind).map(|key| key.1.as_str())
    }

    fn places(&self, kinds: &[Kind], token: &str) -> impl Iterator<Item = Place> {
        kinds.iter().filter_map(|kind| self.places.get(&(*kind, token.to_owned()))).flatten().copied()
    }

    /// When a text was visible in a field where what a mask asks for was finished.
    fn visible(&self, text: TextId, field: Field, mask: Mask, runs: &mut Vec<Run>) {
        if matches!(field, Field::Default | Field::Screen)
            && let Some(lines) = self.lines.get(text as usize)
        {
            for (finish, line) in lines.iter().enumerate() {
                if mask & (1 << finish) != 0 {
                    runs.extend(line);
                }
            }
        }
        let (sort, others) = match field {
            Field::Default | Field::Title => (Sort::Title, self.titles.get(&text)),
            Field::Command => (Sort::Command, self.commands.get(&text)),
            Field::Screen => return,
        };
        // Titles and commands do not grow.
        if mask & bit(Finish::Whole) != 0 {
            let others = others.into_iter().flatten();
            runs.extend(others.map(|&(begin, end)| Run { item: (sort, text), begin, end }));
        }
    }

    /// When any text was visible in a field.
    pub(crate) fn anything(&self, field: Field) -> Vec<Run> {
        let mut runs = Vec::new();
        for text in 0..self.lines.len() {
            self.visible(text as TextId, field, ALWAYS, &mut runs);
        }
        for text in self.commands.keys().filter(|text| **text as usize >= self.lines.len()) {
            self.visible(*text, field, ALWAYS, &mut runs);
        }
        runs
    }

    /// Matches of one token between blanks.
    fn matches(&self, token: &str, mode: Mode) -> Matches {
        let token = &normalize(token);
        let mut matches = Matches::default();
        let mut add = |place: Place, advance: u32| {
            matches.entry(place.text).or_default().push((place.position, place.position + advance, place.mask));
        };
        match mode {
            Mode::Sps => self.places(&[Kind::Plain], token).for_each(|place| add(place, 1)),
            Mode::Lucene => unreachable!("words are matched one by one"),
            Mode::Screentrail => {
                let words = words(token);
                let advance = words.len() as u32;
                if words.len() == 1 && words[0] == *token {
                    self.places(&[Kind::Word, Kind::Part, Kind::Whole], token).for_each(|place| add(place, 1));
                    return matches;
                }
                self.places(&[Kind::Whole], token).for_each(|place| add(place, advance));
                if words.len() >= 2 {
                    for (text, found) in self.in_a_row(&words, &[Kind::Word, Kind::Part]) {
                        matches.entry(text).or_default().extend(found);
                    }
                }
            }
        }
        matches
    }

    /// Words at positions that follow each other.
    fn in_a_row(&self, words: &[String], kinds: &[Kind]) -> Matches {
        let single = |word: &String| {
            let mut matches = Matches::default();
            for place in self.places(kinds, word) {
                let found = (place.position, place.position + 1, place.mask);
                matches.entry(place.text).or_default().push(found);
            }
            matches
        };
        words.iter().map(single).reduce(follow).unwrap_or_default()
    }
}

/// The kinds of token that a mode knows.
fn kinds(mode: Mode) -> &'static [Kind] {
    match mode {
        Mode::Lucene => &[Kind::Word],
        Mode::Sps => &[Kind::Plain],
        Mode::Screentrail => &[Kind::Word, Kind::Part, Kind::Whole],
    }
}

fn bit(finish: Finish) -> Mask {
    1 << finish as u8
}

/// Matches of one thing with matches of the next right behind.
fn follow(first: Matches, mut next: Matches) -> Matches {
    let mut matches = Matches::default();
    for (text, places) in first {
        let Some(after) = next.get_mut(&text) else { continue };
        after.sort_unstable();
        let mut found = Vec::new();
        for (begin, end, mask) in places {
            let from = after.partition_point(|place| place.0 < end);
            for &(_, next_end, next_mask) in after[from..].iter().take_while(|place| place.0 == end) {
                if mask & next_mask != 0 {
                    found.push((begin, next_end, mask & next_mask));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        if !found.is_empty() {
            matches.insert(text, found);
        }
    }
    matches
}

impl Replay {
    /// The moments at which a query holds.
    pub fn moments(&self, query: &Query, mode: Mode) -> Moments {
        self.hold(query, mode).unwrap_or_default()
    }

    /// The same; nothing for a query that is not there, because the words of which it consists hold no token.
    pub(crate) fn hold(&self, query: &Query, mode: Mode) -> Option<Moments> {
        let each =
            |queries: &[Query]| -> Vec<Moments> { queries.iter().filter_map(|query| self.hold(query, mode)).collect() };
        match query {
            Query::All => Some(Moments::all(self.count())),
            Query::Session(name, wanted) if session::is(&self.meta, name, wanted, mode) => {
                Some(Moments::all(self.count()))
            }
            Query::Session(..) => Some(Moments::none()),
            Query::Not(query) => self.hold(query, mode).map(|moments| moments.not(self.count())),
            Query::And(queries) => each(queries).into_iter().reduce(|a, b| a.and(&b)),
            Query::Or(queries) => each(queries).into_iter().reduce(|a, b| a.or(&b)),
            Query::Boost(query, _) => self.hold(query, mode),
            Query::During(from, to, _) => Some(self.during(*from, *to)),
            Query::Then(first, within, then) => {
                let runs = self.follow(first, *within, then, mode);
                Some(Moments::from_runs(runs))
            }
            leaf => {
                let runs = self.leaf(leaf, mode)?;
                Some(Moments::from_runs(runs.into_iter().map(|run| (run.begin, run.end)).collect()))
            }
        }
    }

    /// When items were visible that match a leaf. Nothing as in [`Replay::hold`], and for what is no leaf.
    pub(crate) fn leaf(&self, query: &Query, mode: Mode) -> Option<Vec<Run>> {
        match query {
            Query::Term(field, text) if mode == Mode::Lucene => {
                let any = words(text).into_iter().map(|word| self.index.in_a_row(&[word], &[Kind::Word]));
                any.map(|matches| self.when(*field, &matches)).reduce(|a, b| [a, b].concat())
            }
            Query::Phrase(field, text) if mode == Mode::Lucene => {
                let words = words(text);
                (!words.is_empty()).then(|| self.when(*field, &self.index.in_a_row(&words, &[Kind::Word])))
            }
            Query::Term(field, text) => Some(self.when(*field, &self.index.matches(text, mode))),
            Query::Phrase(field, text) => {
                let tokens = text.split_whitespace().map(|token| self.index.matches(token, mode));
                Some(self.when(*field, &tokens.reduce(follow).unwrap_or_default()))
            }
            Query::Near(field, text, moves) => self.near(*field, text, *moves, mode),
            Query::Prefix(field, text) => Some(self.prefix(*field, &normalize(text), mode)),
            Query::Pattern(field, pattern) => Some(self.pattern(*field, pattern, mode)),
            Query::Exists(field) => Some(self.index.anything(*field)),
            Query::Shown(length, ns) => Some(self.shown(*length, *ns)),
            _ => None,
        }
    }

    /// Tokens between which the words of others may stand, or that changed places. Two words of the query that are the
    /// same need two places.
    fn near(&self, field: Field, text: &str, moves: u32, mode: Mode) -> Option<Vec<Run>> {
        let tokens: Vec<String> = match mode {
            Mode::Lucene => words(text),
            Mode::Sps | Mode::Screentrail => text.split_whitespace().map(normalize).collect(),
        };
        let mut uses = Vec::new();
        let mut offset = 0;
        for token in tokens {
            let inner = if mode == Mode::Screentrail { words(&token) } else { vec![token.clone()] };
            let advance = inner.len() as i64;
            // A token of several words moves as these; another one is what it is.
            let parts = if inner.len() > 1 { inner } else { vec![token] };
            for (token, offset) in parts.into_iter().zip(offset..) {
                let matches = match mode {
                    Mode::Lucene => self.index.in_a_row(std::slice::from_ref(&token), &[Kind::Word]),
                    Mode::Sps | Mode::Screentrail => self.index.matches(&token, mode),
                };
                uses.push((token, offset, matches));
            }
            offset += advance;
        }
        let (_, _, first) = uses.first()?;
        let mut runs = Vec::new();
        for text in first.keys() {
            for finish in [Finish::Whole, Finish::TokenGoesOn, Finish::WordGoesOn] {
                let places = |matches: &Matches| -> Option<Vec<i64>> {
                    let standing = matches.get(text)?.iter().filter(|place| place.2 & bit(finish) != 0);
                    let mut places: Vec<i64> = standing.map(|place| place.0.into()).collect();
                    places.sort_unstable();
                    places.dedup();
                    (!places.is_empty()).then_some(places)
                };
                let uses = uses.iter().map(|(token, offset, matches)| {
                    Some(Use { token: token.as_str(), offset: *offset, places: places(matches)? })
                });
                if uses.collect::<Option<Vec<Use<'_>>>>().is_some_and(|uses| is_near(uses, moves)) {
                    self.index.visible(*text, field, bit(finish), &mut runs);
                }
            }
        }
        Some(runs)
    }

    fn pattern(&self, field: Field, pattern: &Pattern, mode: Mode) -> Vec<Run> {
        let mut matches = pattern.matcher();
        let mut runs = Vec::new();
        for ((kind, token), places) in &self.index.places {
            if kinds(mode).contains(kind) && matches(token) {
                places.iter().for_each(|place| self.index.visible(place.text, field, place.mask, &mut runs));
            }
        }
        runs
    }

    fn prefix(&self, field: Field, text: &str, mode: Mode) -> Vec<Run> {
        let mut runs = Vec::new();
        for kind in kinds(mode) {
            let from = (*kind, text.to_owned());
            let tokens = self.index.places.range(from..);
            for (_, places) in tokens.take_while(|(token, _)| token.0 == *kind && token.1.starts_with(text)) {
                places.iter().for_each(|place| self.index.visible(place.text, field, place.mask, &mut runs));
            }
        }
        runs
    }

    fn when(&self, field: Field, matches: &Matches) -> Vec<Run> {
        let mut runs = Vec::new();
        for (text, places) in matches {
            let mask = places.iter().fold(0, |mask, place| mask | place.2);
            self.index.visible(*text, field, mask, &mut runs);
        }
        runs
    }
}
