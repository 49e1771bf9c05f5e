//! The bytes of a trail, in the order of `docs/format.md`: magics, opcodes, field offsets and limits.

// Header.

/// The first bytes of every trail. The first has its high bit set and the end is a line break, so that a transfer as
/// text is noticed at once.
pub const MAGIC: [u8; 8] = *b"\x89TRAIL\r\n";
/// The format version that this crate writes and the only one that it reads.
pub const VERSION: u16 = 1;
/// Length of the header's fixed part; sections follow, then the header's hash.
pub const HEADER_FIXED_LEN: usize = 32;
/// The longest header. Session metadata is a few KiB; an environment can be some hundred.
pub const MAX_HEADER_LEN: usize = 4 << 20;
/// Length of a hash (BLAKE3).
pub const HASH_LEN: usize = 32;

/// Header and frame flags in this mask change how the file is read: a reader that does not know one must refuse.
pub const CRITICAL_FLAGS: u16 = 0xff00;

// Sections: kind u16, flags u16, length u32, bytes.

/// Length of a section's own head.
pub const SECTION_HEAD_LEN: usize = 8;
/// Section flag: a reader that does not know the section's kind must refuse the structure that carries it.
pub const SECTION_CRITICAL: u16 = 1;
/// Session metadata as JSON (header and footer).
pub const SECTION_META: u16 = 1;
/// Name and version of the software that wrote the trail, UTF-8 (header).
pub const SECTION_WRITER: u16 = 2;
/// The trail was made from a damaged one: its trail id, 16 bytes (header).
pub const SECTION_RECOVERED_FROM: u16 = 3;
/// The writer went on after a crash; u64: bytes of the torn tail that it set aside (chunk).
pub const SECTION_RESUMED: u16 = 4;
/// The chunk table (footer).
pub const SECTION_CHUNK_TABLE: u16 = 5;
/// Statistics (footer).
pub const SECTION_STATISTICS: u16 = 6;
/// First kind reserved for sealing: algorithm, wrapped keys for recipients, nonces.
pub const SECTION_SEALING_FIRST: u16 = 0x40;
/// First kind reserved for signatures: signers' public keys (header), signatures (checkpoint, footer).
pub const SECTION_SIGNATURE_FIRST: u16 = 0x60;
/// First kind free for private use; never assigned by the format.
pub const SECTION_PRIVATE_FIRST: u16 = 0x8000;

// Frames.

/// The first bytes of every frame. The first byte cannot occur in UTF-8 text.
pub const FRAME_MAGIC: [u8; 4] = *b"\xf7TRF";
/// Length of a frame header's fixed part; the channel table, sections and the frame's hash follow.
pub const FRAME_FIXED_LEN: usize = 136;
/// The shortest frame header: the fixed part and the hash.
pub const MIN_FRAME_HEADER_LEN: usize = FRAME_FIXED_LEN + HASH_LEN;
/// The longest frame header: 65,535 channels and some sections.
pub const MAX_FRAME_HEADER_LEN: usize = 4 << 20;
/// Length of an entry of the channel table.
pub const CHANNEL_ENTRY_LEN: usize = 48;

/// Frame kind: records.
pub const FRAME_CHUNK: u16 = 1;
/// Frame kind: sections only, for signatures of the head.
pub const FRAME_CHECKPOINT: u16 = 2;
/// Frame kind: the last frame of a closed trail.
pub const FRAME_FOOTER: u16 = 3;

/// Frame flag, reserved: the payload is sealed (AEAD over the zstd frame).
pub const FLAG_SEALED: u16 = 0x0100;

/// Channel table flag: the chunk holds a keyframe of the channel, before the channel's first record in the chunk.
pub const CHANNEL_KEYFRAME: u32 = 1;
/// Channel table flag: the channel's first record of all is in this chunk.
pub const CHANNEL_BEGINS: u32 = 2;

