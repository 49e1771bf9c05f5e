//! The audit log: who searched, opened and downloaded what.
//!
//! A line of JSON for each thing that somebody asked for, written before it is done. Files are only appended to, one for each
//! day, or more where they grow too long; none is ever removed here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::{Map, Value};
use trail_catalog::iso_ms;
use trail_model::Timestamp;

use crate::state::lock;

/// Where the log lies in a data directory.
pub(crate) const FOLDER: &str = "audit";
/// Characters of a date that make its day.
const DAY_LEN: usize = "2026-02-01".len();

/// The audit log of a service.
pub(crate) struct AuditLog {
    folder: PathBuf,
    /// Bytes after which a file is followed by another one of the same day.
    len_max: u64,
    current: Mutex<Option<Current>>,
}

/// The file that is written.
struct Current {
    day: String,
    file: File,
    len: u64,
    is_synced: bool,
}

impl AuditLog {
    /// A log in a folder, which is made if it is not there.
    pub(crate) fn open(folder: PathBuf, len_max: u64) -> io::Result<AuditLog> {
        fs::create_dir_all(&folder)?;
        Ok(AuditLog { folder, len_max, current: Mutex::default() })
    }

    /// Writes a line: an event, when it was, and what else is to be said of it. It is with the system when this returns, and
    /// on the disk with the next [`sync`](Self::sync).
    pub(crate) fn write(&self, event: &str, now: Timestamp, mut entry: Map<String, Value>) -> io::Result<()> {
        let time = iso_ms(now.0);
        entry.insert("event".to_owned(), event.into());
        entry.insert("time".to_owned(), time.as_str().into());
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        let day = time.get(..DAY_LEN).unwrap_or(&time);
        let mut current = lock(&self.current);
        let has_room = |current: &Current| current.day == day && current.len < self.len_max;
        if !current.as_ref().is_some_and(has_room) {
            if let Some(before) = current.take() {
                before.file.sync_data()?;
            }
            *current = Some(self.next(day)?);
        }
        let Some(current) = &mut *current else { return Ok(()) };
        // A line that was written in part is ended by the next one, when the file is opened again.
        if let Err(error) = current.file.write_all(&line) {
            current.len = u64::MAX;
            return Err(error);
        }
        current.len += line.len() as u64;
        current.is_synced = false;
        Ok(())
    }

    /// Has the disk keep what was written.
    pub(crate) fn sync(&self) -> io::Result<()> {
        // Others may write meanwhile.
        let file = match &mut *lock(&self.current) {
            Some(current) if !current.is_synced => {
                current.is_synced = true;
                current.file.try_clone()?
            }
            _ => return Ok(()),
        };
        file.sync_data()
    }

    /// The first file of a day that has room.
    fn next(&self, day: &str) -> io::Result<Current> {
        let mut number = 1;
        loop {
            let name = if number == 1 { format!("{day}.jsonl") } else { format!("{day}.{number}.jsonl") };
            let path = self.folder.join(name);
            let is_new = !path.exists();
            let mut file = OpenOptions::new().append(true).read(true).create(true).mode(0o600).open(&path)?;
            if is_new {
                File::open(&self.folder)?.sync_all()?;
            }
            let len = ended(&mut file)?;
            if len < self.len_max {
                return Ok(Current { day: day.to_owned(), file, len, is_synced: true });
            }
            number += 1;
        }
    }
}

/// Ends a line that was cut off; gives the length of the file.
fn ended(file: &mut File) -> io::Result<u64> {
    let len = file.metadata()?.len();
    if len == 0 {
        return Ok(0);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(len - 1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" {
        return Ok(len);
    }
    file.write_all(b"\n")?;
    Ok(len + 1)
}

/// Where the log of a data directory lies if nothing else is set.
pub(crate) fn folder_of(root: &Path) -> PathBuf {
    root.join(FOLDER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(folder: &Path, name: &str) -> Vec<String> {
        fs::read_to_string(folder.join(name)).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_file_a_day_and_more_where_they_grow_long() {
        let folder = tempfile::tempdir().unwrap();
        let day = 86_400_000_000_000;
        let write = |log: &AuditLog, time: i64, text: &str| {
            let mut entry = Map::new();
            entry.insert("text".to_owned(), text.into());
            log.write("asked", Timestamp(time), entry).unwrap();
        };
        let log = AuditLog::open(folder.path().to_owned(), 150).unwrap();
        (0..3).for_each(|number| write(&log, number, "a line"));
        write(&log, day, "another day\nin one line");
        log.sync().unwrap();
        assert_eq!(lines(folder.path(), "1970-01-01.jsonl").len(), 3);
        write(&log, day + 1, &"long ".repeat(40));
        write(&log, day + 2, "after it");
        assert_eq!(lines(folder.path(), "1970-01-02.jsonl").len(), 2);
        assert_eq!(lines(folder.path(), "1970-01-02.2.jsonl").len(), 1);
        // A line that a crash cut off does not spoil the next one.
        drop(log);
        let path = folder.path().join("1970-01-02.2.jsonl");
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let log = AuditLog::open(folder.path().to_owned(), 150).unwrap();
        write(&log, day + 3, "and on");
        let lines = lines(folder.path(), "1970-01-02.2.jsonl");
        assert_eq!(lines.len(), 2);
        let last: Value = serde_json::from_str(&lines[1]).unwrap();
        assert_eq!(last, serde_json::json!({ "event": "asked", "text": "and on", "time": "1970-01-02T00:00:00.000Z" }));
    }
}
