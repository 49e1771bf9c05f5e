//! The classic parser's rule for a flat list of clauses: there is no precedence.

use crate::{Conjunction, Modifier, Occur, Operator};

/// Builds the clause list of one group.
///
/// The rule looks at each clause's operator and sign and may change the clause before it. Clauses whose analysis leaves
/// nothing drop out, which changes who "the one before" is; so whoever lowers a tree with an analyzer runs the list again
/// with what analysis left.
///
/// ```
/// use trail_query::{Assembled, ClauseList, Conjunction, Modifier, Occur, Operator};
///
/// // a OR b AND c
/// let mut list = ClauseList::new(Operator::Or);
/// list.push(Conjunction::None, Modifier::None, Some("a"));
/// list.push(Conjunction::Or, Modifier::None, Some("b"));
/// list.push(Conjunction::And, Modifier::None, Some("c"));
/// let expected = vec![(Occur::Should, "a"), (Occur::Must, "b"), (Occur::Must, "c")];
/// assert_eq!(list.finish(), Assembled::Many(expected));
/// ```
#[derive(Debug, Clone)]
pub struct ClauseList<Q> {
    default_operator: Operator,
    clauses: Vec<(Occur, Q)>,
    written: usize,
    first_stands_bare: bool,
}

/// What a group came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Assembled<Q> {
    /// Analysis left nothing: the group drops out of the list around it.
    Nothing,
    /// The group is its only clause.
    One(Q),
    /// The group is a list.
    Many(Vec<(Occur, Q)>),
}

impl<Q> ClauseList<Q> {
    /// An empty list.
    pub fn new(default_operator: Operator) -> ClauseList<Q> {
        ClauseList { default_operator, clauses: Vec::new(), written: 0, first_stands_bare: false }
    }

    /// Adds the next clause; `None` if its analysis left nothing.
    pub fn push(&mut self, conjunction: Conjunction, modifier: Modifier, query: Option<Q>) {
        if let Some((occur, _)) = self.clauses.last_mut()
            && *occur != Occur::MustNot
        {
            match (conjunction, self.default_operator) {
                (Conjunction::And, _) => *occur = Occur::Must,
                (Conjunction::Or, Operator::And) => *occur = Occur::Should,
                _ => {}
            }
        }
        self.written += 1;
        let Some(query) = query else { return };
        if self.written == 1 && modifier == Modifier::None {
            self.first_stands_bare = true;
        }
        let occur = match (modifier, conjunction, self.default_operator) {
            (Modifier::Not, ..) => Occur::MustNot,
            (_, Conjunction::Or, Operator::And) => Occur::Should,
            (_, _, Operator::And) | (Modifier::Must, ..) | (_, Conjunction::And, _) => Occur::Must,
            _ => Occur::Should,
        };
        self.clauses.push((occur, query));
    }

    /// Adds what the analysis of bare words in a row left: each term a clause of this list.
    pub fn splice(&mut self, terms: impl IntoIterator<Item = Q>) {
        let occur = match self.default_operator {
            Operator::Or => Occur::Should,
            Operator::And => Occur::Must,
        };
        let before = self.clauses.len();
        self.clauses.extend(terms.into_iter().map(|term| (occur, term)));
        self.written += 1;
        if self.written == 1 && self.clauses.len() > before {
            self.first_stands_bare = true;
        }
    }

    /// Ends the list: one clause that came first and without a sign stands for the group.
    pub fn finish(mut self) -> Assembled<Q> {
        match self.clauses.len() {
            0 => Assembled::Nothing,
            1 if self.first_stands_bare => match self.clauses.pop() {
                Some((_, query)) => Assembled::One(query),
                None => Assembled::Nothing,
            },
            _ => Assembled::Many(self.clauses),
        }
    }
}
