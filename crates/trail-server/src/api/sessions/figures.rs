//! `stats` and `histogram`: how sessions are spread over the values of a field.

use serde_json::{Value, json};
use trail_catalog::filter::{FieldType, Zone};
use trail_catalog::index::Bucket;

use super::{filter, visible};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::clock::MS_NS;

/// Values of one answer.
const SIZE: usize = 10;
const SIZE_MAX: usize = 10_000;
/// The most bins of one answer.
const BINS_MAX: usize = 10_000;

/// `GET /api/audit/sessions/stats`: the most frequent values of a field.
pub(crate) fn stats(call: &Call) -> Result<Reply, ApiError> {
    let (field, field_type) = field(call, "field")?;
    let inner = call.params.filled("sub_fields").map(|_| self::field(call, "sub_fields")).transpose()?;
    let size = call.params.number("size", SIZE)?.min(SIZE_MAX);
    let wanted = filter::wanted(call, ErrorType::InvalidQuery)?;
    let snapshot = visible::documents(call)?;
    let inner_name = inner.as_ref().map(|(name, _)| name.as_str());
    let buckets = snapshot.count_values(&wanted, &field, inner_name, size, &call.deadline());
    let buckets = buckets.map_err(|error| filter::index_error(&error, ErrorType::InvalidQuery))?;
    let inner_type = inner.map(|(_, inner_type)| inner_type);
    let items = buckets.iter().map(|bucket| {
        let subs = bucket.inner.iter().map(|inner| {
            json!({ "count": inner.count, "value": shown(inner, inner_type) })
        });
        json!({ "count": bucket.count, "sub_fields": subs.collect::<Vec<_>>(), "value": shown(bucket, Some(field_type)) })
    });
    Ok(call.items(items.collect(), call.meta()))
}

/// `GET /api/audit/sessions/histogram`: sessions by minute, hour, day or week of a date.
pub(crate) fn histogram(call: &Call) -> Result<Reply, ApiError> {
    let (field, field_type) = field(call, "field")?;
    let invalid = |reason: &str| ApiError::with(ErrorType::InvalidQuery, reason);
    if !matches!(field_type, FieldType::Date(_)) {
        return Err(invalid("field must be a date"));
    }
    let unit = match call.params.filled("bin-size").unwrap_or("day") {
        "minute" => 'm',
        "hour" => 'h',
        "day" => 'd',
        "week" => 'w',
        _ => return Err(invalid("bin-size must be minute, hour, day or week")),
    };
    let wanted = filter::wanted(call, ErrorType::InvalidQuery)?;
    let snapshot = visible::documents(call)?;
    let bins = snapshot.histogram(&wanted, &field, unit, Zone(0), &call.deadline());
    let bins = bins.map_err(|error| filter::index_error(&error, ErrorType::InvalidQuery))?;
    if bins.len() > BINS_MAX {
        return Err(invalid("too many bins: choose a larger bin-size"));
    }
    let items = bins.iter().map(|bin| json!({ "count": bin.count, "start": time(bin.start) })).collect();
    Ok(call.items(items, call.meta()))
}

/// The first field that a parameter names.
fn field(call: &Call, parameter: &str) -> Result<(String, FieldType), ApiError> {
    let name = call.params.list(parameter).into_iter().next();
    let found = name.and_then(|name| Some((call.app.library.schema().sortable(&name)?, name)));
    let found =
        found.filter(|(field_type, _)| *field_type != FieldType::Key).map(|(field_type, name)| (name, field_type));
    found.ok_or_else(|| ApiError::with(ErrorType::InvalidQuery, format!("{parameter} must name a field")))
}

/// The value of a bucket as documents show it.
fn shown(bucket: &Bucket, field_type: Option<FieldType>) -> Value {
    match (field_type, bucket.value.parse()) {
        (Some(FieldType::Date(_)), Ok(ms)) => time(ms),
        _ => bucket.value.as_str().into(),
    }
}

fn time(ms: i64) -> Value {
    trail_catalog::iso_ms(ms.saturating_mul(MS_NS)).into()
}
