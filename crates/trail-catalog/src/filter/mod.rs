//! Metadata filters: Lucene's query syntax over the typed fields of session documents.
//!
//! A [`Schema`] says which fields there are and of which type. [`read`] turns the text of a filter into a [`Plan`]: values
//! parsed, dates rounded, patterns prepared. A plan knows no index; `SessionIndex` carries it out.

mod address;
mod date;
mod error;
mod lower;
mod number;
mod options;
mod pattern;
mod plan;
mod product;
mod regexp;
mod schema;
mod values;

#[cfg(test)]
mod tests;

pub use date::{Date, DateForms, Zone, parse_date};
pub use error::{FilterError, FilterErrorKind};
pub use lower::read;
pub use options::{ContentSessions, FilterOptions};
pub use plan::{Leaf, Plan, TermTest};
pub use schema::{FieldDef, FieldId, FieldType, Normal, Schema};
pub use values::{FieldValue, field_values};

pub(crate) use address::{address as read_address, show as show_address};
pub(crate) use date::bin as date_bin;
pub(crate) use pattern::distance;
