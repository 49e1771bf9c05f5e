//! Counting bytes that are not UTF-8.

/// Counts the bytes of a stream, given piece by piece, that are not part of a valid UTF-8 character.
#[derive(Debug, Default)]
pub(super) struct Utf8Count {
    /// An unfinished character.
    tail: [u8; 4],
    tail_len: usize,
    pub(super) invalid: u64,
}

impl Utf8Count {
    pub(super) fn feed(&mut self, mut bytes: &[u8]) {
        // A character split between pieces is completed byte by byte.
        while self.tail_len > 0 {
            let Some((&byte, rest)) = bytes.split_first() else { return };
            self.tail[self.tail_len] = byte;
            match std::str::from_utf8(&self.tail[..=self.tail_len]) {
                Ok(_) => self.tail_len = 0,
                Err(error) if error.error_len().is_none() => self.tail_len += 1,
                Err(_) => {
                    // The byte itself may begin a character: it is looked at again.
                    self.invalid += self.tail_len as u64;
                    self.tail_len = 0;
                    continue;
                }
            }
            bytes = rest;
        }
        while let Err(error) = std::str::from_utf8(bytes) {
            let rest = &bytes[error.valid_up_to()..];
            match error.error_len() {
                Some(len) => {
                    self.invalid += len as u64;
                    bytes = &rest[len..];
                }
                None => {
                    self.tail[..rest.len()].copy_from_slice(rest);
                    self.tail_len = rest.len();
                    return;
                }
            }
        }
    }
}
