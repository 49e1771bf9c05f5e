//! `GET …/content/?q=`: what was on the screen of a session, and when.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value, json};
use trail_catalog::filter::Plan;
use trail_catalog::{StoredSession, session_key};
use trail_content::ContentFile;
use trail_index::IndexReader;
use trail_model::TrailId;
use trail_query::{Mode, Query};
use trail_search::{Cancel, Error, Hit, Options, Plan as SearchPlan, ScanSource, Searcher, Source};

use super::{filter, highlight, visible};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::contents::Content;
use crate::library::PATIENCE;
use crate::times;

/// Hits of one answer.
const LIMIT: usize = 500;
const LIMIT_MAX: usize = 10_000;
/// How often a search is begun on another state of the index.
const ATTEMPTS: usize = 4;
/// Of those that tell what matched.
const MARKED_MAX: usize = 100;

/// The hits of one session, best first.
pub(crate) fn content(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    let is_marked = call.params.flag("highlight")?;
    // Each mark costs a look at the screen.
    let limit_max = if is_marked { MARKED_MAX } else { LIMIT_MAX };
    let limit = call.params.number("limit", LIMIT)?.min(limit_max);
    let offset = call.params.number("offset", 0)?;
    let Some(text) = call.params.filled("q") else { return Ok(call.items(Vec::new(), call.meta())) };
    let query = parse(call, text).map_err(|reason| ApiError::with(ErrorType::InvalidQuery, reason))?;
    let found = with_content(call, |content| hits_in(call, content, &stored, &query))?.flatten();
    let Some((trail, plan, hits)) = found else { return Ok(call.items(Vec::new(), call.meta())) };
    let start = stored.session.field("start_time").and_then(Value::as_str).and_then(times::start);
    let hits = &hits[offset.min(hits.len())..offset.saturating_add(limit).min(hits.len())];
    let mut items: Vec<Value> = hits.iter().map(|hit| item(hit, trail, start)).collect();
    if is_marked {
        let highlights = highlight::highlights(call, &stored, &plan, hits)?;
        items.iter_mut().zip(highlights).for_each(|(item, highlight)| item["highlight"] = highlight);
    }
    Ok(call.items(items, call.meta()))
}

/// A trail, what was searched for in it, and the hits.
type Found = (TrailId, Arc<SearchPlan>, Vec<Hit>);

/// The hits in the trail of a session, best first, and what they are hits of; nothing if it is not indexed.
fn hits_in(call: &Call, content: &Content, stored: &StoredSession, query: &Query) -> Result<Option<Found>, ApiError> {
    let Some(trail) = trail_of(content.source.index(), stored) else { return Ok(None) };
    let source = content.source.with_trails(vec![trail]);
    let (plan, hits) = if call.who()?.role.filter.is_none() {
        hits(call, source, query)?
    } else {
        // Ranks over all trails would tell how frequent a word is in those that may not be seen.
        let failed = |error: Error| search_error(&error, ErrorType::InvalidQuery);
        let alone = ScanSource::new([source.content(0).map_err(failed)?]);
        hits(call, alone.with_starts(vec![source.start(0)]), query)?
    };
    Ok(Some((trail, plan, hits)))
}

