//! The meaning of a query, decided at every moment by itself. Shares the tokens with search, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use trail_content::Kind;
use trail_index::analyzer::{Analyzer, OwnedToken, TokenKind, analyze, fold, words};
use trail_query::{Leaf, LeafKind, Mode, Node, Occur, Query};

use crate::world::{Chain, World};

pub(crate) struct Oracle<'a> {
    pub(crate) world: &'a World,
    pub(crate) mode: Mode,
    chains: Vec<Chain>,
    /// Every document: kind and final text, of each block.
    documents: Vec<(Kind, String)>,
}

/// One expected hit.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// Kind and text of the item; nothing for the screen.
    pub(crate) item: Option<(Kind, String)>,
    pub(crate) run: (u32, u32),
    pub(crate) rank: f64,
    pub(crate) shot: u32,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(world: &'a World, mode: Mode) -> Oracle<'a> {
        let documents = world.items().into_iter().flatten().map(|item| (item.kind, item.text)).collect();
        Oracle { world, mode, chains: world.chains(), documents }
    }

    /// Whether the query is true of what is visible at a moment.
    pub(crate) fn holds(&self, query: &Query, at: u32) -> bool {
        self.value(query, &mut |leaf, _| self.seen(leaf, at).then_some(0.0)).is_some()
    }

    pub(crate) fn hits(&self, query: &Query) -> Vec<Expected> {
        let mut hits = Vec::new();
        let mut covered = BTreeSet::new();
        let items: BTreeSet<(Kind, &str)> = self.chains.iter().map(|chain| (chain.kind, chain.text())).collect();
        for (kind, text) in items {
            let chains: Vec<&Chain> =
                self.chains.iter().filter(|chain| (chain.kind, chain.text()) == (kind, text)).collect();
            // The score at each moment at which it is visible and the query holds of it.
            let mut scores: BTreeMap<u32, f64> = BTreeMap::new();
            let mut matched = BTreeSet::new();
            let mut hidden = BTreeSet::new();
            for at in 0..self.world.len() {
                let visible: Vec<&Chain> = chains.iter().copied().filter(|chain| chain.at(at).is_some()).collect();
                if visible.is_empty() {
                    continue;
                }
                let score = self.value(query, &mut |leaf, negative| {
                    if negative {
                        return self.seen(leaf, at).then_some(0.0);
                    }
                    let on_item = visible.iter().any(|chain| self.matches(leaf, chain, at));
                    on_item.then(|| {
                        matched.insert(at);
                        if !visible.iter().any(|chain| self.shows(leaf, chain, at)) {
                            hidden.insert(at);
                        }
                        self.score(leaf, kind, text)
                    })
                });
                scores.extend(score.map(|score| (at, score)));
            }
            for run in runs(scores.keys().copied()) {
                if !(run.0..=run.1).any(|at| matched.contains(&at)) {
                    continue;
                }
                covered.extend(run.0..=run.1);
                hits.push(self.expected(Some((kind, text.to_owned())), run, &scores, &hidden));
            }
        }
        let mut scores = BTreeMap::new();
        let mut hidden = BTreeSet::new();
        for at in (0..self.world.len()).filter(|at| !covered.contains(at)) {
            let score = self.value(query, &mut |leaf, negative| {
                let visible = self.chains.iter().filter(|chain| self.matches(leaf, chain, at));
                let best = visible.map(|chain| self.score(leaf, chain.kind, chain.text())).max_by(f64::total_cmp)?;
                if !negative && !self.chains.iter().any(|chain| self.shows(leaf, chain, at)) {
                    hidden.insert(at);
                }
                Some(if negative { 0.0 } else { best })
            });
            scores.extend(score.map(|score| (at, score)));
        }
        for run in runs(scores.keys().copied()) {
            hits.push(self.expected(None, run, &scores, &hidden));
        }
        hits
    }

    fn expected(
        &self,
        item: Option<(Kind, String)>,
        run: (u32, u32),
        scores: &BTreeMap<u32, f64>,
        hidden: &BTreeSet<u32>,
    ) -> Expected {
        let rank = (run.0..=run.1).map(|at| scores[&at]).fold(0.0, f64::max);
        let best: Vec<u32> = (run.0..=run.1).filter(|at| rank - scores[at] <= rank * 1e-12).collect();
        let shown: Vec<u32> = best.iter().copied().filter(|at| !hidden.contains(at)).collect();
        let candidates = if shown.is_empty() { best } else { shown };
        let moments = &self.world.moments;
        let lasted = |at: u32| {
            let next = moments[at as usize + 1..].iter().find(|moment| moment.changed);
            next.map_or(self.world.end, |next| next.offset).0 - moments[at as usize].offset.0
        };
        let shot = candidates.into_iter().rev().max_by_key(|&at| lasted(at)).unwrap();
        Expected { item, run, rank, shot }
    }

    /// The score of a query where it holds; `leaf` says so for its leaves and is told which stand under NOTs.
    fn value(&self, query: &Query, leaf: &mut dyn FnMut(&Leaf, bool) -> Option<f64>) -> Option<f64> {
        self.value_under(query, 0, leaf)
    }

    fn value_under(&self, query: &Query, nots: u32, leaf: &mut dyn FnMut(&Leaf, bool) -> Option<f64>) -> Option<f64> {
        match &query.node {
            Node::Boost { query, factor } => Some(self.value_under(query, nots, leaf)? * f64::from(*factor)),
            Node::Sequence { .. } => unreachable!("sequences are checked against replays"),
            Node::Leaf(Leaf { kind: LeafKind::MatchAll, .. }) => Some(1.0),
            Node::Leaf(it) => leaf(it, nots % 2 == 1),
            Node::Bool(clauses) => {
                let (mut all, mut any, mut sum) = (true, false, 0.0);
                let has = |occur| clauses.iter().any(|clause| clause.occur == occur);
                for clause in clauses {
                    let deeper = nots + u32::from(clause.occur == Occur::MustNot);
                    let value = self.value_under(&clause.query, deeper, leaf);
                    match clause.occur {
                        Occur::Must => all &= value.is_some(),
                        Occur::MustNot => all &= value.is_none(),
                        Occur::Should => any |= value.is_some(),
                    }
                    if clause.occur != Occur::MustNot {
                        sum += value.unwrap_or(0.0);
                    }
                }
                let needs_any = !has(Occur::Must) && has(Occur::Should);
                (all && (any || !needs_any)).then_some(sum)
            }
        }
    }

    fn seen(&self, leaf: &Leaf, at: u32) -> bool {
        self.chains.iter().any(|chain| self.matches(leaf, chain, at))
    }

    fn matches(&self, leaf: &Leaf, chain: &Chain, at: u32) -> bool {
        chain.at(at).is_some_and(|(text, next)| {
            reads(leaf, chain.kind) && !places(leaf, self.mode, &state_tokens(self.mode, text, next)).is_empty()
        })
    }

    /// Whether a match stands wholly on the screen.
    fn shows(&self, leaf: &Leaf, chain: &Chain, at: u32) -> bool {
        chain.at(at).is_some_and(|(text, next)| {
            let above = self.world.places[chain.place].1[at as usize].as_ref().unwrap().above;
            let places = places(leaf, self.mode, &state_tokens(self.mode, text, next));
            reads(leaf, chain.kind) && places.iter().any(|&start| start >= above)
        })
    }

    /// BM25 once more: of the item's final text, among all documents of its kind.
    fn score(&self, leaf: &Leaf, kind: Kind, text: &str) -> f64 {
        let (LeafKind::Term { text: query } | LeafKind::Phrase { text: query, .. }) = &leaf.kind else { return 1.0 };
        let documents: Vec<Vec<OwnedToken>> =
            self.documents.iter().filter(|document| document.0 == kind).map(|document| analyze(&document.1)).collect();
        // A text without a word is no document to words.
        let has_words = |tokens: &&Vec<OwnedToken>| tokens.iter().any(|token| token.kind == TokenKind::Word);
        let worded = documents.iter().filter(has_words).count() as f64;
        let idf = |word: bool, wanted: &str| {
            let count = if word { worded } else { documents.len() as f64 };
            let has = |token: &OwnedToken| (token.kind == TokenKind::Word) == word && token.text == wanted;
            let with = documents.iter().filter(|tokens| tokens.iter().any(has)).count() as f64;
            (with, (1.0 + (count - with + 0.5) / (with + 0.5)).ln())
        };
        let either = |wanted: &str| {
            let (with, idf_word) = idf(true, wanted);
            if with > 0.0 { idf_word } else { idf(false, wanted).1 }
        };
        let all = state_tokens(self.mode, text, None);
        let only_words: Vec<OwnedToken> = all.iter().filter(|token| token.kind == TokenKind::Word).cloned().collect();
        let pieces = pieces(query, self.mode);

        let by_words = if self.mode == Mode::Sps { 0 } else { places(leaf, self.mode, &only_words).len() };
        if by_words > 0 {
            let weight: f64 = pieces.iter().flat_map(|piece| words(piece)).map(|word| idf(true, &word).1).sum();
            let length = only_words.len();
            // Lucene keeps a length above 40 with four significant bits only; no text here is as long.
            assert!(length <= 40);
            let total: usize = documents
                .iter()
                .map(|tokens| tokens.iter().filter(|token| token.kind == TokenKind::Word).count())
                .sum();
            let average = total as f64 / worded;
            let frequency = by_words as f64;
            return weight * frequency / (frequency + 1.2 * (0.25 + 0.75 * length as f64 / average));
        }
        let frequency = places(leaf, self.mode, &all).len() as f64;
        let weight: f64 = pieces
            .iter()
            .map(|piece| {
                let inner = words(piece);
                if self.mode == Mode::Sps {
                    either(piece)
                } else if inner.len() > 1 {
                    inner.iter().map(|word| either(word)).sum()
                } else if pieces.len() > 1 && inner == [piece.clone()] {
                    either(piece)
                } else {
                    idf(false, piece).1
                }
            })
            .sum();
        if frequency > 0.0 { weight * frequency / (frequency + 1.2) } else { 0.0 }
    }
}

