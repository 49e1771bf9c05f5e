//! The order of sessions.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value;
use trail_catalog::{Session, StoredSession};

use crate::clock::SECOND_NS;
use crate::fields::{FieldType, resolve};
use crate::params::Params;
use crate::times;

/// One key of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SortKey {
    pub(super) field: &'static str,
    pub(super) field_type: FieldType,
    pub(super) descending: bool,
}

/// The default order: the newest first.
const NEWEST: SortKey = SortKey { field: "start_time", field_type: FieldType::Date, descending: true };

/// A value by which sessions are ordered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortValue {
    Number(i64),
    Text(String),
}

/// The order asked for.
///
/// # Errors
/// The name of a field that is not there.
pub(super) fn read(params: &Params) -> Result<Vec<SortKey>, String> {
    let parts = params.list("sort");
    if parts.is_empty() {
        return Ok(vec![NEWEST]);
    }
    let key = |part: String| {
        let name = part.strip_prefix('-').unwrap_or(&part);
        let (field, field_type) = resolve(name).ok_or_else(|| format!("unknown sort field {name:?}"))?;
        Ok(SortKey { field, field_type, descending: part.starts_with('-') })
    };
    parts.into_iter().map(key).collect()
}

impl SortKey {
    /// The value of a session; whole seconds of dates if `in_seconds`.
    pub(super) fn value(self, session: &Session, in_seconds: bool) -> Option<SortValue> {
        let value = match session.field(self.field)? {
            Value::Array(values) => values.first()?,
            value => value,
        };
        match self.field_type {
            FieldType::Int => value.as_i64().map(SortValue::Number),
            FieldType::Bool => value.as_bool().map(|flag| SortValue::Number(i64::from(flag))),
            FieldType::Text | FieldType::Ip => value.as_str().map(|text| SortValue::Text(text.to_owned())),
            FieldType::Date => {
                let ns = times::start(value.as_str()?)?;
                Some(SortValue::Number(if in_seconds { ns.div_euclid(SECOND_NS) } else { ns }))
            }
        }
    }

    /// Orders two values; what has none comes last in both directions.
    pub(super) fn compare(self, a: &Option<SortValue>, b: &Option<SortValue>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }
}

/// Sorts sessions; those alike by key, the last one first.
pub(super) fn sort(sessions: &mut Vec<Arc<StoredSession>>, keys: &[SortKey]) {
    let values =
        |stored: &StoredSession| -> Vec<_> { keys.iter().map(|key| key.value(&stored.session, false)).collect() };
    let mut keyed: Vec<_> = sessions.drain(..).map(|stored| (values(&stored), stored)).collect();
    keyed.sort_by(|(a, left), (b, right)| compare(keys, a, b).then_with(|| right.session.key.cmp(&left.session.key)));
    sessions.extend(keyed.into_iter().map(|(_, stored)| stored));
}

/// Orders two lists of values.
pub(super) fn compare(keys: &[SortKey], a: &[Option<SortValue>], b: &[Option<SortValue>]) -> Ordering {
    let orders = keys.iter().zip(a.iter().zip(b)).map(|(key, (a, b))| key.compare(a, b));
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
