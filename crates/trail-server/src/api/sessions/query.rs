//! Which sessions are asked for: `q`, `start`, `end` and `content`.

use std::sync::Arc;

use trail_catalog::StoredSession;

use super::{content, visible::Visible};
use crate::api_error::{ApiError, ErrorType};
use crate::call::Call;
use crate::filter::Filter;
use crate::library::Frozen;
use crate::times;

/// Which sessions are asked for.
pub(super) struct Wanted {
    q: Option<Filter>,
    start: Option<i64>,
    end: Option<i64>,
    content: Option<String>,
}

impl Wanted {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `kind`, which depends on the endpoint.
    pub(super) fn read(call: &Call, kind: ErrorType) -> Result<Wanted, ApiError> {
        let invalid = |reason: String| ApiError::with(kind, reason);
        let time = |name: &str, read: fn(&str) -> Option<i64>| match call.params.filled(name) {
            None => Ok(None),
            Some(text) => match read(text) {
                Some(ns) => Ok(Some(ns)),
                None => Err(invalid(format!("{name} is not an ISO 8601 date or time"))),
            },
        };
        let q = call.params.filled("q").map(Filter::parse).transpose().map_err(invalid)?;
        let content = call.params.filled("content").map(str::to_owned);
        if let Some(query) = &content {
            content::parse(query).map_err(invalid)?;
        }
        Ok(Wanted { q, start: time("start", times::start)?, end: time("end", times::end)?, content })
    }

    /// The sessions of `frozen` that are asked for and that the caller may see, by key.
    pub(super) fn among(&self, call: &Call, frozen: &Frozen) -> Result<Vec<Arc<StoredSession>>, ApiError> {
        let visible = Visible::to(call)?;
        let sessions = visible.among(frozen).filter(|stored| self.admits(stored)).cloned().collect();
        match &self.content {
            Some(query) => content::only_with(call, sessions, query),
            None => Ok(sessions),
        }
    }

    fn admits(&self, stored: &StoredSession) -> bool {
        let time = |field: &str| times::start(stored.session.field(field)?.as_str()?);
        self.start.is_none_or(|start| time("start_time").is_some_and(|time| time >= start))
            && self.end.is_none_or(|end| time("end_time").is_some_and(|time| time <= end))
            && self.q.as_ref().is_none_or(|q| q.admits(&stored.session))
            && stored.session.field("hidden").and_then(|hidden| hidden.as_bool()) != Some(true)
    }
}
