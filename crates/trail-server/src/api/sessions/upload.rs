//! `POST /api/audit/sessions`: a recording comes in and becomes a session.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use trail_catalog::{CREATION_TIME, StoreError, is_given_number, is_given_text, iso_ms};
use trail_container::TrailReader;
use trail_container::format::MAGIC;
use trail_import::{Encoding, ImportOptions, ImportReport, RecordingSource};
use trail_model::{SessionMeta, Size, Timestamp, TrailId};

use super::{session_path, visible};
use crate::api_error::{ApiError, ErrorType, with_causes};
use crate::call::{Call, Reply};
use crate::{incoming, times};

/// Recordings of one upload.
const RECORDINGS_MAX: usize = 1000;
/// Findings told of each.
const FINDINGS_MAX: usize = 20;
/// Bytes of a value of the metadata.
const META_LEN_MAX: usize = 4096;

/// Takes the recordings of an upload in. It answers when they are on the disk and in the catalogue; they are indexed
/// afterwards.
pub(crate) fn upload(call: &Call) -> Result<Reply, ApiError> {
    let more = metadata(call)?;
    let options = options(call)?;
    let waits = call.params.flag("wait")?;
    let folder = call.upload.as_ref().ok_or_else(|| ApiError::new(ErrorType::InvalidUpload))?;
    let path = folder.path().join(incoming::NAME);
    let (mut items, mut failures) = (Vec::new(), Vec::new());
    if is_trail(&path) {
        items.push(take_trail(call, &path, &more)?);
    } else {
        for source in trail_import::discover(&path, &options).take(RECORDINGS_MAX) {
            let taken = source.map_err(trail_convert::Error::from).map_err(Failure::Recording);
            match taken.and_then(|source| take_recording(call, &source, folder.path(), &options, &more)) {
                Ok(item) => items.push(item),
                // Bytes that are no recording, or one that is damaged beyond use.
                Err(Failure::Recording(error)) => failures.push(public(&with_causes(&error), &path)),
                Err(Failure::Ours(error)) => return Err(error),
            }
        }
    }
    if items.is_empty() {
        let reason = failures.into_iter().next().unwrap_or_else(|| ErrorType::InvalidUpload.wording().to_owned());
        return Err(ApiError::with(ErrorType::InvalidUpload, reason));
    }
    call.app.show()?;
    call.app.indexing.ask_new();
    if waits {
        wait_for(call, &items)?;
    }
    let location = items[0]["meta"]["href"].as_str().unwrap_or_default().to_owned();
    let mut meta = call.meta();
    meta.insert("failures".to_owned(), failures.into());
    Ok(call.items(items, meta).status(201).header("location", location))
}

/// Waits until the sessions are found by their content, or as long as requests may take.
fn wait_for(call: &Call, items: &[Value]) -> Result<(), ApiError> {
    let end = Instant::now() + call.app.settings.request_timeout;
    let mut left: Vec<&str> = items.iter().filter_map(|item| item["key"].as_str()).collect();
    call.app.indexing.wait_until(end, || -> Result<bool, StoreError> {
        while let Some(key) = left.last() {
            if call.app.store.index_runs(key)?.last().is_some_and(|run| !run.has_ended()) {
                return Ok(false);
            }
            left.pop();
        }
        Ok(true)
    })?;
    Ok(())
}

/// Why a recording was not taken in.
enum Failure {
    Recording(trail_convert::Error),
    Ours(ApiError),
}

impl Failure {
    fn io(error: io::Error) -> Failure {
        Failure::Ours(ApiError::internal(ErrorType::InternalError, &error))
    }
}

fn take_recording(
    call: &Call,
    source: &RecordingSource,
    folder: &Path,
    options: &ImportOptions,
    more: &SessionMeta,
) -> Result<Value, Failure> {
    let id = trail_convert::trail_id(source).map_err(Failure::Recording)?;
    let id = own_id(call, id).map_err(Failure::Ours)?;
    let path = call.app.data.trail_path(&id.to_string());
    if path.exists() {
        check_visible(call, &path, id).map_err(Failure::Ours)?;
        return keep(call, id, None).map(|key| item(&key, None));
    }
    let written = folder.join(format!("{id}.trail"));
    // What no recording can say stays with the trail.
    let mut more = more.clone();
    more.extra.insert(CREATION_TIME.to_owned(), iso_ms(call.now.0));
    let (report, _) = trail_convert::write_trail(source, id, &written, options, &more).map_err(Failure::Recording)?;
    check_visible(call, &written, id).map_err(Failure::Ours)?;
    let key = keep(call, id, Some(&written))?;
    Ok(item(&key, Some(&report)))
}

/// The identity of an upload by a role that may not see all sessions is its own: nothing tells it whether there is a session
/// of the same bytes that it may not see.
fn own_id(call: &Call, id: TrailId) -> Result<TrailId, ApiError> {
    let role = &call.who()?.role;
    if role.filter.is_none() {
        return Ok(id);
    }
    let mut hasher = blake3::Hasher::new_derive_key("screentrail uploads of limited roles");
    hasher.update(&id.0).update(role.name.as_bytes());
    let mut own = [0; 16];
    hasher.finalize_xof().fill(&mut own);
    Ok(TrailId(own))
}

/// A trail that the caller would not see may not be brought.
fn check_visible(call: &Call, path: &Path, id: TrailId) -> Result<(), ApiError> {
    let internal = |error: trail_container::Error| ApiError::internal(ErrorType::InternalError, &error);
    let trail = TrailReader::open(path).map_err(internal)?;
    let document = trail_catalog::document_of(&trail, &format!("{id}.trail"), call.now.0);
    if visible::would_see(call, &document)? {
        return Ok(());
    }
    let reason = "the session would lie outside of what the user may see";
    Err(ApiError::with(ErrorType::Unauthorized, reason).detail("path", call.path.as_str()))
}

