//! Snapshots: `_snapshot`, `_count`, and the list over a snapshot, page after page.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use trail_catalog::StoredSession;

use super::links::Link;
use super::list::{item, page_limit};
use super::query::Wanted;
use super::sort::{self, SortKey, SortValue};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::fields::{FieldType, resolve};
use crate::library::Frozen;
use crate::params::Params;
use crate::snapshots::Client;
use crate::state::lock;

const REMOTE_ADDR_LEN_MAX: usize = 45;
const USER_AGENT_LEN_MAX: usize = 128;
const TIEBREAKER: &str = "tiebreaker";

/// `GET /api/audit/sessions/_snapshot`.
pub(crate) fn snapshot(call: &Call) -> Result<Reply, ApiError> {
    let client = client(call)?;
    let freeze = || call.app.library.now(&call.app.store);
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
    let wanted = Wanted::read(call, ErrorType::InvalidAdvancedSearchCountQuery)?;
    let frozen = match call.params.filled("snapshot") {
        Some(id) => lock(&call.app.snapshots)
            .touch(id, call.now)
            .ok_or_else(|| ApiError::new(ErrorType::CountQuerySnapshotNotFound))?,
        None => call.app.library.now(&call.app.store)?,
    };
    let count = wanted.among(call, &frozen)?.len();
    Ok(Reply::json(json!({ "count": count, "meta": call.meta() })))
}

