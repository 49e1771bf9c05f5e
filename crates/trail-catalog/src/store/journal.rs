//! What only the catalogue knows of a session, in a plain file of its own, so that the catalogue can be made again.
//!
//! A trail that has been closed never changes. What is learned later (index runs, alerts, downloads, scores) and what no
//! trail says (when its document was made, and how often it has changed) is written here before the catalogue takes it over:
//! a line of JSON each, appended. A session's file goes with the session.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Alert, Download, IndexRun, Result, StoreError, UserScore, rest_form};

/// The journal's folder in a data directory.
pub(super) const FOLDER: &str = "journal";
const EXTENSION: &str = ".jsonl";
/// Bytes of a name that stands for itself; with the extension it is as long as a file's name may be.
const PLAIN_LEN_MAX: usize = 249;

/// The journal of a data directory. Who writes holds the catalogue's lock for writing.
#[derive(Debug)]
pub(super) struct Journal {
    folder: PathBuf,
}

/// Whose file it is.
#[derive(Clone, Copy)]
pub(super) enum Of<'n> {
    Session(&'n str),
    User(&'n str),
}

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entry {
    /// How the document stands; the last one counts.
    Document(Standing),
    /// An index run that has ended.
    Run(IndexRun),
    /// What rules found; the last ones count.
    Alerts(Vec<Alert>),
    /// A download.
    Download(Download),
    /// A user's score; the last one counts.
    Score(UserScore),
}

/// How a document stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Standing {
    /// When the first one was made, nanoseconds since 1970.
    pub(super) created_ns: i64,
    /// The document's revision.
    pub(super) revision: i64,
    /// The state of the trail that it was made from.
    pub(super) state: String,
    /// Its hash, without revision and time of creation.
    pub(super) digest: String,
}

/// All that is known of a session.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Kept {
    pub(super) standing: Option<Standing>,
    pub(super) runs: Vec<IndexRun>,
    pub(super) alerts: Option<Vec<Alert>>,
    pub(super) downloads: Vec<Download>,
}

impl Journal {
    /// The journal of the data directory at `root`, made if it is not there; tells whether it was.
    pub(super) fn open(root: &Path) -> Result<(Journal, bool)> {
        let journal = Journal { folder: root.join(FOLDER) };
        let was_there = journal.folder.exists();
        for of in [Of::Session(""), Of::User("")] {
            let folder = journal.folder_of(of);
            fs::create_dir_all(&folder).map_err(failed(&folder))?;
        }
        Ok((journal, was_there))
    }

