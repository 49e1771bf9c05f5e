//! The head of a trail: who it is and what it says of its session.

use trail_model::{SessionMeta, TrailId};

use crate::bytes::Bytes;
use crate::error::{Error, Result};
use crate::format::{
    CRITICAL_FLAGS, HASH_LEN, HEADER_FIXED_LEN, MAGIC, MAX_HEADER_LEN, SECTION_META, SECTION_RECOVERED_FROM,
    SECTION_WRITER, VERSION,
};
use crate::meta;
use crate::section::{Digest, Section, decode_sections, encode_section};

/// What stands at the head of a trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The trail's identity; every frame repeats it.
    pub trail_id: TrailId,
    /// What was known of the session when the trail was begun. The footer may know more.
    pub meta: SessionMeta,
    /// Sections that this crate does not interpret (keys, recipients, private ones), kept as they are.
    pub sections: Vec<Section>,
    /// The trail that this one was recovered from.
    pub recovered_from: Option<TrailId>,
}

impl Header {
    /// Makes a header with a random trail id.
    ///
    /// # Errors
    /// [`Error::Random`] if the system has no random bytes.
    pub fn new(meta: SessionMeta) -> Result<Header> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| Error::Random { reason: error.to_string() })?;
        Ok(Header::with_id(TrailId(id), meta))
    }

    /// Makes a header with a given trail id.
    pub fn with_id(trail_id: TrailId, meta: SessionMeta) -> Header {
        Header { trail_id, meta, sections: Vec::new(), recovered_from: None }
    }

    /// Encodes the header; the last [`HASH_LEN`] bytes are its hash.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(512);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&0u16.to_le_bytes());
        out.extend_from_slice(&0u32.to_le_bytes());
        out.extend_from_slice(&self.trail_id.0);
        encode_section(&mut out, SECTION_META, 0, &meta::to_json(&self.meta)?);
        encode_section(&mut out, SECTION_WRITER, 0, concat!("screentrail ", env!("CARGO_PKG_VERSION")).as_bytes());
        if let Some(TrailId(id)) = self.recovered_from {
            encode_section(&mut out, SECTION_RECOVERED_FROM, 0, &id);
        }
        for section in &self.sections {
            section.encode(&mut out);
        }
        let len = out.len() + HASH_LEN;
        if len > MAX_HEADER_LEN {
            return Err(Error::TooLong { what: "header", limit: MAX_HEADER_LEN, found: len });
        }
        out[12..16].copy_from_slice(&(len as u32).to_le_bytes());
        let hash = Digest::of(&out);
        out.extend_from_slice(&hash.0);
        Ok(out)
    }

    /// Reads the length of the header from its fixed part.
    ///
    /// # Errors
    /// [`Error::NotATrail`], [`Error::TruncatedHeader`], [`Error::DamagedHeader`].
    pub(crate) fn decode_len(bytes: &[u8]) -> Result<usize> {
        let (magic, _) = bytes.split_at(bytes.len().min(MAGIC.len()));
        if !MAGIC.starts_with(magic) || magic.is_empty() {
            return Err(Error::NotATrail);
        }
        let mut fields = Bytes::new(bytes.get(12..).unwrap_or_default());
        let (Some(len), true) = (fields.u32(), bytes.len() >= HEADER_FIXED_LEN) else {
            return Err(Error::TruncatedHeader { len: bytes.len() as u64 });
        };
        let len = len as usize;
        if !(HEADER_FIXED_LEN + HASH_LEN..=MAX_HEADER_LEN).contains(&len) {
            return Err(Error::DamagedHeader { what: "impossible length" });
        }
        Ok(len)
    }

    /// Decodes a whole header and gives its hash.
    ///
    /// # Errors
    /// [`Error::DamagedHeader`], [`Error::UnsupportedVersion`], [`Error::Unsupported`], [`Error::Meta`].
    pub(crate) fn decode(bytes: &[u8]) -> Result<(Header, Digest)> {
        let len = Header::decode_len(bytes)?;
        let Some(bytes) = bytes.get(..len) else {
            return Err(Error::TruncatedHeader { len: bytes.len() as u64 });
        };
        let (content, hash) = bytes.split_at(len - HASH_LEN);
        let found = Digest::of(content);
        if found.0 != hash {
            return Err(Error::DamagedHeader { what: "hash does not match" });
        }
        let damaged = || Error::DamagedHeader { what: "fields run out" };
        let mut fields = Bytes::new(content);
        fields.take(MAGIC.len()).ok_or_else(damaged)?;
        let version = fields.u16().ok_or_else(damaged)?;
        if version != VERSION {
            return Err(Error::UnsupportedVersion { expected: VERSION, found: version });
        }
        let flags = fields.u16().ok_or_else(damaged)?;
        if flags & CRITICAL_FLAGS != 0 {
            return Err(Error::Unsupported { feature: "header flags", value: flags, at: 0 });
        }
        fields.u32().ok_or_else(damaged)?;
        let trail_id = TrailId(fields.array().ok_or_else(damaged)?);
        let mut header = Header::with_id(trail_id, SessionMeta::default());
        let sections = decode_sections(fields.rest()).ok_or(Error::DamagedHeader { what: "sections run out" })?;
        for section in sections {
            match section.kind {
                SECTION_META => header.meta = meta::from_json(&section.bytes)?,
                SECTION_WRITER => {}
                SECTION_RECOVERED_FROM => header.recovered_from = section.bytes.try_into().ok().map(TrailId),
                kind if section.is_critical() => {
                    return Err(Error::Unsupported { feature: "header section", value: kind, at: 0 });
                }
                _ => header.sections.push(section),
            }
        }
        Ok((header, found))
    }
}
