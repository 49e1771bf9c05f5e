//! Sessions as a table.

use std::sync::Arc;

use axum::http::header;
use serde_json::Value;
use trail_catalog::{Session, StoredSession};

use super::body;
use crate::call::{Call, Reply};
use crate::fields::{FIELDS, title};

/// The table of a page: columns in the order asked for, a row for each value of a list.
pub(super) fn table(call: &Call, page: &[Arc<StoredSession>], fields: &[String]) -> Reply {
    let all = || FIELDS.iter().map(|(field, _)| (*field).to_owned()).collect();
    let fields: Vec<String> = if fields.iter().any(|field| field == "*") { all() } else { fields.to_vec() };
    let mut text = String::new();
    let titles = std::iter::once("Key".to_owned()).chain(fields.iter().map(|field| title(field)));
    row(&mut text, titles);
    let host = call.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    for stored in page {
        let whole = Session { key: String::new(), body: body::full(stored) };
        let mut rows = vec![vec![stored.session.key.clone()]];
        for field in &fields {
            let value = body::value(stored, &whole, field).unwrap_or(Value::Null);
            let cells = match &value {
                Value::String(path) if field == "trail_download_link" => vec![format!("https://{host}{path}")],
                value => cells(value),
            };
            let with = |row: &Vec<String>, cell: &String| row.iter().chain([cell]).cloned().collect();
            rows = rows.iter().flat_map(|row| cells.iter().map(|cell| with(row, cell)).collect::<Vec<_>>()).collect();
        }
        rows.into_iter().for_each(|cells| row(&mut text, cells));
    }
    Reply::bytes("text/csv; charset=utf-8", text.into_bytes())
}

fn cells(value: &Value) -> Vec<String> {
    match value {
        Value::Null => vec![String::new()],
        Value::String(text) => vec![text.clone()],
        Value::Array(values) if values.is_empty() => vec![String::new()],
        Value::Array(values) => values.iter().flat_map(cells).collect(),
        other => vec![other.to_string()],
    }
}

fn row(text: &mut String, cells: impl IntoIterator<Item = String>) {
    let quoted: Vec<String> = cells.into_iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
    text.push_str(&quoted.join(","));
    text.push_str("\r\n");
}
