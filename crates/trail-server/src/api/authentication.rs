//! `/api/authentication`: logging in.

use serde_json::json;

use crate::api_error::{ApiError, ErrorType};
use crate::app::{self, COOKIE};
use crate::call::{Call, Reply};
use crate::state::lock;

/// `GET /api/authentication`, with HTTP Basic.
pub(super) fn log_in(call: &Call) -> Result<Reply, ApiError> {
    let is_local = matches!(call.params.filled("login_method"), None | Some("local"));
    let is_password = matches!(call.params.filled("type"), None | Some("password"));
    if !is_local || !is_password {
        return Err(ApiError::new(ErrorType::AuthenticationFailure));
    }
    let token = app::log_in(call)?;
    let seconds = lock(&call.app.logins).idle_timeout().as_secs();
    let mut meta = call.meta();
    meta.insert("remaining_seconds".to_owned(), seconds.into());
    let cookie = format!("{COOKIE}={token}; HttpOnly; Max-Age={seconds}; Path=/; SameSite=Strict; Secure");
    Ok(Reply::json(json!({ "meta": meta })).header("set-cookie", cookie))
}

/// `GET /api/authentication/login_methods`.
pub(super) fn login_methods(call: &Call) -> Result<Reply, ApiError> {
    let local = json!({ "id": "local", "name": "local", "type": "password" });
    Ok(call.object("login_methods", json!({ "login_methods": [local] })))
}
