//! Session documents.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::facts::{self, Facts};
use super::journal::{Entry, Journal, Kept, Of, Standing};
use super::{Alert, Channel, Event, IndexRun, Result, Store, StoreError, downloads, sql, users};
use crate::Session;

/// A document as the catalogue keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSession {
    /// The document.
    pub session: Session,
    /// Its trail, as a path under `trails/`.
    pub file: Option<String>,
    /// Larger = newer, over all documents; the document has a number of its own.
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

/// What the catalogue keeps of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionFacts {
    /// The document.
    pub session: Session,
    /// The trail and its state; nothing if the session has none.
    pub trail: Option<TrailState>,
    /// Its channels, by number.
    pub channels: Vec<Channel>,
    /// What happened, by time.
    pub events: Vec<Event>,
    /// What rules found, by time; nothing leaves what is known as it is.
    pub alerts: Option<Vec<Alert>>,
    /// Index runs, added to those known; one of these that had not ended gives way. Of a trail that is as it was when its
    /// last run ended there has been no other.
    pub runs: Vec<IndexRun>,
}

/// A log-style session id as it stands in paths: each character but letters, digits, `_` and `-` becomes `-`.
pub fn rest_form(session_id: &str) -> String {
    let keeps = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    session_id.chars().map(|c| if keeps(c) { c } else { '-' }).collect()
}

impl Store {
    /// Stores sessions with what belongs to them, in place of what was known of them: all or none. Downloads stay. A document
    /// that has changed gets the next revision, and one that is new `now_ns` as its `creation_time`, unless the trail or the
    /// journal tells another one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_sessions<'f>(&self, sessions: impl IntoIterator<Item = &'f SessionFacts>, now_ns: i64) -> Result<()> {
        self.write("store sessions", |transaction| {
            sessions.into_iter().try_for_each(|facts| put(transaction, &self.journal, facts, now_ns))
        })
    }

    /// Removes a session and all that belongs to it; tells whether it was there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn remove_session(&self, key: &str) -> Result<bool> {
        let doing = "remove a session";
        self.write(doing, |transaction| {
            let user = "SELECT json_extract(document, '$.user.name') FROM session WHERE key = ?1";
            let user = transaction.query_row(user, [key], |row| row.get::<_, Option<String>>(0)).optional();
            let user = user.map_err(sql(doing))?.flatten();
            // Before the catalogue forgets it: what is left if this is cut off is removed when it is tried again.
            self.journal.remove(Of::Session(key))?;
            let was_there = transaction.execute("DELETE FROM session WHERE key = ?1", [key]).map_err(sql(doing))? > 0;
            if was_there {
                let revision = next_revision(transaction)?;
                let remember = "INSERT INTO removal (key, revision) VALUES (?1, ?2) \
                     ON CONFLICT (key) DO UPDATE SET revision = excluded.revision";
                transaction.execute(remember, params![key, revision as i64]).map_err(sql(doing))?;
                user.map_or(Ok(()), |user| users::see_less(transaction, &self.journal, &user))?;
            }
            Ok(was_there)
        })
    }

    /// Forgets which states of their trails all documents were made from, so that they are made again.
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

    /// Removes what the journal has of sessions that are not in the catalogue.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn tidy_journal(&self) -> Result<()> {
        self.write("tidy the journal", |transaction| self.journal.retain_sessions(&keys(transaction)?))
    }

    /// Writes the journal of all that is known, for a catalogue that was written without one.
    pub(super) fn write_journal(&self) -> Result<()> {
        self.write("write the journal", |transaction| {
            for key in keys(transaction)? {
                if let Some(entries) = entries(transaction, &key)? {
                    self.journal.append(Of::Session(&key), &entries)?;
                }
            }
            let mut scores = users::scores(transaction)?.into_iter();
            scores.try_for_each(|(user, score)| self.journal.append(Of::User(&user), &[Entry::Score(score)]))
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
            if let Some(found) = reader.row("read a session", select, [name], columns)? {
                return stored(found).map(Some);
            }
        }
        Ok(None)
    }

    /// The first `limit` sessions whose revision is larger than `revision`, by revision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn sessions_since(&self, revision: u64, limit: usize) -> Result<Vec<StoredSession>> {
        let doing = sql("read sessions");
        let reader = self.reader()?;
        let select = "SELECT key, file, revision, document FROM session WHERE revision > ?1 ORDER BY revision LIMIT ?2";
        let mut select = reader.prepare_cached(select).map_err(&doing)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = select.query_map([revision as i64, limit], columns).map_err(&doing)?;
        rows.map(|row| stored(row.map_err(&doing)?)).collect()
    }

    /// The keys that were removed after `revision`. One that is there again is not among them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn removals_since(&self, revision: u64) -> Result<Vec<String>> {
        let doing = sql("read what was removed");
        let reader = self.reader()?;
        let select = "SELECT key FROM removal WHERE revision > ?1 ORDER BY revision";
        let mut select = reader.prepare_cached(select).map_err(&doing)?;
        let keys = select.query_map([revision as i64], |row| row.get(0)).map_err(&doing)?;
        keys.collect::<rusqlite::Result<_>>().map_err(&doing)
    }

    /// Forgets what was removed up to `revision`: nobody has to be told any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_removals(&self, revision: u64) -> Result<()> {
        let doing = "forget what was removed";
        self.write(doing, |transaction| {
            let forget = "DELETE FROM removal WHERE revision <= ?1";
            transaction.execute(forget, [revision as i64]).map_err(sql(doing))?;
            Ok(())
        })
    }

    /// A number that another catalogue in the same place would not have.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn identity(&self) -> Result<u64> {
        let reader = self.reader()?;
        let value = reader.query_row("SELECT value FROM counter WHERE name = 'identity'", [], |row| row.get(0));
        value.map(|value: i64| value as u64).map_err(sql("read the catalogue's identity"))
    }

    /// The last revision given to a document or a removal. It changes with everything that lists can show.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn revision(&self) -> Result<u64> {
        let reader = self.reader()?;
        let select = "SELECT value FROM counter WHERE name = 'revision'";
        let value = reader.row("read the revision", select, [], |row| row.get::<_, i64>(0))?;
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

    /// Which states of which trails the documents were made from, by trail.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn trail_states(&self) -> Result<Vec<TrailState>> {
        let doing = sql("read the states of trails");
        let reader = self.reader()?;
        let select = "SELECT key, file, state FROM session WHERE file IS NOT NULL ORDER BY file";
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