/// The longest payload of a chunk before compression: 16 MiB of entries, one record and one keyframe more.
pub const MAX_CHUNK_RAW_LEN: usize = 64 << 20;
/// The longest payload in the file, of any frame: what zstd makes of the longest raw one at worst, and room for seals.
pub const MAX_STORED_LEN: usize = MAX_FOOTER_RAW_LEN + (2 << 20);
/// The longest payload of a footer before compression: some 1.5 million chunks.
pub const MAX_FOOTER_RAW_LEN: usize = 256 << 20;
/// The longest body of a record.
pub const MAX_BODY_LEN: usize = 8 << 20;
/// The longest keyframe.
pub const MAX_KEYFRAME_LEN: usize = 32 << 20;

/// Bytes of records after which a chunk is written: long enough for zstd's window to pay (a quarter smaller than
/// 16 KiB chunks), short enough to unpack in a fifth of a millisecond.
pub const CHUNK_LEN: usize = 256 << 10;
/// The largest value that can be asked for instead of [`CHUNK_LEN`].
pub const MAX_CHUNK_LEN: usize = 8 << 20;
/// Bytes of records and keyframes after which a chunk is written, whatever the records alone come to.
pub const CHUNK_RAW_LEN_SOFT: usize = 16 << 20;
/// A chunk begins with a keyframe of a channel that has written this many times its last keyframe's size since.
pub const KEYFRAME_SPACING: u64 = 4;
/// The zstd level: a quarter slower than level 1 and 5 % smaller; higher levels cost five times as much.
pub const ZSTD_LEVEL: i32 = 3;

// Entries of a chunk's payload.

/// A keyframe: channel, length, bytes.
pub const ENTRY_KEYFRAME: u8 = 0;
/// Bytes written to the screen.
pub const RECORD_OUTPUT: u8 = 1;
/// Bytes typed or pasted.
pub const RECORD_INPUT: u8 = 2;
/// New size of a terminal screen.
pub const RECORD_RESIZE: u8 = 3;
/// A key of a keyboard.
pub const RECORD_KEY: u8 = 4;
/// A movement or button of a pointer.
pub const RECORD_POINTER: u8 = 5;
/// Contents of the clipboard.
pub const RECORD_CLIPBOARD: u8 = 6;
/// Drawing instructions.
pub const RECORD_DRAWING: u8 = 7;
/// The pointer's picture.
pub const RECORD_CURSOR: u8 = 8;
/// The window's title.
pub const RECORD_TITLE: u8 = 9;
/// A step of a file transfer.
pub const RECORD_FILE_TRANSFER: u8 = 10;
/// A marker.
pub const RECORD_MARKER: u8 = 11;
/// The recording was suspended or resumed.
pub const RECORD_SIGNAL: u8 = 12;
/// A channel begins.
pub const RECORD_CHANNEL_OPEN: u8 = 13;
/// A channel ends.
pub const RECORD_CHANNEL_CLOSE: u8 = 14;
/// A vendor's own record.
pub const RECORD_OPAQUE: u8 = 15;
/// A record that was lost to damage; written by recovery so that the others keep their numbers.
pub const RECORD_LOST: u8 = 16;
/// Reserved: a record whose kind and body are sealed to recipients of their own (input).
pub const RECORD_SEALED: u8 = 17;

/// Encoding of drawing records: instructions; see "Drawing" in `docs/format.md`.
pub const DRAWING_INSTRUCTIONS: u16 = 1;

/// The channel of records that belong to none ([`RECORD_LOST`]).
pub const NO_CHANNEL: u32 = 0;

// Footer.

/// Length of an entry of the chunk table without its channel entries.
pub const CHUNK_ENTRY_LEN: usize = 96;

// Trailer.

/// Length of the trailer, the last bytes of a closed trail.
pub const TRAILER_LEN: usize = 24;
/// The last bytes of a closed trail.
pub const TRAILER_MAGIC: [u8; 8] = *b"TRAILEND";
