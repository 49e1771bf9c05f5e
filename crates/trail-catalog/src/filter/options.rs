//! How a filter is read.

use trail_query::{Limits, Operator, Query};

use super::date::{Date, Zone};

/// Finds the sessions whose content matches; the seam to content search.
pub trait ContentSessions {
    /// The keys of the sessions in which the query holds at some moment.
    ///
    /// # Errors
    /// A message for whoever wrote the filter.
    fn sessions(&self, query: &Query) -> Result<Vec<String>, String>;
}

/// How a filter is read; start from [`FilterOptions::audit`] or [`FilterOptions::query_string`].
#[derive(Clone, Copy)]
pub struct FilterOptions<'a> {
    /// The field of words without one; `*` is all fields.
    pub default_field: &'a str,
    /// What stands between clauses without an operator.
    pub default_operator: Operator,
    /// Whether a value that is none of its field's type finds nothing instead of being an error. `None`: only if the
    /// default field is `*`.
    pub lenient: Option<bool>,
    /// Whether an unknown field is an error instead of finding nothing.
    pub strict_fields: bool,
    /// Whether bare words in a row are values of their own for every type of field.
    pub split_on_whitespace: bool,
    /// Whether a word may begin with `*` or `?`.
    pub allow_leading_wildcard: bool,
    /// Whether the text is one without operators: everything special is escaped before it is read.
    pub escape: bool,
    /// How many of the outermost optional clauses must hold.
    pub minimum_should_match: Option<&'a str>,
    /// The zone of dates in ranges that name none.
    pub zone: Zone,
    /// What `now` is.
    pub now: Date,
    /// What the filter may cost to read.
    pub limits: Limits,
    /// Who answers for content.
    pub content: Option<&'a dyn ContentSessions>,
}

impl FilterOptions<'static> {
    /// As the audit API reads its `q`: words without a field are looked for in all fields, unknown fields are errors.
    pub fn audit(now: Date) -> FilterOptions<'static> {
        FilterOptions {
            default_field: "*",
            lenient: Some(false),
            strict_fields: true,
            split_on_whitespace: true,
            ..FilterOptions::query_string(now)
        }
    }

    /// As Elasticsearch's `query_string` reads its query, with its defaults.
    pub fn query_string(now: Date) -> FilterOptions<'static> {
        FilterOptions {
            default_field: "*",
            default_operator: Operator::Or,
            lenient: None,
            strict_fields: false,
            split_on_whitespace: false,
            allow_leading_wildcard: true,
            escape: false,
            minimum_should_match: None,
            zone: Zone(0),
            now,
            limits: Limits::default(),
            content: None,
        }
    }
}
