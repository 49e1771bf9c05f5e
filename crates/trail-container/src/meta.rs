//! Session metadata as JSON: the form in which a trail keeps it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use trail_model::{SessionMeta, Timestamp};

use crate::error::{Error, Result};

/// Mirror of [`SessionMeta`]. Names are part of the format (`docs/format.md`); unknown ones are skipped.
#[derive(Serialize, Deserialize)]
#[serde(default)]
#[derive(Default)]
struct MetaJson {
    format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_ns: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cwd: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tty: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    term: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_status: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_limit_ns: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    env: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extra: BTreeMap<String, String>,
}

/// Writes metadata as JSON.
pub(crate) fn to_json(meta: &SessionMeta) -> Result<Vec<u8>> {
    let SessionMeta {
        format,
        source,
        start,
        user,
        target_user,
        host,
        command,
        title,
        cwd,
        tty,
        term,
        exit_status,
        idle_limit_ns,
        env,
        extra,
    } = meta.clone();
    let json = MetaJson {
        format,
        source,
        start_ns: start.map(|start| start.0),
        user,
        target_user,
        host,
        command,
        title,
        cwd,
        tty,
        term,
        exit_status,
        idle_limit_ns,
        env,
        extra,
    };
    serde_json::to_vec(&json).map_err(|source| Error::Meta { source })
}

/// Reads metadata from JSON.
pub(crate) fn from_json(bytes: &[u8]) -> Result<SessionMeta> {
    let json: MetaJson = serde_json::from_slice(bytes).map_err(|source| Error::Meta { source })?;
    Ok(SessionMeta {
        format: json.format,
        source: json.source,
        start: json.start_ns.map(Timestamp),
        user: json.user,
        target_user: json.target_user,
        host: json.host,
        command: json.command,
        title: json.title,
        cwd: json.cwd,
        tty: json.tty,
        term: json.term,
        exit_status: json.exit_status,
        idle_limit_ns: json.idle_limit_ns,
        env: json.env,
        extra: json.extra,
    })
}
