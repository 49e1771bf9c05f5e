//! The instructions of a drawing record: what importers write and a [`Surface`](crate::Surface) applies.
//!
//! They are what Guacamole's protocol can say; the other protocols say less. `docs/format.md`, "Drawing", has the bytes.

use trail_model::PixelRect;

use crate::blocks::put_pixels;
use crate::bytes::{Reader, put_number, put_prefixed, put_signed};
use crate::limits::{MAX_FILL_RECTS, MAX_PART_LEN};
use crate::mask::Mask;

/// Number of a layer: 0 is the screen, those above lie on it, those below are buffers that cannot be seen.
pub type LayerId = i32;

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Draw<'a> {
    /// The layer has a new size. What it has stays at the top left; what is new is transparent.
    Resize {
        /// Which.
        layer: LayerId,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// Pixels replace those at `rect`.
    Pixels {
        /// Where to.
        layer: LayerId,
        /// Where it is.
        rect: PixelRect,
        /// The pixels, as [`DrawingWriter::pixels`] packs them.
        blocks: &'a [u8],
    },
    /// An encoded picture (PNG, JPEG, WebP, told by its first bytes).
    Image {
        /// Where to.
        layer: LayerId,
        /// How it is laid on what is there.
        mask: Mask,
        /// Column of its left edge.
        x: i32,
        /// Row of its top edge.
        y: i32,
        /// The file's bytes.
        data: &'a [u8],
    },
    /// A part of a layer is copied; both may be the same layer and overlap.
    Copy {
        /// Where from.
        source: LayerId,
        /// What of it.
        rect: PixelRect,
        /// How it is laid on what is there.
        mask: Mask,
        /// Where to.
        layer: LayerId,
        /// Column of the copy's left edge.
        x: i32,
        /// Row of the copy's top edge.
        y: i32,
    },
    /// The same with a raster operation.
    Transfer {
        /// Where from.
        source: LayerId,
        /// What of it.
        rect: PixelRect,
        /// Truth table of the bits: from the highest, what becomes of source and target 00, 01, 10 and 11.
        function: u8,
        /// Where to.
        layer: LayerId,
        /// Column of the left edge.
        x: i32,
        /// Row of the top edge.
        y: i32,
    },
    /// Rectangles are filled with one colour, their common parts once.
    Fill {
        /// Where to.
        layer: LayerId,
        /// How it is laid on what is there.
        mask: Mask,
        /// Red, green, blue, opacity; the colours not multiplied by the opacity.
        color: [u8; 4],
        /// Where.
        rects: Vec<PixelRect>,
    },
    /// The layer lies on `parent` from now on. Those with greater `z` are above.
    Place {
        /// Which.
        layer: LayerId,
        /// On which.
        parent: LayerId,
        /// Column on the parent.
        x: i32,
        /// Row on the parent.
        y: i32,
        /// Height in the stack.
        z: i32,
    },
    /// The layer is as opaque as that: 0 not at all, 255 wholly.
    Opacity {
        /// Which.
        layer: LayerId,
        /// How much.
        opacity: u8,
    },
    /// The layer or buffer is given up.
    Dispose {
        /// Which.
        layer: LayerId,
    },
    /// The pointer looks like a part of a layer.
    Cursor {
        /// Column of the picture that points.
        hot_x: i32,
        /// Row of the picture that points.
        hot_y: i32,
        /// Where the picture is.
        source: LayerId,
        /// What of it.
        rect: PixelRect,
    },
    /// The pointer looks like these pixels.
    CursorPixels {
        /// Column of the picture that points.
        hot_x: i32,
        /// Row of the picture that points.
        hot_y: i32,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// The pixels, as [`DrawingWriter::cursor_pixels`] packs them.
        blocks: &'a [u8],
    },
    /// The pointer was moved by the recorded machine.
    PointerAt {
        /// Column.
        x: i32,
        /// Row.
        y: i32,
    },
    /// All layers, buffers and the pointer's picture are as at the beginning.
    Clear,
    /// Whether the picture is known: it is not while the source draws by instructions that are not understood.
    Known(bool),
}

mod op {
    pub(super) const RESIZE: u8 = 1;
    pub(super) const PIXELS: u8 = 2;
    pub(super) const IMAGE: u8 = 3;
    pub(super) const COPY: u8 = 4;
    pub(super) const TRANSFER: u8 = 5;
    pub(super) const FILL: u8 = 6;
    pub(super) const PLACE: u8 = 7;
    pub(super) const OPACITY: u8 = 8;
    pub(super) const DISPOSE: u8 = 9;
    pub(super) const CURSOR: u8 = 10;
    pub(super) const CURSOR_PIXELS: u8 = 11;
    pub(super) const POINTER_AT: u8 = 12;
    pub(super) const CLEAR: u8 = 13;
    pub(super) const UNKNOWN: u8 = 14;
    pub(super) const KNOWN: u8 = 15;
}

