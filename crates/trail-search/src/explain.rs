//! How a query was read, what it costs, and the parts of a hit's rank.

use std::fmt;

use trail_content::Kind;
use trail_query::{Span, write_duration};

use crate::cancel::Meter;
use crate::hits::Hit;
use crate::intervals::IntervalSet;
use crate::item::MatchedItem;
use crate::plan::{Leaf, LeafMatcher, Plan, PureNegative, Tree};
use crate::rank::Statistics;
use crate::sequence::Timeline;
use crate::{HitKind, Result, Search, Source};

/// A query as the search sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The boolean tree, in the signs of the query language: `+` for what must, `-` for what must not hold, leaves by
    /// number.
    pub tree: String,
    /// The leaves, by number from 0.
    pub leaves: Vec<LeafExplanation>,
    /// Items in which some leaf may match, over all trails: those whose texts are looked at.
    pub candidates: u64,
    /// Trails in which there are any.
    pub candidate_trails: usize,
}

/// One thing that is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct LeafExplanation {
    /// Where it was written in the text of the query.
    pub span: Span,
    /// The kinds of item it looks at.
    pub kinds: Vec<Kind>,
    /// Stands under an odd number of NOTs or before a THEN: asked of everything visible, no hit by itself.
    pub is_negative: bool,
    /// Adds to ranks.
    pub is_scored: bool,
    /// What its score is multiplied with.
    pub boost: f64,
    /// Its terms with how many documents have them, for each kind it looks at.
    pub terms: Vec<TermExplanation>,
}

/// A term of a leaf.
#[derive(Clone, Debug, PartialEq)]
pub struct TermExplanation {
    /// The term.
    pub term: String,
    /// The kind of document.
    pub kind: Kind,
    /// Documents of that kind, in everything that is searched.
    pub docs: u64,
    /// Those that have it as a word.
    pub as_word: u64,
    /// Those that have it as a part of a word or as a whole token.
    pub as_token: u64,
}

/// A part of a hit's rank.
#[derive(Clone, Debug, PartialEq)]
pub struct RankPart {
    /// The number of the leaf that earned it; nothing for what is about moments.
    pub leaf: Option<usize>,
    /// What it adds.
    pub score: f64,
    /// The text that earned it; nothing for constants.
    pub text: Option<String>,
}

impl<S: Source> Search<'_, S> {
    /// Says how the query was lowered and what answering it looks at.
    ///
    /// # Errors
    /// If time is up. A trail that cannot be read has no candidates.
    pub fn explain(&self) -> Result<Explanation> {
        let plan = self.plan();
        let leaves = plan.leaves.iter().map(|leaf| explain_leaf(plan, leaf, self.statistics())).collect();
        let tree = plan.tree.as_ref().map_or_else(|| "nothing".to_owned(), |tree| show(plan, tree));
        let mut explanation = Explanation { tree, leaves, candidates: 0, candidate_trails: 0 };
        for trail in 0..self.trail_count() {
            let found = match self.count_candidates(trail) {
                Err(crate::Error::Cancelled) => return Err(crate::Error::Cancelled),
                found => found.unwrap_or(0),
            };
            explanation.candidates += found;
            explanation.candidate_trails += usize::from(found > 0);
        }
        Ok(explanation)
    }

    /// The parts of which a hit's rank is the sum, at the record for its screenshot; those of clauses that hold there. A
    /// screen hit takes for each clause the best of what is visible.
    ///
    /// # Errors
    /// If the content of the trail cannot be read, or time is up.
    pub fn explain_rank(&self, trail: usize, hit: &Hit) -> Result<Vec<RankPart>> {
        let plan = self.plan();
        let Some(channel) = self.matched_channel(trail, hit.channel)? else { return Ok(Vec::new()) };
        let Some(at) = channel.moments.ordinal_of(hit.for_screenshot) else { return Ok(Vec::new()) };
        let own = |item: &&MatchedItem| match hit.kind {
            HitKind::Screen => true,
            HitKind::Item(kind) => {
                item.kind == kind && hit.texts.first().is_some_and(|text| text.item_text() == &*item.text)
            }
        };
        let truths = truths(plan, &channel.items);
        let universe = IntervalSet::universe(u32::try_from(channel.moments.len()).unwrap_or(u32::MAX));
        let meter = &mut Meter::new(self.cancel());
        let timeline =
            Timeline::new(plan, &channel.moments, &channel.facts, &channel.items, &truths, &universe, meter)?;
        let leaf = |index: usize| -> Option<RankPart> {
            let leaf = Some(index);
            if plan.leaves[index].is_negative {
                return truths[index].contains(at).then_some(RankPart { leaf, score: 0.0, text: None });
            }
            let standing = channel.items.iter().filter(own).flat_map(|item| {
                let here = item.leaves.iter().filter(|on_item| on_item.leaf == index && on_item.truth.contains(at));
                here.map(move |on_item| (on_item.score, item))
            });
            let (score, item) = standing.max_by(|a, b| a.0.total_cmp(&b.0))?;
            Some(RankPart { leaf, score, text: Some(item.text.to_string()) })
        };
        let parts = plan.tree.as_ref().and_then(|tree| parts(plan, tree, at, &timeline, &leaf));
        Ok(parts.unwrap_or_default().into_iter().filter(|part| part.score > 0.0).collect())
    }
}

/// For each leaf the moments at which a visible item matches it.
fn truths(plan: &Plan, items: &[MatchedItem]) -> Vec<IntervalSet> {
    let of = |index: usize| {
        let leaves = items.iter().flat_map(|item| &item.leaves);
        IntervalSet::union_all(leaves.filter(|on_item| on_item.leaf == index).map(|on_item| &on_item.truth))
    };
    (0..plan.leaves.len()).map(of).collect()
}

