//! `stats` and `histogram`: how sessions are spread over the values of a field.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::query::Wanted;
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::clock::SECOND_NS;
use crate::fields::{FieldType, resolve};
use crate::times;

/// The most bins of one answer.
const BINS_MAX: usize = 10_000;

/// `GET /api/audit/sessions/stats`: the most frequent values of a field.
pub(crate) fn stats(call: &Call) -> Result<Reply, ApiError> {
    let (field, _) = field(call, "field")?;
    let sub_field = call.params.filled("sub_fields").map(|_| self::field(call, "sub_fields")).transpose()?;
    let size = call.params.number("size", 10)?;
    let mut groups: BTreeMap<String, (usize, BTreeMap<String, usize>)> = BTreeMap::new();
    let frozen = call.app.library.now(&call.app.store)?;
    for stored in Wanted::read(call, ErrorType::InvalidQuery)?.among(call, &frozen)? {
        for value in values(stored.session.field(field)) {
            let group = groups.entry(value).or_default();
            group.0 += 1;
            for value in sub_field.iter().flat_map(|(field, _)| values(stored.session.field(field))) {
                *group.1.entry(value).or_default() += 1;
            }
        }
    }
    let items = most_frequent(groups.into_iter().map(|(value, (count, subs))| (value, count, subs)), size);
    let items = items.into_iter().map(|(value, count, subs)| {
        let subs = most_frequent(subs.into_iter().map(|(value, count)| (value, count, ())), size);
        let subs = subs.into_iter().map(|(value, count, ())| json!({ "count": count, "value": value }));
        json!({ "count": count, "sub_fields": subs.collect::<Vec<_>>(), "value": value })
    });
    Ok(call.items(items.collect(), call.meta()))
}

/// `GET /api/audit/sessions/histogram`: sessions by hour or day of a date.
pub(crate) fn histogram(call: &Call) -> Result<Reply, ApiError> {
    let (field, field_type) = field(call, "field")?;
    let invalid = |reason: &str| ApiError::with(ErrorType::InvalidQuery, reason);
    if field_type != FieldType::Date {
        return Err(invalid("field must be a date"));
    }
    let bin_seconds = match call.params.filled("bin-size").unwrap_or("day") {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        _ => return Err(invalid("bin-size must be minute, hour, day or week")),
    };
    let mut bins: BTreeMap<i64, usize> = BTreeMap::new();
    let frozen = call.app.library.now(&call.app.store)?;
    for stored in Wanted::read(call, ErrorType::InvalidQuery)?.among(call, &frozen)? {
        let time = stored.session.field(field).and_then(|time| times::start(time.as_str()?));
        if let Some(time) = time {
            *bins.entry(time.div_euclid(bin_seconds * SECOND_NS)).or_default() += 1;
        }
    }
    if bins.len() > BINS_MAX {
        return Err(invalid("too many bins: choose a larger bin-size"));
    }
    let start = |bin: i64| trail_catalog::iso_ms(bin.saturating_mul(bin_seconds * SECOND_NS));
    let items = bins.into_iter().map(|(bin, count)| json!({ "count": count, "start": start(bin) })).collect();
    Ok(call.items(items, call.meta()))
}

fn field(call: &Call, parameter: &str) -> Result<(&'static str, FieldType), ApiError> {
    let names = call.params.list(parameter);
    let found = names.first().and_then(|name| resolve(name));
    found.ok_or_else(|| ApiError::with(ErrorType::InvalidQuery, format!("{parameter} must name a field")))
}

fn values(value: Option<&Value>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::Array(values)) => values.iter().flat_map(|value| self::values(Some(value))).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(other) => vec![other.to_string()],
    }
}

fn most_frequent<T>(groups: impl Iterator<Item = (String, usize, T)>, size: usize) -> Vec<(String, usize, T)> {
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    groups.truncate(size);
    groups
}
