//! `/api/audit/users`: who was seen, and how they score.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::{Value, json};
use trail_catalog::{User, iso_ms};

use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::clock::{MS_NS, SECOND_NS};

/// The parameters, none of which may come twice.
const PARAMETERS: [&str; 3] = ["limit", "sort", "has_valid_score"];
const LIMIT: usize = 100;

/// `GET /api/audit/users`.
pub(super) fn list(call: &Call) -> Result<Reply, ApiError> {
    check_duplicates(call)?;
    let limit = limit(call)?;
    let sort = sort(call)?;
    let mut users = users(call)?;
    users.sort_by(|a, b| {
        let by_key = |(key, descending): &(Key, bool)| compare(*key, *descending, a, b);
        sort.iter().map(by_key).find(|order| order.is_ne()).unwrap_or_else(|| a.user.id.cmp(&b.user.id))
    });
    let items = users.iter().take(limit).map(item).collect();
    let mut meta = call.meta();
    meta.insert("limit".to_owned(), limit.into());
    Ok(call.items(items, meta))
}

/// `GET /api/audit/users/_count`.
pub(super) fn count(call: &Call) -> Result<Reply, ApiError> {
    check_duplicates(call)?;
    Ok(Reply::json(json!({ "count": users(call)?.len(), "meta": call.meta() })))
}

struct Seen {
    user: User,
    has_valid_score: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Id,
    LastSeen,
    Score,
    ScoreTimestamp,
    HasValidScore,
}

fn check_duplicates(call: &Call) -> Result<(), ApiError> {
    match call.params.duplicated(&PARAMETERS) {
        Some(name) => Err(ApiError::with(ErrorType::DuplicatedParameterError, format!("{name} is given twice"))),
        None => Ok(()),
    }
}

fn limit(call: &Call) -> Result<usize, ApiError> {
    let Some(text) = call.params.get("limit") else { return Ok(LIMIT) };
    let max = call.app.settings.users_page_max;
    let number: i128 = text.trim().parse().map_err(|_| ApiError::new(ErrorType::NotANumber))?;
    if number < 1 {
        return Err(ApiError::new(ErrorType::NegativeValue));
    }
    usize::try_from(number)
        .ok()
        .filter(|limit| *limit <= max)
        .ok_or_else(|| ApiError::with(ErrorType::InvalidQueryValue, format!("the value must be less than {}", max + 1)))
}

fn sort(call: &Call) -> Result<Vec<(Key, bool)>, ApiError> {
    let mut parts = call.params.list("sort");
    if parts.is_empty() {
        parts = vec!["-last_seen".to_owned(), "-score".to_owned()];
    }
    let mut seen = HashSet::new();
    let read = |part: String| {
        let name = part.strip_prefix('-').unwrap_or(&part);
        let key = match name {
            "id" | "user_id" => Key::Id,
            "last_seen" => Key::LastSeen,
            "score" => Key::Score,
            "score_timestamp" => Key::ScoreTimestamp,
            "has_valid_score" => Key::HasValidScore,
            _ => return Err(ApiError::new(ErrorType::InvalidSort)),
        };
        if !seen.insert(key) {
            return Err(ApiError::new(ErrorType::InvalidSort));
        }
        Ok((key, part.starts_with('-')))
    };
    parts.into_iter().map(read).collect()
}

/// The users asked for. A role that is limited to some sessions sees the users of these.
fn users(call: &Call) -> Result<Vec<Seen>, ApiError> {
    let wanted = match call.params.get("has_valid_score") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(other) => {
            let message = format!("has_valid_score must be true or false, not {other:?}");
            return Err(ApiError::with(ErrorType::InvalidQueryValue, message));
        }
    };
    let visible = super::sessions::visible_users(call)?;
    let lifetime = i64::try_from(call.app.settings.score_lifetime.as_secs()).unwrap_or(i64::MAX);
    let oldest = call.now.0.saturating_sub(lifetime.saturating_mul(SECOND_NS));
    let users = call.app.store.users()?.into_iter();
    // When else a user was seen is not told to whom may not see it.
    let as_visible = |mut user: User| match &visible {
        None => Some(user),
        Some(visible) => {
            user.last_seen_ns = visible.get(&user.id)?.unwrap_or(0).saturating_mul(MS_NS);
            // Nor what was made of all their sessions.
            user.score = None;
            Some(user)
        }
    };
    let seen = users.filter_map(as_visible).map(|user| {
        let has_valid_score = user.score.is_some_and(|score| score.time_ns >= oldest);
        Seen { user, has_valid_score }
    });
    Ok(seen.filter(|seen| wanted.is_none_or(|wanted| wanted == seen.has_valid_score)).collect())
}

/// Orders two users by one key; who has no value comes last in both directions.
fn compare(key: Key, descending: bool, a: &Seen, b: &Seen) -> Ordering {
    let value = |seen: &Seen| match key {
        Key::Id => None,
        Key::LastSeen => Some(seen.user.last_seen_ns),
        Key::Score => seen.user.score.map(|score| i64::from(score.value)),
        Key::ScoreTimestamp => seen.user.score.map(|score| score.time_ns),
        Key::HasValidScore => Some(i64::from(seen.has_valid_score)),
    };
    let directed = |order: Ordering| if descending { order.reverse() } else { order };
    match (value(a), value(b)) {
        _ if key == Key::Id => directed(a.user.id.cmp(&b.user.id)),
        (Some(a), Some(b)) => directed(a.cmp(&b)),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

fn item(seen: &Seen) -> Value {
    let score = seen.user.score;
    json!({
        "has_valid_score": seen.has_valid_score,
        "id": seen.user.id,
        "last_seen": iso_ms(seen.user.last_seen_ns),
        "score": score.map(|score| score.value.to_string()),
        "score_timestamp": score.map(|score| iso_ms(score.time_ns)),
    })
}
