//! Reading a content file.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use trail_container::Source;
use trail_model::{ChannelId, ChannelKind, Offset, RecordId, TrailId};

use super::footer::{BlockEntry, ChannelEntry, Footer, Section};
use super::format::{
    CHECKSUM_LEN, END_MAGIC, EXTRACTOR_VERSION, FORMAT_VERSION, HEADER_LEN, MAGIC, SECTION_LEN_MAX, TAIL_LEN,
};
use super::kept::Kept;
use super::{block_bytes, moments_bytes};
use crate::{Block, Coverage, Error, Moments};

/// Where a content file lies.
type File = Arc<dyn Source>;

/// A content file, opened: its footer has been read and checked, its blocks are decoded when asked for.
#[derive(Clone)]
pub struct ContentFile {
    pub(super) trail: TrailId,
    pub(super) extractor_version: u16,
    pub(super) last_record: RecordId,
    pub(super) end: Offset,
    pub(super) reader: String,
    pub(super) channels: Vec<ChannelContent>,
}

/// The content of one channel.
#[derive(Clone)]
pub struct ChannelContent {
    pub(super) blocks: Blocks,
    pub(super) entry: Arc<ChannelEntry>,
    pub(super) end: Offset,
    pub(super) moments: Arc<OnceLock<Arc<Moments>>>,
}

