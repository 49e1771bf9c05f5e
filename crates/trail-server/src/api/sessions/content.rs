//! `GET …/content/?q=`: what was on the screen of a session, and when.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use trail_catalog::StoredSession;
use trail_index::IndexReader;
use trail_model::TrailId;
use trail_query::{Mode, Query};
use trail_search::{Cancel, Error, Hit, IndexSource, Options, Order, Searcher};

use super::visible;
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::times;

/// Hits of one answer.
const LIMIT: usize = 500;
const LIMIT_MAX: usize = 10_000;

/// The hits of one session, best first.
pub(crate) fn content(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    let limit = call.params.number("limit", LIMIT)?.min(LIMIT_MAX);
    let offset = call.params.number("offset", 0)?;
    let Some(text) = call.params.filled("q") else { return Ok(call.items(Vec::new(), call.meta())) };
    let query = parse(text).map_err(|reason| ApiError::with(ErrorType::InvalidQuery, reason))?;
    let index = index(call)?;
    let Some(trail) = trail_of(&index, &stored) else { return Ok(call.items(Vec::new(), call.meta())) };
    let searcher = Searcher::new(IndexSource::of_trails(index, vec![trail]), options(call));
    let search = searcher.prepare(&query).map_err(|error| search_error(&error))?;
    let hits = search.search_trail(0).map_err(|error| search_error(&error))?;
    let start = stored.session.field("start_time").and_then(Value::as_str).and_then(times::start);
    let page = hits.iter().skip(offset).take(limit);
    Ok(call.items(page.map(|hit| item(hit, trail, start)).collect(), call.meta()))
}

fn item(hit: &Hit, trail: TrailId, start: Option<i64>) -> Value {
    let time = |offset: u64| start.map(|start| times::without_zone(start.saturating_add_unsigned(offset)));
    json!({
        "channel.id": hit.channel.0,
        "end_time": time(hit.span.end.0),
        // The published ranks are single precision.
        "rank": f64::from(hit.rank as f32),
        "record_id": {
            "begin": hit.records.begin.0,
            "end": hit.records.end.0,
            "for_screenshot": hit.for_screenshot.0,
        },
        "start_time": time(hit.span.start.0),
        "trail_id": trail.to_string(),
    })
}

/// Reads a content query.
///
/// # Errors
/// A sentence for the caller.
pub(super) fn parse(text: &str) -> Result<Query, String> {
    trail_query::parse(text, Mode::Sps).map(|parsed| parsed.query).map_err(|error| error.to_string())
}

/// Those of the sessions in which the query was true at some moment.
pub(super) fn only_with(
    call: &Call,
    sessions: Vec<Arc<StoredSession>>,
    query: &str,
) -> Result<Vec<Arc<StoredSession>>, ApiError> {
    let query = parse(query).map_err(|reason| ApiError::with(ErrorType::InvalidQuery, reason))?;
    let index = index(call)?;
    let with_trail = sessions.into_iter().filter_map(|stored| Some((trail_of(&index, &stored)?, stored)));
    let (trails, sessions): (Vec<TrailId>, Vec<_>) = with_trail.unzip();
    let searcher = Searcher::new(IndexSource::of_trails(index, trails), options(call));
    let search = searcher.prepare(&query).map_err(|error| search_error(&error))?;
    let answer = search.search_all(Order::Trail, None).map_err(|error| search_error(&error))?;
    for (trail, error) in &answer.failures {
        tracing::error!(session = sessions[*trail].session.key, error = error.to_string(), "content cannot be read");
    }
    let mut found: Vec<usize> = answer.hits.iter().map(|(trail, _)| *trail).collect();
    found.dedup();
    Ok(found.into_iter().filter_map(|trail| sessions.get(trail).cloned()).collect())
}

fn index(call: &Call) -> Result<IndexReader, ApiError> {
    IndexReader::open(&call.app.data).map_err(|error| ApiError::internal(ErrorType::SearchUnavailable, &error))
}

/// The trail of a session, if it is indexed.
fn trail_of(index: &IndexReader, stored: &StoredSession) -> Option<TrailId> {
    let entry = index.manifest().by_file(stored.file.as_deref()?)?;
    entry.content.as_ref()?;
    entry.trail
}

fn options(call: &Call) -> Options {
    let mut options = Options::new(Mode::Sps);
    options.cancel = Cancel::at(Instant::now() + call.app.settings.search_timeout);
    options
}

/// What went wrong: the query, or the search.
fn search_error(error: &Error) -> ApiError {
    match error {
        Error::Content { .. } | Error::Index { .. } => ApiError::internal(ErrorType::SearchUnavailable, error),
        Error::Cancelled => ApiError::with(ErrorType::InvalidQuery, "the search took too long; ask for less"),
        query => ApiError::with(ErrorType::InvalidQuery, query.to_string()),
    }
}
