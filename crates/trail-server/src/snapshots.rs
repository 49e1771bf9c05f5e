//! Snapshots: frozen documents that clients page through.

use std::collections::HashMap;
use std::time::Duration;

use trail_catalog::index::Snapshot as Frozen;
use trail_model::Timestamp;

/// The snapshots that live.
pub(crate) struct Snapshots {
    lifetime: Duration,
    max: usize,
    by_id: HashMap<String, Snapshot>,
}

struct Snapshot {
    client: Client,
    last_use: Timestamp,
    frozen: Frozen,
}

/// Who a snapshot was made for: the headers `Remote-Addr` and `User-Agent`, as sent.
pub(crate) type Client = (String, String);

/// No snapshot can be opened now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QuotaExceeded;

impl Snapshots {
    pub(crate) fn new(lifetime: Duration, max: usize) -> Snapshots {
        Snapshots { lifetime, max, by_id: HashMap::new() }
    }

    /// The client's snapshot, or a new one with the documents that `freeze` gives.
    pub(crate) fn open<E>(
        &mut self,
        client: Client,
        now: Timestamp,
        freeze: impl FnOnce() -> Result<Frozen, E>,
    ) -> Result<Result<String, QuotaExceeded>, E> {
        self.expire(now);
        if let Some((id, snapshot)) = self.by_id.iter_mut().find(|(_, snapshot)| snapshot.client == client) {
            snapshot.last_use = now;
            return Ok(Ok(id.clone()));
        }
        if self.by_id.len() >= self.max {
            return Ok(Err(QuotaExceeded));
        }
        let mut bytes = [0; 5];
        if getrandom::fill(&mut bytes).is_err() {
            return Ok(Err(QuotaExceeded));
        }
        let id: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.by_id.insert(id.clone(), Snapshot { client, last_use: now, frozen: freeze()? });
        Ok(Ok(id))
    }

    /// The documents of a snapshot, which lives on.
    pub(crate) fn touch(&mut self, id: &str, now: Timestamp) -> Option<Frozen> {
        self.expire(now);
        let id = id.strip_prefix('"').and_then(|id| id.strip_suffix('"')).unwrap_or(id);
        let snapshot = self.by_id.get_mut(id)?;
        snapshot.last_use = now;
        Some(snapshot.frozen.clone())
    }

    /// Takes documents out of all that are open.
    pub(crate) fn forget<E>(&mut self, take_out: impl Fn(&Frozen) -> Result<Frozen, E>) -> Result<(), E> {
        self.by_id.values_mut().try_for_each(|snapshot| {
            snapshot.frozen = take_out(&snapshot.frozen)?;
            Ok(())
        })
    }

    /// How many are open.
    pub(crate) fn len(&mut self, now: Timestamp) -> usize {
        self.expire(now);
        self.by_id.len()
    }

    fn expire(&mut self, now: Timestamp) {
        let lifetime = self.lifetime.as_nanos();
        let age = |snapshot: &Snapshot| u128::try_from(now.0.saturating_sub(snapshot.last_use.0)).unwrap_or(0);
        self.by_id.retain(|_, snapshot| age(snapshot) < lifetime);
    }
}
