//! From the syntax tree to a plan: analysis of each leaf, and the clause rule over what analysis left.

use trail_index::analyzer::{fold, words};
use trail_query::{
    Assembled, CONTENT_FIELDS, ClauseList, Dialect, Leaf as SyntaxLeaf, LeafKind, Mode, Modifier, Node, Occur, Query,
    Span, Step,
};

use super::{
    Atom, Kinds, Language, Leaf, LeafMatcher, MAX_LEAVES, MAX_NESTING, MAX_SLOP, MAX_STATES, Plan, PureNegative,
    Reading, Sequence, Sloppy, Slot, Tree, Vocabulary,
};
use crate::expansion::AllExpansions;
use crate::pattern::{Classes, Fuzzy, Pattern, Regexp, RegexpError, TermRange, Wildcard};
use crate::time::{Period, TimeLeaf, time_leaf};
use crate::{Error, Result};

pub(super) fn lower(query: &Query, language: Language) -> Result<Plan> {
    let reading = match language.mode {
        Mode::Screentrail => Reading::All,
        Mode::Lucene => Reading::Words,
        Mode::Sps => Reading::Blanks,
    };
    let mut lowering = Lowering {
        language,
        reading,
        vocabulary: Vocabulary::default(),
        leaves: Vec::new(),
        periods: Vec::new(),
        sequences: Vec::new(),
        depth: 0,
        negations: 0,
        firsts: 0,
        at: query.span,
    };
    let tree = lowering.query(query, 1.0)?;
    let pure_negative = match language.dialect {
        Dialect::QueryString => PureNegative::AllOthers,
        Dialect::Classic => PureNegative::Nothing,
    };
    let Lowering { leaves, vocabulary, periods, sequences, .. } = lowering;
    Ok(Plan {
        leaves,
        tree,
        vocabulary,
        reading,
        pure_negative,
        periods,
        sequences,
        expansions: AllExpansions::default(),
    })
}

struct Lowering {
    language: Language,
    reading: Reading,
    vocabulary: Vocabulary,
    leaves: Vec<Leaf>,
    periods: Vec<Period>,
    sequences: Vec<Sequence>,
    depth: usize,
    /// NOTs around the node at hand.
    negations: usize,
    /// Sequences in whose first part the node at hand stands.
    firsts: usize,
    /// Where the leaf at hand was written.
    at: Span,
}

impl Lowering {
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
        if self.depth > 2 * MAX_NESTING {
            return Err(Error::TooDeep { span });
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// What analysis makes of a leaf: the alternatives among which the default operator stands.
    fn leaf(&self, leaf: &SyntaxLeaf, span: Span) -> Result<Vec<Term>> {
        if self.language.mode == Mode::Screentrail
            && let Some(time) = time_leaf(leaf.field.as_deref(), &leaf.kind)
        {
            let field = leaf.field.clone().unwrap_or_default();
            let time = time.map_err(|expected| Error::BadTime { field, expected, span })?;
            return Ok(vec![Term::Time(time)]);
        }
        let kinds = match Kinds::of_field(leaf.field.as_deref()) {
            Some(kinds) => kinds,
            // Lucene knows no list of fields: what is not there has no documents.
            None if self.language.mode == Mode::Lucene => Kinds::of(&[]),
            None => return Err(unknown_field(leaf, span)),
        };
        let texts = match &leaf.kind {
            LeafKind::MatchAll => return Ok(vec![Term::All]),
            LeafKind::Term { text } => self.bare(text),
            LeafKind::Words { words } => words.iter().flat_map(|word| self.bare(word)).collect(),
            LeafKind::Phrase { text, slop } => {
                let tokens = self.tokens(text);
                if !tokens.is_empty()
                    && let Some(slop) = slop.filter(|&slop| slop > 0)
                {
                    return Ok(vec![Term::Sloppy { kinds, tokens, slop: slop.min(MAX_SLOP) }]);
                }
                if tokens.is_empty() { Vec::new() } else { vec![tokens] }
            }
            LeafKind::Exists => return Ok(vec![Term::AnyText { kinds }]),
            kind => {
                let pattern = self.pattern(kind, span)?;
                return Ok(vec![pattern.map_or(Term::AnyText { kinds }, |pattern| Term::Pattern { kinds, pattern })]);
            }
        };
        Ok(texts.into_iter().map(|tokens| Term::Sequence { kinds, tokens }).collect())
    }

    /// The set of tokens that a leaf stands for; `None` for all of them.
    fn pattern(&self, kind: &LeafKind, span: Span) -> Result<Option<Pattern>> {
        Ok(Some(match kind {
            LeafKind::Prefix { text } => Pattern::Prefix(fold(text).into()),
            LeafKind::Wildcard { pattern } => Pattern::Wildcard(Wildcard::new(pattern)),
            LeafKind::Regexp { pattern } => {
                // Lucene learned these classes in release 9; the letters are what the older one reads.
                let classes = if self.language.mode == Mode::Lucene { Classes::Unknown } else { Classes::Known };
                let regexp = Regexp::new(pattern, classes, MAX_STATES).map_err(|error| match error {
                    RegexpError::TooComplex => Error::TooComplex { span },
                    RegexpError::Syntax => Error::BadRegexp { span },
                })?;
                Pattern::Regexp(regexp)
            }
            LeafKind::Fuzzy { text, edits } => {
                let text = fold(text);
                let edits = edits.for_text(&text);
                Pattern::Fuzzy(Fuzzy::new(text, edits, 0))
            }
            LeafKind::Range { lower: None, upper: None, .. } => return Ok(None),
            LeafKind::Range { lower, upper, include_lower, include_upper } => {
                let bound = |bound: &Option<String>| bound.as_deref().map(|text| fold(text).into());
                let (include_lower, include_upper) = (*include_lower, *include_upper);
                Pattern::Range(TermRange { lower: bound(lower), upper: bound(upper), include_lower, include_upper })
            }
            _ => return Ok(None),
        }))
    }

    /// The alternatives of a bare text, each a sequence of tokens.
    fn bare(&self, text: &str) -> Vec<Vec<String>> {
        self.tokens(text).into_iter().map(|token| vec![token]).collect()
    }

    /// The tokens of a text, as a sequence has them.
    fn tokens(&self, text: &str) -> Vec<String> {
        match self.reading {
            Reading::Words => words(text),
            Reading::All | Reading::Blanks => text.split_whitespace().map(fold).collect(),
        }
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
        let mut lifetime = None;
        let (kinds, matcher) = match term {
            Term::All => return Ok(Tree::All(boost)),
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
        if self.leaves.len() >= MAX_LEAVES {
            return Err(Error::TooManyLeaves { found: self.leaves.len() + 1 });
        }
        let (is_negative, is_scored) = (self.is_negative(), self.negations == 0 && self.firsts == 0);
        self.leaves.push(Leaf { kinds, matcher, boost, is_negative, is_scored, span: self.at, lifetime });
        Ok(Tree::Leaf(self.leaves.len() - 1))
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

impl Lowering {
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

/// What analysis left of a leaf.
enum Term {
    All,
    Time(TimeLeaf),
    Pattern { kinds: Kinds, pattern: Pattern },
    AnyText { kinds: Kinds },
    Sloppy { kinds: Kinds, tokens: Vec<String>, slop: u32 },
    Sequence { kinds: Kinds, tokens: Vec<String> },
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
    Tree::Group { must, should, must_not }
}

fn unknown_field(leaf: &SyntaxLeaf, span: Span) -> Error {
    Error::UnknownField { expected: CONTENT_FIELDS.join(", "), span, found: leaf.field.clone().unwrap_or_default() }
}
