//! The typed values of a document.

use std::net::Ipv6Addr;

use serde_json::{Map, Value};

use super::date::{Date, Zone, parse_date};
use super::number::{double, whole};
use super::schema::{FieldDef, FieldType};
use super::{DateForms, address};

/// One value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// Of a keyword or text field, as it stands in the document.
    Text(String),
    /// Of a whole-number field.
    Integer(i64),
    /// Of a number field.
    Double(f64),
    /// Of a date field.
    Date(Date),
    /// Of an address field.
    Address(Ipv6Addr),
    /// Of a boolean field.
    Boolean(bool),
}

/// The values that a document has in a field: those at the first of the field's places that has any.
///
/// A value that is none of the field's type is left out: it cannot be found, and the document still can. Objects have no
/// value.
pub fn field_values(field: &FieldDef, body: &Map<String, Value>) -> Vec<FieldValue> {
    let places = field.paths.iter().filter_map(|path| at(path, body));
    let first = places.map(|value| typed(field.kind, value)).find(|values| !values.is_empty());
    first.unwrap_or_default()
}

fn at<'a>(path: &str, body: &'a Map<String, Value>) -> Option<&'a Value> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let value = body.get(first)?;
    if rest.is_empty() { Some(value) } else { at(rest, value.as_object()?) }
}

fn typed(kind: FieldType, value: &Value) -> Vec<FieldValue> {
    match value {
        Value::Array(items) => items.iter().filter_map(|item| one(kind, item)).collect(),
        single => one(kind, single).into_iter().collect(),
    }
}

fn one(kind: FieldType, value: &Value) -> Option<FieldValue> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let int = |min, max| whole(&text, min, max).map(|number| FieldValue::Integer(number.value));
    match kind {
        FieldType::Keyword { .. } | FieldType::Text => Some(FieldValue::Text(text)),
        FieldType::Integer => int(i32::MIN.into(), i32::MAX.into()),
        FieldType::Long => int(i64::MIN, i64::MAX),
        FieldType::Double => double(&text).filter(|number| number.is_finite()).map(FieldValue::Double),
        FieldType::Date(_) => {
            // Stored times are whole: no date math, and no years alone.
            let time = (!text.contains("now") && !text.contains("||"))
                .then(|| parse_date(&text, DateForms::Days, 0, Zone(0), false));
            time.flatten().map(FieldValue::Date)
        }
        FieldType::Address { .. } => address::address(&text).map(FieldValue::Address),
        FieldType::Boolean => match text.as_str() {
            "true" => Some(FieldValue::Boolean(true)),
            "false" => Some(FieldValue::Boolean(false)),
            _ => None,
        },
        FieldType::Key | FieldType::Constant(_) | FieldType::Closed | FieldType::Content => None,
    }
}