/// Takes a trail in as it is.
fn take_trail(call: &Call, path: &Path, more: &SessionMeta) -> Result<Value, ApiError> {
    if *more != SessionMeta::default() {
        let reason = "a trail says itself what is known of it: metadata cannot be added";
        return Err(ApiError::with(ErrorType::InvalidUpload, reason));
    }
    let invalid = |reason: &str| ApiError::with(ErrorType::InvalidUpload, reason);
    let trail = TrailReader::open(path).map_err(|error| invalid(&public(&with_causes(&error), path)))?;
    if !trail.is_closed() || trail.findings().iter().any(trail_container::Finding::is_damage) {
        return Err(invalid("the trail is damaged or was never closed"));
    }
    let id = trail.trail_id();
    drop(trail);
    check_visible(call, path, id)?;
    let internal = |error: io::Error| ApiError::internal(ErrorType::InternalError, &error);
    File::open(path).and_then(|file| file.sync_all()).map_err(internal)?;
    let is_there = call.app.data.trail_path(&id.to_string()).exists();
    match keep(call, id, (!is_there).then_some(path)) {
        Ok(key) => Ok(item(&key, None)),
        Err(Failure::Ours(error)) => Err(error),
        Err(Failure::Recording(error)) => Err(ApiError::internal(ErrorType::InternalError, &error)),
    }
}

/// Puts a trail that is on the disk among the others, and its session into the catalogue. A trail that is there already
/// stays as it is.
fn keep(call: &Call, id: TrailId, written: Option<&Path>) -> Result<String, Failure> {
    let path = call.app.data.trail_path(&id.to_string());
    if let Some(written) = written {
        fs::rename(written, &path).map_err(Failure::io)?;
        // The name must not be lost either.
        File::open(call.app.data.trails_dir()).and_then(|folder| folder.sync_all()).map_err(Failure::io)?;
    }
    let key = id.to_string();
    let known = call.app.store.session(&key).map_err(|error| Failure::Ours(error.into()))?;
    if written.is_none() && known.is_some() {
        return Ok(key);
    }
    let file = format!("{id}.trail");
    let announced = trail_catalog::announce(&call.app.data, &call.app.store, &file, call.now.0);
    announced.map_err(|error| Failure::Ours(ApiError::internal(ErrorType::DatabaseConsistencyError, &error)))
}

fn item(key: &str, report: Option<&ImportReport>) -> Value {
    let findings = report.map_or(&[][..], |report| &report.findings).iter().take(FINDINGS_MAX);
    json!({
        "body": {
            "complete": report.is_none_or(ImportReport::complete),
            "findings": findings.map(|finding| finding.message.clone()).collect::<Vec<_>>(),
            "format": report.map(|report| report.format.as_str()),
        },
        "key": key,
        "meta": { "href": session_path(key) },
    })
}

fn is_trail(path: &Path) -> bool {
    let mut head = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == MAGIC
}

/// What went wrong, without the paths of this machine.
fn public(text: &str, path: &Path) -> String {
    let path = path.to_string_lossy();
    let folder = path.strip_suffix(incoming::NAME).unwrap_or(&path);
    text.replace(&*path, incoming::NAME).replace(folder, "")
}

/// What the parameters say of the recording.
fn metadata(call: &Call) -> Result<SessionMeta, ApiError> {
    let invalid = |reason: String| ApiError::with(ErrorType::InvalidQuery, reason);
    let mut meta = SessionMeta::default();
    for (name, value) in call.params.all() {
        if value.len() > META_LEN_MAX {
            return Err(invalid(format!("{name} is longer than {META_LEN_MAX} bytes")));
        }
        match name {
            "encoding" | "size" | "wait" => {}
            "start_time" => {
                let start = times::start(value).ok_or_else(|| invalid(format!("{name} is not an ISO 8601 time")))?;
                meta.start = Some(Timestamp(start));
            }
            "user.server_username" => meta.target_user = Some(value.to_owned()),
            "title" => meta.title = Some(value.to_owned()),
            name if is_given_text(name) => drop(meta.extra.insert(name.to_owned(), value.to_owned())),
            name if is_given_number(name) => {
                value.parse::<i64>().map_err(|_| invalid(format!("{name} must be a number")))?;
                meta.extra.insert(name.to_owned(), value.to_owned());
            }
            name => return Err(invalid(format!("{name:?} is not known of an upload"))),
        }
    }
    meta.user = meta.extra.get("user.name").cloned();
    meta.host = meta.extra.get("server.name").cloned();
    Ok(meta)
}

fn options(call: &Call) -> Result<ImportOptions, ApiError> {
    let invalid = |reason: &str| ApiError::with(ErrorType::InvalidQuery, reason);
    let mut options = ImportOptions::default();
    if let Some(name) = call.params.filled("encoding") {
        options.encoding = Some(Encoding::from_label(name).ok_or_else(|| invalid("encoding is not known"))?);
    }
    if let Some(size) = call.params.filled("size") {
        let (cols, rows) = size.split_once('x').ok_or_else(|| invalid("size must be COLSxROWS"))?;
        let number = |text: &str| text.parse().ok();
        let size = number(cols).zip(number(rows)).and_then(|(cols, rows)| Size::new(cols, rows));
        options.size = Some(size.ok_or_else(|| invalid("size must be COLSxROWS"))?);
    }
    Ok(options)
}
