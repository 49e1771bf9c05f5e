//! Stopping a search: when told to, or when its time is up.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::{Error, Result};

/// Pieces of work between two looks at the clock; each takes well under a microsecond.
const WORK_PER_CHECK: usize = 4096;

/// Stops a search at a deadline or when told to. Clones share the switch.
///
/// Every loop of a search asks in between: once told, it stops within a few thousand pieces of work, some milliseconds.
#[derive(Clone, Default)]
pub struct Cancel {
    /// When, and how long a search may take in all.
    deadline: Option<(Instant, Option<Duration>)>,
    switch: Arc<AtomicBool>,
    condition: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl Cancel {
    /// Stops only when told to.
    pub fn never() -> Cancel {
        Cancel::default()
    }

    /// Stops at `deadline`, or earlier when told to.
    pub fn at(deadline: Instant) -> Cancel {
        Cancel { deadline: Some((deadline, None)), ..Cancel::default() }
    }

    /// Stops once `condition` holds, for example that nobody waits for the answer any more. It is asked often, from any
    /// thread, and should not take longer than a look at a flag.
    pub fn when(condition: impl Fn() -> bool + Send + Sync + 'static) -> Cancel {
        Cancel { condition: Some(Arc::new(condition)), ..Cancel::default() }
    }

    /// Stops every search that holds a clone of this.
    pub fn cancel(&self) {
        self.switch.store(true, Ordering::Relaxed);
    }

    /// The same, and at the latest so long from now.
    pub(crate) fn within(&self, limit: Option<Duration>) -> Cancel {
        let deadline = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, Some(limit))));
        let earliest = [self.deadline, deadline].into_iter().flatten().min_by_key(|deadline| deadline.0);
        Cancel { deadline: earliest, ..self.clone() }
    }

    /// Asked between pieces of work of well under a millisecond.
    ///
    /// # Errors
    /// [`Error::Cancelled`] once it was told to stop, [`Error::TooSlow`] once the time given by
    /// [`Limits::deadline`](crate::Limits::deadline) is up.
    pub fn check(&self) -> Result<()> {
        if self.switch.load(Ordering::Relaxed) || self.condition.as_ref().is_some_and(|holds| holds()) {
            return Err(Error::Cancelled);
        }
        match self.deadline {
            Some((deadline, limit)) if Instant::now() >= deadline => {
                Err(limit.map_or(Error::Cancelled, |limit| Error::TooSlow { limit }))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel").field("deadline", &self.deadline).field("switch", &self.switch).finish_non_exhaustive()
    }
}

/// Counts pieces of work and looks at a [`Cancel`] every few thousand: for loops whose steps are too short to look each time.
#[derive(Debug)]
pub(crate) struct Meter<'a> {
    cancel: &'a Cancel,
    left: usize,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(cancel: &'a Cancel) -> Meter<'a> {
        Meter { cancel, left: WORK_PER_CHECK }
    }

    /// Notes so many pieces of work.
    pub(crate) fn spend(&mut self, work: usize) -> Result<()> {
        match self.left.checked_sub(work) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => self.check(),
        }
    }

    /// Looks now.
    #[cold]
    fn check(&mut self) -> Result<()> {
        self.left = WORK_PER_CHECK;
        self.cancel.check()
    }

    /// Sorts as `sort_by` does, in pieces.
    pub(crate) fn sort_by<T>(
        &mut self,
        values: &mut Vec<T>,
        compare: impl Fn(&T, &T) -> std::cmp::Ordering,
    ) -> Result<()> {
        if values.len() <= WORK_PER_CHECK {
            values.sort_by(&compare);
            return self.spend(values.len());
        }
        let mut rest = std::mem::take(values);
        let mut pieces: Vec<Vec<T>> = Vec::new();
        while !rest.is_empty() {
            let mut piece = rest.split_off(rest.len().saturating_sub(WORK_PER_CHECK));
            piece.sort_by(&compare);
            self.check()?;
            pieces.push(piece);
        }
        // They were cut off the end.
        pieces.reverse();
        while pieces.len() > 1 {
            let mut merged = Vec::with_capacity(pieces.len().div_ceil(2));
            let mut pairs = pieces.into_iter();
            while let Some(first) = pairs.next() {
                merged.push(match pairs.next() {
                    Some(second) => self.merge(first, second, &compare)?,
                    None => first,
                });
            }
            pieces = merged;
        }
        *values = pieces.pop().unwrap_or_default();
        Ok(())
    }

    fn merge<T>(
        &mut self,
        first: Vec<T>,
        second: Vec<T>,
        compare: impl Fn(&T, &T) -> std::cmp::Ordering,
    ) -> Result<Vec<T>> {
        let mut merged = Vec::with_capacity(first.len() + second.len());
        let (mut first, mut second) = (first.into_iter().peekable(), second.into_iter().peekable());
        loop {
            self.spend(1)?;
            let takes_second = match (first.peek(), second.peek()) {
                (Some(a), Some(b)) => compare(b, a).is_lt(),
                (None, None) => return Ok(merged),
                (a, _) => a.is_none(),
            };
            merged.extend(if takes_second { second.next() } else { first.next() });
        }
    }
}

#[cfg(test)]
impl Meter<'static> {
    /// One that never stops.
    pub(crate) fn endless() -> Meter<'static> {
        static NEVER: std::sync::LazyLock<Cancel> = std::sync::LazyLock::new(Cancel::never);
        Meter::new(&NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_in_pieces_is_sorting() {
        let cancel = Cancel::never();
        for len in [0, 1, WORK_PER_CHECK, WORK_PER_CHECK + 1, 5 * WORK_PER_CHECK + 7] {
            let mut values: Vec<(u32, usize)> =
                (0..len).map(|at| ((at as u32).wrapping_mul(2_654_435_761) >> 24, at)).collect();
            let mut expected = values.clone();
            expected.sort_by_key(|value| value.0);
            Meter::new(&cancel).sort_by(&mut values, |a, b| a.0.cmp(&b.0)).unwrap();
            assert_eq!(values, expected, "{len}");
        }
    }

    #[test]
    fn the_earlier_deadline_counts_and_says_which_it_was() {
        let passed = Cancel::at(Instant::now() - Duration::from_secs(1));
        assert!(matches!(passed.within(Some(Duration::from_secs(3600))).check(), Err(Error::Cancelled)));
        let limit = Duration::ZERO;
        assert!(matches!(Cancel::never().within(Some(limit)).check(), Err(Error::TooSlow { limit: Duration::ZERO })));
        assert!(Cancel::never().within(None).check().is_ok());
        assert!(matches!(Cancel::when(|| true).within(None).check(), Err(Error::Cancelled)));
    }
}