fn runs(moments: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for at in moments {
        match runs.last_mut() {
            Some(run) if run.1 + 1 == at => run.1 = at,
            _ => runs.push((at, at)),
        }
    }
    runs
}

fn reads(leaf: &Leaf, kind: Kind) -> bool {
    match leaf.field.as_deref() {
        None => kind == Kind::Line || kind == Kind::Title,
        Some("screen") => kind == Kind::Line,
        Some("title") => kind == Kind::Title,
        _ => false,
    }
}

fn pieces(query: &str, mode: Mode) -> Vec<String> {
    if mode == Mode::Lucene { words(query) } else { query.split_whitespace().map(fold).collect() }
}

/// The tokens that a person could have searched for at a moment.
fn state_tokens(mode: Mode, text: &str, next: Option<char>) -> Vec<OwnedToken> {
    let mut found: Vec<OwnedToken> = Vec::new();
    if mode == Mode::Sps {
        let mut rest = text;
        for position in 0.. {
            rest = rest.trim_start();
            let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let start = text.len() - rest.len();
            let is_open = start + len == text.len() && next.is_some_and(|c| !c.is_whitespace());
            if len == 0 || is_open {
                return found;
            }
            let text = fold(&rest[..len]);
            found.push(OwnedToken { text, kind: TokenKind::Whole, position, words: 1, span: start..start + len });
            rest = &rest[len..];
        }
    }
    Analyzer::new().analyze_prefix(text, next, |token| found.push(token.into()));
    if mode == Mode::Lucene {
        found.retain(|token| token.kind == TokenKind::Word);
    }
    found
}

