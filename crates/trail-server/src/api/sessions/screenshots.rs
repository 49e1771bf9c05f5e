//! `_generate` and `screenshots`: pictures of moments. One is made when asked for, and shown as often as wanted.

use std::sync::Arc;

use serde_json::json;
use trail_catalog::StoredSession;
use trail_container::TrailReader;
use trail_content::ContentFile;
use trail_query::Query;

use super::{content, visible};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::screenshots::{Shot, ShotError};

/// Records of one request.
const RECORDS_MAX: usize = 100;

/// `POST …/_generate?record_ids=`.
pub(crate) fn generate(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    let invalid = |reason: &str| ApiError::with(ErrorType::InvalidQuery, reason);
    let records = call.params.list("record_ids");
    if records.is_empty() || records.len() > RECORDS_MAX {
        return Err(invalid("record_ids must name 1 to 100 records"));
    }
    let records: Result<Vec<u64>, _> = records.iter().map(|record| record.parse()).collect();
    let records = records.map_err(|_| invalid("record_ids must be numbers"))?;
    let query = highlight(call)?;
    let trail = open(call, &stored)?;
    let content = content_to_mark(call, &stored, query.as_ref())?;
    for &record in &records {
        let made = call.app.screenshots.make(&shot(call, &trail, record, query.as_ref(), content.clone()));
        made.map_err(|error| shot_error(&error))?;
    }
    let body = json!({ "record_ids": records, "status": "DONE" });
    Ok(call.object("_generate", body).status(201))
}

/// `GET …/screenshots/<record_id>`.
pub(crate) fn screenshot(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    let record: u64 = call.variable(1).parse().map_err(|_| ApiError::new(ErrorType::NotFound))?;
    let query = highlight(call)?;
    let trail = open(call, &stored)?;
    let content = content_to_mark(call, &stored, query.as_ref())?;
    match call.app.screenshots.find(&shot(call, &trail, record, query.as_ref(), content)) {
        Some(png) => Ok(Reply::bytes("image/png", png)),
        None => Err(ApiError::with(ErrorType::NotFound, "the screenshot was never generated")),
    }
}

/// What is to be marked.
fn highlight(call: &Call) -> Result<Option<Query>, ApiError> {
    let query = call.params.filled("highlight").map(|text| content::parse(call, text)).transpose();
    query.map_err(|reason| ApiError::with(ErrorType::InvalidQuery, reason))
}

/// The content that says where texts stand on a desktop, if some are to be marked.
fn content_to_mark(
    call: &Call,
    stored: &StoredSession,
    query: Option<&Query>,
) -> Result<Option<Arc<ContentFile>>, ApiError> {
    let content = query.map(|_| content::content_of(call, stored)).transpose()?.flatten();
    Ok(content.filter(|content| !content.reader().is_empty()))
}

fn shot<'s>(
    call: &'s Call,
    trail: &'s TrailReader,
    record: u64,
    query: Option<&'s Query>,
    content: Option<Arc<ContentFile>>,
) -> Shot<'s> {
    let text = call.params.get("highlight").unwrap_or("");
    Shot { trail, record, highlight: query.map(|query| (query, text)), content }
}

fn open(call: &Call, stored: &StoredSession) -> Result<TrailReader, ApiError> {
    let not_found = || ApiError::new(ErrorType::NotFound);
    let path = call.app.data.trails_dir().join(stored.file.as_deref().ok_or_else(not_found)?);
    TrailReader::open(&path).map_err(|_| not_found())
}

fn shot_error(error: &ShotError) -> ApiError {
    match error {
        ShotError::NoRecord { .. } | ShotError::NoScreen { .. } => {
            ApiError::with(ErrorType::NotFound, error.to_string())
        }
        ShotError::Query(error) => ApiError::with(ErrorType::InvalidQuery, error.to_string()),
        error => ApiError::internal(ErrorType::InternalError, error),
    }
}
