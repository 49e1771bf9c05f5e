//! The catalogue on SQLite: session documents and what belongs to them, downloads, users, logins and roles.
//!
//! [`Store`] is one file, `catalogue.db`, in the data directory. It speaks in types; no SQL leaves this folder. Everything
//! it holds about sessions and users can be made again from the trails ([`crate::sync`]) and the journal beside it; accounts
//! and roles cannot.

mod accounts;
mod downloads;
mod facts;
mod journal;
mod schema;
mod sessions;
#[cfg(test)]
mod tests;
mod users;

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::journal::Journal;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

pub use accounts::{Account, Rights, Role};
pub use downloads::Download;
pub use facts::{Alert, AlertKind, Channel, Event, EventKind, IndexRun, RunStatus};
pub use schema::SCHEMA_VERSION;
pub use sessions::{SessionFacts, StoredSession, TrailState, rest_form};
pub use users::{User, UserScore};

/// The catalogue's file in a data directory.
pub const CATALOGUE_FILE: &str = "catalogue.db";

/// How long a process waits for another one that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections kept open for readers.
const IDLE_READERS_MAX: usize = 16;

/// What went wrong in the catalogue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file was written by a newer version of this program.
    #[error("catalogue {} has schema {found}, expected at most {expected}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest known one.
        expected: u32,
    },
    /// SQLite refused.
    #[error("failed to {doing} in the catalogue")]
    Sqlite {
        /// What was attempted.
        doing: &'static str,
        /// Why.
        source: rusqlite::Error,
    },
    /// The journal cannot be read or written.
    #[error("failed to use the journal {}", path.display())]
    Journal {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A stored value cannot be understood.
    #[error("failed to understand {what} in the catalogue")]
    Json {
        /// What it is.
        what: &'static str,
        /// Why.
        source: serde_json::Error,
    },
}

type Result<T> = std::result::Result<T, StoreError>;

/// Says what was attempted when SQLite refuses.
fn sql(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |source| StoreError::Sqlite { doing, source }
}

/// A catalogue that is open. Reads go on beside one another and beside a write; writes take turns.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    journal: Journal,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens the catalogue of the data directory at `root`; makes it if there is none, and brings an older one up to date.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Sqlite`].
    pub fn open(root: &Path) -> Result<Store> {
        let path = root.join(CATALOGUE_FILE);
        let mut writer = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        schema::migrate(&mut writer, &path)?;
        // What was deleted is not left in the file.
        writer.pragma_update(None, "secure_delete", true).map_err(sql("open the database"))?;
        let (journal, was_there) = Journal::open(root)?;
        let store = Store { path, journal, writer: Mutex::new(writer), readers: Mutex::new(Vec::new()) };
        if !was_there {
            store.write_journal()?;
        }
        Ok(store)
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes what was deleted off the disk; tells whether it could: not as long as somebody reads what was before.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn purge(&self) -> Result<bool> {
        let writer = lock(&self.writer);
        let is_busy = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        Ok(!is_busy.map_err(sql("write back the log"))?)
    }

    /// Does `work` as one transaction: all of it or nothing.
    fn write<T>(&self, doing: &'static str, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut writer = lock(&self.writer);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql(doing))?;
        let done = work(&transaction)?;
        transaction.commit().map_err(sql(doing))?;
        Ok(done)
    }

    /// Lends a connection that only reads.
    fn reader(&self) -> Result<Reader<'_>> {
        let idle = lock(&self.readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        Ok(Reader { store: self, connection: Some(connection) })
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let doing = "open the database";
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sql(doing))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(sql(doing))?;
    connection.pragma_update(None, "foreign_keys", true).map_err(sql(doing))?;
    Ok(connection)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in the middle of a write rolled its transaction back: the connection is as good as before.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection lent to a reader; it goes back when dropped.
struct Reader<'s> {
    store: &'s Store,
    connection: Option<Connection>,
}

impl Reader<'_> {
    /// One row of a query that is asked again and again; nothing if there is none.
    fn row<T>(
        &self,
        doing: &'static str,
        select: &str,
        params: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let mut select = self.prepare_cached(select).map_err(sql(doing))?;
        select.query_row(params, read).optional().map_err(sql(doing))
    }
}

impl Deref for Reader<'_> {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "it is taken only when dropped")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a lent connection is there until dropped")
    }
}

impl DerefMut for Reader<'_> {
    #[expect(clippy::expect_used, reason = "it is taken only when dropped")]
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a lent connection is there until dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut readers = lock(&self.store.readers);
        if readers.len() < IDLE_READERS_MAX {
            readers.extend(self.connection.take());
        }
    }
}
