//! What belongs to a session beside its document: channels, events, alerts and index runs.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::journal::{Entry, Of};
use super::{Result, Store, StoreError, sql};

/// A channel of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its number in the trail.
    pub number: u32,
    /// Its type: `session shell`, `drawing` …
    pub kind: String,
    /// `accept` or `deny`.
    pub verdict: String,
    /// When it opened, nanoseconds since 1970.
    pub start_ns: Option<i64>,
    /// When it closed; nothing while it is open or if the recording has no wall clock.
    pub end_ns: Option<i64>,
    /// How long it was open, in nanoseconds.
    pub duration_ns: u64,
    /// What else is known, by the API's names: `command`, `scp_path`, `originator.address` …
    pub attributes: BTreeMap<String, String>,
}

/// What sort of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A command was entered.
    Command,
    /// A window title was set.
    WindowTitle,
    /// A text was on the screen that was to be noticed.
    ScreenContent,
}

/// Something that happened in a session and is worth a line of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What sort.
    pub kind: EventKind,
    /// The command without its prompt, or the title.
    pub action: String,
    /// The whole line.
    pub content: String,
    /// The channel.
    pub channel: u32,
    /// The record.
    pub record: u64,
    /// When, nanoseconds since 1970; nothing if the recording has no wall clock.
    pub time_ns: Option<i64>,
}

/// What sort of rule was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A command.
    Command,
    /// A text on the screen.
    ScreenContent,
    /// The number of a credit card on the screen.
    CreditCard,
    /// A window title.
    WindowTitle,
}

/// A content policy's rule that matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What sort.
    pub kind: AlertKind,
    /// The channel.
    pub channel: u32,
    /// What matched.
    pub matched_action: String,
    /// The whole line.
    pub matched_content: String,
    /// The rule's expression.
    pub matched_regexp: String,
    /// The record.
    pub record: u64,
    /// The rule's name.
    pub rule_name: String,
    /// When, nanoseconds since 1970.
    pub time_ns: Option<i64>,
}

/// Where a run of the indexer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RunStatus {
    /// It waits.
    Queued,
    /// It is under way.
    Running,
    /// It is done.
    Completed,
    /// It could not be done.
    Failed,
}

/// A run of the indexer over a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexRun {
    /// Where it stands.
    pub status: RunStatus,
    /// When it began, nanoseconds since 1970.
    pub start_ns: i64,
    /// How long it took, in nanoseconds.
    pub duration_ns: u64,
    /// The version of analyzer and layout.
    pub index_version: String,
    /// The version of this program.
    pub program_version: String,
}

impl IndexRun {
    /// Whether it has ended, well or not.
    pub fn has_ended(&self) -> bool {
        matches!(self.status, RunStatus::Completed | RunStatus::Failed)
    }
}

/// The tables whose rows are numbered from 0 in a session, with a body of JSON.
#[derive(Clone, Copy)]
pub(super) enum Facts {
    Channel,
    Event,
    Alert,
    IndexRun,
}

impl Facts {
    fn table(self) -> &'static str {
        match self {
            Facts::Channel => "channel",
            Facts::Event => "event",
            Facts::Alert => "alert",
            Facts::IndexRun => "index_run",
        }
    }
}

impl Store {
    /// The channels of a session, by number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn channels(&self, session: &str) -> Result<Vec<Channel>> {
        all(&*self.reader()?, Facts::Channel, session)
    }

    /// The events of a session by time, from the `offset`th on and at most `limit`, and how many there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn events(&self, session: &str, offset: usize, limit: usize) -> Result<(Vec<Event>, usize)> {
        let reader = self.reader()?;
        Ok((read(&reader, Facts::Event, session, offset, limit)?, count(&reader, Facts::Event, session)?))
    }

    /// The alerts of a session by time, likewise.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn alerts(&self, session: &str, offset: usize, limit: usize) -> Result<(Vec<Alert>, usize)> {
        let reader = self.reader()?;
        Ok((read(&reader, Facts::Alert, session, offset, limit)?, count(&reader, Facts::Alert, session)?))
    }

    /// The index runs of a session, the first one first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn index_runs(&self, session: &str) -> Result<Vec<IndexRun>> {
        all(&*self.reader()?, Facts::IndexRun, session)
    }

    /// Adds a run.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add_index_run(&self, session: &str, run: &IndexRun) -> Result<()> {
        self.write("add an index run", |transaction| {
            self.write_run(session, run)?;
            let number = count(transaction, Facts::IndexRun, session)?;
            insert(transaction, Facts::IndexRun, session, number, run)
        })
    }

    /// Puts `run` in the place of the last one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_last_index_run(&self, session: &str, run: &IndexRun) -> Result<()> {
        self.write("change an index run", |transaction| {
            self.write_run(session, run)?;
            let number = count(transaction, Facts::IndexRun, session)?.saturating_sub(1);
            let delete = "DELETE FROM index_run WHERE session = ?1 AND number = ?2";
            transaction.execute(delete, params![session, number as i64]).map_err(sql("change an index run"))?;
            insert(transaction, Facts::IndexRun, session, number, run)
        })
    }

    /// The sessions whose last run has not ended, by key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn unfinished_runs(&self) -> Result<Vec<String>> {
        let doing = sql("read the unfinished index runs");
        let reader = self.reader()?;
        let select = "SELECT DISTINCT session FROM index_run \
             WHERE json_extract(body, '$.status') IN ('QUEUED', 'RUNNING') ORDER BY session";
        let mut select = reader.prepare(select).map_err(&doing)?;
        let keys = select.query_map([], |row| row.get(0)).map_err(&doing)?;
        keys.collect::<rusqlite::Result<_>>().map_err(&doing)
    }

    /// Has the journal know a run that has ended.
    fn write_run(&self, session: &str, run: &IndexRun) -> Result<()> {
        let entry = run.has_ended().then(|| Entry::Run(run.clone()));
        self.journal.append(Of::Session(session), entry.as_slice())
    }
}

