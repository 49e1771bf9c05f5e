//! Session documents.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::facts::{self, Facts};
use super::{Channel, Event, IndexRun, Result, Store, StoreError, sql, users};
use crate::Session;

/// A document as the catalogue keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSession {
    /// The document.
    pub session: Session,
    /// Its trail, as a path under `trails/`.
    pub file: Option<String>,
    /// Larger = newer, over all documents.
    pub revision: u64,
}

/// Which state of which trail a document was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailState {
    /// The session.
    pub key: String,
    /// The trail, as a path under `trails/`.
    pub file: String,
    /// Its state: equal texts, equal states.
    pub state: String,
}

/// A log-style session id as it stands in paths: each character but letters, digits, `_` and `-` becomes `-`.
pub fn rest_form(session_id: &str) -> String {
    let keeps = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    session_id.chars().map(|c| if keeps(c) { c } else { '-' }).collect()
}

impl Store {
    /// Stores a session with what belongs to it, in place of what was known of it. Downloads and alerts stay, index runs
    /// are added to. Gives it the next revision, and on the first time `now_ns` as its `creation_time`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_session(
        &self,
        session: &Session,
        trail: &TrailState,
        channels: &[Channel],
        events: &[Event],
        runs: &[IndexRun],
        now_ns: i64,
    ) -> Result<u64> {
        self.write("store a session", |transaction| {
            let revision = next_revision(transaction)?;
            put(transaction, session, trail, revision, now_ns)?;
            facts::replace(transaction, Facts::Channel, &session.key, channels)?;
            facts::replace(transaction, Facts::Event, &session.key, events)?;
            facts::append(transaction, Facts::IndexRun, &session.key, runs)?;
            if let Some(user) = session.field("user.name").and_then(|name| name.as_str()) {
                let start = session.field("start_time").and_then(|time| time.as_str()?.parse().ok());
                let seen = start.map(|time: jiff::Timestamp| i64::try_from(time.as_nanosecond()).unwrap_or(now_ns));
                users::see(transaction, user, seen.unwrap_or(now_ns))?;
            }
            Ok(revision)
        })
    }

    /// Removes a session and all that belongs to it; tells whether it was there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn remove_session(&self, key: &str) -> Result<bool> {
        let doing = "remove a session";
        self.write(doing, |transaction| {
            next_revision(transaction)?;
            Ok(transaction.execute("DELETE FROM session WHERE key = ?1", [key]).map_err(sql(doing))? > 0)
        })
    }

    /// Forgets all sessions, so that they are made again from their trails. Accounts, roles and scores stay.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_states(&self) -> Result<()> {
        let doing = "forget the states of trails";
        self.write(doing, |transaction| {
            transaction.execute("UPDATE session SET state = ''", []).map_err(sql(doing))?;
            Ok(())
        })
    }

    /// The session that a path names: by its key, else by the rest form of its log-style id, else by that id itself. Of
    /// several the newest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn session(&self, name: &str) -> Result<Option<StoredSession>> {
        let reader = self.reader()?;
        let by_key = "SELECT key, file, revision, document FROM session WHERE key = ?1";
        let by_rest = "SELECT key, file, revision, document FROM session WHERE rest_id = ?1 \
             ORDER BY created_ns DESC, key DESC LIMIT 1";
        for (select, name) in [(by_key, name), (by_rest, name), (by_rest, &rest_form(name))] {
            let found = reader.query_row(select, [name], columns).optional().map_err(sql("read a session"))?;
            if let Some(found) = found {
                return stored(found).map(Some);
            }
        }
        Ok(None)
    }

    /// All sessions whose revision is larger than `revision`, by revision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn sessions_since(&self, revision: u64) -> Result<Vec<StoredSession>> {
        let doing = sql("read sessions");
        let reader = self.reader()?;
        let select = "SELECT key, file, revision, document FROM session WHERE revision > ?1 ORDER BY revision";
        let mut select = reader.prepare_cached(select).map_err(&doing)?;
        let rows = select.query_map([revision as i64], columns).map_err(&doing)?;
        rows.map(|row| stored(row.map_err(&doing)?)).collect()
    }

    /// The last revision given to a document or a removal. It changes with everything that lists can show.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn revision(&self) -> Result<u64> {
        let reader = self.reader()?;
        let value = reader.query_row("SELECT value FROM counter WHERE name = 'revision'", [], |row| row.get(0));
        let value: Option<i64> = value.optional().map_err(sql("read the revision"))?;
        Ok(value.map_or(0, |value| value as u64))
    }

    /// How many documents there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn session_count(&self) -> Result<usize> {
        let count = self.reader()?.query_row("SELECT count(*) FROM session", [], |row| row.get::<_, i64>(0));
        Ok(usize::try_from(count.map_err(sql("count sessions"))?).unwrap_or(0))
    }

    /// Which states of which trails the documents were made from, by key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn trail_states(&self) -> Result<Vec<TrailState>> {
        let doing = sql("read the states of trails");
        let reader = self.reader()?;
        let select = "SELECT key, file, state FROM session WHERE file IS NOT NULL ORDER BY key";
        let mut select = reader.prepare_cached(select).map_err(&doing)?;
        let rows = select
            .query_map([], |row| Ok(TrailState { key: row.get(0)?, file: row.get(1)?, state: row.get(2)? }))
            .map_err(&doing)?;
        rows.collect::<rusqlite::Result<_>>().map_err(&doing)
    }
}

type Columns = (String, Option<String>, i64, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn stored((key, file, revision, document): Columns) -> Result<StoredSession> {
    let body = serde_json::from_str(&document).map_err(|source| StoreError::Json { what: "session", source })?;
    Ok(StoredSession { session: Session { key, body }, file, revision: revision as u64 })
}

fn next_revision(connection: &Connection) -> Result<u64> {
    let next = "INSERT INTO counter (name, value) VALUES ('revision', 1) \
         ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value";
    let value: i64 = connection.query_row(next, [], |row| row.get(0)).map_err(sql("take a revision"))?;
    Ok(value as u64)
}

fn put(connection: &Connection, session: &Session, trail: &TrailState, revision: u64, now_ns: i64) -> Result<()> {
    let doing = sql("store a session");
    let created = "SELECT created_ns FROM session WHERE key = ?1";
    let created = connection.query_row(created, [&session.key], |row| row.get(0)).optional().map_err(&doing)?;
    let created_ns: i64 = created.unwrap_or(now_ns);
    let mut session = session.clone();
    session.set("revision", revision);
    session.set("creation_time", crate::time::iso_ms(created_ns));
    let rest_id = session.field("recording.session_id").and_then(|id| id.as_str()).map(rest_form);
    let document =
        serde_json::to_string(&session.body).map_err(|source| StoreError::Json { what: "session", source })?;
    let put = "INSERT INTO session (key, rest_id, file, state, created_ns, revision, document) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (key) DO UPDATE SET rest_id = excluded.rest_id, \
         file = excluded.file, state = excluded.state, revision = excluded.revision, document = excluded.document";
    let values = params![session.key, rest_id, trail.file, trail.state, created_ns, revision as i64, document];
    connection.execute(put, values).map_err(&doing)?;
    Ok(())
}
