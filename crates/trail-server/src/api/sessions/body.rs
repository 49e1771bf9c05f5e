//! Documents as they are shown, whole or by chosen fields.

use serde_json::{Map, Value, json};
use trail_catalog::{Session, StoredSession};

use super::session_path;
use crate::fields::resolve;

/// Makes a name of a field to what is shown under it.
pub(super) fn full(stored: &StoredSession) -> Map<String, Value> {
    let mut shown = Session { key: stored.session.key.clone(), body: stored.session.body.clone() };
    let path = session_path(&shown.key);
    for link in ["alerts", "channels", "events", "indexing", "trail_downloads"] {
        shown.set(&format!("{link}.href"), format!("{path}/{link}"));
    }
    if stored.file.is_some() {
        let archive = shown.field("recording.archive").cloned();
        let download = json!({ "href": format!("{path}/audit_trail") });
        shown.set("recording.audit_trail", json!({ "archive": archive, "download": download }));
    }
    let names = shown.field("user.server_username").and_then(Value::as_array).cloned();
    if let Some([one]) = names.as_deref() {
        // The guide has a text here, later versions a list.
        shown.set("user.server_username", one.clone());
    }
    shown.body
}

/// The fields that were asked for, each under the name that was used; `*` is all there are.
pub(super) fn chosen(stored: &StoredSession, fields: &[String]) -> Map<String, Value> {
    let full = full(stored);
    if fields.iter().any(|field| field == "*") {
        let mut all = without_nulls(full);
        all.insert("trail_download_link".to_owned(), download_link(stored));
        return all;
    }
    let whole = Session { key: String::new(), body: full };
    let mut shown = Session::default();
    for name in fields {
        if let Some(value) = value(stored, &whole, name) {
            shown.set(name, value);
        }
    }
    shown.body
}

/// The value of a field by any of its names, null if it has none; nothing if there is no such field.
pub(super) fn value(stored: &StoredSession, whole: &Session, name: &str) -> Option<Value> {
    if name == "trail_download_link" {
        return Some(download_link(stored));
    }
    if let Some((field, _)) = resolve(name) {
        return Some(whole.field(field).cloned().unwrap_or(Value::Null));
    }
    // A group.
    whole.field(name).cloned()
}

fn download_link(stored: &StoredSession) -> Value {
    match &stored.file {
        Some(_) => format!("{}/audit_trail", session_path(&stored.session.key)).into(),
        None => Value::Null,
    }
}

fn without_nulls(object: Map<String, Value>) -> Map<String, Value> {
    let kept = object.into_iter().filter(|(_, value)| !value.is_null());
    kept.map(|(name, value)| match value {
        Value::Object(inner) => (name, Value::Object(without_nulls(inner))),
        other => (name, other),
    })
    .collect()
}
