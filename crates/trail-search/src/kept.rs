//! What was read before, kept up to a number of bytes.

use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

/// Values by key. When half the bytes are full of what was asked for lately, what was not asked for since then goes.
pub(crate) struct Kept<K, V> {
    half_len: usize,
    halves: Mutex<Halves<K, V>>,
}

struct Halves<K, V> {
    recent: FxHashMap<K, (V, usize)>,
    recent_len: usize,
    before: FxHashMap<K, (V, usize)>,
}

impl<K: Eq + Hash + Copy, V: Clone> Kept<K, V> {
    /// Keeps at most `len` bytes, and what single values beyond take.
    pub(crate) fn new(len: usize) -> Kept<K, V> {
        let halves = Halves { recent: FxHashMap::default(), recent_len: 0, before: FxHashMap::default() };
        Kept { half_len: len / 2, halves: Mutex::new(halves) }
    }

    /// The value of `key`: kept, or made now. `make` also says how many bytes it takes.
    pub(crate) fn get<E>(&self, key: K, make: impl FnOnce() -> Result<(V, usize), E>) -> Result<V, E> {
        if let Some(value) = self.lock().find(key, self.half_len) {
            return Ok(value);
        }
        // Two threads may make the same; either serves.
        let (value, len) = make()?;
        self.lock().put(key, value.clone(), len, self.half_len);
        Ok(value)
    }

    fn lock(&self) -> MutexGuard<'_, Halves<K, V>> {
        // A cache that a panic left half changed is still a cache.
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V: Clone> Halves<K, V> {
    fn find(&mut self, key: K, half_len: usize) -> Option<V> {
        if let Some((value, _)) = self.recent.get(&key) {
            return Some(value.clone());
        }
        let (value, len) = self.before.remove(&key)?;
        self.put(key, value.clone(), len, half_len);
        Some(value)
    }

    fn put(&mut self, key: K, value: V, len: usize, half_len: usize) {
        if self.recent_len + len > half_len {
            self.before = std::mem::take(&mut self.recent);
            self.recent_len = 0;
        }
        if self.recent.insert(key, (value, len)).is_none() {
            self.recent_len += len;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_lately_stays() {
        let kept: Kept<u32, u32> = Kept::new(8);
        let made = std::cell::Cell::new(0);
        let get = |key: u32| {
            let make = || -> Result<_, std::convert::Infallible> {
                made.set(made.get() + 1);
                Ok((key * 10, 1))
            };
            assert_eq!(kept.get(key, make), Ok(key * 10));
        };
        (0..4).for_each(get);
        (0..4).for_each(get);
        assert_eq!(made.get(), 4);
        // Key 0 is asked for all the time, the others pass by.
        for key in 4..100 {
            get(0);
            get(key);
        }
        assert_eq!(made.get(), 100);
        get(1);
        assert_eq!(made.get(), 101);
        let halves = kept.lock();
        assert!(halves.recent.len() + halves.before.len() <= 8);
    }
}
