//! `GET /api/audit/sessions`: the basic search. A snapshot makes it the advanced one.

use serde_json::{Value, json};
use trail_catalog::Session;
use trail_catalog::filter::Schema;
use trail_catalog::index::{SearchRequest, SortKey};

use super::links::Link;
use super::{advanced, body, csv, filter, session_path, sort, visible};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};

/// The basic search, or the advanced one.
pub(crate) fn list(call: &Call) -> Result<Reply, ApiError> {
    if call.params.filled("snapshot").is_some() || call.params.filled("search_after").is_some() {
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
    let mut keys = sort::read(&call.params, call.app.library.schema()).map_err(invalid)?;
    // Of those alike the last by key comes first, as of those alike in time the newest would.
    keys.push(SortKey::parse("-key"));
    let wanted = filter::wanted(call, ErrorType::InvalidQuery)?;
    let window = call.app.settings.window;
    let request = SearchRequest {
        sort: keys,
        offset: offset.min(window),
        limit: limit.min(window.saturating_sub(offset)),
        ..SearchRequest::default()
    };
    let failed = |error| filter::index_error(&error, ErrorType::InvalidQuery);
    let snapshot = visible::documents(call)?;
    let found = snapshot.search(&wanted, &request, &call.deadline()).map_err(failed)?;
    let reachable = usize::try_from(found.total).unwrap_or(usize::MAX).min(window);
    let fields = call.params.list("fields");
    let page: Vec<Session> = if fields.is_empty() {
        // Keys are all that is shown.
        found.hits.into_iter().map(|hit| Session::new(hit.key)).collect()
    } else {
        found.hits.iter().map(|hit| snapshot.session(hit)).collect::<Result<_, _>>().map_err(failed)?
    };
    if as_csv {
        return csv::table(call, &page, &fields);
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
    Ok(call.items(page.iter().map(|document| item(call.app.library.schema(), document, &fields)).collect(), meta))
}

/// A session in a list.
pub(super) fn item(schema: &Schema, document: &Session, fields: &[String]) -> Value {
    let key = &document.key;
    let mut item = json!({ "key": key, "meta": { "href": session_path(key) } });
    if !fields.is_empty() {
        item["body"] = body::chosen(schema, document, fields).into();
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
