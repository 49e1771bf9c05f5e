//! What a trail says of itself, as fields of queries.
//!
//! Such a leaf is decided once for a trail: it holds at all its moments or at none. A value is one term, without length and
//! without a count, as in Lucene's keyword fields; the documents of its statistics are the trails that have the field, all
//! those of the index or of the scan.

use rustc_hash::FxHashMap;
use trail_index::SessionInfo;
use trail_query::{SESSION_FIELDS, SESSION_SHORT_FIELDS, Span};

use crate::bm25::{K1_PLUS_1, idf, tf_without_norms};
use crate::cancel::Meter;
use crate::expansion::Kept;
use crate::pattern::{Letters, Pattern};
use crate::plan::Plan;
use crate::{Options, Result};

/// A field, by its place in [`SESSION_FIELDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SessionField(usize);

/// What a query asks of a trail.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SessionLeaf {
    pub(crate) field: SessionField,
    pub(crate) test: SessionTest,
    /// How values are compared.
    pub(crate) letters: Letters,
    /// What its score is multiplied with.
    pub(crate) boost: f64,
    /// Stands under no NOT at all.
    pub(crate) is_scored: bool,
    /// Where it was written.
    pub(crate) span: Span,
}

/// What the value of a field must be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SessionTest {
    /// This.
    Value(String),
    /// One of a set.
    Pattern(Pattern),
    /// Anything.
    Exists,
}

impl SessionField {
    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = SessionField> {
        (0..SESSION_FIELDS.len()).map(SessionField)
    }

    /// The field of a name.
    pub(crate) fn named(name: &str) -> Option<SessionField> {
        SessionField::all().find(|field| field.names().any(|own| own == name))
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        SESSION_FIELDS[self.0]
    }

    /// All its names.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        let name = self.name();
        let short = name.strip_prefix("session.").filter(|short| SESSION_SHORT_FIELDS.contains(short));
        std::iter::once(name).chain(short)
    }

    /// Its value.
    fn of(self, session: &SessionInfo) -> Option<&str> {
        let value = match self.name() {
            "session.user" => session.user.as_deref(),
            "session.target_user" => session.target_user.as_deref(),
            "session.host" => session.host.as_deref(),
            "session.protocol" => session.protocol.as_deref(),
            "session.command" => session.command.as_deref(),
            "session.title" => session.title.as_deref(),
            "session.format" => Some(session.format.as_str()),
            "session.source" => session.source.as_deref(),
            _ => None,
        };
        value.filter(|value| !value.is_empty())
    }
}

impl SessionLeaf {
    /// The value of its field, in the form that is compared.
    fn value(&self, session: &SessionInfo) -> Option<String> {
        self.field.of(session).map(|value| self.letters.of(value))
    }
}

/// What the session leaves of a plan are worth, by index in [`Plan::sessions`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SessionWeights(Vec<Weight>);

#[derive(Clone, Debug, PartialEq)]
enum Weight {
    /// The same for every value.
    Constant(f64),
    /// By value; nothing for others. The fuzzy words' own rule.
    ByValue(FxHashMap<Box<str>, f64>),
}

impl SessionWeights {
    /// The weights over all trails of which these are the sessions.
    pub(crate) fn new<'a>(
        plan: &Plan,
        sessions: impl Iterator<Item = &'a SessionInfo> + Clone,
        options: &Options,
    ) -> Result<SessionWeights> {
        let mut meter = Meter::new(&options.cancel);
        let scale = if options.keeps_k1_factor { K1_PLUS_1 } else { 1.0 };
        let weight = |leaf: &SessionLeaf| -> Result<Weight> {
            meter.spend(sessions.clone().count())?;
            let values = || sessions.clone().filter_map(|session| leaf.value(session));
            // One value without a length: every trail that has it counts the same.
            let term = |docs: u64, with: u64| leaf.boost * scale * idf(docs, with) * tf_without_norms(1.0);
            Ok(match &leaf.test {
                _ if !leaf.is_scored => Weight::Constant(0.0),
                SessionTest::Value(wanted) => {
                    let (mut docs, mut with) = (0, 0);
                    for value in values() {
                        docs += 1;
                        with += u64::from(value == *wanted);
                    }
                    Weight::Constant(term(docs, with))
                }
                SessionTest::Pattern(Pattern::Fuzzy(fuzzy)) => {
                    let mut docs = 0;
                    let mut near: FxHashMap<String, u64> = FxHashMap::default();
                    for value in values() {
                        docs += 1;
                        if fuzzy.matches(&value) {
                            *near.entry(value).or_default() += 1;
                        }
                    }
                    let kept = Kept::new(fuzzy, near.iter().map(|(value, &with)| (value.as_str(), with)), &mut meter)?;
                    let of = |(value, boost): (&str, f64)| (value.into(), boost * term(docs, kept.doc_freq));
                    Weight::ByValue(kept.boosts().map(of).collect())
                }
                SessionTest::Pattern(_) | SessionTest::Exists => Weight::Constant(leaf.boost),
            })
        };
        Ok(SessionWeights(plan.sessions.iter().map(weight).collect::<Result<_>>()?))
    }

    /// For each session leaf its score in a trail, if it holds there.
    pub(crate) fn of(&self, plan: &Plan, session: Option<&SessionInfo>) -> Vec<Option<f64>> {
        let of = |(leaf, weight): (&SessionLeaf, &Weight)| {
            let value = leaf.value(session?)?;
            let holds = match &leaf.test {
                SessionTest::Value(wanted) => value == *wanted,
                SessionTest::Pattern(pattern) => pattern.matches(&value),
                SessionTest::Exists => true,
            };
            let score = match weight {
                Weight::Constant(score) => *score,
                Weight::ByValue(scores) => scores.get(value.as_str()).copied().unwrap_or(0.0),
            };
            holds.then_some(score)
        };
        plan.sessions.iter().zip(&self.0).map(of).collect()
    }
}
