//! `DELETE /api/audit/sessions/<id>`: a session goes, with everything that was made from it.

use serde_json::json;

use super::visible;
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::deletion::DeletionError;

/// Deletes a session. When it answers, its bytes are gone from the data directory, and it is gone from snapshots that are
/// open.
pub(crate) fn delete(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    let key = &stored.session.key;
    match call.app.delete(std::slice::from_ref(&stored), &call.told_of()?) {
        Ok(()) => Ok(call.object(key, json!({ "deleted": true }))),
        Err(DeletionError::Busy) => Err(ApiError::new(ErrorType::Busy)),
        Err(error) => Err(ApiError::internal(ErrorType::InternalError, &error)),
    }
}