/// Where matches begin: once for each first word, or for a single token each time it stands there.
fn places(leaf: &Leaf, mode: Mode, tokens: &[OwnedToken]) -> Vec<usize> {
    let query = match &leaf.kind {
        LeafKind::Prefix { text } => {
            let begins = |token: &&OwnedToken| token.text.starts_with(&fold(text));
            return tokens.iter().filter(begins).map(|token| token.span.start).collect();
        }
        LeafKind::Term { text } | LeafKind::Phrase { text, .. } => text,
        other => panic!("{other:?}"),
    };
    let pieces = pieces(query, mode);
    let inner = |piece: &String| if mode == Mode::Sps { vec![piece.clone()] } else { words(piece) };
    if let [piece] = &pieces[..]
        && inner(piece).len() < 2
    {
        let is_word = inner(piece) == [piece.clone()];
        let equal = |token: &&OwnedToken| token.text == *piece && (is_word || token.kind == TokenKind::Whole);
        return tokens.iter().filter(equal).map(|token| token.span.start).collect();
    }
    let find = |text: &str, position: u32, accepts: &dyn Fn(TokenKind) -> bool| {
        let here =
            tokens.iter().filter(|token| token.position == position && token.text == text && accepts(token.kind));
        here.map(|token| token.span.start).max()
    };
    let starts: BTreeSet<u32> = tokens.iter().map(|token| token.position).collect();
    let mut found = Vec::new();
    'starts: for start in starts {
        let mut position = start;
        let mut first = None;
        for piece in &pieces {
            let inner = inner(piece);
            let is_word = inner == [piece.clone()];
            let mut here = find(piece, position, &|kind| is_word || kind == TokenKind::Whole);
            if inner.len() > 1 && here.is_none() {
                let each =
                    |(i, word): (usize, &String)| find(word, position + i as u32, &|kind| kind != TokenKind::Whole);
                let sequence: Vec<Option<usize>> = inner.iter().enumerate().map(each).collect();
                here = sequence.iter().all(Option::is_some).then(|| sequence[0]).flatten();
            }
            let Some(here) = here else { continue 'starts };
            first = first.or(Some(here));
            position += inner.len() as u32;
        }
        found.extend(first);
    }
    found
}
