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

/// Notes that a user was seen.
pub(super) fn see(connection: &rusqlite::Connection, id: &str, time_ns: i64) -> Result<()> {
    let put = "INSERT INTO user (id, last_seen_ns) VALUES (?1, ?2) \
         ON CONFLICT (id) DO UPDATE SET last_seen_ns = max(last_seen_ns, excluded.last_seen_ns)";
    connection.execute(put, params![id, time_ns]).map_err(sql("note a user"))?;
    Ok(())
}
