//! Who was seen in sessions, and how they score.

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::journal::{Entry, Journal, Of};
use super::{Result, Store, sql};

/// How risky a user's behaviour is, as somebody computed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserScore {
    /// 0 to 100.
    pub value: u8,
    /// When it was computed, nanoseconds since 1970.
    pub time_ns: i64,
}

/// A user who was seen in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub id: String,
    /// Start of the last session, nanoseconds since 1970.
    pub last_seen_ns: i64,
    /// The score, if there is one.
    pub score: Option<UserScore>,
}

impl Store {
    /// Notes that a user was seen.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn see_user(&self, id: &str, time_ns: i64) -> Result<()> {
        self.write("note a user", |transaction| see(transaction, &self.journal, id, time_ns))
    }

    /// Sets a user's score. A user who has not been seen is taken as seen then.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn score_user(&self, id: &str, score: UserScore) -> Result<()> {
        let doing = "store a score";
        self.write(doing, |transaction| {
            self.journal.append(Of::User(id), &[Entry::Score(score)])?;
            let put = "INSERT INTO user (id, last_seen_ns, score, scored_ns) VALUES (?1, ?3, ?2, ?3) \
                 ON CONFLICT (id) DO UPDATE SET score = excluded.score, scored_ns = excluded.scored_ns";
            transaction.execute(put, params![id, score.value, score.time_ns]).map_err(sql(doing))?;
            Ok(())
        })
    }

    /// All users, by name.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn users(&self) -> Result<Vec<User>> {
        let doing = sql("read users");
        let reader = self.reader()?;
        let select = "SELECT id, last_seen_ns, score, scored_ns FROM user ORDER BY id";
        let mut select = reader.prepare_cached(select).map_err(&doing)?;
        let rows = select.query_map([], |row| {
            let (value, time_ns): (Option<u8>, Option<i64>) = (row.get(2)?, row.get(3)?);
            let score = value.zip(time_ns).map(|(value, time_ns)| UserScore { value, time_ns });
            Ok(User { id: row.get(0)?, last_seen_ns: row.get(1)?, score })
        });
        rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
    }
}

/// Notes that a session of a user is gone: the user was seen in those that are left, or in none.
pub(super) fn see_less(connection: &rusqlite::Connection, journal: &Journal, id: &str) -> Result<()> {
    let doing = sql("note a user");
    let left = "SELECT count(*), max(json_extract(document, '$.start_time')) FROM session \
         WHERE json_extract(document, '$.user.name') = ?1";
    let row = connection.query_row(left, [id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?)));
    let (count, last) = row.map_err(&doing)?;
    if count == 0 {
        journal.remove(Of::User(id))?;
        connection.execute("DELETE FROM user WHERE id = ?1", [id]).map_err(&doing)?;
    } else if let Some(last) = last.and_then(|last| last.parse::<jiff::Timestamp>().ok()) {
        let last_ns = i64::try_from(last.as_nanosecond()).unwrap_or(i64::MAX);
        connection.execute("UPDATE user SET last_seen_ns = ?2 WHERE id = ?1", params![id, last_ns]).map_err(&doing)?;
    }
    Ok(())
}

/// Notes that a user was seen. One who is new to the catalogue has the score that the journal knows.
pub(super) fn see(connection: &rusqlite::Connection, journal: &Journal, id: &str, time_ns: i64) -> Result<()> {
    let doing = sql("note a user");
    let later = "UPDATE user SET last_seen_ns = max(last_seen_ns, ?2) WHERE id = ?1";
    if connection.execute(later, params![id, time_ns]).map_err(&doing)? > 0 {
        return Ok(());
    }
    let score = journal.score(id)?;
    let put = "INSERT INTO user (id, last_seen_ns, score, scored_ns) VALUES (?1, ?2, ?3, ?4)";
    let values = params![id, time_ns, score.map(|score| score.value), score.map(|score| score.time_ns)];
    connection.execute(put, values).map_err(&doing)?;
    Ok(())
}

/// All users who have a score.
pub(super) fn scores(connection: &rusqlite::Connection) -> Result<Vec<(String, UserScore)>> {
    let doing = sql("read users");
    let select = "SELECT id, score, scored_ns FROM user WHERE score IS NOT NULL AND scored_ns IS NOT NULL";
    let mut select = connection.prepare(select).map_err(&doing)?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, UserScore { value: row.get(1)?, time_ns: row.get(2)? })));
    rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
}
