//! All session documents as they were at one moment: what lists, counts and snapshots range over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use trail_catalog::{Store, StoreError, StoredSession};

use crate::state::lock;

/// The documents, as of the last look at the catalogue.
#[derive(Default)]
pub(crate) struct Library(Mutex<Arc<Frozen>>);

/// The documents at one revision. It never changes.
#[derive(Default)]
pub(crate) struct Frozen {
    revision: u64,
    /// By key.
    pub(crate) sessions: BTreeMap<String, Arc<StoredSession>>,
}

impl Library {
    /// The documents as they are now: what was written before this call is in them.
    pub(crate) fn now(&self, store: &Store) -> Result<Arc<Frozen>, StoreError> {
        let mut current = lock(&self.0);
        let revision = store.revision()?;
        if revision != current.revision {
            let mut sessions = current.sessions.clone();
            take(&mut sessions, store.sessions_since(current.revision)?);
            if sessions.len() != store.session_count()? {
                // Something was removed.
                sessions.clear();
                take(&mut sessions, store.sessions_since(0)?);
            }
            *current = Arc::new(Frozen { revision, sessions });
        }
        Ok(Arc::clone(&current))
    }
}

fn take(sessions: &mut BTreeMap<String, Arc<StoredSession>>, stored: Vec<StoredSession>) {
    for stored in stored {
        sessions.insert(stored.session.key.clone(), Arc::new(stored));
    }
}
