//! What can go wrong with the index.

/// Why the index could not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The engine failed: the disk is full, a file is damaged.
    #[error("failed to read or write the session index")]
    Engine(#[from] tantivy::TantivyError),
    /// Another process has the index open.
    #[error("another process writes the session index")]
    Locked,
    /// A file could not be read.
    #[error("failed to read the session index")]
    Read(#[from] std::io::Error),
    /// The deadline has passed, or the search was told to stop.
    #[error("the search was stopped before it was done")]
    Cancelled,
    /// A pattern stands for more terms than the limit.
    #[error("a pattern or range stands for more than {limit} values of {field}; write more of the value")]
    TooManyTerms {
        /// The field.
        field: String,
        /// The limit.
        limit: usize,
    },
    /// A regular expression needs more states than the limit.
    #[error("a regular expression needs more than {limit} states; write a simpler one")]
    TooComplex {
        /// The limit.
        limit: usize,
    },
    /// The clauses of one query match more documents, all counted, than are held at once.
    #[error("the clauses of the query match more than {limit} documents in all; ask for less at once")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// No field of this name can be sorted or grouped by.
    #[error("cannot sort or group by the field {field}")]
    NotSortable {
        /// The field.
        field: String,
    },
    /// A cursor does not fit the sort keys.
    #[error("the cursor does not fit the sort keys")]
    BadCursor,
    /// The writer has failed before; the index must be opened again.
    #[error("an earlier write to the session index failed")]
    Poisoned,
}