/// First byte of a drawing record that is continued by the channel's next one.
pub(crate) const PART: u8 = 0;
/// First byte of a drawing record that ends a frame.
pub(crate) const LAST_PART: u8 = 1;

/// Collects the instructions of a frame.
#[derive(Clone, Debug, Default)]
pub struct DrawingWriter {
    out: Vec<u8>,
}

impl DrawingWriter {
    /// Without any instruction.
    pub fn new() -> DrawingWriter {
        DrawingWriter::default()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Bytes collected.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Ends the frame: gives the bodies of its drawing records, at least one, and begins anew.
    pub fn finish(&mut self) -> Vec<Vec<u8>> {
        let out = std::mem::take(&mut self.out);
        let parts = out.chunks(MAX_PART_LEN);
        let last = parts.len().saturating_sub(1);
        let bodies = parts.enumerate().map(|(index, part)| {
            let mut body = Vec::with_capacity(part.len() + 1);
            body.push(if index == last { LAST_PART } else { PART });
            body.extend_from_slice(part);
            body
        });
        let bodies: Vec<Vec<u8>> = bodies.collect();
        if bodies.is_empty() { vec![vec![LAST_PART]] } else { bodies }
    }

    /// Appends pixels, row by row, in premultiplied RGBA as [`Picture`](crate::Pixels) has them.
    pub fn pixels(&mut self, layer: LayerId, x: i32, y: i32, width: u32, pixels: &[u32]) {
        let height = (pixels.len() / (width.max(1) as usize)) as u32;
        self.out.push(op::PIXELS);
        put_signed(&mut self.out, layer);
        put_rect(&mut self.out, PixelRect { x, y, width, height });
        self.put_blocks(width, pixels);
    }

    /// Appends the pointer's picture.
    pub fn cursor_pixels(&mut self, hot_x: i32, hot_y: i32, width: u32, pixels: &[u32]) {
        let height = (pixels.len() / (width.max(1) as usize)) as u32;
        self.out.push(op::CURSOR_PIXELS);
        put_signed(&mut self.out, hot_x);
        put_signed(&mut self.out, hot_y);
        put_number(&mut self.out, width.into());
        put_number(&mut self.out, height.into());
        self.put_blocks(width, pixels);
    }

    fn put_blocks(&mut self, width: u32, pixels: &[u32]) {
        let mut blocks = Vec::new();
        put_pixels(&mut blocks, width as usize, pixels);
        put_prefixed(&mut self.out, &blocks);
    }

    /// Appends any instruction.
    pub fn put(&mut self, draw: &Draw<'_>) {
        let out = &mut self.out;
        match draw {
            Draw::Resize { layer, width, height } => {
                out.push(op::RESIZE);
                put_signed(out, *layer);
                put_number(out, u64::from(*width));
                put_number(out, u64::from(*height));
            }
            Draw::Pixels { layer, rect, blocks } => {
                out.push(op::PIXELS);
                put_signed(out, *layer);
                put_rect(out, *rect);
                put_prefixed(out, blocks);
            }
            Draw::Image { layer, mask, x, y, data } => {
                out.push(op::IMAGE);
                put_signed(out, *layer);
                out.push(mask.bits());
                put_signed(out, *x);
                put_signed(out, *y);
                put_prefixed(out, data);
            }
            Draw::Copy { source, rect, mask, layer, x, y } => {
                out.push(op::COPY);
                put_moved(out, *source, *rect, mask.bits(), [*layer, *x, *y]);
            }
            Draw::Transfer { source, rect, function, layer, x, y } => {
                out.push(op::TRANSFER);
                put_moved(out, *source, *rect, *function, [*layer, *x, *y]);
            }
            Draw::Fill { layer, mask, color, rects } => {
                out.push(op::FILL);
                put_signed(out, *layer);
                out.push(mask.bits());
                out.extend_from_slice(color);
                put_number(out, rects.len() as u64);
                rects.iter().for_each(|rect| put_rect(out, *rect));
            }
            Draw::Place { layer, parent, x, y, z } => {
                out.push(op::PLACE);
                [layer, parent, x, y, z].into_iter().for_each(|value| put_signed(out, *value));
            }
            Draw::Opacity { layer, opacity } => {
                out.push(op::OPACITY);
                put_signed(out, *layer);
                out.push(*opacity);
            }
            Draw::Dispose { layer } => {
                out.push(op::DISPOSE);
                put_signed(out, *layer);
            }
            Draw::Cursor { hot_x, hot_y, source, rect } => {
                out.push(op::CURSOR);
                [hot_x, hot_y, source].into_iter().for_each(|value| put_signed(out, *value));
                put_rect(out, *rect);
            }
            Draw::CursorPixels { hot_x, hot_y, width, height, blocks } => {
                out.push(op::CURSOR_PIXELS);
                put_signed(out, *hot_x);
                put_signed(out, *hot_y);
                put_number(out, u64::from(*width));
                put_number(out, u64::from(*height));
                put_prefixed(out, blocks);
            }
            Draw::PointerAt { x, y } => {
                out.push(op::POINTER_AT);
                put_signed(out, *x);
                put_signed(out, *y);
            }
            Draw::Clear => out.push(op::CLEAR),
            Draw::Known(known) => out.push(if *known { op::KNOWN } else { op::UNKNOWN }),
        }
    }
}

fn put_rect(out: &mut Vec<u8>, rect: PixelRect) {
    put_signed(out, rect.x);
    put_signed(out, rect.y);
    put_number(out, rect.width.into());
    put_number(out, rect.height.into());
}

fn put_moved(out: &mut Vec<u8>, source: LayerId, rect: PixelRect, how: u8, target: [i32; 3]) {
    put_signed(out, source);
    put_rect(out, rect);
    out.push(how);
    target.into_iter().for_each(|value| put_signed(out, value));
}

/// Reads the instructions of a frame in order; ends where they end or where bytes are none.
pub(crate) struct Instructions<'a> {
    reader: Reader<'a>,
    /// The rest of the bytes is no instruction.
    pub(crate) is_broken: bool,
}

