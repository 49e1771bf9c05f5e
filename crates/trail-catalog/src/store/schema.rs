//! The tables, and the steps from one version of them to the next.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{Result, StoreError, sql};

/// The version that this program writes. It is `user_version` of the file.
pub const SCHEMA_VERSION: u32 = STEPS.len() as u32;

/// The steps, in order; a file of version `n` has taken the first `n`. A step that was released is never changed.
const STEPS: [&str; 4] = [
    r"
    CREATE TABLE session (
        key TEXT PRIMARY KEY NOT NULL,
        rest_id TEXT,                 -- the log-style id with special characters replaced
        file TEXT UNIQUE,             -- the trail, under trails/
        state TEXT NOT NULL,          -- which state of the trail the document was made from
        created_ns INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX session_rest_id ON session (rest_id, created_ns);
    CREATE INDEX session_revision ON session (revision);

    CREATE TABLE counter (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE channel (
        session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (session, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE event (
        session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (session, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE alert (
        session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (session, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE index_run (
        session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (session, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE download (
        session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        number INTEGER NOT NULL,
        time_ns INTEGER NOT NULL,
        account TEXT NOT NULL,
        address TEXT NOT NULL,
        from_api INTEGER NOT NULL,
        PRIMARY KEY (session, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE user (
        id TEXT PRIMARY KEY NOT NULL,
        last_seen_ns INTEGER NOT NULL,
        score INTEGER,
        scored_ns INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE role (
        name TEXT PRIMARY KEY NOT NULL,
        rights INTEGER NOT NULL,
        filter TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE account (
        name TEXT PRIMARY KEY NOT NULL,
        role TEXT NOT NULL REFERENCES role,
        password_hash TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- 1 search, 2 search in all users, 4 download, 8 administer
    INSERT INTO role VALUES ('admin', 15, NULL), ('auditor', 7, NULL), ('searcher', 1, NULL);
",
    r"
    -- What was removed, until the index over the documents knows.
    CREATE TABLE removal (key TEXT PRIMARY KEY NOT NULL, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    -- Tells this catalogue from one that was made anew: their revisions mean different documents.
    INSERT INTO counter VALUES ('identity', random() & 0x7fffffffffffffff);
",
    r"
    CREATE INDEX session_user ON session (json_extract(document, '$.user.name'));
",
    r"
    -- Which trails there are, and in which state, without a look at the documents.
    CREATE INDEX session_trail ON session (file, state) WHERE file IS NOT NULL;
",
];

/// Brings a file to [`SCHEMA_VERSION`].
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    let doing = "bring the schema up to date";
    connection.pragma_update(None, "journal_mode", "WAL").map_err(sql(doing))?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(sql(doing))?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql(doing))?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(sql(doing))?;
    if found > SCHEMA_VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found, expected: SCHEMA_VERSION });
    }
    for step in STEPS.iter().skip(found as usize) {
        transaction.execute_batch(step).map_err(sql(doing))?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(sql(doing))?;
    transaction.commit().map_err(sql(doing))
}
