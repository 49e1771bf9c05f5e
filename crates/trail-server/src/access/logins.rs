//! Logins: a token in a cookie, and whose it is.

use std::collections::HashMap;
use std::time::Duration;

use trail_model::Timestamp;

/// Bytes of a token; in the cookie it has twice as many hexadecimal digits, as in the published API.
const TOKEN_LEN: usize = 20;

/// The logins that live. Tokens are kept hashed.
pub(crate) struct Logins {
    idle_timeout: Duration,
    max: usize,
    by_token: HashMap<[u8; 32], Login>,
}

struct Login {
    account: String,
    last_call: Timestamp,
}

impl Logins {
    pub(crate) fn new(idle_timeout: Duration, max: usize) -> Logins {
        Logins { idle_timeout, max, by_token: HashMap::new() }
    }

    /// How long a login lives without a call.
    pub(crate) fn idle_timeout(&self) -> Duration {
        self.idle_timeout
    }

    /// Opens a login and gives its token.
    pub(crate) fn open(&mut self, account: &str, now: Timestamp) -> Option<String> {
        let mut bytes = [0; TOKEN_LEN];
        getrandom::fill(&mut bytes).ok()?;
        let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let timeout = self.idle_timeout;
        self.by_token.retain(|_, login| is_alive(login, now, timeout));
        if self.by_token.len() >= self.max {
            let idle = self.by_token.iter().min_by_key(|(_, login)| login.last_call).map(|(key, _)| *key);
            idle.map(|key| self.by_token.remove(&key));
        }
        self.by_token.insert(key(&token), Login { account: account.to_owned(), last_call: now });
        Some(token)
    }

    /// The account of a token that lives, which lives on.
    pub(crate) fn touch(&mut self, token: &str, now: Timestamp) -> Option<String> {
        let timeout = self.idle_timeout;
        let login = self.by_token.get_mut(&key(token)).filter(|login| is_alive(login, now, timeout))?;
        login.last_call = now;
        Some(login.account.clone())
    }
}

fn is_alive(login: &Login, now: Timestamp, timeout: Duration) -> bool {
    u128::try_from(now.0.saturating_sub(login.last_call.0)).unwrap_or(0) < timeout.as_nanos()
}

fn key(token: &str) -> [u8; 32] {
    *blake3::hash(token.as_bytes()).as_bytes()
}
