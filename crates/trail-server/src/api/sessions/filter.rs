//! Which sessions are asked for: `q`, `start`, `end` and `content`, as one plan with what the caller may see.

use std::cell::RefCell;

use trail_catalog::filter::{ContentSessions, FilterError, FilterOptions, Leaf, Plan, read as read_filter};
use trail_catalog::index::IndexError;
use trail_query::{Limits, Occur, Query};

use super::{content, visible};
use crate::api_error::{ApiError, ErrorType};
use crate::call::Call;
use crate::clock::MS_NS;
use crate::times;

/// Reads a metadata filter of the service's own or of a role, which the limits of queries are not about.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(call: &Call, text: &str) -> Result<Plan, FilterError> {
    read_within(call, text, None, Limits::default())
}

fn read_within(
    call: &Call,
    text: &str,
    content: Option<&dyn ContentSessions>,
    limits: Limits,
) -> Result<Plan, FilterError> {
    let text = &with_colons(text);
    // Quotes that a guide escapes for a shell mean quotes.
    let quotes = text.matches('"').count();
    let is_escaped = quotes > 0 && quotes == text.matches("\\\"").count() && quotes.is_multiple_of(2);
    let unescaped = is_escaped.then(|| text.replace("\\\"", "\""));
    let now = call.now.0.div_euclid(MS_NS);
    let options = FilterOptions { content, limits, ..FilterOptions::audit(now) };
    read_filter(unescaped.as_deref().unwrap_or(text), call.app.library.schema(), &options)
}

/// `screen.content="…"` as the published search page writes it, with the colon that it means.
fn with_colons(text: &str) -> String {
    const WRITTEN: &str = "screen.content=";
    let mut meant = String::with_capacity(text.len());
    let (mut rest, mut is_quoted) = (text, false);
    while let Some(at) = rest.find(WRITTEN) {
        meant.push_str(&rest[..at]);
        // What stands in quotes is text.
        is_quoted ^= rest[..at].matches('"').count() % 2 == 1;
        let begins = !meant.ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_');
        meant.push_str(if begins && !is_quoted { "screen.content:" } else { WRITTEN });
        rest = &rest[at + WRITTEN.len()..];
    }
    meant + rest
}

/// The sessions that a request asks for and that the caller may see.
///
/// # Errors
/// `kind` if a parameter cannot be read; [`ErrorType::SearchUnavailable`].
pub(super) fn wanted(call: &Call, kind: ErrorType) -> Result<Plan, ApiError> {
    let allowed = visible::plan(call)?;
    let invalid = |reason: String| ApiError::with(kind, reason);
    // All parameters are read before anything is searched.
    let start = time(call, "start", times::start).map_err(invalid)?;
    let end = time(call, "end", times::end).map_err(invalid)?;
    let query = call.params.filled("content").map(|text| content::parse(call, text)).transpose().map_err(invalid)?;
    let mut clauses = vec![(Occur::MustNot, simple(call, "hidden:true", kind)?)];
    if let Some(text) = call.params.filled("q") {
        clauses.push((Occur::Must, asked(call, text, allowed.as_ref(), kind)?));
    }
    if let Some(start) = start {
        // The first whole millisecond that is not before it.
        clauses.push((
            Occur::Must,
            between(call, "start_time", start.div_euclid(MS_NS) + i64::from(start.rem_euclid(MS_NS) > 0), i64::MAX),
        ));
    }
    if let Some(end) = end {
        clauses.push((Occur::Must, between(call, "end_time", i64::MIN, end.div_euclid(MS_NS))));
    }
    if let Some(query) = query {
        let keys = content::sessions_with(call, &query, allowed.as_ref(), kind)?;
        clauses.push((Occur::Must, Plan::Leaf(Leaf::Keys(keys))));
    }
    clauses.extend(allowed.map(|allowed| (Occur::Must, allowed)));
    if !clauses.iter().any(|(occur, _)| *occur == Occur::Must) {
        clauses.push((Occur::Must, Plan::all()));
    }
    Ok(Plan::Bool { clauses, minimum: None })
}

/// Reads the filter of a request. Content in it is searched among the sessions that the caller may see.
fn asked(call: &Call, text: &str, allowed: Option<&Plan>, kind: ErrorType) -> Result<Plan, ApiError> {
    let seam = Seam { call, allowed, kind, failure: RefCell::new(None) };
    let plan = read_within(call, text, Some(&seam), call.app.settings.query_limits);
    match (plan, seam.failure.into_inner()) {
        (_, Some(failure)) => Err(failure),
        (Ok(plan), None) => Ok(plan),
        (Err(error), None) => Err(ApiError::with(kind, error.to_string())),
    }
}

/// A filter of our own.
fn simple(call: &Call, text: &str, kind: ErrorType) -> Result<Plan, ApiError> {
    read(call, text).map_err(|error| ApiError::with(kind, error.to_string()))
}

fn between(call: &Call, field: &str, low: i64, high: i64) -> Plan {
    match call.app.library.schema().named(field).first() {
        Some(field) => Plan::Leaf(Leaf::Integers { field: *field, low, high }),
        None => Plan::None,
    }
}

fn time(call: &Call, name: &str, read: fn(&str) -> Option<i64>) -> Result<Option<i64>, String> {
    match call.params.filled(name) {
        None => Ok(None),
        Some(text) => match read(text) {
            Some(ns) => Ok(Some(ns)),
            None => Err(format!("{name} is not an ISO 8601 date or time")),
        },
    }
}

/// Answers `screen.content:` inside a filter.
struct Seam<'c> {
    call: &'c Call,
    allowed: Option<&'c Plan>,
    kind: ErrorType,
    /// What went wrong while searching.
    failure: RefCell<Option<ApiError>>,
}

impl ContentSessions for Seam<'_> {
    fn sessions(&self, query: &Query) -> Result<Vec<String>, String> {
        content::sessions_with(self.call, query, self.allowed, self.kind).map_err(|error| {
            let message = error.message().to_owned();
            *self.failure.borrow_mut() = Some(error);
            message
        })
    }
}

/// What went wrong in the index: the request, which is told as `kind`, or the index.
pub(super) fn index_error(error: &IndexError, kind: ErrorType) -> ApiError {
    match error {
        IndexError::Engine(_) | IndexError::Read(_) | IndexError::Locked | IndexError::Poisoned => {
            ApiError::internal(ErrorType::SearchUnavailable, error)
        }
        error => ApiError::with(kind, error.to_string()),
    }
}