/// The hits in the only trail of a source, best first, and what they are hits of.
fn hits<S: Source>(call: &Call, source: S, query: &Query) -> Result<(Arc<SearchPlan>, Vec<Hit>), ApiError> {
    let failed = |error: Error| search_error(&error, ErrorType::InvalidQuery);
    let searcher = Searcher::new(source, options(call));
    let search = searcher.prepare(query).map_err(failed)?;
    let hits = search.search_trail(0).map_err(failed)?;
    Ok((Arc::clone(search.plan()), hits))
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
pub(super) fn parse(call: &Call, text: &str) -> Result<Query, String> {
    let mut options = trail_query::Options::new(Mode::Sps);
    options.limits = call.app.settings.query_limits;
    trail_query::parse_with(text, &options).map(|parsed| parsed.query).map_err(|error| error.to_string())
}

/// The sessions in which the query was true at some moment, of those that `allowed` has. A session that cannot be searched
/// is left out, and told to the log.
///
/// # Errors
/// `kind` if the query cannot be searched for or takes too long; [`ErrorType::SearchUnavailable`].
pub(super) fn sessions_with(
    call: &Call,
    query: &Query,
    allowed: Option<&Plan>,
    kind: ErrorType,
) -> Result<Vec<String>, ApiError> {
    let keys = with_content(call, |content| keys_in(call, content, query, allowed, kind))?;
    Ok(keys.unwrap_or_default())
}

fn keys_in(
    call: &Call,
    content: &Content,
    query: &Query,
    allowed: Option<&Plan>,
    kind: ErrorType,
) -> Result<Vec<String>, ApiError> {
    let source = &content.source;
    let trails = match allowed {
        None => content.trails_with(query, &options(call)).map_err(|error| search_error(&error, kind))?,
        // What may not be seen is not looked at, and takes no time.
        Some(allowed) => {
            let snapshot = call.app.library.now(&call.app.store)?;
            let keys = snapshot.keys_unsorted(allowed, &call.deadline());
            let keys: HashSet<String> = keys.map_err(|error| filter::index_error(&error, kind))?.into_iter().collect();
            let trails = source.index().indexed().filter(|(_, entry)| keys.contains(&session_key(entry)));
            let trails = trails.map(|(trail, _)| trail).collect();
            let found = content.trails_alone(query, trails, &options(call));
            Arc::new(found.map_err(|error| search_error(&error, kind))?)
        }
    };
    Ok(trails.iter().filter_map(|trail| source.index().trail(*trail).map(session_key)).collect())
}

/// The content of a session; nothing if it is not indexed.
pub(super) fn content_of(call: &Call, stored: &StoredSession) -> Result<Option<Arc<ContentFile>>, ApiError> {
    let Some(content) = content_index(call)? else { return Ok(None) };
    let Some(trail) = trail_of(content.source.index(), stored) else { return Ok(None) };
    let failed = |error: Error| search_error(&error, ErrorType::InvalidQuery);
    content.source.with_trails(vec![trail]).content(0).map(Some).map_err(failed)
}

fn content_index(call: &Call) -> Result<Option<Arc<Content>>, ApiError> {
    let content = call.app.contents.now(call.app.settings.refresh_interval * PATIENCE);
    content.map_err(|error| ApiError::internal(ErrorType::SearchUnavailable, &error))
}

/// Asks the content index; nothing if there is none. A state whose files have been replaced meanwhile gives way to the one
/// there is now.
fn with_content<T>(call: &Call, ask: impl Fn(&Content) -> Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    let mut content = content_index(call)?;
    for _ in 1..ATTEMPTS {
        let Some(current) = content else { return Ok(None) };
        match ask(&current) {
            Err(error) if error.kind() == ErrorType::SearchUnavailable => {
                let fresh = call.app.contents.fresh();
                content = fresh.map_err(|error| ApiError::internal(ErrorType::SearchUnavailable, &error))?;
                if content.as_ref().is_some_and(|fresh| Arc::ptr_eq(fresh, &current)) {
                    return Err(error);
                }
            }
            answered => return answered.map(Some),
        }
    }
    content.map(|content| ask(&content)).transpose()
}

/// The trail of a session, if it is indexed.
fn trail_of(index: &IndexReader, stored: &StoredSession) -> Option<TrailId> {
    let entry = index.manifest().by_file(stored.file.as_deref()?)?;
    entry.content.as_ref()?;
    entry.trail
}

fn options(call: &Call) -> Options {
    call.app.contents.options(Cancel::never())
}

/// What went wrong: the query, or the search.
fn search_error(error: &Error, kind: ErrorType) -> ApiError {
    match error {
        Error::Content { .. } | Error::Index { .. } => ApiError::internal(ErrorType::SearchUnavailable, error),
        query => ApiError::with(kind, query.to_string()),
    }
}
