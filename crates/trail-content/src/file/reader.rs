//! Reading a content file.

use std::io::Read;
use std::sync::{Arc, OnceLock};

use trail_model::{ChannelId, ChannelKind, Offset, RecordId, TrailId};

use super::footer::{BlockEntry, ChannelEntry, Footer, Section};
use super::format::{
    CHECKSUM_LEN, END_MAGIC, EXTRACTOR_VERSION, FORMAT_VERSION, HEADER_LEN, MAGIC, SECTION_LEN_MAX, TAIL_LEN,
};
use super::{block_bytes, moments_bytes};
use crate::{Block, Coverage, Error, Moments};

type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A content file, opened: its footer has been read and checked, its blocks are decoded when asked for.
#[derive(Clone)]
pub struct ContentFile {
    trail: TrailId,
    extractor_version: u16,
    digest: [u8; 32],
    last_record: RecordId,
    end: Offset,
    channels: Vec<ChannelContent>,
}

/// The content of one channel.
#[derive(Clone)]
pub struct ChannelContent {
    bytes: Bytes,
    entry: Arc<ChannelEntry>,
    end: Offset,
    moments: Arc<OnceLock<Arc<Moments>>>,
}

/// What the footer says of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    /// First moment.
    pub first: u32,
    /// Last moment, inside.
    pub last: u32,
    /// Number of items.
    pub items: u64,
    /// Bytes in the file.
    pub compressed_len: u64,
}

impl ContentFile {
    /// Opens a content file that lies in memory: a `Vec<u8>`, a `&'static [u8]`, a memory map. Only the footer is read.
    ///
    /// # Errors
    /// If it is not a whole content file of this version, or its footer is damaged.
    pub fn open(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<ContentFile, Error> {
        let bytes: Bytes = Arc::new(bytes);
        let all = (*bytes).as_ref();
        let header = read_header(all)?;
        let (footer, sections_end, digest) = split_footer(all)?;
        let raw = decompress("footer", footer, sections_end, SECTION_LEN_MAX)?;
        let footer = Footer::decode(&raw, sections_end)?;
        let channels = footer.channels.into_iter().map(|entry| ChannelContent {
            bytes: Arc::clone(&bytes),
            entry: Arc::new(entry),
            end: footer.end,
            moments: Arc::default(),
        });
        Ok(ContentFile {
            trail: header.0,
            extractor_version: header.1,
            digest,
            last_record: RecordId(footer.last_record),
            end: footer.end,
            channels: channels.collect(),
        })
    }

    /// The trail it was extracted from.
    pub fn trail(&self) -> TrailId {
        self.trail
    }

    /// The version of the rules it was extracted by; not [`EXTRACTOR_VERSION`]: to be made again.
    pub fn extractor_version(&self) -> u16 {
        self.extractor_version
    }

    /// Tells whether it was extracted by the rules of this program.
    pub fn is_current(&self) -> bool {
        self.extractor_version == EXTRACTOR_VERSION
    }

    /// BLAKE3 that covers, through checksums, every byte of the file: its address by content.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The last record of the trail that went into it, of any channel; 0 if the trail had none.
    pub fn last_record(&self) -> RecordId {
        self.last_record
    }

    /// The end of the recording: the time of its last record.
    pub fn end(&self) -> Offset {
        self.end
    }

    /// The channels, by id.
    pub fn channels(&self) -> &[ChannelContent] {
        &self.channels
    }

    /// The channel of that id.
    pub fn channel(&self, id: ChannelId) -> Option<&ChannelContent> {
        self.channels.iter().find(|channel| channel.id() == id)
    }
}

impl ChannelContent {
    /// The channel's id.
    pub fn id(&self) -> ChannelId {
        self.entry.id
    }

    /// What kind of stream it is.
    pub fn kind(&self) -> &ChannelKind {
        &self.entry.kind
    }

    /// What was read and what was left out.
    pub fn coverage(&self) -> &Coverage {
        &self.entry.coverage
    }

    /// Number of moments, without decoding them.
    pub fn moment_count(&self) -> u32 {
        self.entry.moment_count
    }

    /// The moments. Decoded at the first call and kept.
    ///
    /// # Errors
    /// If the section is damaged.
    pub fn moments(&self) -> Result<&Arc<Moments>, Error> {
        if let Some(moments) = self.moments.get() {
            return Ok(moments);
        }
        let raw = self.section("moments", &self.entry.moments)?;
        let moments = moments_bytes::decode(&raw, self.end)?;
        if moments.len() != self.entry.moment_count as usize {
            let found = moments.len() as u64;
            return Err(Error::Malformed { section: "moments", expected: "the footer's number of moments", found });
        }
        Ok(self.moments.get_or_init(|| Arc::new(moments)))
    }

    /// Number of content blocks.
    pub fn block_count(&self) -> usize {
        self.entry.blocks.len()
    }

    /// What the footer says of each block, in order. Blocks follow each other without gaps and cover all moments.
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = BlockInfo> + '_ {
        self.entry.blocks.iter().map(|block| BlockInfo {
            first: block.first,
            last: block.last,
            items: block.items,
            compressed_len: block.section.len,
        })
    }