/// What the catalogue says of a session's document.
struct Known {
    created_ns: i64,
    revision: i64,
    /// The state of its trail; empty if the document is to be made again.
    state: String,
}

/// Puts one session with what belongs to it.
fn put(connection: &Connection, journal: &Journal, facts: &SessionFacts, now_ns: i64) -> Result<()> {
    let SessionFacts { session, trail, channels, events, alerts, runs } = facts;
    let key = session.key.as_str();
    let known = known(connection, key)?;
    let is_new = known.is_none();
    // What is known and was made from a state of the trail has no need of it.
    let is_asked = trail.is_some() && known.as_ref().is_none_or(|known| known.state.is_empty());
    let kept = if is_asked { journal.session(key)?.unwrap_or_default() } else { Kept::default() };
    let before = kept.standing.as_ref();
    let state = trail.as_ref().map_or("", |trail| &trail.state);
    // The catalogue was made again, or is to be: nothing has happened to the trail.
    let is_same_trail = !state.is_empty() && before.is_some_and(|before| before.state == state);
    let digest = digest(session)?;
    let last = [known.as_ref().map(|known| known.revision), before.map(|before| before.revision)];
    let last = last.into_iter().flatten().max().unwrap_or(0);
    // The document's own: one over all documents would tell how many others have changed.
    let is_same_document = before.is_some_and(|before| before.digest == digest);
    let standing = Standing {
        created_ns: known
            .as_ref()
            .map(|known| known.created_ns)
            .or_else(|| before.map(|before| before.created_ns))
            .or_else(|| time_of(session, "creation_time"))
            .unwrap_or(now_ns),
        revision: last.saturating_add(i64::from(!is_same_document)),
        state: state.to_owned(),
        digest,
    };
    let runs: &[IndexRun] = if is_same_trail && kept.runs.last().is_some_and(IndexRun::has_ended) { &[] } else { runs };
    let alerts = if is_same_trail && kept.alerts.is_some() { &kept.alerts } else { alerts };

    let mut entries = Vec::new();
    entries.extend((before != Some(&standing)).then(|| Entry::Document(standing.clone())));
    entries.extend(alerts.clone().filter(|_| *alerts != kept.alerts).map(Entry::Alerts));
    entries.extend(runs.iter().filter(|run| run.has_ended()).cloned().map(Entry::Run));
    if trail.is_some() {
        journal.append(Of::Session(key), &entries)?;
    }
    put_document(connection, session, trail.as_ref(), &standing)?;
    if is_new {
        facts::append(connection, Facts::IndexRun, key, &kept.runs)?;
        kept.downloads.iter().try_for_each(|download| downloads::insert(connection, key, download))?;
    }
    facts::replace(connection, Facts::Channel, key, channels)?;
    facts::replace(connection, Facts::Event, key, events)?;
    // Of a trail that is not indexed yet the alerts known are those of its last state.
    if let Some(alerts) = alerts.as_ref().or(kept.alerts.as_ref()) {
        facts::replace(connection, Facts::Alert, key, alerts)?;
    }
    if !runs.is_empty() {
        facts::drop_unfinished_run(connection, key)?;
    }
    facts::append(connection, Facts::IndexRun, key, runs)?;
    if let Some(user) = session.field("user.name").and_then(|name| name.as_str()) {
        let seen = time_of(session, "start_time").unwrap_or(standing.created_ns);
        users::see(connection, journal, user, seen)?;
    }
    Ok(())
}

