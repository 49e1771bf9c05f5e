//! `_generate` and `screenshots`: pictures of moments. One is made when asked for, and shown as often as wanted.

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use trail_catalog::StoredSession;
use trail_container::TrailReader;
use trail_model::{ChannelId, RecordId};
use trail_render::{RENDERER_VERSION, RenderOptions, render};
use trail_replay::Player;

use super::visible;
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};

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
    let trail = open(call, &stored)?;
    for &record in &records {
        make(call, &trail, record)?;
    }
    let body = json!({ "record_ids": records, "status": "DONE" });
    Ok(call.object("_generate", body).status(201))
}

/// `GET …/screenshots/<record_id>`.
pub(crate) fn screenshot(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    let not_found = || ApiError::new(ErrorType::NotFound);
    let record: u64 = call.variable(1).parse().map_err(|_| not_found())?;
    let trail = open(call, &stored)?;
    let Ok(png) = fs::read(file(call, &trail, record)) else {
        return Err(ApiError::with(ErrorType::NotFound, "the screenshot was never generated"));
    };
    Ok(Reply::bytes("image/png", png))
}

fn open(call: &Call, stored: &StoredSession) -> Result<TrailReader, ApiError> {
    let not_found = || ApiError::new(ErrorType::NotFound);
    let path = call.app.data.trails_dir().join(stored.file.as_deref().ok_or_else(not_found)?);
    TrailReader::open(&path).map_err(|_| not_found())
}

/// Where a picture lies: by what it is made from, so that it is never another's and never out of date.
fn file(call: &Call, trail: &TrailReader, record: u64) -> PathBuf {
    let mut hash = blake3::Hasher::new();
    hash.update(&trail.trail_id().0);
    hash.update(format!("{}", trail.head()).as_bytes());
    hash.update(&record.to_le_bytes());
    hash.update(&RENDERER_VERSION.to_le_bytes());
    let name = format!("{}.png", hash.finalize().to_hex());
    call.app.data.root().join("cache").join("screenshots").join(name)
}

fn make(call: &Call, trail: &TrailReader, record: u64) -> Result<(), ApiError> {
    let internal = |error: &dyn std::error::Error| ApiError::internal(ErrorType::InternalError, error);
    let channel = channel_of(trail, record)?;
    let path = file(call, trail, record);
    if path.is_file() {
        return Ok(());
    }
    let mut player = Player::new(trail, channel).map_err(|error| internal(&error))?;
    player.seek(RecordId(record)).map_err(|error| internal(&error))?;
    let terminal = player
        .terminal()
        .ok_or_else(|| ApiError::with(ErrorType::NotFound, format!("there is no screen at record {record}")))?;
    let png = render(terminal, &RenderOptions::default()).to_png().map_err(|error| internal(&error))?;
    let folder = path.parent().unwrap_or(&path);
    fs::create_dir_all(folder).map_err(|error| internal(&error))?;
    // Written beside and renamed, so that none is seen by half.
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(|error| internal(&error))?;
    std::io::Write::write_all(&mut beside, &png).map_err(|error| internal(&error))?;
    beside.persist(&path).map_err(|error| internal(&error))?;
    keep_within(folder, call.app.settings.screenshots_len_max).map_err(|error| internal(&error))
}

/// The channel of a record.
fn channel_of(trail: &TrailReader, record: u64) -> Result<ChannelId, ApiError> {
    let not_found = || ApiError::with(ErrorType::NotFound, format!("the trail has no record {record}"));
    let chunk = trail.chunk_of(RecordId(record)).ok_or_else(not_found)?;
    let chunk = trail.chunk(chunk).map_err(|_| not_found())?;
    let found = chunk.records().find(|found| found.id == RecordId(record));
    found.map(|record| record.channel).ok_or_else(not_found)
}

/// Removes the oldest pictures until what is left has at most `max` bytes.
fn keep_within(folder: &std::path::Path, max: u64) -> std::io::Result<()> {
    let mut pictures = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        pictures.push((metadata.modified()?, metadata.len(), entry.path()));
    }
    let mut total: u64 = pictures.iter().map(|(_, len, _)| len).sum();
    pictures.sort();
    for (_, len, path) in pictures {
        if total <= max {
            break;
        }
        fs::remove_file(path)?;
        total -= len;
    }
    Ok(())
}
