//! Constants of the content file, in the order of `docs/content-model.md`.

/// First bytes of every content file.
pub(super) const MAGIC: [u8; 8] = *b"TRAILcon";
/// Last bytes of every complete content file.
pub(super) const END_MAGIC: [u8; 8] = *b"noc\0LIAR";

/// Version of the layout.
pub const FORMAT_VERSION: u16 = 3;

/// Version of the rules by which content is extracted: a content file made by another version is made again.
pub const EXTRACTOR_VERSION: u16 = 2;

/// Magic, format version, extractor version, four reserved zero bytes, trail id.
pub(super) const HEADER_LEN: usize = 8 + 2 + 2 + 4 + 16;

/// Footer's length (u64), its BLAKE3 (32 bytes, keyed by nothing, over header and footer), end magic.
pub(super) const TAIL_LEN: usize = 8 + 32 + 8;

/// Bytes of BLAKE3 that guard a section.
pub(super) const CHECKSUM_LEN: usize = 16;

/// Most bytes a section may have once decompressed. A block's raw columns are about as long as its output; one far
/// beyond is damage or malice.
pub(super) const SECTION_LEN_MAX: u64 = 1 << 30;

/// Level of compression, chosen by measurement (`docs/content-model.md`, "Size").
pub(super) const ZSTD_LEVEL: i32 = 1;

/// The same where time matters more than size: a third of the time either way, and half as much again of bytes.
pub(super) const QUICK_ZSTD_LEVEL: i32 = -5;

pub(super) const SPAN_CONCEALED: u8 = 1;
pub(super) const SPAN_GROWS_IN: u8 = 2;
pub(super) const SPAN_CONFIDENCE: u8 = 4;
pub(super) const SPAN_PLACE: u8 = 8;
pub(super) const SPAN_FLAGS: u8 = SPAN_CONCEALED | SPAN_GROWS_IN | SPAN_CONFIDENCE | SPAN_PLACE;
