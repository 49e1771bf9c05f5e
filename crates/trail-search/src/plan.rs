//! What a query asks: leaves, and how they combine.

mod fields;
mod lower;
mod vocabulary;

#[cfg(test)]
mod tests;

use trail_content::Kind;
use trail_query::{Dialect, Mode, Operator, Query, Span};

use crate::expansion::AllExpansions;
use crate::rank::Statistics;
use crate::session::SessionLeaf;
use crate::time::{Lifetime, Period};
use crate::{Cancel, Limits, Result};

pub(crate) use vocabulary::{TermId, Vocabulary};

/// The most moves of a phrase's tokens; more are taken as this many.
pub const MAX_SLOP: u32 = 10_000;

/// How the tree of a query is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// What a word matches.
    pub mode: Mode,
    /// Whether a group of nothing but negatives means everything else (`query_string`) or nothing (classic).
    pub dialect: Dialect,
    /// What stands between the words of one bare text.
    pub default_operator: Operator,
    /// The field of what names none; `None` is what is visible. In the `query_string` dialect it may be a pattern of names.
    pub default_field: Option<String>,
    /// Whether the words of one bare text are a phrase.
    pub makes_phrases: bool,
    /// The most moves of a phrase that does not say how many.
    pub phrase_slop: u32,
    /// How many first characters of a fuzzy word must be equal.
    pub fuzzy_prefix_len: usize,
    /// How many optional clauses of the outermost group must hold, in the words of
    /// [`minimum_should_match`](trail_query::minimum_should_match()).
    pub minimum_should_match: Option<String>,
    /// Whether some of what is searched was read from pixels. Then, in `screentrail` mode, a word also matches what such a
    /// reader may have made of it, in what was read from pixels only, at a lower rank.
    pub reads_pixels: bool,
}

impl Language {
    /// How queries parsed with `options` are read.
    pub fn of(options: &trail_query::Options) -> Language {
        Language {
            mode: options.mode,
            dialect: options.dialect,
            default_operator: options.default_operator,
            default_field: None,
            makes_phrases: false,
            phrase_slop: 0,
            fuzzy_prefix_len: 0,
            minimum_should_match: None,
            reads_pixels: false,
        }
    }
}

impl From<Mode> for Language {
    /// The mode's defaults, save that nothing but negatives means everything else in every mode: a moment at which something
    /// was not there is an answer, where a document is none.
    fn from(mode: Mode) -> Language {
        Language { dialect: Dialect::QueryString, ..Language::of(&trail_query::Options::new(mode)) }
    }
}

/// A query made ready: what to look for in the text of items, and how the answers combine.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) tree: Option<Tree>,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) reading: Reading,
    pub(crate) pure_negative: PureNegative,
    /// Asked for by [`Tree::Period`].
    pub(crate) periods: Vec<Period>,
    /// Asked for by [`Tree::Session`].
    pub(crate) sessions: Vec<SessionLeaf>,
    /// Asked for by [`Tree::Sequence`]; those inside others come before them.
    pub(crate) sequences: Vec<Sequence>,
    /// What its fuzzy words stand for.
    pub(crate) expansions: AllExpansions,
}

/// The set of item kinds a leaf looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kinds(u8);

impl Kinds {
    /// What the default field means: screen lines and the title.
    pub const VISIBLE: Kinds = Kinds::of(&[Kind::Line, Kind::Title]);

    /// The set of these kinds.
    pub const fn of(kinds: &[Kind]) -> Kinds {
        let mut bits = 0;
        let mut i = 0;
        while i < kinds.len() {
            bits |= 1 << kinds[i].code();
            i += 1;
        }
        Kinds(bits)
    }

