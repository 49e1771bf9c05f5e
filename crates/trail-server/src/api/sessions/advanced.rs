//! Snapshots: `_snapshot`, `_count`, and the list over a snapshot, page after page.

use std::collections::HashSet;

use serde_json::{Value, json};
use trail_catalog::filter::Schema;
use trail_catalog::index::{Cursor, SearchRequest, Snapshot, SortKey, SortValue};
use trail_catalog::{Session, index};

use super::links::Link;
use super::list::{item, page_limit};
use super::ties::Ties;
use super::{filter, sort, visible};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::params::Params;
use crate::snapshots::Client;
use crate::state::lock;

const REMOTE_ADDR_LEN_MAX: usize = 45;
const USER_AGENT_LEN_MAX: usize = 128;
const TIEBREAKER: &str = "tiebreaker";
/// What stands in a cursor for a value that is not there.
const NO_VALUE: &str = "null";

/// `GET /api/audit/sessions/_snapshot`.
pub(crate) fn snapshot(call: &Call) -> Result<Reply, ApiError> {
    let client = client(call)?;
    let freeze = || Ok::<_, ApiError>(call.app.library.now(&call.app.store)?);
    let opened = lock(&call.app.snapshots).open(client, call.now, freeze)?;
    let id = opened.map_err(|_| {
        let minutes = call.app.settings.snapshot_lifetime.as_secs() / 60;
        ApiError::new(ErrorType::AdvancedSearchSnapshotQuotaExceeded).detail("time_to_elapse", minutes)
    })?;
    Ok(call.object("_snapshot", json!({ "snapshot": id })))
}

/// `GET /api/audit/sessions/_count`.
pub(crate) fn count(call: &Call) -> Result<Reply, ApiError> {
    client(call)?;
    let wanted = filter::wanted(call, ErrorType::InvalidAdvancedSearchCountQuery)?;
    let frozen = match call.params.filled("snapshot") {
        Some(id) => frozen(call, id, ErrorType::CountQuerySnapshotNotFound)?,
        None => visible::documents(call)?,
    };
    let count = frozen.count(&wanted, &call.deadline());
    let count = count.map_err(|error| filter::index_error(&error, ErrorType::InvalidAdvancedSearchCountQuery))?;
    Ok(Reply::json(json!({ "count": count, "meta": call.meta() })))
}

/// What the caller may see of a snapshot.
fn frozen(call: &Call, id: &str, unknown: ErrorType) -> Result<Snapshot, ApiError> {
    let frozen = lock(&call.app.snapshots).touch(id, call.now).ok_or_else(|| ApiError::new(unknown))?;
    visible::part(call, frozen)
}

/// The list over a snapshot. Checks come in the published order.
pub(super) fn list(call: &Call) -> Result<Reply, ApiError> {
    let (params, schema) = (&call.params, call.app.library.schema());
    client(call)?;
    let snapshot = params.filled("snapshot").ok_or_else(|| ApiError::new(ErrorType::MissingSearchAfterSnapshot))?;
    let search_after = params.filled("search_after");
    if search_after.is_some() && params.filled("sort").is_none() {
        return Err(ApiError::new(ErrorType::MissingSearchAfterSort));
    }
    if params.filled("offset").is_some_and(|offset| offset.trim() != "0") {
        return Err(ApiError::new(ErrorType::InvalidSearchAfterOffset));
    }
    if params.filled("format").is_some_and(|format| format != "json") {
        return Err(ApiError::new(ErrorType::InvalidSearchAfterResponseFormat));
    }
    let cursor = search_after.map(|text| cursor(text, params, schema)).transpose()?;
    let keys =
        sort::read(params, schema).map_err(|reason| ApiError::with(ErrorType::InvalidSearchAfterQuery, reason))?;
    let wanted = filter::wanted(call, ErrorType::InvalidSearchAfterQuery)?;
    let limit = page_limit(call)?;
    let failed = |error| match error {
        index::IndexError::BadCursor => ApiError::new(ErrorType::InvalidSearchAfterKeyValue),
        error => filter::index_error(&error, ErrorType::InvalidSearchAfterQuery),
    };
    let frozen = frozen(call, snapshot, ErrorType::SearchQuerySnapshotNotFound)?;
    let request = SearchRequest { sort: keys, after: cursor, limit, whole_seconds: true, ..SearchRequest::default() };
    // Where documents lie, and so in which order they come that are alike, depends on all the others.
    let ties = call.who()?.role.filter.is_some().then(|| Ties::of(call, snapshot));
    let asked = match &ties {
        Some(ties) => ties.hide(&frozen, request.clone()).map_err(failed)?,
        None => request.clone(),
    };
    let page = frozen.search(&wanted, &asked, &call.deadline()).map_err(failed)?;

    let fields = params.list("fields");
    let tiebreaker = |hit: &index::SessionHit| {
        let tiebreaker = hit.cursor.tiebreaker;
        ties.as_ref().map_or(tiebreaker, |ties| ties.shown(tiebreaker))
    };
    let search_after = page.hits.last().map(|hit| written_cursor(&request.sort, &hit.cursor.values, tiebreaker(hit)));
    let next =
        search_after.as_ref().filter(|_| page.hits.len() == limit).map(|after| Link::advanced(params, limit, after));
    let mut meta = call.meta();
    for name in ["first", "last", "previous"] {
        meta.insert(name.to_owned(), Value::Null);
    }
    meta.insert("fields".to_owned(), fields.clone().into());
    meta.insert("limit".to_owned(), limit.into());
    meta.insert("next".to_owned(), next.into());
    meta.insert("search_after".to_owned(), search_after.into());
    for name in ["start", "end"] {
        if let Some(text) = params.filled(name) {
            meta.insert(name.to_owned(), text.into());
        }
    }
    let shown = page.hits.iter().map(|hit| shown(&frozen, hit, schema, &fields)).collect::<Result<_, _>>()?;
    Ok(call.items(shown, meta))
}

