//! What a leaf of the syntax tree asks: analysis of its text, in the fields that its name means.

use trail_index::analyzer::{fold, words};
use trail_query::{Dialect, Leaf as SyntaxLeaf, LeafKind, Mode, Span};

use super::Lowering;
use crate::pattern::{Classes, Fuzzy, Letters, Pattern, Regexp, RegexpError, TermRange, Wildcard};
use crate::plan::fields::{Field, Fields};
use crate::plan::{Kinds, MAX_SLOP, Reading};
use crate::session::{SessionField, SessionTest};
use crate::time::{TimeLeaf, time_leaf};
use crate::{Error, Result};

/// What analysis left of a leaf.
pub(super) enum Term {
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

impl Lowering<'_> {
    /// What analysis makes of a leaf: the alternatives among which the default operator stands.
    pub(super) fn leaf(&self, leaf: &SyntaxLeaf, span: Span) -> Result<Vec<Term>> {
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
}
