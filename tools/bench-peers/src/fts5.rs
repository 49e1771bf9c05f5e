//! SQLite's full-text index, an item a row.

use std::path::Path;

use anyhow::Result;
use rusqlite::Connection;

use trail_benches::questions::Item;

/// An FTS5 table.
pub struct Fts5(Connection);

impl Fts5 {
    /// Fills a table, in one transaction.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn build(path: &Path, items: &[Item]) -> Result<Fts5> {
        let mut db = Connection::open(path)?;
        db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA cache_size = -1000000; CREATE VIRTUAL TABLE items USING fts5(text);",
        )?;
        let transaction = db.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO items(text) VALUES (?1)")?;
            for item in items {
                insert.execute([&item.text])?;
            }
        }
        transaction.commit()?;
        db.execute_batch("INSERT INTO items(items) VALUES ('optimize')")?;
        Ok(Fts5(db))
    }

    /// The rows of the best 50.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn best(&self, query: &str) -> Result<usize> {
        let mut select =
            self.0.prepare_cached("SELECT rowid FROM items WHERE items MATCH ?1 ORDER BY rank LIMIT 50")?;
        let rows = select.query_map([query], |row| row.get::<_, i64>(0))?;
        Ok(rows.collect::<rusqlite::Result<Vec<i64>>>()?.len())
    }
}
