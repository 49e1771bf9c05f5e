//! Failed logins are slowed down.

use std::collections::HashMap;

use trail_model::Timestamp;

use crate::clock::SECOND_NS;

/// Failures that cost nothing.
const FREE_FAILURES: u32 = 5;
/// The longest wait, in seconds.
const WAIT_SECONDS_MAX: i64 = 60;
/// Names and addresses remembered; when there are more, those that need not wait go.
const REMEMBERED_MAX: usize = 10_000;

/// Failed logins by account and by address.
#[derive(Default)]
pub(crate) struct Throttle(HashMap<String, Failures>);

struct Failures {
    count: u32,
    until: Timestamp,
}

impl Throttle {
    /// Tells whether one of `names` has to wait.
    pub(crate) fn must_wait(&self, names: &[String], now: Timestamp) -> bool {
        names.iter().any(|name| self.0.get(name).is_some_and(|failures| now < failures.until))
    }

    /// Notes a failure: each one behind the first few doubles the wait.
    pub(crate) fn failed(&mut self, names: &[String], now: Timestamp) {
        if self.0.len() >= REMEMBERED_MAX {
            self.0.retain(|_, failures| now < failures.until);
        }
        for name in names {
            let failures = self.0.entry(name.clone()).or_insert(Failures { count: 0, until: now });
            failures.count = failures.count.saturating_add(1);
            let over = failures.count.saturating_sub(FREE_FAILURES);
            let wait = if over == 0 { 0 } else { (1_i64 << over.min(6)).min(WAIT_SECONDS_MAX) };
            failures.until = Timestamp(now.0.saturating_add(wait * SECOND_NS));
        }
    }

    /// Notes a success.
    pub(crate) fn succeeded(&mut self, account: &str) {
        self.0.remove(account);
    }
}
