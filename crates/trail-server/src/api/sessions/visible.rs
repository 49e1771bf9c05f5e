//! What a caller may see: the one place where a role's filter is applied to sessions.

use std::collections::BTreeMap;

use trail_catalog::filter::{Leaf, Plan, Schema};
use trail_catalog::index::{SessionIndex, Snapshot};
use trail_catalog::{Session, StoredSession};
use trail_query::Occur;

use super::filter;
use crate::api_error::{ApiError, ErrorType};
use crate::call::Call;
use crate::incoming;

/// The sessions that the caller's role allows; nothing if that is all of them. A role whose filter cannot be read allows
/// nothing.
pub(super) fn plan(call: &Call) -> Result<Option<Plan>, ApiError> {
    let role = &call.who()?.role;
    let Some(text) = &role.filter else { return Ok(None) };
    match filter::read(call, text) {
        Ok(plan) => Ok(Some(plan)),
        Err(error) => {
            tracing::error!(role = role.name, error = error.to_string(), "the role's filter cannot be read");
            Err(ApiError::new(ErrorType::Unauthorized).detail("path", call.path.as_str()))
        }
    }
}

/// What the caller may see of some documents, as if there were no others.
pub(super) fn part(call: &Call, documents: Snapshot) -> Result<Snapshot, ApiError> {
    let Some(allowed) = plan(call)? else { return Ok(documents) };
    documents
        .within(&allowed, &call.deadline())
        .map_err(|error| filter::index_error(&error, ErrorType::SearchUnavailable))
}

/// What the caller may see of the documents as they are now.
pub(super) fn documents(call: &Call) -> Result<Snapshot, ApiError> {
    part(call, call.app.library.now(&call.app.store)?)
}

/// The session that the path names. One that the caller may not see is not there, and takes as long not to be.
pub(super) fn session(call: &Call) -> Result<StoredSession, ApiError> {
    let allowed = plan(call)?;
    let not_found = || ApiError::new(ErrorType::NotFound);
    let stored = call.app.store.session(call.variable(0))?;
    if let Some(allowed) = allowed {
        let revision = stored.as_ref().map_or(0, |stored| stored.revision);
        let key = stored.as_ref().map_or(call.variable(0), |stored| &stored.session.key);
        let this = Plan::Leaf(Leaf::Keys(vec![key.to_owned()]));
        let snapshot = call.app.library.at_least(&call.app.store, revision)?;
        let both = Plan::Bool { clauses: vec![(Occur::Must, this), (Occur::Must, allowed)], minimum: None };
        let count = snapshot
            .count(&both, &call.deadline())
            .map_err(|error| filter::index_error(&error, ErrorType::NotFound))?;
        if count == 0 {
            return Err(not_found());
        }
    }
    stored.ok_or_else(not_found)
}

/// Whether the caller would see a session with this document.
pub(super) fn would_see(call: &Call, document: &Session) -> Result<bool, ApiError> {
    let Some(allowed) = plan(call)? else { return Ok(true) };
    let internal = |error: std::io::Error| ApiError::internal(ErrorType::InternalError, &error);
    let folder = incoming::folder(call.app.data.root()).map_err(internal)?;
    let count = || {
        let alone = SessionIndex::open(folder.path(), Schema::audit())?;
        alone.put(document)?;
        alone.refresh()?;
        alone.snapshot().count(&allowed, &call.deadline())
    };
    Ok(count().map_err(|error| filter::index_error(&error, ErrorType::InvalidUpload))? > 0)
}

/// The users of the sessions that the caller may see, each with the start of the last of these sessions in milliseconds
/// since 1970; nothing if the caller may see all sessions.
pub(crate) fn visible_users(call: &Call) -> Result<Option<BTreeMap<String, Option<i64>>>, ApiError> {
    let Some(allowed) = plan(call)? else { return Ok(None) };
    let snapshot = call.app.library.now(&call.app.store)?;
    let latest = |date: &str| {
        let latest = snapshot.latest_by_value(&allowed, "user.name", date, &call.deadline());
        latest.map_err(|error| filter::index_error(&error, ErrorType::InvalidQueryValue))
    };
    let mut users = latest("start_time")?;
    if users.values().any(Option::is_none) {
        // A recording without a clock was seen when it came in.
        let created = latest("creation_time")?;
        for (user, seen) in users.iter_mut().filter(|(_, seen)| seen.is_none()) {
            *seen = created.get(user).copied().flatten();
        }
    }
    Ok(Some(users))
}
