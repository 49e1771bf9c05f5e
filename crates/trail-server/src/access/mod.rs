//! Who may come in: passwords, logins, and how failures are slowed down.

mod logins;
mod password;
#[cfg(test)]
mod tests;
mod throttle;

pub(crate) use logins::Logins;
pub use password::{PasswordError, hash_password};
pub(crate) use password::{verify, waste_time};
pub(crate) use throttle::Throttle;
