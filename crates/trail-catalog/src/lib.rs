//! What is known about sessions.
//!
//! A [`Session`] is one document: who, from where, to what, when, with which verdict. This crate keeps the documents and
//! finds them: the metadata filter language is Lucene's (`trail-query`), over typed fields.

mod session;

pub use session::Session;