/// The list over a snapshot. Checks come in the published order.
pub(super) fn list(call: &Call) -> Result<Reply, ApiError> {
    let params = &call.params;
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
    let cursor = search_after.map(|text| Cursor::read(text, params)).transpose()?;
    let keys = sort::read(params).map_err(|reason| ApiError::with(ErrorType::InvalidSearchAfterQuery, reason))?;
    let wanted = Wanted::read(call, ErrorType::InvalidSearchAfterQuery)?;
    let limit = page_limit(call)?;
    let frozen = lock(&call.app.snapshots)
        .touch(snapshot, call.now)
        .ok_or_else(|| ApiError::new(ErrorType::SearchQuerySnapshotNotFound))?;
    let page = page(&frozen, wanted.among(call, &frozen)?, &keys, cursor.as_ref(), limit);

    let fields = params.list("fields");
    let search_after = page.last().map(|row| row.cursor(&keys));
    let next = search_after.as_ref().filter(|_| page.len() == limit).map(|after| Link::advanced(params, limit, after));
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
    Ok(call.items(page.iter().map(|row| item(&row.stored, &fields)).collect(), meta))
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

/// A session on its way into a page.
struct Row {
    values: Vec<Option<SortValue>>,
    /// Its place in the snapshot.
    tiebreaker: u64,
    stored: Arc<StoredSession>,
}

impl Row {
    fn cursor(&self, keys: &[SortKey]) -> String {
        let pairs = keys.iter().zip(&self.values).map(|(key, value)| format!("{}:{}", key.field, written(value)));
        let tiebreaker = format!("{TIEBREAKER}:{}", self.tiebreaker);
        pairs.chain([tiebreaker]).collect::<Vec<_>>().join(",")
    }
}

/// A value as it stands in a cursor: a comma or a backslash in it has a backslash before it.
fn written(value: &Option<SortValue>) -> String {
    match value {
        None => "null".to_owned(),
        Some(SortValue::Number(number)) => number.to_string(),
        Some(SortValue::Text(text)) => text.replace('\\', "\\\\").replace(',', "\\,"),
    }
}

fn page(
    frozen: &Frozen,
    wanted: Vec<Arc<StoredSession>>,
    keys: &[SortKey],
    after: Option<&Cursor>,
    limit: usize,
) -> Vec<Row> {
    let wanted: HashSet<&str> = wanted.iter().map(|stored| stored.session.key.as_str()).collect();
    let places = (0_u64..).zip(frozen.sessions.values());
    let rows = places.filter(|(_, stored)| wanted.contains(stored.session.key.as_str())).map(|(place, stored)| Row {
        values: keys.iter().map(|key| key.value(&stored.session, true)).collect(),
        tiebreaker: place,
        stored: Arc::clone(stored),
    });
    let is_after = |row: &Row| {
        after.is_none_or(|cursor| {
            let order = sort::compare(keys, &row.values, &cursor.values);
            order.then(row.tiebreaker.cmp(&cursor.tiebreaker)).is_gt()
        })
    };
    let mut rows: Vec<Row> = rows.filter(is_after).collect();
    rows.sort_by(|a, b| sort::compare(keys, &a.values, &b.values).then(a.tiebreaker.cmp(&b.tiebreaker)));
    rows.truncate(limit);
    rows
}

/// Where the last page ended.
struct Cursor {
    values: Vec<Option<SortValue>>,
    tiebreaker: u64,
}

impl Cursor {
    /// Reads `search_after`; the checks are those of the published API, in its order.
    fn read(text: &str, params: &Params) -> Result<Cursor, ApiError> {
        let pairs = pairs(text).ok_or_else(|| ApiError::new(ErrorType::InvalidSearchAfterKeyValueFormat))?;
        let mut seen = HashSet::new();
        if !pairs.iter().all(|(key, _)| seen.insert(key.as_str())) {
            return Err(ApiError::new(ErrorType::DuplicatedSearchAfterKey));
        }
        let tiebreaker = pairs.iter().position(|(key, _)| key == TIEBREAKER);
        let tiebreaker = tiebreaker.ok_or_else(|| ApiError::new(ErrorType::MissingSearchAfterTiebreaker))?;
        let sorted: Vec<&(String, String)> = pairs.iter().filter(|(key, _)| key != TIEBREAKER).collect();
        let mut values = Vec::new();
        for (key, value) in &sorted {
            let value = typed(key, value).ok_or_else(|| ApiError::new(ErrorType::InvalidSearchAfterKeyValue))?;
            values.push(value);
        }
        let names = params.list("sort");
        if sorted.len() < names.len() {
            return Err(ApiError::new(ErrorType::MissingSearchAfterKeyValue));
        }
        if sorted.len() > names.len() {
            return Err(ApiError::new(ErrorType::InconsistentSearchAfterParameters));
        }
        let canonical = |name: &str| resolve(name).map_or(name.to_owned(), |(field, _)| field.to_owned());
        let names = names.iter().map(|name| canonical(name.strip_prefix('-').unwrap_or(name)));
        if !names.eq(sorted.iter().map(|(key, _)| canonical(key))) || tiebreaker + 1 != pairs.len() {
            return Err(ApiError::new(ErrorType::InconsistentSearchAfterOrder));
        }
        let tiebreaker = pairs[tiebreaker].1.parse();
        let tiebreaker = tiebreaker.map_err(|_| ApiError::new(ErrorType::InvalidSearchAfterQuery))?;
        Ok(Cursor { values, tiebreaker })
    }
}

/// The pairs of a cursor; nothing if one is none.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ',' => parts.push(String::new()),
            '\\' => parts.last_mut()?.extend(chars.next()),
            c => parts.last_mut()?.push(c),
        }
    }
    let pair = |part: String| {
        let (key, value) = part.split_once(':')?;
        (!key.trim().is_empty()).then(|| (key.trim().to_owned(), value.to_owned()))
    };
    parts.into_iter().map(pair).collect()
}

/// A value of a cursor as its field has it; nothing if it is not of the field's type.
fn typed(key: &str, value: &str) -> Option<Option<SortValue>> {
    if value == "null" {
        return Some(None);
    }
    // An unknown field is told by the checks that follow.
    let field_type = resolve(key).map_or(FieldType::Text, |(_, field_type)| field_type);
    match field_type {
        FieldType::Int | FieldType::Date => value.parse().ok().map(|number| Some(SortValue::Number(number))),
        FieldType::Bool => match value {
            "true" | "1" => Some(Some(SortValue::Number(1))),
            "false" | "0" => Some(Some(SortValue::Number(0))),
            _ => None,
        },
        FieldType::Ip => value.parse::<IpAddr>().ok().map(|_| Some(SortValue::Text(value.to_owned()))),
        FieldType::Text => Some(Some(SortValue::Text(value.to_owned()))),
    }
}