/// Where the blocks of a channel are.
#[derive(Clone)]
pub(super) enum Blocks {
    /// In a file, each in a section of its own.
    File(File),
    /// In memory, in order; the moments are there as well.
    Memory(Arc<[Kept]>),
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
        ContentFile::open_source(InMemory(bytes))
    }

    /// Opens a content file wherever it lies. Only header and footer are read, sections when they are asked for.
    ///
    /// # Errors
    /// As [`ContentFile::open`], and [`Error::Read`] for what the medium answers.
    pub fn open_source(source: impl Source + 'static) -> Result<ContentFile, Error> {
        let file: File = Arc::new(source);
        let len = file.len().map_err(Error::Read)?;
        let header = read_header(&file.read(0, len.min(HEADER_LEN as u64) as usize).map_err(Error::Read)?)?;
        let (footer, sections_end) = read_footer(&*file, len)?;
        let raw = decompress("footer", &footer, sections_end, SECTION_LEN_MAX)?;
        let footer = Footer::decode(&raw, sections_end)?;
        let channels = footer.channels.into_iter().map(|entry| ChannelContent {
            blocks: Blocks::File(Arc::clone(&file)),
            entry: Arc::new(entry),
            end: footer.end,
            moments: Arc::default(),
        });
        Ok(ContentFile {
            trail: header.0,
            extractor_version: header.1,
            last_record: RecordId(footer.last_record),
            end: footer.end,
            reader: footer.reader,
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

    /// What read the pixels of its desktops; empty if it has none. See [`PixelReader::version`](crate::PixelReader::version).
    pub fn reader(&self) -> &str {
        &self.reader
    }

    /// Tells whether it was extracted by the rules of this program. What read the pixels is another question:
    /// [`ContentFile::reader`].
    pub fn is_current(&self) -> bool {
        self.extractor_version == EXTRACTOR_VERSION
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
        let Blocks::File(file) = &self.blocks else {
            return Err(Error::NoSuch { what: "moments", index: 0, count: 0 });
        };
        let raw = read_section(&**file, "moments", &self.entry.moments)?;
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
        match &self.blocks {
            Blocks::File(file) => {
                let raw = read_section(&**file, "content block", &entry.section)?;
                decode_block(&raw, entry).map(Arc::new)
            }
            Blocks::Memory(blocks) => blocks[index].block(entry),
        }
    }
}

/// Bytes that are all there.
struct InMemory<T>(T);

impl<T: AsRef<[u8]> + Send + Sync> Source for InMemory<T> {
    fn len(&self) -> io::Result<u64> {
        Source::len(self.0.as_ref())
    }

    fn read(&self, at: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        Source::read(self.0.as_ref(), at, len)
    }
}

/// Decodes a block's columns and adds what the footer says of it.
pub(super) fn decode_block(raw: &[u8], entry: &BlockEntry) -> Result<Block, Error> {
    let mut block = block_bytes::decode(raw)?;
    check_block(&block, entry)?;
    for &(span, next) in &entry.grows_out {
        let Some(span) = block.spans.get_mut(span as usize) else {
            let found = span.into();
            return Err(Error::Malformed { section: "footer", expected: "a span of the block", found });
        };
        span.grows_out = Some(next);
    }
    Ok(block)
}

/// Reads, checks and decompresses a section.
fn read_section(file: &dyn Source, name: &'static str, section: &Section) -> Result<Vec<u8>, Error> {
    // INVARIANT: the footer's decoding has checked that the section lies inside the file.
    let bytes = file.read(section.at, section.len as usize).map_err(Error::Read)?;
    if checksum(&bytes) != section.checksum {
        return Err(Error::Checksum { section: name, at: section.at });
    }
    let raw = decompress(name, &bytes, section.at, section.raw_len.min(SECTION_LEN_MAX))?;
    if raw.len() as u64 != section.raw_len {
        let found = raw.len() as u64;
        return Err(Error::Malformed { section: name, expected: "the footer's length", found });
    }
    Ok(raw)
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

/// Returns the compressed footer and where it begins.
fn read_footer(file: &dyn Source, file_len: u64) -> Result<(Vec<u8>, u64), Error> {
    let missing = |at: u64, expected| Error::NotContent { at, expected, found: "the end".to_owned() };
    let rest = file_len.checked_sub((HEADER_LEN + TAIL_LEN) as u64).ok_or_else(|| missing(file_len, "a tail"))?;
    let tail_at = file_len - TAIL_LEN as u64;
    let tail = file.read(tail_at, TAIL_LEN).map_err(Error::Read)?;
    if tail[40..] != END_MAGIC {
        return Err(missing(file_len, "the end magic"));
    }
    let mut len = [0; 8];
    len.copy_from_slice(&tail[..8]);
    let len = u64::from_le_bytes(len);
    if len > rest {
        return Err(missing(tail_at, "a footer's length inside the file"));
    }
    let at = tail_at - len;
    let header = file.read(0, HEADER_LEN).map_err(Error::Read)?;
    let footer = file.read(at, len as usize).map_err(Error::Read)?;
    if footer_digest(&header, &footer) != tail[8..40] {
        return Err(Error::Checksum { section: "footer", at });
    }
    Ok((footer.into_owned(), at))
}

/// BLAKE3 over header and compressed footer; the footer holds the checksums of all sections.
pub(super) fn footer_digest(header: &[u8], footer: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header);
    hasher.update(footer);
    *hasher.finalize().as_bytes()
}

/// Up to this ratio room is made for what a section may become, before it is read.
const PLAUSIBLE_RATIO: u64 = 64;

thread_local! {
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Decompresses at most `limit` bytes. Memory grows with what comes out, not with what was promised.
pub(super) fn decompress(section: &'static str, bytes: &[u8], at: u64, limit: u64) -> Result<Vec<u8>, Error> {
    let fail = |source| Error::Decompress { section, at, source };
    // One call does where what comes out is not much longer than what goes in; setting up a stream costs more than a
    // short section.
    let room = limit.min((bytes.len() as u64).saturating_mul(PLAUSIBLE_RATIO));
    let at_once = DECOMPRESSOR.with_borrow_mut(|decompressor| {
        let decompressor = match decompressor {
            Some(decompressor) => decompressor,
            empty => empty.insert(zstd::bulk::Decompressor::new()?),
        };
        decompressor.decompress(bytes, room as usize)
    });
    if let Ok(raw) = at_once {
        return Ok(raw);
    }
    let mut raw = Vec::new();
    let decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(fail)?;
    decoder.take(limit.saturating_add(1)).read_to_end(&mut raw).map_err(fail)?;
    if raw.len() as u64 > limit {
        return Err(Error::Malformed { section, expected: "no more bytes than promised", found: raw.len() as u64 });
    }
    Ok(raw)
}
