//! From the syntax tree to a plan: analysis of each leaf, and the clause rule over what analysis left.

use trail_content::Kind;
use trail_index::analyzer::{fold, words};
use trail_query::{
    Assembled, ClauseList, Dialect, Leaf as SyntaxLeaf, LeafKind, Mode, Modifier, Node, Occur, Query, Span, Step,
    minimum_should_match,
};

use super::fields::{Field, Fields};
use super::{
    Atom, Kinds, Language, Leaf, LeafMatcher, MAX_SLOP, Plan, PureNegative, Reading, Sequence, Sloppy, Slot, Tree,
    Vocabulary,
};
use crate::expansion::AllExpansions;
use crate::pattern::{Classes, Fuzzy, Letters, Misread, Pattern, Regexp, RegexpError, TermRange, Wildcard};
use crate::session::{SessionField, SessionLeaf, SessionTest};
use crate::time::{Period, TimeLeaf, time_leaf};
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

    /// What analysis makes of a leaf: the alternatives among which the default operator stands.
    fn leaf(&self, leaf: &SyntaxLeaf, span: Span) -> Result<Vec<Term>> {
        if self.language.mode == Mode::Screentrail
            && let Some(time) = time_leaf(leaf.field.as_deref(), &leaf.kind)
        {
            let field = leaf.field.clone().unwrap_or_default();
            let time = time.map_err(|expected| Error::BadTime { field, expected, span })?;
            return Ok(vec![Term::Time(time)]);
        }
        if leaf.kind == LeafKind::MatchAll {
            return Ok(vec![Term::All]);
        }
        match self.language.fields(leaf.field.as_deref(), span)? {
            Fields::Unknown => Ok(vec![Term::Nothing]),
            Fields::One(field) => self.in_field(field, &leaf.kind, span),
            Fields::Many { all: true, .. } if leaf.kind == LeafKind::Exists => Ok(vec![Term::All]),
            Fields::Many { fields, .. } => {
                let terms = fields.iter().map(|field| self.in_field(*field, &leaf.kind, span));
                let mut terms: Vec<Vec<Term>> = terms.collect::<Result<_>>()?;
                let found_none = terms.is_empty();
                terms.retain(|terms| !terms.is_empty());
                // Where no name fits nothing is found; where analysis left nothing there is no clause.
                Ok(match (terms.is_empty(), found_none) {
                    (true, false) => Vec::new(),
                    (true, true) => vec![Term::Nothing],
                    (false, _) => vec![Term::Best(terms)],
                })
            }
        }
    }

    fn in_field(&self, field: Field, kind: &LeafKind, span: Span) -> Result<Vec<Term>> {
        let bounds = match kind {
            LeafKind::Words { words } => self.bounds(&words.join(" ")),
            _ => None,
        };
        let kind = bounds.as_ref().unwrap_or(kind);
        match field {
            Field::Items(kinds) => self.in_items(kinds, kind, span),
            Field::Session(field) => match self.language.session_values(kind) {
                Some(tests) => Ok(tests.into_iter().map(|test| Term::Session { field, test }).collect()),
                None => {
                    let test = self.pattern(kind, self.language.session_letters(), span)?.map(SessionTest::Pattern);
                    Ok(vec![Term::Session { field, test: test.unwrap_or(SessionTest::Exists) }])
                }
            },
        }
    }

    /// Bare words that begin with a comparison are a range where the dialect has it so.
    fn bounds(&self, text: &str) -> Option<LeafKind> {
        let is_known = self.language.dialect == Dialect::QueryString && self.language.mode == Mode::Lucene;
        let (sign, rest) = text.split_at_checked(1).filter(|(sign, _)| is_known && matches!(*sign, "<" | ">"))?;
        let (included, bound) = rest.strip_prefix('=').map_or((false, rest), |bound| (true, bound));
        let bound = Some(bound.to_owned());
        let (lower, upper) = if sign == ">" { (bound, None) } else { (None, bound) };
        // An open end is in either way.
        Some(LeafKind::Range { include_lower: included, include_upper: included, lower, upper })
    }

    /// What analysis makes of a leaf that is asked of texts.
    fn in_items(&self, kinds: Kinds, kind: &LeafKind, span: Span) -> Result<Vec<Term>> {
        let texts = match kind {
            LeafKind::Term { text } if self.language.makes_phrases => {
                return Ok(self.phrase(kinds, text, self.language.phrase_slop));
            }
            LeafKind::Words { words } if self.language.makes_phrases => {
                return Ok(self.phrase(kinds, &words.join(" "), self.language.phrase_slop));
            }
            LeafKind::Term { text } => self.bare(text),
            LeafKind::Words { words } => words.iter().flat_map(|word| self.bare(word)).collect(),
            LeafKind::Phrase { text, slop } => {
                return Ok(self.phrase(kinds, text, slop.unwrap_or(self.language.phrase_slop)));
            }
            LeafKind::Exists => return Ok(vec![self.anything(kinds)]),
            kind => {
                let pattern = self.pattern(kind, Letters::Folded, span)?;
                return Ok(vec![
                    pattern.map_or_else(|| self.anything(kinds), |pattern| Term::Pattern { kinds, pattern }),
                ]);
            }
        };
        Ok(texts.into_iter().map(|tokens| Term::Sequence { kinds, tokens }).collect())
    }

    fn phrase(&self, kinds: Kinds, text: &str, slop: u32) -> Vec<Term> {
        let tokens = self.tokens(text);
        if tokens.is_empty() {
            return Vec::new();
        }
        vec![match slop.min(MAX_SLOP) {
            0 => Term::Sequence { kinds, tokens },
            slop => Term::Sloppy { kinds, tokens, slop },
        }]
    }

    /// Whatever there is of a field: a text, or to the classic parser a word, since it knows nothing but terms.
    fn anything(&self, kinds: Kinds) -> Term {
        match (self.language.mode, self.language.dialect) {
            (Mode::Lucene, Dialect::Classic) => {
                Term::Pattern { kinds, pattern: Pattern::Wildcard(Wildcard::new("*", Letters::Folded)) }
            }
            _ => Term::AnyText { kinds },
        }
    }

    /// The set of tokens that a leaf stands for; `None` for all of them.
    fn pattern(&self, kind: &LeafKind, letters: Letters, span: Span) -> Result<Option<Pattern>> {
        Ok(Some(match kind {
            LeafKind::Prefix { text } => Pattern::Prefix(letters.of(text).into()),
            LeafKind::Wildcard { pattern } => Pattern::Wildcard(Wildcard::new(pattern, letters)),
            LeafKind::Regexp { pattern } => {
                // Lucene learned these classes in release 9; the letters are what the older one reads.
                let classes = if self.language.mode == Mode::Lucene { Classes::Unknown } else { Classes::Known };
                let (states, cancel) = (self.limits.states, self.cancel);
                let regexp = Regexp::new(pattern, letters, classes, states, cancel).map_err(|error| match error {
                    RegexpError::TooComplex => Error::TooComplex { span, limit: states },
                    RegexpError::Stopped => cancel.check().err().unwrap_or(Error::Cancelled),
                    RegexpError::Syntax => Error::BadRegexp { span },
                })?;
                Pattern::Regexp(regexp)
            }
            LeafKind::Fuzzy { text, edits } => {
                let text = letters.of(text);
                let edits = edits.for_text(&text);
                Pattern::Fuzzy(Fuzzy::new(text, edits, self.language.fuzzy_prefix_len))
            }
            LeafKind::Range { lower: None, upper: None, .. } => return Ok(None),
            LeafKind::Range { lower, upper, include_lower, include_upper } => {
                let bound = |bound: &Option<String>| bound.as_deref().map(|text| letters.of(text).into());
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

/// What analysis left of a leaf.
enum Term {
    All,
    Nothing,
    /// The same asked of several fields; what analysis left for each.
    Best(Vec<Vec<Term>>),
    Session {
        field: SessionField,
        test: SessionTest,
    },
    Time(TimeLeaf),
    Pattern {
        kinds: Kinds,
        pattern: Pattern,
    },
    AnyText {
        kinds: Kinds,
    },
    Sloppy {
        kinds: Kinds,
        tokens: Vec<String>,
        slop: u32,
    },
    Sequence {
        kinds: Kinds,
        tokens: Vec<String>,
    },
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
