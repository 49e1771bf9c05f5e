//! `/api/info`, health and metrics.

use serde_json::json;

use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::state::lock;

/// `GET /api/info`.
pub(super) fn info(call: &Call) -> Result<Reply, ApiError> {
    Ok(call.object("info", json!({ "firmware_version": env!("CARGO_PKG_VERSION"), "name": "Screentrail" })))
}

/// `GET /health/live`: the process answers.
pub(super) fn live(_call: &Call) -> Result<Reply, ApiError> {
    Ok(Reply::bytes("text/plain; charset=utf-8", b"live\n".to_vec()))
}

/// `GET /health/ready`: the catalogue answers.
pub(super) fn ready(call: &Call) -> Result<Reply, ApiError> {
    call.app.store.revision().map_err(|error| ApiError::internal(ErrorType::SearchUnavailable, &error))?;
    Ok(Reply::bytes("text/plain; charset=utf-8", b"ready\n".to_vec()))
}

/// `GET /metrics`.
pub(super) fn metrics(call: &Call) -> Result<Reply, ApiError> {
    let app = &call.app;
    // Open to all: nothing here tells how many sessions there are.
    let gauges = [
        ("requests_running", app.settings.concurrency - app.turns.available_permits()),
        ("uploads_running", app.settings.uploads_max - app.uploads.available_permits()),
        ("snapshots_open", lock(&app.snapshots).len(call.now)),
        ("index_runs_queued", app.indexing.len()),
    ];
    Ok(Reply::bytes("text/plain; version=0.0.4", app.metrics.text(&gauges).into_bytes()))
}