/// Who asks, by the headers that say so.
fn client(call: &Call) -> Result<Client, ApiError> {
    let header = |name: &str, max: usize| {
        let value = call
            .headers
            .get(name)
            .map_or(String::new(), |value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        if value.len() > max {
            let message = format!("the value of the {name} header must be at most {max} characters long");
            return Err(ApiError::with(ErrorType::InvalidSearchClientId, message));
        }
        Ok(value)
    };
    Ok((header("remote-addr", REMOTE_ADDR_LEN_MAX)?, header("user-agent", USER_AGENT_LEN_MAX)?))
}

/// A session of a page.
fn shown(frozen: &Snapshot, hit: &index::SessionHit, schema: &Schema, fields: &[String]) -> Result<Value, ApiError> {
    if fields.is_empty() {
        return Ok(item(schema, &Session::new(hit.key.as_str()), fields));
    }
    let document = frozen.session(hit).map_err(|error| filter::index_error(&error, ErrorType::SearchUnavailable))?;
    Ok(item(schema, &document, fields))
}

/// The cursor behind a session, in the published form.
fn written_cursor(keys: &[SortKey], values: &[Option<SortValue>], tiebreaker: u64) -> String {
    let pairs = keys.iter().zip(values).map(|(key, value)| format!("{}:{}", key.field, written(value.as_ref())));
    let tiebreaker = format!("{TIEBREAKER}:{tiebreaker}");
    pairs.chain([tiebreaker]).collect::<Vec<_>>().join(",")
}

/// A value as it stands in a cursor: a comma or a backslash in it has a backslash before it, and so has a text that would
/// be taken for no value.
fn written(value: Option<&SortValue>) -> String {
    match value {
        None => NO_VALUE.to_owned(),
        Some(SortValue::Date(ms)) => ms.div_euclid(1000).to_string(),
        Some(SortValue::Text(text)) if text == NO_VALUE => format!("\\{NO_VALUE}"),
        Some(SortValue::Text(text)) => text.replace('\\', "\\\\").replace(',', "\\,"),
        Some(other) => other.show(),
    }
}

/// Reads `search_after`; the checks are those of the published API, in its order.
fn cursor(text: &str, params: &Params, schema: &Schema) -> Result<Cursor, ApiError> {
    let pairs = pairs(text).ok_or_else(|| ApiError::new(ErrorType::InvalidSearchAfterKeyValueFormat))?;
    let mut seen = HashSet::new();
    if !pairs.iter().all(|(key, _)| seen.insert(key.as_str())) {
        return Err(ApiError::new(ErrorType::DuplicatedSearchAfterKey));
    }
    let tiebreaker = pairs.iter().position(|(key, _)| key == TIEBREAKER);
    let tiebreaker = tiebreaker.ok_or_else(|| ApiError::new(ErrorType::MissingSearchAfterTiebreaker))?;
    let sorted: Vec<&Pair> = pairs.iter().filter(|(key, _)| key != TIEBREAKER).collect();
    let mut values = Vec::new();
    for (key, value) in &sorted {
        let typed = match (value, schema.sortable(key)) {
            (None, _) => None,
            // An unknown field is told by the checks that follow.
            (Some(text), None) => Some(SortValue::Text(text.clone())),
            (Some(text), Some(kind)) => match SortValue::parse(text, kind) {
                Some(value) => Some(value),
                None => return Err(ApiError::new(ErrorType::InvalidSearchAfterKeyValue)),
            },
        };
        values.push(typed);
    }
    let names = params.list("sort");
    if sorted.len() < names.len() {
        return Err(ApiError::new(ErrorType::MissingSearchAfterKeyValue));
    }
    if sorted.len() > names.len() {
        return Err(ApiError::new(ErrorType::InconsistentSearchAfterParameters));
    }
    let same = |name: &str, key: &str| {
        let name = name.strip_prefix('-').unwrap_or(name);
        name == key || schema.named(name).first().is_some_and(|id| schema.named(key).first() == Some(id))
    };
    let in_order = names.iter().zip(&sorted).all(|(name, (key, _))| same(name, key));
    if !in_order || tiebreaker + 1 != pairs.len() {
        return Err(ApiError::new(ErrorType::InconsistentSearchAfterOrder));
    }
    let tiebreaker = pairs[tiebreaker].1.as_deref().and_then(|text| text.parse().ok());
    let tiebreaker = tiebreaker.ok_or_else(|| ApiError::new(ErrorType::InvalidSearchAfterQuery))?;
    Ok(Cursor { values, tiebreaker })
}

/// A key of a cursor and its value, if it has one.
type Pair = (String, Option<String>);

/// The pairs of a cursor; nothing if one is none.
fn pairs(text: &str) -> Option<Vec<Pair>> {
    // Each part as it is meant, and whether something in it was escaped.
    let mut parts = vec![(String::new(), false)];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let (part, is_escaped) = parts.last_mut()?;
        match c {
            ',' => parts.push((String::new(), false)),
            '\\' => {
                part.extend(chars.next());
                *is_escaped = true;
            }
            c => part.push(c),
        }
    }
    let pair = |(part, is_escaped): (String, bool)| {
        let (key, value) = part.split_once(':')?;
        let value = (is_escaped || value != NO_VALUE).then(|| value.to_owned());
        (!key.trim().is_empty()).then(|| (key.trim().to_owned(), value))
    };
    parts.into_iter().map(pair).collect()
}
