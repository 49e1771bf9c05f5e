//! Typed sections: how headers and frames carry what later versions add.

use std::fmt;

use crate::bytes::Bytes;
use crate::format::{HASH_LEN, SECTION_CRITICAL, SECTION_HEAD_LEN};

/// A BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; HASH_LEN]);

impl Digest {
    /// Hashes `bytes`.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(*blake3::hash(bytes).as_bytes())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// A typed run of bytes in a header or frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is: one of the `SECTION_` numbers of [`format`](crate::format), or a later one.
    pub kind: u16,
    /// [`SECTION_CRITICAL`] or 0.
    pub flags: u16,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Section {
    /// Makes a section that readers may skip.
    pub fn new(kind: u16, bytes: Vec<u8>) -> Section {
        Section { kind, flags: 0, bytes }
    }

    pub(crate) fn is_critical(&self) -> bool {
        self.flags & SECTION_CRITICAL != 0
    }

    pub(crate) fn encoded_len(&self) -> usize {
        SECTION_HEAD_LEN + self.bytes.len()
    }

    /// Appends the section. Its length was checked against the limit of the structure that carries it.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        encode_section(out, self.kind, self.flags, &self.bytes);
    }
}

/// Appends a section made of parts.
pub(crate) fn encode_section(out: &mut Vec<u8>, kind: u16, flags: u16, bytes: &[u8]) {
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&flags.to_le_bytes());
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Reads the sections that fill `bytes`; nothing if they do not fill them exactly.
pub(crate) fn decode_sections(bytes: &[u8]) -> Option<Vec<Section>> {
    let mut bytes = Bytes::new(bytes);
    let mut sections = Vec::new();
    while !bytes.is_empty() {
        let kind = bytes.u16()?;
        let flags = bytes.u16()?;
        let len = usize::try_from(bytes.u32()?).ok()?;
        sections.push(Section { kind, flags, bytes: bytes.take(len)?.to_vec() });
    }
    Some(sections)
}
