//! A request as an endpoint sees it, and its answer.

use std::fs::File;
use std::path::PathBuf;
use std::time::Instant;

use axum::http::HeaderMap;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use trail_catalog::Role;
use trail_catalog::index::Cancel;
use trail_model::Timestamp;

use crate::api_error::{ApiError, ErrorType};
use crate::params::Params;
use crate::state::AppState;

/// A request that was let through.
pub(crate) struct Call {
    /// The name of the request in the logs.
    pub(crate) id: u64,
    pub(crate) app: AppState,
    /// The path as asked for, without a slash at its end.
    pub(crate) path: String,
    /// What stands in the places of the path's variables.
    pub(crate) variables: Vec<String>,
    /// Whether only the head of the answer is wanted.
    pub(crate) is_head: bool,
    pub(crate) params: Params,
    pub(crate) headers: HeaderMap,
    /// The folder with the body, at endpoints that take one.
    pub(crate) upload: Option<TempDir>,
    /// Who asks; nobody at endpoints that are open to all.
    pub(crate) who: Option<Who>,
    /// The address of the other side, for the records.
    pub(crate) peer: String,
    pub(crate) now: Timestamp,
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) account: String,
    pub(crate) role: Role,
    /// How long the login lives from now.
    pub(crate) remaining_seconds: u64,
}

impl Call {
    /// When a search for this call is given up.
    pub(crate) fn deadline(&self) -> Cancel {
        let end = self.app.settings.query_limits.deadline.and_then(|limit| Instant::now().checked_add(limit));
        end.map_or_else(Cancel::never, Cancel::at)
    }

    /// The variable of the path at `place`.
    pub(crate) fn variable(&self, place: usize) -> &str {
        self.variables.get(place).map_or("", String::as_str)
    }

    /// Who asks.
    pub(crate) fn who(&self) -> Result<&Who, ApiError> {
        self.who.as_ref().ok_or_else(|| ApiError::new(ErrorType::Unauthenticated).detail("path", self.path.as_str()))
    }

    /// Where a call comes from and its name, for the audit log.
    pub(crate) fn origin(&self) -> Map<String, Value> {
        let request = format!("{:016x}", self.id);
        Map::from_iter([("from".to_owned(), self.peer.as_str().into()), ("request".to_owned(), request.into())])
    }

    /// The same with whose call it is.
    pub(crate) fn told_of(&self) -> Result<Map<String, Value>, ApiError> {
        let mut told = self.origin();
        told.insert("account".to_owned(), self.who()?.account.as_str().into());
        Ok(told)
    }

    /// `meta` of an answer at this path.
    pub(crate) fn meta(&self) -> Map<String, Value> {
        let mut meta = Map::new();
        meta.insert("href".to_owned(), self.path.as_str().into());
        if let Some((parent, _)) = self.path.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
            meta.insert("parent".to_owned(), parent.into());
        }
        if let Some(who) = &self.who {
            meta.insert("remaining_seconds".to_owned(), who.remaining_seconds.into());
        }
        meta
    }

    /// The envelope of a single object.
    pub(crate) fn object(&self, key: &str, body: impl Into<Value>) -> Reply {
        Reply::json(json!({ "key": key, "body": body.into(), "meta": self.meta() }))
    }

    /// The envelope of a flat list.
    pub(crate) fn items(&self, items: Vec<Value>, meta: Map<String, Value>) -> Reply {
        Reply::json(json!({ "items": items, "meta": meta }))
    }
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

/// The body of an answer.
pub(crate) enum Body {
    Bytes(Vec<u8>),
    /// A piece of a file: what stands from the file's position on, so many bytes.
    File(File, u64),
    /// A trail that is sent as it grows, from its beginning on.
    Growing(File, PathBuf),
}

impl Reply {
    /// A JSON document.
    pub(crate) fn json(value: Value) -> Reply {
        Reply::bytes("application/json", value.to_string().into_bytes())
    }

    /// Bytes of a type.
    pub(crate) fn bytes(content_type: &str, bytes: Vec<u8>) -> Reply {
        Reply { status: 200, headers: vec![("content-type", content_type.to_owned())], body: Body::Bytes(bytes) }
    }

    /// Adds a header. A value that cannot stand in one is left out when the answer is sent.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with another status.
    pub(crate) fn status(mut self, status: u16) -> Reply {
        self.status = status;
        self
    }
}