    /// The kinds of a field, if content has it. `None` is the default field, `content` its name where every name is one.
    pub fn of_field(field: Option<&str>) -> Option<Kinds> {
        Some(match field {
            None | Some("content") => Kinds::VISIBLE,
            Some("screen" | "screen.content") => Kinds::of(&[Kind::Line]),
            Some("title") => Kinds::of(&[Kind::Title]),
            Some("command") => Kinds::of(&[Kind::Command]),
            Some("input") => Kinds::of(&[Kind::Input]),
            Some("clipboard") => Kinds::of(&[Kind::Clipboard]),
            Some(_) => return None,
        })
    }

    /// Tells whether `kind` is in the set.
    pub fn contains(self, kind: Kind) -> bool {
        self.0 >> kind.code() & 1 == 1
    }

    /// Tells whether all kinds of this set are in the other.
    pub(crate) fn is_within(self, other: Kinds) -> bool {
        self.0 & !other.0 == 0
    }

    /// Both sets together.
    pub fn union(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }
}

/// Which pieces of a text are tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Words, parts and wholes of the analyzer `screen-1`.
    All,
    /// Its words only.
    Words,
    /// What stands between blanks.
    Blanks,
}

/// What a group without positive clauses means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PureNegative {
    /// Every moment at which none of them holds.
    AllOthers,
    /// Nothing.
    Nothing,
}

/// Something to look for in items of some kinds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Leaf {
    pub(crate) kinds: Kinds,
    pub(crate) matcher: LeafMatcher,
    /// What its score is multiplied with.
    pub(crate) boost: f64,
    /// Stands under an odd number of NOTs: asked of everything visible, never scored, never a hit by itself.
    pub(crate) is_negative: bool,
    /// Scored: under no NOT at all.
    pub(crate) is_scored: bool,
    /// Where it was written.
    pub(crate) span: Span,
    /// Asks for lifetimes of such a length, whatever the text; `matcher` then matches nothing.
    pub(crate) lifetime: Option<Lifetime>,
    /// Asked only of what was read from pixels.
    pub(crate) of_pixels: bool,
}

/// One thing after another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sequence {
    /// Its leaves are asked of everything visible and never scored: it may be gone when the second comes.
    pub(crate) first: Tree,
    pub(crate) second: Tree,
    /// Less than so long after it.
    pub(crate) within_ns: Option<u64>,
    /// Stands under an odd number of NOTs or in what comes first elsewhere.
    pub(crate) is_negative: bool,
}

/// What a leaf looks for. Each kind has its terms in the [`Vocabulary`] and its case in [`crate::matcher`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum LeafMatcher {
    /// Tokens in sequence; one for a plain term.
    Sequence(Vec<Atom>),
    /// Tokens near each other.
    Sloppy(Sloppy),
    /// A token of a set.
    Pattern(TermId),
    /// Whatever is not blank.
    AnyText(TermId),
}

/// One whitespace-delimited token of the query, at its place in a sequence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Atom {
    /// The token itself.
    pub(crate) token: TermId,
    /// The words it holds, if it may also stand as these in sequence. Empty: only as itself.
    pub(crate) words: Vec<TermId>,
    /// The token is one word (class a): a word or part may be it, not only a whole.
    pub(crate) is_word: bool,
    /// How many words stand before it in the sequence.
    pub(crate) offset: u32,
}

/// A phrase whose tokens may be moved.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sloppy {
    /// Two or more.
    pub(crate) slots: Vec<Slot>,
    /// The most moves.
    pub(crate) slop: u32,
}

/// A token of a phrase whose tokens may be moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slot {
    pub(crate) term: TermId,
    /// It has no word in it: only a whole token is it.
    pub(crate) is_whole: bool,
    /// How many words stand before it in the phrase.
    pub(crate) offset: u32,
}