impl<'a> Instructions<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Instructions<'a> {
        Instructions { reader: Reader::new(bytes), is_broken: false }
    }
}

impl<'a> Iterator for Instructions<'a> {
    type Item = Draw<'a>;

    fn next(&mut self) -> Option<Draw<'a>> {
        if self.is_broken || self.reader.is_empty() {
            return None;
        }
        let draw = read(&mut self.reader);
        self.is_broken = draw.is_none();
        draw
    }
}

/// The instructions in the body of a drawing record that holds a whole frame.
pub fn instructions(body: &[u8]) -> impl Iterator<Item = Draw<'_>> {
    Instructions::new(body.get(1..).unwrap_or_default())
}

fn read<'a>(reader: &mut Reader<'a>) -> Option<Draw<'a>> {
    Some(match reader.byte()? {
        op::RESIZE => Draw::Resize { layer: reader.signed()?, width: reader.number32()?, height: reader.number32()? },
        op::PIXELS => Draw::Pixels { layer: reader.signed()?, rect: read_rect(reader)?, blocks: reader.prefixed()? },
        op::IMAGE => Draw::Image {
            layer: reader.signed()?,
            mask: Mask::from_bits(reader.byte()?),
            x: reader.signed()?,
            y: reader.signed()?,
            data: reader.prefixed()?,
        },
        op::COPY => Draw::Copy {
            source: reader.signed()?,
            rect: read_rect(reader)?,
            mask: Mask::from_bits(reader.byte()?),
            layer: reader.signed()?,
            x: reader.signed()?,
            y: reader.signed()?,
        },
        op::TRANSFER => Draw::Transfer {
            source: reader.signed()?,
            rect: read_rect(reader)?,
            function: reader.byte()? & 15,
            layer: reader.signed()?,
            x: reader.signed()?,
            y: reader.signed()?,
        },
        op::FILL => {
            let (layer, mask) = (reader.signed()?, Mask::from_bits(reader.byte()?));
            let color = reader.take(4)?.try_into().ok()?;
            let count = usize::try_from(reader.number()?).ok().filter(|count| *count <= MAX_FILL_RECTS)?;
            let rects = (0..count).map(|_| read_rect(reader)).collect::<Option<_>>()?;
            Draw::Fill { layer, mask, color, rects }
        }
        op::PLACE => Draw::Place {
            layer: reader.signed()?,
            parent: reader.signed()?,
            x: reader.signed()?,
            y: reader.signed()?,
            z: reader.signed()?,
        },
        op::OPACITY => Draw::Opacity { layer: reader.signed()?, opacity: reader.byte()? },
        op::DISPOSE => Draw::Dispose { layer: reader.signed()? },
        op::CURSOR => Draw::Cursor {
            hot_x: reader.signed()?,
            hot_y: reader.signed()?,
            source: reader.signed()?,
            rect: read_rect(reader)?,
        },
        op::CURSOR_PIXELS => Draw::CursorPixels {
            hot_x: reader.signed()?,
            hot_y: reader.signed()?,
            width: reader.number32()?,
            height: reader.number32()?,
            blocks: reader.prefixed()?,
        },
        op::POINTER_AT => Draw::PointerAt { x: reader.signed()?, y: reader.signed()? },
        op::CLEAR => Draw::Clear,
        op::UNKNOWN => Draw::Known(false),
        op::KNOWN => Draw::Known(true),
        _ => return None,
    })
}

fn read_rect(reader: &mut Reader<'_>) -> Option<PixelRect> {
    Some(PixelRect { x: reader.signed()?, y: reader.signed()?, width: reader.number32()?, height: reader.number32()? })
}
