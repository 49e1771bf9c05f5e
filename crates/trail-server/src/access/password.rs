//! Passwords: argon2id, in PHC form.

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};

/// Bytes of a password: more is refused before it is hashed.
const PASSWORD_LEN_MAX: usize = 1024;

/// A password that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// It is empty or too long.
    #[error("a password must have 1 to {PASSWORD_LEN_MAX} bytes")]
    Length,
    /// Hashing failed.
    #[error("failed to hash the password")]
    Hash,
}

/// Hashes a password with a salt of its own.
///
/// # Errors
/// [`PasswordError`].
pub fn hash_password(password: &[u8]) -> Result<String, PasswordError> {
    if password.is_empty() || password.len() > PASSWORD_LEN_MAX {
        return Err(PasswordError::Length);
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| PasswordError::Hash)?;
    let hash = Argon2::default().hash_password_with_salt(password, &salt).map_err(|_| PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// Tells whether it is the password that was hashed.
pub(crate) fn verify(password: &[u8], hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    password.len() <= PASSWORD_LEN_MAX && Argon2::default().verify_password(password, &hash).is_ok()
}

/// Takes as long as [`verify`] does, so that an account that is not there is not told by the time it takes.
pub(crate) fn waste_time(password: &[u8]) {
    let password = &password[..password.len().min(PASSWORD_LEN_MAX)];
    let _ = Argon2::default().hash_password_with_salt(password, &[7; 16]);
}
