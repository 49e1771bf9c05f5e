//! From the syntax tree to a plan: the clause rule over what analysis left of each leaf.

mod analysis;

use trail_content::Kind;
use trail_index::analyzer::words;
use trail_query::{
    Assembled, ClauseList, Dialect, Leaf as SyntaxLeaf, LeafKind, Mode, Modifier, Node, Occur, Query, Span, Step,
    minimum_should_match,
};

use self::analysis::Term;
use super::{
    Atom, Kinds, Language, Leaf, LeafMatcher, Plan, PureNegative, Reading, Sequence, Sloppy, Slot, Tree, Vocabulary,
};
use crate::expansion::AllExpansions;
use crate::pattern::{Misread, Pattern};
use crate::session::SessionLeaf;
use crate::time::{Period, TimeLeaf};
use crate::{Cancel, Error, Limits, Result};

pub(super) fn lower(query: &Query, language: Language, limits: &Limits, cancel: &Cancel) -> Result<Plan> {
    let reading = match language.mode {
        Mode::Screentrail => Reading::All,
        Mode::Lucene => Reading::Words,
        Mode::Sps => Reading::Blanks,
    };
    let pure_negative = match language.dialect {
        Dialect::QueryString => PureNegative::AllOthers,
        Dialect::Classic => PureNegative::Nothing,
    };
    let minimum = language.minimum_should_match.clone();
    let mut lowering = Lowering {
        language,
        limits,
        cancel,
        reading,
        vocabulary: Vocabulary::default(),
        leaves: Vec::new(),
        periods: Vec::new(),
        sessions: Vec::new(),
        sequences: Vec::new(),
        depth: 0,
        negations: 0,
        firsts: 0,
        at: query.span,
    };
    let mut tree = lowering.query(query, 1.0)?;
    if let Some(text) = minimum {
        tree = tree.map(|tree| with_minimum(tree, &text)).transpose()?;
    }
    let Lowering { leaves, vocabulary, periods, sessions, sequences, .. } = lowering;
    Ok(Plan {
        leaves,
        tree,
        vocabulary,
        reading,
        pure_negative,
        periods,
        sessions,
        sequences,
        expansions: AllExpansions::default(),
    })
}

/// What a word that was perhaps misread counts: less than any exact match in all but absurd collections.
const MISREAD_BOOST: f64 = 0.01;

struct Lowering<'a> {
    language: Language,
    limits: &'a Limits,
    cancel: &'a Cancel,
    reading: Reading,
    vocabulary: Vocabulary,
    leaves: Vec<Leaf>,
    periods: Vec<Period>,
    sessions: Vec<SessionLeaf>,
    sequences: Vec<Sequence>,
    depth: usize,
    /// NOTs around the node at hand.
    negations: usize,
    /// Sequences in whose first part the node at hand stands.
    firsts: usize,
    /// Where the leaf at hand was written.
    at: Span,
}

