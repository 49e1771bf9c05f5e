//! What is known about sessions.
//!
//! A [`Session`] is one document: who, from where, to what, when, with which verdict. This crate keeps the documents and
//! finds them: the metadata filter language is Lucene's (`trail-query`), over typed fields.

mod alerts;
pub mod filter;
pub mod index;
mod session;
mod store;
mod sync;
mod time;

pub use alerts::{AlertRule, RuleError};
pub use session::Session;
pub use store::{
    Account, Alert, AlertKind, CATALOGUE_FILE, Channel, Download, Event, EventKind, IndexRun, Rights, Role, RunStatus,
    SCHEMA_VERSION, SessionFacts, Store, StoreError, StoredSession, TrailState, User, UserScore, rest_form,
};
pub use sync::{
    CREATION_TIME, SyncError, SyncOptions, SyncReport, WorkOn, announce, document_of, is_given_number, is_given_text,
    rebuild, session_key, sync, sync_with,
};
pub use time::iso_ms;
