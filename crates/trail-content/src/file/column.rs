//! Varint columns: what sections are made of before compression.

use crate::Error;

/// Appends `value` as LEB128: seven bits a byte, low ones first.
pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed value, small magnitudes first (zigzag).
pub(super) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)) as u64);
}

/// Appends a length and the bytes.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads what the `put` functions wrote, out of one section.
pub(super) struct Columns<'a> {
    section: &'static str,
    rest: &'a [u8],
}

impl<'a> Columns<'a> {
    pub(super) fn new(section: &'static str, bytes: &'a [u8]) -> Columns<'a> {
        Columns { section, rest: bytes }
    }

    pub(super) fn get(&mut self) -> Result<u64, Error> {
        // Most values are below 128.
        if let [byte @ 0..0x80, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(u64::from(*byte));
        }
        let mut value = 0;
        for (i, &byte) in self.rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                self.rest = &self.rest[i + 1..];
                return Ok(value);
            }
        }
        Err(self.malformed("a number", self.rest.len() as u64))
    }

    /// Passes over `count` values if all of them are 1; else over none.
    pub(super) fn skip_ones(&mut self, count: usize) -> bool {
        let ones = self.rest.split_at_checked(count).filter(|(ones, _)| ones.iter().all(|&byte| byte == 1));
        ones.map(|(_, rest)| self.rest = rest).is_some()
    }

    pub(super) fn get_u32(&mut self) -> Result<u32, Error> {
        let value = self.get()?;
        u32::try_from(value).map_err(|_| self.malformed("a number below 2^32", value))
    }

    pub(super) fn get_signed(&mut self) -> Result<i64, Error> {
        let value = self.get()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A count of things that take at least one byte each in what follows: so it cannot size an allocation beyond the
    /// section's own length.
    pub(super) fn get_count(&mut self) -> Result<usize, Error> {
        let value = self.get()?;
        if value > self.rest.len() as u64 {
            return Err(self.malformed("a count not above the bytes left", value));
        }
        Ok(value as usize)
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let Some((taken, rest)) = self.rest.split_at_checked(len) else {
            return Err(self.malformed("enough bytes", self.rest.len() as u64));
        };
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn take_bytes(&mut self) -> Result<&'a [u8], Error> {
        let len = self.get_count()?;
        self.take(len)
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.malformed("the end of the section", left as u64)),
        }
    }

    #[cold]
    pub(super) fn malformed(&self, expected: &'static str, found: u64) -> Error {
        Error::Malformed { section: self.section, expected, found }
    }
}