/// How leaves combine.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    /// A leaf, by its index in [`Plan::leaves`].
    Leaf(usize),
    /// Every moment, with this score.
    All(f64),
    /// The moments of a period, by its index in [`Plan::periods`], with this score.
    Period(usize, f64),
    /// All moments of the trails of which something is true, by its index in [`Plan::sessions`].
    Session(usize),
    /// A sequence, by its index in [`Plan::sequences`].
    Sequence(usize),
    /// At least one, with the best of their scores: one question to several fields.
    Best(Vec<Tree>),
    /// Every `must`, no `must_not`, at least `minimum` of `should`, and at least one if there is no `must`.
    Group { must: Vec<Tree>, should: Vec<Tree>, must_not: Vec<Tree>, minimum: usize },
}

impl Plan {
    /// Reads the tree of a query.
    ///
    /// # Errors
    /// [`Error::TooComplex`](crate::Error::TooComplex) for regular expressions whose automaton would be too large,
    /// [`Error::UnknownField`](crate::Error::UnknownField),
    /// [`Error::TooDeep`](crate::Error::TooDeep) and [`Error::TooManyLeaves`](crate::Error::TooManyLeaves) for queries
    /// beyond the limits.
    pub fn new(query: &Query, language: Language) -> Result<Plan> {
        Plan::within(query, language, &Limits::default(), &Cancel::never())
    }

    /// The same with other limits, and a way to stop: an automaton can take some time to make.
    ///
    /// # Errors
    /// As [`Plan::new`]; [`Error::Cancelled`](crate::Error::Cancelled).
    pub fn within(query: &Query, language: Language, limits: &Limits, cancel: &Cancel) -> Result<Plan> {
        lower::lower(query, language, limits, cancel)
    }

    /// Decides which tokens fuzzy words are ranked by, from what there is. What they match does not depend on it.
    pub(crate) fn expand(&mut self, statistics: &Statistics, cancel: &Cancel) -> Result<()> {
        self.expansions = AllExpansions::new(self, statistics, cancel)?;
        Ok(())
    }

    /// The kinds of item that can match a leaf.
    pub fn kinds(&self) -> Kinds {
        self.leaves.iter().fold(Kinds::of(&[]), |kinds, leaf| kinds.union(leaf.kinds))
    }

    /// Tells whether some leaf asks how long items were visible.
    pub(crate) fn has_lifetimes(&self) -> bool {
        self.leaves.iter().any(|leaf| leaf.lifetime.is_some())
    }

    /// Tells whether every hit is one item's, whatever else is visible, and its rank that item's: then the best items have
    /// the best hits.
    pub(crate) fn is_by_item(&self) -> bool {
        matches!(self.tree, Some(Tree::Leaf(_))) && self.leaves.len() == 1 && !self.has_lifetimes()
    }

    /// Tells whether the query can hold of an item that matches no positive leaf.
    pub(crate) fn is_open(&self) -> bool {
        self.tree.as_ref().is_some_and(|tree| self.holds_without_leaf(tree))
    }

    /// Whether `tree` can hold where no positive leaf does. Under an odd number of NOTs no leaf is positive, so a group
    /// of negatives always can.
    fn holds_without_leaf(&self, tree: &Tree) -> bool {
        match tree {
            Tree::Leaf(leaf) => self.leaves[*leaf].is_negative,
            Tree::All(_) | Tree::Period(..) | Tree::Session(_) => true,
            Tree::Best(fields) => fields.iter().any(|tree| self.holds_without_leaf(tree)),
            Tree::Sequence(index) => {
                let sequence = &self.sequences[*index];
                sequence.is_negative || self.holds_without_leaf(&sequence.second)
            }
            // Where a minimum asks for some of `should` besides, this says yes too often, which costs time alone.
            Tree::Group { must, should, .. } if !must.is_empty() || !should.is_empty() => {
                let (all, any) = if must.is_empty() { (false, should) } else { (true, must) };
                if all {
                    any.iter().all(|tree| self.holds_without_leaf(tree))
                } else {
                    any.iter().any(|tree| self.holds_without_leaf(tree))
                }
            }
            Tree::Group { .. } => true,
        }
    }
}