fn known(connection: &Connection, key: &str) -> Result<Option<Known>> {
    let select =
        "SELECT created_ns, coalesce(json_extract(document, '$.revision'), 0), state FROM session WHERE key = ?1";
    let mut select = connection.prepare_cached(select).map_err(sql("store a session"))?;
    let known =
        select.query_row([key], |row| Ok(Known { created_ns: row.get(0)?, revision: row.get(1)?, state: row.get(2)? }));
    known.optional().map_err(sql("store a session"))
}

/// A time of a document, in nanoseconds since 1970.
fn time_of(session: &Session, field: &str) -> Option<i64> {
    let time: jiff::Timestamp = session.field(field)?.as_str()?.parse().ok()?;
    i64::try_from(time.as_nanosecond()).ok()
}

/// The hash of a document, without what [`put_document`] sets.
fn digest(session: &Session) -> Result<String> {
    let mut body = session.body.clone();
    body.remove("revision");
    body.remove("creation_time");
    let json = serde_json::to_vec(&body).map_err(|source| StoreError::Json { what: "session", source })?;
    Ok(blake3::hash(&json).to_hex().to_string())
}

fn put_document(
    connection: &Connection,
    session: &Session,
    trail: Option<&TrailState>,
    standing: &Standing,
) -> Result<()> {
    let doing = sql("store a session");
    let revision = next_revision(connection)?;
    let mut session = session.clone();
    session.set("revision", standing.revision);
    session.set("creation_time", crate::time::iso_ms(standing.created_ns));
    let rest_id = session.field("recording.session_id").and_then(|id| id.as_str()).map(rest_form);
    let document =
        serde_json::to_string(&session.body).map_err(|source| StoreError::Json { what: "session", source })?;
    let put = "INSERT INTO session (key, rest_id, file, state, created_ns, revision, document) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (key) DO UPDATE SET rest_id = excluded.rest_id, \
         file = excluded.file, state = excluded.state, revision = excluded.revision, document = excluded.document";
    let file = trail.map(|trail| &trail.file);
    let values = params![session.key, rest_id, file, standing.state, standing.created_ns, revision as i64, document];
    connection.execute(put, values).map_err(&doing)?;
    connection.execute("DELETE FROM removal WHERE key = ?1", [&session.key]).map_err(&doing)?;
    Ok(())
}

/// The keys of all sessions.
fn keys(connection: &Connection) -> Result<Vec<String>> {
    let doing = sql("read sessions");
    let mut select = connection.prepare("SELECT key FROM session").map_err(&doing)?;
    let keys = select.query_map([], |row| row.get(0)).map_err(&doing)?;
    keys.collect::<rusqlite::Result<_>>().map_err(&doing)
}

/// All that the journal is to know of a session; nothing of one without a trail.
fn entries(connection: &Connection, key: &str) -> Result<Option<Vec<Entry>>> {
    let doing = sql("read a session");
    let select = "SELECT key, file, revision, document FROM session WHERE key = ?1 AND file IS NOT NULL";
    let found = connection.query_row(select, [key], columns).optional().map_err(&doing)?;
    let (Some(found), Some(known)) = (found, known(connection, key)?) else { return Ok(None) };
    let digest = digest(&stored(found)?.session)?;
    let Known { created_ns, revision, state } = known;
    let mut entries = vec![Entry::Document(Standing { created_ns, revision, state, digest })];
    let alerts: Vec<Alert> = facts::all(connection, Facts::Alert, key)?;
    entries.extend((!alerts.is_empty()).then_some(Entry::Alerts(alerts)));
    let runs: Vec<IndexRun> = facts::all(connection, Facts::IndexRun, key)?;
    entries.extend(runs.into_iter().filter(IndexRun::has_ended).map(Entry::Run));
    entries.extend(downloads::all(connection, key)?.into_iter().map(Entry::Download));
    Ok(Some(entries))
}