/// Puts `rows` in the place of what a session has in a table.
pub(super) fn replace<T: Serialize>(connection: &Connection, facts: Facts, session: &str, rows: &[T]) -> Result<()> {
    let delete = format!("DELETE FROM {} WHERE session = ?1", facts.table());
    connection.execute(&delete, [session]).map_err(sql("replace a session's parts"))?;
    rows.iter().enumerate().try_for_each(|(number, row)| insert(connection, facts, session, number, row))
}

fn insert<T: Serialize>(connection: &Connection, facts: Facts, session: &str, number: usize, row: &T) -> Result<()> {
    let body = serde_json::to_string(row).map_err(|source| StoreError::Json { what: facts.table(), source })?;
    let insert = format!("INSERT INTO {} (session, number, body) VALUES (?1, ?2, ?3)", facts.table());
    let mut insert = connection.prepare_cached(&insert).map_err(sql("add a session's part"))?;
    insert.execute(params![session, number as i64, body]).map_err(sql("add a session's part"))?;
    Ok(())
}

/// All rows of a session.
pub(super) fn all<T: DeserializeOwned>(connection: &Connection, facts: Facts, session: &str) -> Result<Vec<T>> {
    read(connection, facts, session, 0, usize::MAX)
}

fn read<T: DeserializeOwned>(
    connection: &Connection,
    facts: Facts,
    session: &str,
    offset: usize,
    limit: usize,
) -> Result<Vec<T>> {
    let doing = sql("read a session's parts");
    let select =
        format!("SELECT body FROM {} WHERE session = ?1 AND number >= ?2 ORDER BY number LIMIT ?3", facts.table());
    let mut select = connection.prepare_cached(&select).map_err(&doing)?;
    let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
    let bodies = select.query_map(params![session, offset, limit], |row| row.get::<_, String>(0)).map_err(&doing)?;
    let parse = |body: rusqlite::Result<String>| {
        let body = body.map_err(&doing)?;
        serde_json::from_str(&body).map_err(|source| StoreError::Json { what: facts.table(), source })
    };
    bodies.map(parse).collect()
}

fn count(connection: &Connection, facts: Facts, session: &str) -> Result<usize> {
    // Numbers have no gaps: the last one tells, without counting.
    let select = format!("SELECT coalesce(max(number) + 1, 0) FROM {} WHERE session = ?1", facts.table());
    let count: i64 =
        connection.query_row(&select, [session], |row| row.get(0)).map_err(sql("count a session's parts"))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Takes away the last run if it has not ended.
pub(super) fn drop_unfinished_run(connection: &Connection, session: &str) -> Result<()> {
    let delete = "DELETE FROM index_run WHERE session = ?1 AND json_extract(body, '$.status') IN ('QUEUED', 'RUNNING') \
         AND number = (SELECT max(number) FROM index_run WHERE session = ?1)";
    connection.execute(delete, [session]).map_err(sql("replace an index run"))?;
    Ok(())
}

/// Adds `rows` behind what a session has in a table.
pub(super) fn append<T: Serialize>(connection: &Connection, facts: Facts, session: &str, rows: &[T]) -> Result<()> {
    let known = count(connection, facts, session)?;
    rows.iter().enumerate().try_for_each(|(place, row)| insert(connection, facts, session, known + place, row))
}
