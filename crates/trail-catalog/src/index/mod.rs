//! The index over session documents.
//!
//! [`SessionIndex`] takes documents and gives [`Snapshot`]s: frozen views that are searched by a
//! [`Plan`](crate::filter::Plan), sorted by any field, paged with cursors, counted and grouped. The index can always be
//! built again from the documents, and a frozen view has them as they were.
//!
//! ```
//! use trail_catalog::Session;
//! use trail_catalog::filter::{FilterOptions, Schema, read};
//! use trail_catalog::index::{Cancel, SearchRequest, SessionIndex};
//!
//! let index = SessionIndex::in_memory(Schema::audit())?;
//! let mut session = Session::new("s1");
//! session.set("protocol", "SSH");
//! session.set("client.ip", "10.20.30.40");
//! index.put(&session)?;
//! index.refresh()?;
//!
//! let plan = read(r#"protocol:ssh AND client.address:"10.20.0.0/16""#, index.schema(), &FilterOptions::audit(0))?;
//! let page = index.snapshot().search(&plan, &SearchRequest::default(), &Cancel::never())?;
//! assert_eq!((page.total, page.hits[0].key.as_str()), (1, "s1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bm25;
mod cancel;
mod columns;
mod document;
mod error;
mod facet;
mod fields;
mod gather;
mod matches;
mod phrase;
mod refresher;
mod snapshot;
mod sort;
mod writer;

pub use cancel::Cancel;
pub use error::IndexError;
pub use facet::{Bin, Bucket};
pub use refresher::Refresher;
pub use snapshot::{Page, SearchRequest, SessionHit, Snapshot};
pub use sort::{Cursor, SortKey, SortValue};
pub use writer::SessionIndex;

/// The result of this module's calls.
pub type Result<T> = std::result::Result<T, IndexError>;
