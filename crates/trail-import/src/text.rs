//! Character sets: recorded bytes to UTF-8.

use std::fmt;

use oem_cp::code_table::DECODING_TABLE_CP437;

/// A character set that recorded bytes can be converted from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Encoding(Kind);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Standard(&'static encoding_rs::Encoding),
    Cp437,
}

impl Encoding {
    /// IBM code page 437, of DOS games and old BBS and NetHack sessions.
    pub const CP437: Encoding = Encoding(Kind::Cp437);

    /// Finds an encoding by its name: any label of the WHATWG encoding standard (`latin1`, `shift_jis`, `gbk`,
    /// `koi8-r` …), or `cp437` / `ibm437` / `437`.
    pub fn from_label(label: &str) -> Option<Encoding> {
        let label = label.trim();
        if ["cp437", "ibm437", "437", "ibm-437", "dos437"].iter().any(|name| label.eq_ignore_ascii_case(name)) {
            return Some(Encoding::CP437);
        }
        encoding_rs::Encoding::for_label(label.as_bytes()).map(|encoding| Encoding(Kind::Standard(encoding)))
    }

    /// The encoding's own name.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Standard(encoding) => encoding.name(),
            Kind::Cp437 => "cp437",
        }
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoding({})", self.name())
    }
}

/// Converts one direction of one channel, piece by piece.
pub(crate) enum Transcoder {
    /// Bytes stay as they are; what is not UTF-8 is counted.
    Utf8(Utf8Counter),
    Standard(Box<encoding_rs::Decoder>),
    Cp437,
}

impl Transcoder {
    pub(crate) fn new(encoding: Option<Encoding>) -> Transcoder {
        match encoding.map(|encoding| encoding.0) {
            None => Transcoder::Utf8(Utf8Counter::default()),
            Some(Kind::Standard(encoding)) if encoding == encoding_rs::UTF_8 => {
                Transcoder::Utf8(Utf8Counter::default())
            }
            Some(Kind::Standard(encoding)) => {
                Transcoder::Standard(Box::new(encoding.new_decoder_without_bom_handling()))
            }
            Some(Kind::Cp437) => Transcoder::Cp437,
        }
    }

    /// Converts `bytes`, adding to the counters. `last`: nothing follows, an unfinished character is an error.
    pub(crate) fn convert(&mut self, bytes: Vec<u8>, last: bool, invalid: &mut u64, undecodable: &mut u64) -> Vec<u8> {
        match self {
            Transcoder::Utf8(counter) => {
                *invalid += counter.feed(&bytes);
                if last {
                    *invalid += counter.finish();
                }
                bytes
            }
            Transcoder::Standard(decoder) => decode(decoder, &bytes, last, undecodable),
            Transcoder::Cp437 => cp437(&bytes),
        }
    }
}

fn decode(decoder: &mut encoding_rs::Decoder, mut bytes: &[u8], last: bool, undecodable: &mut u64) -> Vec<u8> {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2 + 8);
    loop {
        let (result, read, replaced) = decoder.decode_to_string(bytes, &mut text, last);
        *undecodable += u64::from(replaced);
        bytes = &bytes[read..];
        match result {
            encoding_rs::CoderResult::InputEmpty => return text.into_bytes(),
            encoding_rs::CoderResult::OutputFull => text.reserve(bytes.len() * 2 + 64),
        }
    }
}

/// Control characters stay what they are: code page 437 has pictures there, but terminals obey them.
fn cp437(bytes: &[u8]) -> Vec<u8> {
    let mut text = String::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        match byte {
            0..=0x7f => text.push(char::from(byte)),
            _ => text.push(DECODING_TABLE_CP437[usize::from(byte - 0x80)]),
        }
    }
    text.into_bytes()
}

/// Counts the bytes that are not UTF-8 in a stream that comes in pieces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Utf8Counter {
    /// The beginning of a character that the last piece ended in: at most 3 bytes.
    tail: [u8; 4],
    tail_len: usize,
}

impl Utf8Counter {
    /// Returns the number of bytes that are now known to be invalid.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> u64 {
        let mut invalid = 0;
        while self.tail_len > 0 {
            let Some((&next, rest)) = bytes.split_first() else { return invalid };
            self.tail[self.tail_len] = next;
            match std::str::from_utf8(&self.tail[..=self.tail_len]) {
                Ok(_) => {
                    self.tail_len = 0;
                    bytes = rest;
                }
                Err(error) if error.error_len().is_none() => {
                    self.tail_len += 1;
                    bytes = rest;
                }
                // The new byte does not continue the character: the tail is invalid, the byte begins afresh.
                Err(_) => {
                    invalid += self.tail_len as u64;
                    self.tail_len = 0;
                }
            }
        }
        loop {
            match std::str::from_utf8(bytes) {
                Ok(_) => return invalid,
                Err(error) => {
                    let rest = &bytes[error.valid_up_to()..];
                    match error.error_len() {
                        Some(len) => {
                            invalid += len as u64;
                            bytes = &rest[len..];
                        }
                        None => {
                            self.tail[..rest.len()].copy_from_slice(rest);
                            self.tail_len = rest.len();
                            return invalid;
                        }
                    }
                }
            }
        }
    }

    /// The stream has ended: an unfinished character is invalid.
    pub(crate) fn finish(&mut self) -> u64 {
        std::mem::take(&mut self.tail_len) as u64
    }
}

#[cfg(test)]
mod tests;
