//! Who was seen in sessions, and how they score.

use rusqlite::params;

use super::{Result, Store, sql};

/// How risky a user's behaviour is, as somebody computed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        self.write("note a user", |transaction| see(transaction, id, time_ns))
    }

    /// Sets a user's score. A user who has not been seen is taken as seen then.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn score_user(&self, id: &str, score: UserScore) -> Result<()> {
        let doing = "store a score";
        self.write(doing, |transaction| {
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
pub(super) fn see_less(connection: &rusqlite::Connection, id: &str) -> Result<()> {
    let doing = sql("note a user");
    let left = "SELECT count(*), max(json_extract(document, '$.start_time')) FROM session \
         WHERE json_extract(document, '$.user.name') = ?1";
    let row = connection.query_row(left, [id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?)));
    let (count, last) = row.map_err(&doing)?;
    if count == 0 {
        connection.execute("DELETE FROM user WHERE id = ?1", [id]).map_err(&doing)?;
    } else if let Some(last) = last.and_then(|last| last.parse::<jiff::Timestamp>().ok()) {
        let last_ns = i64::try_from(last.as_nanosecond()).unwrap_or(i64::MAX);
        connection.execute("UPDATE user SET last_seen_ns = ?2 WHERE id = ?1", params![id, last_ns]).map_err(&doing)?;
    }
    Ok(())
}

/// Notes that a user was seen.
pub(super) fn see(connection: &rusqlite::Connection, id: &str, time_ns: i64) -> Result<()> {
    let put = "INSERT INTO user (id, last_seen_ns) VALUES (?1, ?2) \
         ON CONFLICT (id) DO UPDATE SET last_seen_ns = max(last_seen_ns, excluded.last_seen_ns)";
    connection.execute(put, params![id, time_ns]).map_err(sql("note a user"))?;
    Ok(())
}
