//! What the bytes of a pixel mean.

/// How pixels come: section 7.4 of RFC 6143.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelFormat {
    /// 8, 16 or 32.
    pub bits: u8,
    /// Bits that count.
    pub depth: u8,
    /// Whether the highest byte comes first.
    pub is_big_endian: bool,
    /// Colours are in the pixel itself, not in a map.
    pub is_true_colour: bool,
    /// The greatest value of red, green and blue.
    pub max: [u16; 3],
    /// How far they stand from the lowest bit.
    pub shift: [u8; 3],
}

impl PixelFormat {
    /// 32 bits, 8 for each colour.
    pub const RGB888: PixelFormat = PixelFormat::true_colour(32, 24, [255; 3], [16, 8, 0]);
    /// 16 bits.
    pub const RGB565: PixelFormat = PixelFormat::true_colour(16, 16, [31, 63, 31], [11, 5, 0]);
    /// 8 bits.
    pub const BGR233: PixelFormat = PixelFormat::true_colour(8, 8, [7, 7, 3], [0, 3, 6]);

    const fn true_colour(bits: u8, depth: u8, max: [u16; 3], shift: [u8; 3]) -> PixelFormat {
        PixelFormat { bits, depth, is_big_endian: false, is_true_colour: true, max, shift }
    }

    /// Reads the 16 bytes of the protocol; nothing if they cannot be.
    pub(super) fn from_bytes(bytes: [u8; 16]) -> Option<PixelFormat> {
        let [bits, depth, big, colour, r0, r1, g0, g1, b0, b1, rs, gs, bs, ..] = bytes;
        let max = [u16::from_be_bytes([r0, r1]), u16::from_be_bytes([g0, g1]), u16::from_be_bytes([b0, b1])];
        let format =
            PixelFormat { bits, depth, is_big_endian: big != 0, is_true_colour: colour != 0, max, shift: [rs, gs, bs] };
        let colours_fit =
            !format.is_true_colour || (max.iter().all(|max| *max > 0) && format.shift.iter().all(|s| *s < 32));
        (matches!(bits, 8 | 16 | 32) && colours_fit).then_some(format)
    }

    /// Bytes of a pixel.
    pub(super) fn len(&self) -> usize {
        usize::from(self.bits / 8)
    }

    /// Whether ZRLE leaves out the byte that does not count; and if that is the lowest one.
    fn spare_byte(&self) -> Option<bool> {
        if self.bits != 32 || self.depth > 24 || !self.is_true_colour {
            return None;
        }
        let mask = self.max.iter().zip(self.shift).fold(0u64, |mask, (max, shift)| mask | u64::from(*max) << shift);
        match mask {
            mask if mask <= 0xff_ffff => Some(false),
            mask if mask & 0xff == 0 && mask <= 0xffff_ffff => Some(true),
            _ => None,
        }
    }

    /// Bytes of a pixel in ZRLE.
    pub(super) fn compact_len(&self) -> usize {
        if self.spare_byte().is_some() { 3 } else { self.len() }
    }

    /// Whether Tight sends red, green and blue as a byte each.
    pub(super) fn is_tight_rgb(&self) -> bool {
        self.bits == 32 && self.depth == 24 && self.is_true_colour && self.max == [255; 3]
    }

    /// The number that the bytes of a pixel are.
    fn value(&self, bytes: &[u8]) -> u32 {
        let join = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
        if self.is_big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
    }

    /// The number of a pixel in ZRLE.
    fn compact_value(&self, bytes: &[u8]) -> u32 {
        match self.spare_byte() {
            Some(true) => self.value(bytes) << 8,
            _ => self.value(bytes),
        }
    }

    /// Red, green and blue by the format's own measure.
    pub(super) fn parts(&self, bytes: &[u8]) -> [u32; 3] {
        let value = self.value(bytes);
        std::array::from_fn(|part| value >> self.shift[part] & u32::from(self.max[part]))
    }

    /// The colour of such parts.
    pub(super) fn colour_of(&self, parts: [u32; 3]) -> u32 {
        let scaled = |part: usize| {
            let max = u32::from(self.max[part]);
            if max == 255 { parts[part] & 255 } else { ((parts[part] * 255 + max / 2) / max).min(255) }
        };
        0xff00_0000 | scaled(2) << 16 | scaled(1) << 8 | scaled(0)
    }
}

/// A format and the colours of its map.
pub(super) struct Colours {
    pub(super) format: PixelFormat,
    map: Vec<u32>,
}

impl Colours {
    pub(super) fn new(format: PixelFormat) -> Colours {
        Colours { format, map: Vec::new() }
    }

    /// Sets a colour of the map; there are 65,536 at most.
    pub(super) fn set(&mut self, index: usize, [red, green, blue]: [u16; 3]) {
        if index <= usize::from(u16::MAX) {
            self.map.resize(self.map.len().max(index + 1), 0xff00_0000);
            let high = |part: u16| u32::from(part >> 8);
            self.map[index] = 0xff00_0000 | high(blue) << 16 | high(green) << 8 | high(red);
        }
    }

    fn colour(&self, value: u32) -> u32 {
        if !self.format.is_true_colour {
            return self.map.get(value as usize).copied().unwrap_or(0xff00_0000);
        }
        let format = &self.format;
        format.colour_of(std::array::from_fn(|part| value >> format.shift[part] & u32::from(format.max[part])))
    }

    /// The colour of a pixel.
    pub(super) fn pixel(&self, bytes: &[u8]) -> u32 {
        self.colour(self.format.value(bytes))
    }

    /// The colour of a pixel in ZRLE.
    pub(super) fn compact_pixel(&self, bytes: &[u8]) -> u32 {
        self.colour(self.format.compact_value(bytes))
    }

    /// The colours of pixels that stand behind each other.
    pub(super) fn pixels(&self, bytes: &[u8]) -> Vec<u32> {
        bytes.chunks_exact(self.format.len()).map(|pixel| self.pixel(pixel)).collect()
    }
}
