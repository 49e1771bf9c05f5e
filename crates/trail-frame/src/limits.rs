//! What hostile drawings are held to.

/// The longest side of a layer, buffer or picture: 8K has 7,680 columns, and room for two of them is malice.
pub const MAX_SIDE: u32 = 8192;
/// Pixels of one picture or layer: 8K has 33.2 million.
pub const MAX_PIXELS: u64 = 36 << 20;
/// Pixels of all layers, buffers and the pointer together: 256 MiB of memory.
pub const MAX_TOTAL_PIXELS: u64 = 64 << 20;
/// Layers that can be seen. Guacamole's own server ends at 64.
pub const MAX_LAYERS: usize = 64;
/// Buffers that cannot. Guacamole's own server ends at 4,096.
pub const MAX_BUFFERS: usize = 4096;
/// The longest side of a pointer's picture. 64 is usual, 256 the most that operating systems show.
pub const MAX_CURSOR_SIDE: u32 = 512;
/// Bytes of an encoded picture inside a drawing (PNG, JPEG, WebP).
pub const MAX_IMAGE_LEN: usize = 64 << 20;
/// Bytes of instructions of one frame: an 8K frame of noise without compression, and its overhead.
pub const MAX_FRAME_LEN: usize = 128 << 20;
/// Bytes of a frame in one record; a longer frame comes in parts.
pub const MAX_PART_LEN: usize = 4 << 20;
/// Rectangles of one fill.
pub const MAX_FILL_RECTS: usize = 4096;
/// Rectangles that are kept of what has changed; more become one around them all.
pub(crate) const MAX_DAMAGE_RECTS: usize = 64;
