//! What a caller may see: the one place where a role's filter is applied to sessions.

use std::collections::BTreeSet;
use std::sync::Arc;

use trail_catalog::{Session, StoredSession};

use crate::api_error::{ApiError, ErrorType};
use crate::call::Call;
use crate::filter::Filter;
use crate::library::Frozen;

/// The sessions a caller may see.
pub(super) struct Visible(Option<Filter>);

impl Visible {
    /// What the caller's role allows. A role whose filter cannot be read allows nothing.
    pub(super) fn to(call: &Call) -> Result<Visible, ApiError> {
        let Some(filter) = &call.who()?.role.filter else { return Ok(Visible(None)) };
        match Filter::parse(filter) {
            Ok(filter) => Ok(Visible(Some(filter))),
            Err(reason) => {
                tracing::error!(role = call.who()?.role.name, reason, "the role's filter cannot be read");
                Err(ApiError::new(ErrorType::Unauthorized).detail("path", call.path.as_str()))
            }
        }
    }

    pub(super) fn admits(&self, session: &Session) -> bool {
        self.0.as_ref().is_none_or(|filter| filter.admits(session))
    }

    /// The sessions of `frozen` that the caller may see, by key.
    pub(super) fn among<'f>(&'f self, frozen: &'f Frozen) -> impl Iterator<Item = &'f Arc<StoredSession>> {
        frozen.sessions.values().filter(|stored| self.admits(&stored.session))
    }
}

/// The session that the path names. One that the caller may not see is not there.
pub(super) fn session(call: &Call) -> Result<StoredSession, ApiError> {
    let visible = Visible::to(call)?;
    let stored = call.app.store.session(call.variable(0))?.filter(|stored| visible.admits(&stored.session));
    stored.ok_or_else(|| ApiError::new(ErrorType::NotFound))
}

/// The users of the sessions that the caller may see; nothing if that is all of them.
pub(crate) fn visible_users(call: &Call) -> Result<Option<BTreeSet<String>>, ApiError> {
    let visible = Visible::to(call)?;
    if visible.0.is_none() {
        return Ok(None);
    }
    let frozen = call.app.library.now(&call.app.store)?;
    let names = visible.among(&frozen).filter_map(|stored| stored.session.field("user.name")?.as_str());
    Ok(Some(names.map(str::to_owned).collect()))
}
