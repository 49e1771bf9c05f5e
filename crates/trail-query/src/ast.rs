//! The syntax tree: what was typed, with operators resolved and escapes undone, before any analysis.

/// A range of bytes in the text of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    /// The span of `start..end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The piece of `text` it names, or nothing if it lies outside.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// A node of the tree and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What it is.
    pub node: Node,
    /// Where it stands in the text; parentheses and suffixes included.
    pub span: Span,
}

/// What a [`Query`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A list of clauses: every `Must`, no `MustNot`, and at least one `Should` if there is no `Must`.
    ///
    /// A group of one clause without operator is that clause, except that one [`LeafKind::Words`] keeps its list.
    Bool(Vec<Clause>),
    /// The same matches with the score multiplied.
    Boost {
        /// What is boosted.
        query: Box<Query>,
        /// The factor: finite, not negative.
        factor: f32,
    },
    /// One thing after another: `a THEN<10m b`. Only [`Mode::Screentrail`](crate::Mode::Screentrail) reads it.
    Sequence {
        /// What comes first.
        first: Box<Query>,
        /// What comes then; at least one.
        then: Vec<Step>,
    },
    /// Something to look for.
    Leaf(Leaf),
}

/// A further step of a [`Node::Sequence`].
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Less than so many nanoseconds after the step before; `None` for any time later.
    pub within_ns: Option<u64>,
    /// What comes.
    pub query: Query,
}

/// One entry of a [`Node::Bool`].
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What the clause does to the list, by the classic parser's rule as if no clause's analysis came out empty.
    pub occur: Occur,
    /// The operator before it, as written.
    pub conjunction: Conjunction,
    /// The sign before it, as written.
    pub modifier: Modifier,
    /// What must, should or must not hold.
    pub query: Query,
}

impl Clause {
    /// A clause written the way that gives it `occur` where the default operator is OR: bare, `+` or `-`.
    pub fn new(occur: Occur, query: Query) -> Clause {
        let modifier = match occur {
            Occur::Must => Modifier::Must,
            Occur::Should => Modifier::None,
            Occur::MustNot => Modifier::Not,
        };
        Clause { occur, conjunction: Conjunction::None, modifier, query }
    }
}

/// Whether a clause is required, welcome or forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occur {
    /// Must hold.
    Must,
    /// At least one of these holds if nothing must; adds to the score otherwise.
    Should,
    /// Must not hold.
    MustNot,
}

/// The operator written between a clause and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Conjunction {
    /// None.
    None,
    /// `AND` or `&&`.
    And,
    /// `OR` or `||`.
    Or,
}

/// The sign written before a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// None.
    None,
    /// `+`.
    Must,
    /// `-`, `!` or `NOT`.
    Not,
}

/// Something to look for, in a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The field's name as typed, escapes undone: its own, or that of the group around it; `None` for the default field.
    pub field: Option<String>,
    /// What to look for.
    pub kind: LeafKind,
}