impl Lowering<'_> {
    /// Lowers one node; `None` if analysis left nothing of it.
    fn query(&mut self, query: &Query, boost: f64) -> Result<Option<Tree>> {
        match &query.node {
            Node::Leaf(leaf) => {
                self.at = query.span;
                Ok(self.group_of(self.leaf(leaf, query.span)?, boost)?)
            }
            Node::Boost { query: inner, factor } => {
                self.deeper(query.span, |this| this.query(inner, boost * f64::from(*factor)))
            }
            Node::Sequence { first, then } => self.deeper(query.span, |this| this.sequence_of(first, then, boost)),
            Node::Bool(clauses) => self.deeper(query.span, |this| {
                let mut list = ClauseList::new(this.language.default_operator);
                for clause in clauses {
                    if let Node::Leaf(leaf @ SyntaxLeaf { kind: LeafKind::Words { .. }, .. }) = &clause.query.node {
                        this.at = clause.query.span;
                        let terms = this.leaf(leaf, clause.query.span)?;
                        let terms: Vec<Tree> =
                            terms.into_iter().map(|term| this.add(term, boost)).collect::<Result<_>>()?;
                        list.splice(terms);
                        continue;
                    }
                    let is_negated = clause.modifier == Modifier::Not;
                    this.negations += usize::from(is_negated);
                    let lowered = this.query(&clause.query, boost);
                    this.negations -= usize::from(is_negated);
                    list.push(clause.conjunction, clause.modifier, lowered?);
                }
                Ok(match list.finish() {
                    Assembled::Nothing => None,
                    Assembled::One(tree) => Some(tree),
                    Assembled::Many(clauses) => Some(group(clauses)),
                })
            }),
        }
    }

    /// One thing after another; a step of which analysis left nothing is left out.
    fn sequence_of(&mut self, first: &Query, then: &[Step], boost: f64) -> Result<Option<Tree>> {
        // All but the last come first to something.
        self.firsts += 1;
        let mut before = self.query(first, boost)?;
        self.firsts -= 1;
        for (at, step) in then.iter().enumerate() {
            let is_last = at + 1 == then.len();
            self.firsts += usize::from(!is_last);
            let next = self.query(&step.query, boost);
            let is_negative = self.is_negative();
            self.firsts -= usize::from(!is_last);
            before = match (before, next?) {
                (Some(first), Some(second)) => {
                    self.sequences.push(Sequence { first, second, within_ns: step.within_ns, is_negative });
                    Some(Tree::Sequence(self.sequences.len() - 1))
                }
                (None, next) => next,
                (before, None) => before,
            };
        }
        Ok(before)
    }

    fn is_negative(&self) -> bool {
        self.negations % 2 == 1 || self.firsts > 0
    }

    fn deeper<T>(&mut self, span: Span, inner: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        // A group and its boost are two nodes on one level of parentheses.
        if self.depth > self.limits.nesting.saturating_mul(2) {
            return Err(Error::TooDeep { span, limit: self.limits.nesting });
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn group_of(&mut self, terms: Vec<Term>, boost: f64) -> Result<Option<Tree>> {
        let mut list = ClauseList::new(self.language.default_operator);
        for term in terms {
            let tree = self.add(term, boost)?;
            list.splice([tree]);
        }
        Ok(match list.finish() {
            Assembled::Nothing => None,
            Assembled::One(tree) => Some(tree),
            Assembled::Many(clauses) => Some(group(clauses)),
        })
    }

    fn add(&mut self, term: Term, boost: f64) -> Result<Tree> {
        let misread = match &term {
            Term::Sequence { kinds, tokens } => self.misread(*kinds, tokens),
            _ => None,
        };
        let exact = self.add_leaf(term, boost)?;
        match misread {
            Some(pattern) => Ok(Tree::Best(vec![exact, self.add_misread(pattern, boost)?])),
            None => Ok(exact),
        }
    }

    /// What a word may have been read as, where it is looked for in pixels.
    fn misread(&self, kinds: Kinds, tokens: &[String]) -> Option<Pattern> {
        let reads_pixels = self.language.reads_pixels && self.language.mode == Mode::Screentrail;
        match tokens {
            [token] if reads_pixels && kinds.contains(Kind::Line) => Some(Pattern::Misread(Misread::new(token))),
            _ => None,
        }
    }

    fn add_misread(&mut self, pattern: Pattern, boost: f64) -> Result<Tree> {
        let tree = self.add_leaf(Term::Pattern { kinds: Kinds::of(&[Kind::Line]), pattern }, MISREAD_BOOST * boost)?;
        if let Some(leaf) = self.leaves.last_mut() {
            leaf.of_pixels = true;
        }
        Ok(tree)
    }

    fn add_leaf(&mut self, term: Term, boost: f64) -> Result<Tree> {
        let mut lifetime = None;
        let (kinds, matcher) = match term {
            Term::All => return Ok(Tree::All(boost)),
            Term::Nothing => return Ok(nothing()),
            Term::Best(fields) => {
                let fields = fields.into_iter().map(|terms| self.group_of(terms, boost));
                let fields: Vec<Option<Tree>> = fields.collect::<Result<_>>()?;
                return Ok(Tree::Best(fields.into_iter().flatten().collect()));
            }
            Term::Session { field, test } => {
                self.check_count()?;
                let (letters, is_scored) = (self.language.session_letters(), self.is_scored());
                self.sessions.push(SessionLeaf { field, test, letters, boost, is_scored, span: self.at });
                return Ok(Tree::Session(self.sessions.len() - 1));
            }
            Term::Time(TimeLeaf::During(period)) => {
                self.periods.push(period);
                return Ok(Tree::Period(self.periods.len() - 1, boost));
            }
            Term::Time(TimeLeaf::Shown(of)) => {
                lifetime = Some(of);
                (Kinds::VISIBLE, LeafMatcher::Sequence(Vec::new()))
            }
            Term::Pattern { kinds, pattern } => (kinds, LeafMatcher::Pattern(self.vocabulary.pattern(pattern, kinds))),
            Term::AnyText { kinds } => (kinds, LeafMatcher::AnyText(self.vocabulary.any_text())),
            Term::Sloppy { kinds, tokens, slop } => (kinds, self.sloppy(&tokens, slop)),
            Term::Sequence { kinds, tokens } => (kinds, self.sequence(&tokens)),
        };
        self.check_count()?;
        let (is_negative, is_scored) = (self.is_negative(), self.is_scored());
        self.leaves.push(Leaf {
            kinds,
            matcher,
            boost,
            is_negative,
            is_scored,
            span: self.at,
            lifetime,
            of_pixels: false,
        });
        Ok(Tree::Leaf(self.leaves.len() - 1))
    }

    fn is_scored(&self) -> bool {
        self.negations == 0 && self.firsts == 0
    }

    fn check_count(&self) -> Result<()> {
        self.cancel.check()?;
        let (found, limit) = (self.leaves.len() + self.sessions.len() + 1, self.limits.leaves);
        if found > limit { Err(Error::TooManyLeaves { found, limit }) } else { Ok(()) }
    }

    fn sequence(&mut self, tokens: &[String]) -> LeafMatcher {
        let mut offset = 0;
        let mut atoms = Vec::with_capacity(tokens.len());
        for token in tokens {
            let words = match self.reading {
                Reading::All => words(token),
                // Already a word, or as good as one.
                Reading::Words | Reading::Blanks => vec![token.clone()],
            };
            let is_word = matches!(&words[..], [only] if only == token);
            let inner = if words.len() > 1 { &words[..] } else { &[] };
            atoms.push(Atom {
                token: self.vocabulary.exact(token),
                words: inner.iter().map(|word| self.vocabulary.exact(word)).collect(),
                is_word,
                offset,
            });
            offset += words.len() as u32;
        }
        LeafMatcher::Sequence(atoms)
    }
}

impl Lowering<'_> {
    /// A phrase whose tokens may be moved. A token of several words stands as these; one without stands whole.
    fn sloppy(&mut self, tokens: &[String], slop: u32) -> LeafMatcher {
        let LeafMatcher::Sequence(atoms) = self.sequence(tokens) else { return LeafMatcher::Sequence(Vec::new()) };
        let mut slots = Vec::new();
        for atom in atoms {
            if atom.words.is_empty() {
                let is_whole = !atom.is_word;
                slots.push(Slot { term: atom.token, is_whole, offset: atom.offset });
            }
            let words = atom.words.iter().zip(atom.offset..);
            slots.extend(words.map(|(&term, offset)| Slot { term, is_whole: false, offset }));
        }
        // Slop moves words against each other: there must be two.
        if slots.len() < 2 { self.sequence(tokens) } else { LeafMatcher::Sloppy(Sloppy { slots, slop }) }
    }
}

fn group(clauses: Vec<(Occur, Tree)>) -> Tree {
    let (mut must, mut should, mut must_not) = (Vec::new(), Vec::new(), Vec::new());
    for (occur, tree) in clauses {
        match occur {
            Occur::Must => must.push(tree),
            Occur::Should => should.push(tree),
            Occur::MustNot => must_not.push(tree),
        }
    }
    Tree::Group { must, should, must_not, minimum: 0 }
}

/// What never holds.
fn nothing() -> Tree {
    Tree::Group { must: Vec::new(), should: Vec::new(), must_not: Vec::new(), minimum: 0 }
}

/// Asks for a minimum of the optional clauses of the outermost group.
fn with_minimum(tree: Tree, text: &str) -> Result<Tree> {
    let Tree::Group { must, should, must_not, .. } = tree else { return Ok(tree) };
    let asked = minimum_should_match(text, should.len()).ok_or_else(|| Error::BadMinimum { found: text.to_owned() })?;
    Ok(if asked > should.len() { nothing() } else { Tree::Group { must, should, must_not, minimum: asked } })
}
