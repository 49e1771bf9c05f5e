//! Trails that others begin and end, noticed when it happens and not at the next interval.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use trail_container::format::{TRAILER_LEN, TRAILER_MAGIC};

use crate::contents::IndexState;
use crate::state::AppState;

/// What was seen at the last look.
#[derive(Default)]
pub(crate) struct Watch {
    /// When the last file came into the folder of trails, or went from it.
    changed: Option<SystemTime>,
    /// The state of the index in which these trails were open.
    state: Option<IndexState>,
    open: Vec<Open>,
}

/// A trail that had not been closed when it was indexed.
struct Open {
    path: PathBuf,
    len: u64,
}

impl Watch {
    /// Takes over which trails are open in a state of the index.
    pub(crate) fn follow(&mut self, app: &AppState, state: Option<&IndexState>) {
        if self.state.as_ref() == state {
            return;
        }
        // Whatever is kept open serves: it is the state that was taken over last.
        let Ok(content) = app.contents.now(Duration::MAX) else { return };
        let entries = content.iter().flat_map(|content| content.source.index().trails());
        let open = entries
            .filter(|entry| !entry.session.closed)
            .map(|entry| Open { path: app.data.trails_dir().join(&entry.file), len: entry.len });
        self.open = open.collect();
        self.state = state.cloned();
    }

    /// Tells whether a trail has come, gone or been closed since the last look.
    pub(crate) fn look(&mut self, app: &AppState) -> bool {
        let changed = fs::metadata(app.data.trails_dir()).and_then(|folder| folder.modified()).ok();
        let is_changed = self.changed.is_some() && self.changed != changed;
        self.changed = changed;
        let ended = self.open.iter_mut().map(|open| u32::from(open.has_ended().unwrap_or(false))).sum::<u32>();
        is_changed || ended > 0
    }
}

impl Open {
    /// Whether the trail has grown to its end since the last look.
    fn has_ended(&mut self) -> io::Result<bool> {
        let len = fs::metadata(&self.path)?.len();
        if len == self.len {
            return Ok(false);
        }
        self.len = len;
        ends(&self.path)
    }
}

/// Whether a file ends as a trail does that has been closed.
fn ends(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut trailer = [0; TRAILER_LEN];
    file.seek(SeekFrom::End(-(TRAILER_LEN as i64)))?;
    file.read_exact(&mut trailer)?;
    Ok(trailer.ends_with(&TRAILER_MAGIC))
}
