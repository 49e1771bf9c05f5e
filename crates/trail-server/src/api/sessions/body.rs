//! Documents as they are shown, whole or by chosen fields.

use serde_json::{Map, Value, json};
use trail_catalog::Session;
use trail_catalog::filter::Schema;

use super::session_path;
use crate::fields;

/// The name under which a document's link to its trail stands.
pub(super) const DOWNLOAD_LINK: &str = "trail_download_link";

/// All that is shown of a document.
pub(super) fn full(document: &Session) -> Map<String, Value> {
    let mut shown = document.clone();
    let path = session_path(&shown.key);
    for link in ["alerts", "channels", "events", "indexing", "trail_downloads"] {
        shown.set(&format!("{link}.href"), format!("{path}/{link}"));
    }
    if shown.body.remove(DOWNLOAD_LINK).is_some() {
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
pub(super) fn chosen(schema: &Schema, document: &Session, fields: &[String]) -> Map<String, Value> {
    let whole = whole(document);
    if fields.iter().any(|field| field == "*") {
        let mut all = without_nulls(whole.body);
        all.entry(DOWNLOAD_LINK).or_insert(Value::Null);
        return all;
    }
    let mut shown = Session::default();
    for name in fields {
        if let Some(value) = fields::value(schema, &whole, name) {
            shown.set(name, value);
        }
    }
    shown.body
}

/// What fields are chosen from.
pub(super) fn whole(document: &Session) -> Session {
    let mut body = full(document);
    body.extend(document.field(DOWNLOAD_LINK).map(|link| (DOWNLOAD_LINK.to_owned(), link.clone())));
    Session { key: String::new(), body }
}

fn without_nulls(object: Map<String, Value>) -> Map<String, Value> {
    let kept = object.into_iter().filter(|(_, value)| !value.is_null());
    kept.map(|(name, value)| match value {
        Value::Object(inner) => (name, Value::Object(without_nulls(inner))),
        other => (name, other),
    })
    .collect()
}