/// What a [`Leaf`] looks for.
#[derive(Debug, Clone, PartialEq)]
pub enum LeafKind {
    /// A bare word. `text` is never empty and has its escapes undone; it may hold blanks that were escaped.
    Term {
        /// The text.
        text: String,
    },
    /// Two or more bare words in a row that are analyzed in one go, joined by a blank each; the resulting terms become
    /// clauses of the list in which this stands ([`ClauseList::splice`](crate::ClauseList::splice)).
    ///
    /// Only where [`Options::split_on_whitespace`](crate::Options::split_on_whitespace) is off; elsewhere each word is a
    /// [`LeafKind::Term`] of its own.
    Words {
        /// The words, escapes undone.
        words: Vec<String>,
    },
    /// A quoted text.
    Phrase {
        /// The text between the quotes, escapes undone.
        text: String,
        /// The number after `~`; `None` where none was given.
        slop: Option<u32>,
    },
    /// A word and a final `*`: terms that begin so. Not analyzed, only normalized.
    Prefix {
        /// The text before the star, escapes undone; never empty.
        text: String,
    },
    /// A word with `*` (any text) or `?` (one character) elsewhere. Not analyzed, only normalized piece by piece.
    Wildcard {
        /// The pattern with its backslashes; [`wildcard_parts`](crate::wildcard_parts) takes it apart.
        pattern: String,
    },
    /// A regular expression in Lucene's dialect that must match a whole term.
    Regexp {
        /// The text between the slashes with its backslashes (`\/` too).
        pattern: String,
    },
    /// A word with a number of edits allowed. Not analyzed, only normalized.
    Fuzzy {
        /// The text, escapes undone; never empty.
        text: String,
        /// How many edits.
        edits: Edits,
    },
    /// Terms, numbers, dates or addresses in an interval; `None` is an open end.
    Range {
        /// The lower end, escapes undone.
        lower: Option<String>,
        /// The upper end, escapes undone.
        upper: Option<String>,
        /// Whether the lower end itself belongs to it (`[`).
        include_lower: bool,
        /// Whether the upper end itself belongs to it (`]`).
        include_upper: bool,
    },
    /// `*:*`; its field is `None`.
    MatchAll,
    /// `*`, `field:*`, `_exists_:field`: whatever has a value there.
    Exists,
}

/// How many edits a fuzzy word may be away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edits {
    /// By length in characters: none up to 2, one from 3 to 5, two from 6.
    Auto,
    /// So many: 0, 1 or 2.
    Upto(u8),
}

impl Edits {
    /// The number of edits allowed for a text.
    pub fn for_text(self, text: &str) -> u8 {
        match self {
            Edits::Upto(edits) => edits,
            Edits::Auto => match text.chars().count() {
                0..=2 => 0,
                3..=5 => 1,
                _ => 2,
            },
        }
    }
}

impl Query {
    /// A leaf that was not read from a text.
    pub fn leaf(field: Option<&str>, kind: LeafKind) -> Query {
        Query { node: Node::Leaf(Leaf { field: field.map(str::to_owned), kind }), span: Span::default() }
    }

    /// A list of clauses that was not read from a text.
    pub fn bool(clauses: Vec<Clause>) -> Query {
        Query { node: Node::Bool(clauses), span: Span::default() }
    }

    /// The same tree with every span empty, for comparing what two texts mean.
    pub fn without_spans(mut self) -> Query {
        self.erase_spans();
        self
    }

    fn erase_spans(&mut self) {
        self.span = Span::default();
        match &mut self.node {
            Node::Bool(clauses) => clauses.iter_mut().for_each(|clause| clause.query.erase_spans()),
            Node::Boost { query, .. } => query.erase_spans(),
            Node::Sequence { first, then } => {
                first.erase_spans();
                then.iter_mut().for_each(|step| step.query.erase_spans());
            }
            Node::Leaf(_) => {}
        }
    }

    /// Calls `visit` for each leaf from left to right with whether it stands under an odd number of `MustNot`.
    pub fn visit_leaves<'a>(&'a self, visit: &mut impl FnMut(&'a Leaf, Span, bool)) {
        self.visit_leaves_under(false, visit);
    }

    fn visit_leaves_under<'a>(&'a self, negated: bool, visit: &mut impl FnMut(&'a Leaf, Span, bool)) {
        match &self.node {
            Node::Bool(clauses) => {
                for clause in clauses {
                    clause.query.visit_leaves_under(negated ^ (clause.occur == Occur::MustNot), visit);
                }
            }
            Node::Boost { query, .. } => query.visit_leaves_under(negated, visit),
            Node::Sequence { first, then } => {
                first.visit_leaves_under(negated, visit);
                then.iter().for_each(|step| step.query.visit_leaves_under(negated, visit));
            }
            Node::Leaf(leaf) => visit(leaf, self.span, negated),
        }
    }
}