    /// Decodes block `index`. Nothing is kept: whoever wants it again keeps it.
    ///
    /// # Errors
    /// If there is no such block, or its section is damaged; other blocks are not concerned.
    pub fn block(&self, index: usize) -> Result<Arc<Block>, Error> {
        let Some(entry) = self.entry.blocks.get(index) else {
            let count = self.entry.blocks.len() as u64;
            return Err(Error::NoSuch { what: "block", index: index as u64, count });
        };
        let raw = self.section("content block", &entry.section)?;
        let mut block = block_bytes::decode(&raw)?;
        check_block(&block, entry)?;
        for &(span, next) in &entry.grows_out {
            let Some(span) = block.spans.get_mut(span as usize) else {
                let found = span.into();
                return Err(Error::Malformed { section: "footer", expected: "a span of the block", found });
            };
            span.grows_out = Some(next);
        }
        Ok(Arc::new(block))
    }

    fn section(&self, name: &'static str, section: &Section) -> Result<Vec<u8>, Error> {
        // INVARIANT: the footer's decoding has checked that the section lies inside the file.
        let bytes = &(*self.bytes).as_ref()[section.at as usize..(section.at + section.len) as usize];
        if checksum(bytes) != section.checksum {
            return Err(Error::Checksum { section: name, at: section.at });
        }
        let raw = decompress(name, bytes, section.at, section.raw_len.min(SECTION_LEN_MAX))?;
        if raw.len() as u64 != section.raw_len {
            let found = raw.len() as u64;
            return Err(Error::Malformed { section: name, expected: "the footer's length", found });
        }
        Ok(raw)
    }
}

fn check_block(block: &Block, entry: &BlockEntry) -> Result<(), Error> {
    if (block.first, block.last, block.items.len() as u64) != (entry.first, entry.last, entry.items) {
        let found = block.first.into();
        return Err(Error::Malformed { section: "content block", expected: "the footer's moments and items", found });
    }
    Ok(())
}

/// The first bytes of BLAKE3 over a compressed section.
pub(super) fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_LEN] {
    let mut checksum = [0; CHECKSUM_LEN];
    checksum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..CHECKSUM_LEN]);
    checksum
}

fn read_header(all: &[u8]) -> Result<(TrailId, u16), Error> {
    let not = |at: usize, expected, found: &[u8]| {
        let found = if found.is_empty() { "the end".to_owned() } else { format!("{found:02x?}") };
        Error::NotContent { at: at as u64, expected, found }
    };
    let Some((header, _)) = all.split_first_chunk::<HEADER_LEN>() else {
        return Err(not(0, "a header", &[]));
    };
    if header[..8] != MAGIC {
        return Err(not(0, "the magic", &header[..8]));
    }
    let version = u16::from_le_bytes([header[8], header[9]]);
    if version != FORMAT_VERSION {
        return Err(Error::Version { expected: FORMAT_VERSION, found: version });
    }
    if header[12..16] != [0; 4] {
        return Err(not(12, "zeros", &header[12..16]));
    }
    let mut trail = [0; 16];
    trail.copy_from_slice(&header[16..32]);
    Ok((TrailId(trail), u16::from_le_bytes([header[10], header[11]])))
}

/// Returns the compressed footer, where it begins, and the file's digest.
fn split_footer(all: &[u8]) -> Result<(&[u8], u64, [u8; 32]), Error> {
    let missing = |at: usize, expected| Error::NotContent { at: at as u64, expected, found: "the end".to_owned() };
    let body = &all[HEADER_LEN..];
    let Some((rest, tail)) = body.split_last_chunk::<TAIL_LEN>() else {
        return Err(missing(all.len(), "a tail"));
    };
    if tail[40..] != END_MAGIC {
        return Err(missing(all.len(), "the end magic"));
    }
    let mut len = [0; 8];
    len.copy_from_slice(&tail[..8]);
    let len = u64::from_le_bytes(len);
    let Some(start) = usize::try_from(len).ok().and_then(|len| rest.len().checked_sub(len)) else {
        return Err(missing(all.len() - TAIL_LEN, "a footer's length inside the file"));
    };
    let footer = &rest[start..];
    let at = (HEADER_LEN + start) as u64;
    let digest = footer_digest(&all[..HEADER_LEN], footer);
    if digest != tail[8..40] {
        return Err(Error::Checksum { section: "footer", at });
    }
    Ok((footer, at, digest))
}

/// BLAKE3 over header and compressed footer; the footer holds the checksums of all sections.
pub(super) fn footer_digest(header: &[u8], footer: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header);
    hasher.update(footer);
    *hasher.finalize().as_bytes()
}

/// Decompresses at most `limit` bytes. Memory grows with what comes out, not with what was promised.
fn decompress(section: &'static str, bytes: &[u8], at: u64, limit: u64) -> Result<Vec<u8>, Error> {
    let fail = |source| Error::Decompress { section, at, source };
    let mut raw = Vec::new();
    let decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(fail)?;
    decoder.take(limit.saturating_add(1)).read_to_end(&mut raw).map_err(fail)?;
    if raw.len() as u64 > limit {
        return Err(Error::Malformed { section, expected: "no more bytes than promised", found: raw.len() as u64 });
    }
    Ok(raw)
}
