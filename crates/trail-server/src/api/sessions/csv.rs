//! Sessions as a table.

use axum::http::header;
use serde_json::Value;
use trail_catalog::Session;

use super::body::{self, DOWNLOAD_LINK};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::fields::{self, title};

/// Rows of one table: lists of a session multiply.
const ROWS_MAX: usize = 100_000;
/// Bytes of one table.
const TABLE_LEN_MAX: usize = 64 << 20;

/// The table of a page: columns in the order asked for, a row for each value of a list.
pub(super) fn table(call: &Call, page: &[Session], names: &[String]) -> Result<Reply, ApiError> {
    let schema = call.app.library.schema();
    let is_all = names.iter().any(|field| field == "*");
    let names = if is_all { fields::canonical(schema) } else { names.to_vec() };
    let mut table = Table::default();
    table.row(
        std::iter::once("Key")
            .chain(names.iter().map(|field| title(field)).collect::<Vec<_>>().iter().map(String::as_str)),
    )?;
    let host = call.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    for document in page {
        let whole = body::whole(document);
        let column = |field: &String| {
            let value = fields::value(schema, &whole, field).unwrap_or(Value::Null);
            match &value {
                Value::String(path) if field == DOWNLOAD_LINK => vec![format!("https://{host}{path}")],
                value => cells(value),
            }
        };
        let columns: Vec<Vec<String>> = names.iter().map(column).collect();
        table.product(&document.key, &columns)?;
    }
    Ok(Reply::bytes("text/csv; charset=utf-8", table.text.into_bytes()))
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

/// A table while it is written.
#[derive(Default)]
struct Table {
    text: String,
    rows: usize,
}

impl Table {
    /// Writes a row for each choice of one cell of every column; the last column changes fastest.
    fn product(&mut self, key: &str, columns: &[Vec<String>]) -> Result<(), ApiError> {
        let mut chosen = vec![0; columns.len()];
        loop {
            let cells = columns.iter().zip(&chosen).map(|(cells, at)| cells[*at].as_str());
            self.row(std::iter::once(key).chain(cells))?;
            // The next choice, as an odometer counts.
            let Some(turned) = (0..columns.len()).rev().find(|column| chosen[*column] + 1 < columns[*column].len())
            else {
                return Ok(());
            };
            chosen[turned] += 1;
            chosen[turned + 1..].fill(0);
        }
    }

    fn row<'c>(&mut self, cells: impl Iterator<Item = &'c str>) -> Result<(), ApiError> {
        self.rows += 1;
        if self.rows > ROWS_MAX || self.text.len() > TABLE_LEN_MAX {
            let reason = "the table has too many rows: ask for fewer sessions, or for fewer fields with several values";
            return Err(ApiError::with(ErrorType::InvalidQuery, reason));
        }
        for (place, cell) in cells.enumerate() {
            self.text.push_str(if place == 0 { "\"" } else { ",\"" });
            self.text.push_str(&cell.replace('"', "\"\""));
            self.text.push('"');
        }
        self.text.push_str("\r\n");
        Ok(())
    }
}