/// What `tree` adds at moment `at`; nothing if it does not hold then.
fn parts(
    plan: &Plan,
    tree: &Tree,
    at: u32,
    timeline: &Timeline,
    leaf: &dyn Fn(usize) -> Option<RankPart>,
) -> Option<Vec<RankPart>> {
    let constant = |score: f64| vec![RankPart { leaf: None, score, text: None }];
    match tree {
        Tree::Leaf(index) => leaf(*index).map(|part| vec![part]),
        Tree::All(score) => Some(constant(*score)),
        Tree::Session(index) => timeline.sessions[*index].map(constant),
        Tree::Best(fields) => {
            let parts = fields.iter().filter_map(|tree| parts(plan, tree, at, timeline, leaf));
            parts.max_by(|a, b| total(a).total_cmp(&total(b)))
        }
        Tree::Period(index, score) => timeline.periods[*index].contains(at).then(|| constant(*score)),
        Tree::Sequence(index) => {
            let sequence = &plan.sequences[*index];
            let holds = timeline.sequences[*index].truth.contains(at);
            let second = || parts(plan, &sequence.second, at, timeline, leaf);
            if !holds || sequence.is_negative { holds.then(Vec::new) } else { second() }
        }
        Tree::Group { must, should, must_not, minimum } => {
            let of = |tree: &Tree| parts(plan, tree, at, timeline, leaf);
            if must_not.iter().any(|tree| of(tree).is_some()) {
                return None;
            }
            let required: Vec<Vec<RankPart>> = must.iter().map(of).collect::<Option<_>>()?;
            let welcome: Vec<Vec<RankPart>> = should.iter().filter_map(of).collect();
            let has_positive = !must.is_empty() || !should.is_empty();
            let holds = match has_positive {
                true => !must.is_empty() || !welcome.is_empty(),
                false => plan.pure_negative == PureNegative::AllOthers && !must_not.is_empty(),
            };
            let holds = holds && welcome.len() >= *minimum;
            holds.then(|| required.into_iter().chain(welcome).flatten().collect())
        }
    }
}

fn total(parts: &[RankPart]) -> f64 {
    parts.iter().map(|part| part.score).sum()
}

fn explain_leaf(plan: &Plan, leaf: &Leaf, statistics: &Statistics) -> LeafExplanation {
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|&kind| leaf.kinds.contains(kind)).collect();
    let mut terms = Vec::new();
    if let LeafMatcher::Sequence(atoms) = &leaf.matcher {
        for &kind in &kinds {
            let of_kind = statistics.of(kind);
            let ids = atoms.iter().flat_map(|atom| atom.words.iter().chain([&atom.token]));
            terms.extend(ids.map(|&id| {
                let frequency = of_kind.frequency(id);
                let term = plan.vocabulary.text(id).to_owned();
                TermExplanation { term, kind, docs: of_kind.docs, as_word: frequency.word, as_token: frequency.token }
            }));
        }
    }
    let Leaf { is_negative, is_scored, boost, span, .. } = *leaf;
    LeafExplanation { span, kinds, is_negative, is_scored, boost, terms }
}

fn show(plan: &Plan, tree: &Tree) -> String {
    match tree {
        Tree::Leaf(index) => format!("#{index}"),
        Tree::All(_) => "*".to_owned(),
        Tree::Period(..) => "period".to_owned(),
        Tree::Session(index) => plan.sessions[*index].field.name().to_owned(),
        Tree::Best(fields) => {
            let fields: Vec<String> = fields.iter().map(|tree| show(plan, tree)).collect();
            format!("({})", fields.join(" | "))
        }
        Tree::Sequence(index) => {
            let sequence = &plan.sequences[*index];
            let within = sequence.within_ns.map(|ns| format!("<{}", write_duration(ns)));
            let (first, second) = (show(plan, &sequence.first), show(plan, &sequence.second));
            format!("({first} THEN{} {second})", within.unwrap_or_default())
        }
        Tree::Group { must, should, must_not, minimum } => {
            let signed = |sign: &'static str, trees: &[Tree]| -> Vec<String> {
                trees.iter().map(|tree| format!("{sign}{}", show(plan, tree))).collect()
            };
            let clauses = [signed("+", must), signed("", should), signed("-", must_not)].concat().join(" ");
            if *minimum > 0 { format!("({clauses})~{minimum}") } else { format!("({clauses})") }
        }
    }
}

impl Explanation {
    /// Writes it as lines for people; `query` is the text that was asked.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, query: &str, out: &mut impl fmt::Write) -> fmt::Result {
        writeln!(out, "plan: {}", self.tree)?;
        for (index, leaf) in self.leaves.iter().enumerate() {
            let kinds: Vec<&str> = leaf.kinds.iter().map(|kind| kind.as_str()).collect();
            let negative = if leaf.is_negative { ", asked of everything visible" } else { "" };
            let boost = if leaf.boost == 1.0 { String::new() } else { format!(", times {}", leaf.boost) };
            writeln!(out, "  #{index}: {} in {}{negative}{boost}", leaf.span.of(query), kinds.join(" "))?;
            for TermExplanation { term, kind, docs, as_word, as_token } in &leaf.terms {
                writeln!(out, "    {term}: word of {as_word}, part or whole of {as_token} among {docs} ({kind})")?;
            }
        }
        writeln!(out, "cost: {} items to look at in {} recordings", self.candidates, self.candidate_trails)
    }
}
