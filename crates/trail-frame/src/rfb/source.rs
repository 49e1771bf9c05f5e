//! The server's bytes, one value after the other.

use std::io::Read;

use flate2::{Decompress, FlushDecompress, Status};

/// Why no further message could be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RfbError {
    /// The stream ends inside a message.
    #[error("the stream ends inside a message, at byte {at}")]
    Ended {
        /// Where.
        at: u64,
    },
    /// A value that cannot be, or that no decoder is there for.
    #[error("byte {at}: {what}")]
    Malformed {
        /// Just after the value.
        at: u64,
        /// What is wrong.
        what: String,
    },
}

pub(super) type Result<T, E = RfbError> = std::result::Result<T, E>;

/// Bytes of compressed or variable data that a length may announce: an 8K frame of noise and its overhead.
const MAX_DATA_LEN: u32 = 192 << 20;

pub(super) struct Source<R> {
    inner: R,
    pub(super) at: u64,
}

impl<R: Read> Source<R> {
    pub(super) fn new(inner: R) -> Source<R> {
        Source { inner, at: 0 }
    }

    pub(super) fn inner(&self) -> &R {
        &self.inner
    }

    pub(super) fn malformed<T>(&self, what: impl Into<String>) -> Result<T> {
        Err(RfbError::Malformed { at: self.at, what: what.into() })
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.inner.read_exact(&mut bytes).map_err(|_| RfbError::Ended { at: self.at })?;
        self.at += N as u64;
        Ok(bytes)
    }

    /// A first byte, if there is any.
    pub(super) fn first(&mut self) -> Option<u8> {
        self.array::<1>().ok().map(|[byte]| byte)
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub(super) fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    /// So many bytes; memory grows with those that are there, not with the number.
    pub(super) fn bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        if len > u64::from(MAX_DATA_LEN) {
            return self.malformed(format!("{len} bytes of data, more than the limit of {MAX_DATA_LEN}"));
        }
        let mut bytes = Vec::new();
        let read = (&mut self.inner).take(len).read_to_end(&mut bytes);
        self.at += bytes.len() as u64;
        match read {
            Ok(_) if bytes.len() as u64 == len => Ok(bytes),
            _ => Err(RfbError::Ended { at: self.at }),
        }
    }

    /// Data behind its length.
    pub(super) fn prefixed(&mut self) -> Result<Vec<u8>> {
        let len = self.u32()?;
        self.bytes(len.into())
    }
}

/// A zlib stream that goes on from rectangle to rectangle.
pub(super) struct Inflater {
    state: Decompress,
}

impl Inflater {
    pub(super) fn new() -> Inflater {
        Inflater { state: Decompress::new(true) }
    }

    /// Unpacks all of `input`; nothing if it is no zlib or more than `max_len` bytes come out.
    pub(super) fn inflate(&mut self, input: &[u8], max_len: usize) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let start = self.state.total_in();
        loop {
            let used = (self.state.total_in() - start) as usize;
            let room = out.len().clamp(1 << 12, 1 << 20).min(max_len + 1 - out.len());
            out.reserve(room);
            let before = (used, out.len());
            let status = self.state.decompress_vec(&input[used..], &mut out, FlushDecompress::Sync).ok()?;
            if out.len() > max_len {
                return None;
            }
            let used = (self.state.total_in() - start) as usize;
            let stands_still = (used, out.len()) == before;
            if status == Status::StreamEnd || stands_still || (used == input.len() && out.len() < out.capacity()) {
                return (used == input.len()).then_some(out);
            }
        }
    }
}
