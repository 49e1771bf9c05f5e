//! What a filter asks, typed: fields resolved, values read. It knows no index.

use std::net::Ipv6Addr;
use std::sync::Arc;

use trail_query::Occur;

use super::pattern::Pattern;
use super::regexp::Regexp;
use super::schema::FieldId;

/// A filter, ready to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// No documents.
    None,
    /// Clauses: every `Must`, no `MustNot`, and so many `Should`.
    Bool {
        /// The clauses.
        clauses: Vec<(Occur, Plan)>,
        /// How many `Should` must hold; `None`: one if there is no `Must`.
        minimum: Option<usize>,
    },
    /// The same documents, with the score multiplied.
    Boost(Box<Plan>, f32),
    /// The documents of any, with the best score.
    Best(Vec<Plan>),
    /// A question to one field.
    Leaf(Leaf),
}

/// A question to one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Leaf {
    /// Documents that hold a term; BM25.
    Term {
        /// Where.
        field: FieldId,
        /// The term in its comparable form.
        term: String,
    },
    /// Documents that hold words near each other; BM25.
    Phrase {
        /// Where.
        field: FieldId,
        /// Two or more words.
        terms: Vec<String>,
        /// How far the words may be moved in all.
        slop: u32,
    },
    /// Documents that hold one of the terms that pass a test; counts 1.
    Terms {
        /// Where.
        field: FieldId,
        /// The test.
        test: TermTest,
    },
    /// Documents that hold a term within some edits; blended BM25 over the 50 best terms.
    Fuzzy {
        /// Where.
        field: FieldId,
        /// The term in its comparable form.
        term: String,
        /// How many edits.
        edits: u8,
    },
    /// Whole numbers or milliseconds in an interval, ends included; counts 1.
    Integers {
        /// Where.
        field: FieldId,
        /// The least.
        low: i64,
        /// The greatest.
        high: i64,
    },
    /// Numbers in an interval, ends included; counts 1.
    Doubles {
        /// Where.
        field: FieldId,
        /// The least.
        low: f64,
        /// The greatest.
        high: f64,
    },
    /// Addresses in an interval, ends included; counts 1.
    Addresses {
        /// Where.
        field: FieldId,
        /// The least.
        low: Ipv6Addr,
        /// The greatest.
        high: Ipv6Addr,
    },
    /// Documents that have a value; counts 1.
    Exists {
        /// Where.
        field: FieldId,
    },
    /// Documents with these keys; counts 1.
    Keys(Vec<String>),
    /// Every document; counts 1.
    All,
}

/// A test of terms.
#[derive(Debug, Clone, PartialEq)]
pub enum TermTest {
    /// Begins so.
    Prefix(String),
    /// Fits a pattern.
    Wildcard(Pattern),
    /// Matches a regular expression.
    Regexp(Arc<Regexp>),
    /// Lies between, in the order of bytes.
    Range {
        /// The lower end and whether it belongs to it.
        lower: Option<(String, bool)>,
        /// The upper end and whether it belongs to it.
        upper: Option<(String, bool)>,
    },
}

impl TermTest {
    /// What every term that passes begins with.
    pub fn prefix(&self) -> &str {
        match self {
            TermTest::Prefix(prefix) => prefix,
            TermTest::Wildcard(pattern) => pattern.prefix(),
            TermTest::Regexp(_) | TermTest::Range { .. } => "",
        }
    }

    /// Whether a term passes.
    ///
    /// # Errors
    /// The most states a regular expression may have, if it needs more.
    pub fn passes(&self, term: &str) -> Result<bool, usize> {
        Ok(match self {
            TermTest::Prefix(prefix) => term.starts_with(prefix),
            TermTest::Wildcard(pattern) => pattern.matches(term),
            TermTest::Regexp(regexp) => return regexp.matches(term),
            TermTest::Range { lower, upper } => {
                let above = |(end, included): &(String, bool)| term > end.as_str() || (*included && term == end);
                let below = |(end, included): &(String, bool)| term < end.as_str() || (*included && term == end);
                lower.as_ref().is_none_or(above) && upper.as_ref().is_none_or(below)
            }
        })
    }
}

impl Plan {
    /// A plan of one leaf.
    pub(crate) fn leaf(leaf: Leaf) -> Plan {
        Plan::Leaf(leaf)
    }

    /// The best of several; nothing of none.
    pub(crate) fn best(mut plans: Vec<Plan>) -> Plan {
        match plans.len() {
            0 => Plan::None,
            1 => plans.remove(0),
            _ => Plan::Best(plans),
        }
    }

    /// Every document, with the score 1.
    pub fn all() -> Plan {
        Plan::Leaf(Leaf::All)
    }

    /// Documents of both; the scores are those of the first.
    pub fn and_filter(self, filter: Plan) -> Plan {
        let filter = Plan::Boost(Box::new(filter), 0.0);
        Plan::Bool { clauses: vec![(Occur::Must, self), (Occur::Must, filter)], minimum: None }
    }

    /// Calls `f` with every leaf.
    pub fn visit_leaves<'a>(&'a self, f: &mut impl FnMut(&'a Leaf)) {
        match self {
            Plan::None => {}
            Plan::Bool { clauses, .. } => clauses.iter().for_each(|(_, plan)| plan.visit_leaves(f)),
            Plan::Boost(plan, _) => plan.visit_leaves(f),
            Plan::Best(plans) => plans.iter().for_each(|plan| plan.visit_leaves(f)),
            Plan::Leaf(leaf) => f(leaf),
        }
    }
}
