//! Who took which trail away.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::journal::{Entry, Of};
use super::{Result, Store, sql};

/// A download of a trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Download {
    /// When, nanoseconds since 1970.
    pub time_ns: i64,
    /// Who: the name of the account.
    pub account: String,
    /// From where.
    pub address: String,
    /// Whether through the API.
    pub from_api: bool,
}

impl Store {
    /// Records a download.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn add_download(&self, session: &str, download: &Download) -> Result<()> {
        self.write("record a download", |transaction| {
            self.journal.append(Of::Session(session), &[Entry::Download(download.clone())])?;
            insert(transaction, session, download)
        })
    }

    /// The downloads of a session by time, from the `offset`th on and at most `limit`, and how many there are.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError).
    pub fn downloads(&self, session: &str, offset: usize, limit: usize) -> Result<(Vec<Download>, usize)> {
        let doing = sql("read downloads");
        let reader = self.reader()?;
        let downloads = read(&reader, session, offset, limit)?;
        let count = "SELECT count(*) FROM download WHERE session = ?1";
        let count: i64 = reader.query_row(count, [session], |row| row.get(0)).map_err(&doing)?;
        Ok((downloads, usize::try_from(count).unwrap_or(0)))
    }
}

/// Adds a download behind those known.
pub(super) fn insert(connection: &Connection, session: &str, download: &Download) -> Result<()> {
    let Download { time_ns, account, address, from_api } = download;
    let insert = "INSERT INTO download (session, number, time_ns, account, address, from_api) \
         SELECT ?1, coalesce(max(number) + 1, 0), ?2, ?3, ?4, ?5 FROM download WHERE session = ?1";
    let values = params![session, time_ns, account, address, from_api];
    connection.execute(insert, values).map_err(sql("record a download"))?;
    Ok(())
}

/// All downloads of a session by time.
pub(super) fn all(connection: &Connection, session: &str) -> Result<Vec<Download>> {
    read(connection, session, 0, usize::MAX)
}

fn read(connection: &Connection, session: &str, offset: usize, limit: usize) -> Result<Vec<Download>> {
    let doing = sql("read downloads");
    let select = "SELECT time_ns, account, address, from_api FROM download \
         WHERE session = ?1 AND number >= ?2 ORDER BY number LIMIT ?3";
    let mut select = connection.prepare_cached(select).map_err(&doing)?;
    let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = select.query_map(params![session, offset, limit], |row| {
        Ok(Download { time_ns: row.get(0)?, account: row.get(1)?, address: row.get(2)?, from_api: row.get(3)? })
    });
    rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
}
