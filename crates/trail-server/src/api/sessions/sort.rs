//! The order of sessions.

use trail_catalog::filter::Schema;
use trail_catalog::index::SortKey;

use crate::params::Params;

/// The default order: the newest first.
const NEWEST: &str = "-start_time";
/// Fields that one order may name.
const KEYS_MAX: usize = 16;

/// The order asked for.
///
/// # Errors
/// The name of a field that is not there or has no order.
pub(super) fn read(params: &Params, schema: &Schema) -> Result<Vec<SortKey>, String> {
    let parts = params.list("sort");
    if parts.is_empty() {
        return Ok(vec![SortKey::parse(NEWEST)]);
    }
    if parts.len() > KEYS_MAX {
        return Err(format!("sort may name {KEYS_MAX} fields"));
    }
    let key = |part: String| {
        let key = SortKey::parse(&part);
        match schema.sortable(&key.field) {
            Some(_) => Ok(key),
            None => Err(format!("unknown sort field {:?}", key.field)),
        }
    };
    parts.into_iter().map(key).collect()
}