    /// Appends lines. They are with the system when this returns.
    pub(super) fn append(&self, of: Of<'_>, entries: &[Entry]) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for entry in entries {
            let json = |source| StoreError::Json { what: "journal", source };
            serde_json::to_writer(&mut lines, entry).map_err(json)?;
            lines.push(b'\n');
        }
        let path = self.path(of);
        append(&path, &lines).map_err(failed(&path))
    }

    /// The lines of a file in order. One that a crash cut off is left out.
    pub(super) fn read(&self, of: Of<'_>) -> Result<Vec<Entry>> {
        let path = self.path(of);
        match fs::read(&path) {
            Ok(bytes) => {
                Ok(bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(failed(&path)(error)),
        }
    }

    /// What is known of a session; nothing if it has no file.
    pub(super) fn session(&self, key: &str) -> Result<Option<Kept>> {
        let entries = self.read(Of::Session(key))?;
        if entries.is_empty() {
            return Ok(None);
        }
        let mut kept = Kept::default();
        for entry in entries {
            match entry {
                Entry::Document(standing) => kept.standing = Some(standing),
                Entry::Run(run) => kept.runs.push(run),
                Entry::Alerts(alerts) => kept.alerts = Some(alerts),
                Entry::Download(download) => kept.downloads.push(download),
                Entry::Score(_) => {}
            }
        }
        Ok(Some(kept))
    }

    /// A user's score; nothing if there is none.
    pub(super) fn score(&self, user: &str) -> Result<Option<UserScore>> {
        let mut scores = self.read(Of::User(user))?.into_iter().filter_map(|entry| match entry {
            Entry::Score(score) => Some(score),
            _ => None,
        });
        Ok(scores.next_back())
    }

    /// Removes a file, if it is there.
    pub(super) fn remove(&self, of: Of<'_>) -> Result<()> {
        remove(&self.path(of))
    }

    /// Removes the files of all other sessions than these.
    pub(super) fn retain_sessions(&self, keys: &[String]) -> Result<()> {
        let folder = self.folder_of(Of::Session(""));
        let wanted: BTreeSet<String> = keys.iter().map(|key| file_name(key)).collect();
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let entry = entry.map_err(failed(&folder))?;
            if entry.file_name().to_str().is_none_or(|name| !wanted.contains(name)) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }

    fn folder_of(&self, of: Of<'_>) -> PathBuf {
        self.folder.join(match of {
            Of::Session(_) => "sessions",
            Of::User(_) => "users",
        })
    }

    fn path(&self, of: Of<'_>) -> PathBuf {
        let (Of::Session(name) | Of::User(name)) = of;
        self.folder_of(of).join(file_name(name))
    }
}

/// The name of the file of a session or user: theirs where it can stand in a path, else its hash.
fn file_name(name: &str) -> String {
    let is_plain = !name.is_empty() && name.len() <= PLAIN_LEN_MAX && rest_form(name) == name;
    // No plain name has this sign.
    let name = if is_plain { name.to_owned() } else { format!("={}", blake3::hash(name.as_bytes())) };
    name + EXTENSION
}

/// Appends whole lines, also behind one that was cut off.
fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).read(true).create(true).open(path)?;
    end_line(&mut file)?;
    file.write_all(lines)
}

fn end_line(file: &mut File) -> io::Result<()> {
    if file.metadata()?.len() == 0 {
        return Ok(());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path)(error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> StoreError {
    move |source| StoreError::Journal { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_does_not_spoil_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, was_there) = Journal::open(folder.path()).unwrap();
        assert!(!was_there && Journal::open(folder.path()).unwrap().1);
        let score = |value| Entry::Score(UserScore { value, time_ns: 1 });
        let path = folder.path().join("journal/users/alice.jsonl");
        journal.append(Of::User("alice"), &[score(1), score(2)]).unwrap();
        let whole = fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let before = journal.read(Of::User("alice")).unwrap();
            journal.append(Of::User("alice"), &[score(3)]).unwrap();
            let after = journal.read(Of::User("alice")).unwrap();
            assert_eq!(after, [before, vec![score(3)]].concat(), "cut at {cut}");
        }
        journal.remove(Of::User("alice")).unwrap();
        assert_eq!(journal.score("alice").unwrap(), None);
    }

    #[test]
    fn every_name_has_a_file_of_its_own_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path()).unwrap();
        let long = "x".repeat(5000);
        let names = ["a", "A", "", ".", "..", "../x", "a/b", "a-b", "é", &long, "=x"];
        for (number, name) in names.iter().enumerate() {
            let score = UserScore { value: number as u8, time_ns: 0 };
            journal.append(Of::User(name), &[Entry::Score(score)]).unwrap();
            journal.append(Of::Session(name), &[Entry::Alerts(Vec::new())]).unwrap();
        }
        for (number, name) in names.iter().enumerate() {
            assert_eq!(journal.score(name).unwrap().map(|score| usize::from(score.value)), Some(number), "{name}");
        }
        let files = |of: &str| fs::read_dir(folder.path().join("journal").join(of)).unwrap().count();
        assert_eq!((files("users"), files("sessions")), (names.len(), names.len()));
        journal.retain_sessions(&["..".to_owned(), "a".to_owned()]).unwrap();
        assert_eq!((files("sessions"), journal.session("..").unwrap().is_some()), (2, true));
    }
}
