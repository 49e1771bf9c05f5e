//! Stopping a search that takes too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::{IndexError, Result};

/// Stops a search at a deadline or when told to. Clones share the switch.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    deadline: Option<Instant>,
    switch: Arc<AtomicBool>,
}

impl Cancel {
    /// Stops only when told to.
    pub fn never() -> Cancel {
        Cancel::default()
    }

    /// Stops at `deadline`, or earlier when told to.
    pub fn at(deadline: Instant) -> Cancel {
        Cancel { deadline: Some(deadline), ..Cancel::default() }
    }

    /// Stops every search that holds a clone of this.
    pub fn cancel(&self) {
        self.switch.store(true, Ordering::Relaxed);
    }

    /// Asked between pieces of work of well under a millisecond.
    ///
    /// # Errors
    /// [`IndexError::Cancelled`] once the time has come.
    pub fn check(&self) -> Result<()> {
        if self.is_due() { Err(IndexError::Cancelled) } else { Ok(()) }
    }

    /// Whether the time has come. What is stopped once stays stopped.
    pub(crate) fn is_due(&self) -> bool {
        if self.switch.load(Ordering::Relaxed) {
            return true;
        }
        let due = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if due {
            self.cancel();
        }
        due
    }
}
