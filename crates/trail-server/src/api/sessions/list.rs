//! `GET /api/audit/sessions`: the basic search. A snapshot makes it the advanced one.

use serde_json::{Value, json};
use trail_catalog::StoredSession;

use super::links::Link;
use super::query::Wanted;
use super::{advanced, body, csv, session_path, sort};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};

/// The basic search, or the advanced one.
pub(crate) fn list(call: &Call) -> Result<Reply, ApiError> {
    if call.params.get("snapshot").is_some() || call.params.get("search_after").is_some() {
        return advanced::list(call);
    }
    let invalid = |reason: String| ApiError::with(ErrorType::InvalidQuery, reason);
    let as_csv = match call.params.filled("format") {
        None | Some("json") => false,
        Some("csv") => true,
        Some(_) => return Err(invalid("format must be json or csv".to_owned())),
    };
    let limit = page_limit(call)?;
    let offset = call.params.number("offset", 0)?;
    let keys = sort::read(&call.params).map_err(invalid)?;
    let wanted = Wanted::read(call, ErrorType::InvalidQuery)?;
    let frozen = call.app.library.now(&call.app.store)?;
    let mut sessions = wanted.among(call, &frozen)?;
    sort::sort(&mut sessions, &keys);

    let reachable = sessions.len().min(call.app.settings.window);
    let page = &sessions[offset.min(reachable)..offset.saturating_add(limit).min(reachable)];
    let fields = call.params.list("fields");
    if as_csv {
        return Ok(csv::table(call, page, &fields));
    }
    let mut meta = call.meta();
    let link = |offset| Value::from(Link::basic(&call.params, limit, offset));
    let next = offset.saturating_add(page.len());
    let has_next = !page.is_empty() && next < reachable;
    meta.insert("fields".to_owned(), fields.clone().into());
    meta.insert("first".to_owned(), link(0));
    meta.insert("last".to_owned(), link(reachable.saturating_sub(1) / limit * limit));
    meta.insert("limit".to_owned(), limit.into());
    meta.insert("match_count".to_owned(), reachable.into());
    meta.insert("next".to_owned(), if has_next { link(next) } else { Value::Null });
    meta.insert("offset".to_owned(), offset.into());
    meta.insert("previous".to_owned(), if offset > 0 { link(offset.saturating_sub(limit)) } else { Value::Null });
    for name in ["start", "end"] {
        if let Some(text) = call.params.filled(name) {
            meta.insert(name.to_owned(), text.into());
        }
    }
    Ok(call.items(page.iter().map(|stored| item(stored, &fields)).collect(), meta))
}

/// A session in a list.
pub(super) fn item(stored: &StoredSession, fields: &[String]) -> Value {
    let key = &stored.session.key;
    let mut item = json!({ "key": key, "meta": { "href": session_path(key) } });
    if !fields.is_empty() {
        item["body"] = body::chosen(stored, fields).into();
    }
    item
}

/// The page size: what is larger than the most is the most.
pub(super) fn page_limit(call: &Call) -> Result<usize, ApiError> {
    let max = call.app.settings.page_max;
    match call.params.number("limit", max)? {
        0 => Err(ApiError::with(ErrorType::InvalidQuery, "limit must be greater than 0")),
        limit => Ok(limit.min(max)),
    }
}
