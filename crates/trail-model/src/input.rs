//! What a user did with keyboard, pointer and clipboard of a desktop.
//!
//! Each type keeps the bytes of its record's body (encoding 1 in `docs/format.md`), so that a record borrows it as it is.

/// A key of a keyboard went down or up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyStroke([u8; 5]);

impl KeyStroke {
    /// Number of the encoding.
    pub const ENCODING: u16 = 1;

    /// `keysym` is the X Window System's number of the symbol on the key.
    pub fn new(keysym: u32, is_down: bool) -> KeyStroke {
        let [a, b, c, d] = keysym.to_le_bytes();
        KeyStroke([a, b, c, d, u8::from(is_down)])
    }

    /// Reads a body; nothing if it is none.
    pub fn from_bytes(bytes: &[u8]) -> Option<KeyStroke> {
        let stroke: [u8; 5] = bytes.try_into().ok()?;
        (stroke[4] <= 1).then_some(KeyStroke(stroke))
    }

    /// The body's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The symbol on the key.
    pub fn keysym(self) -> u32 {
        let [a, b, c, d, _] = self.0;
        u32::from_le_bytes([a, b, c, d])
    }

    /// Whether the key went down, not up.
    pub fn is_down(self) -> bool {
        self.0[4] == 1
    }
}

/// Keys may be those of a password: they are not shown.
impl std::fmt::Debug for KeyStroke {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyStroke(..)")
    }
}

/// The pointer moved, or one of its buttons did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PointerMove([u8; 10]);

impl PointerMove {
    /// Number of the encoding.
    pub const ENCODING: u16 = 1;

    /// `x` and `y` are pixels of the screen. Bits of `buttons`: 0 left, 1 middle, 2 right, 3 wheel up, 4 wheel down.
    pub fn new(x: i32, y: i32, buttons: u16) -> PointerMove {
        let mut bytes = [0; 10];
        bytes[..4].copy_from_slice(&x.to_le_bytes());
        bytes[4..8].copy_from_slice(&y.to_le_bytes());
        bytes[8..].copy_from_slice(&buttons.to_le_bytes());
        PointerMove(bytes)
    }

    /// Reads a body; nothing if it is none.
    pub fn from_bytes(bytes: &[u8]) -> Option<PointerMove> {
        Some(PointerMove(bytes.try_into().ok()?))
    }

    /// The body's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Column.
    pub fn x(self) -> i32 {
        let [a, b, c, d, ..] = self.0;
        i32::from_le_bytes([a, b, c, d])
    }

    /// Row.
    pub fn y(self) -> i32 {
        let [_, _, _, _, a, b, c, d, ..] = self.0;
        i32::from_le_bytes([a, b, c, d])
    }

    /// The buttons that are down.
    pub fn buttons(self) -> u16 {
        u16::from_le_bytes([self.0[8], self.0[9]])
    }
}

/// Something was put on the clipboard.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Clipped(Vec<u8>);

impl Clipped {
    /// Number of the encoding.
    pub const ENCODING: u16 = 1;

    /// `media_type` as `text/plain`; longer ones than 255 bytes are cut.
    pub fn new(media_type: &str, data: &[u8]) -> Clipped {
        let end = (0..=media_type.len().min(255)).rev().find(|&end| media_type.is_char_boundary(end)).unwrap_or(0);
        let mut bytes = vec![end as u8];
        bytes.extend_from_slice(&media_type.as_bytes()[..end]);
        bytes.extend_from_slice(data);
        Clipped(bytes)
    }

    /// Reads a body as media type and data; nothing if it is none.
    pub fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
        let (&len, rest) = bytes.split_first()?;
        let (media_type, data) = rest.split_at_checked(len.into())?;
        Some((str::from_utf8(media_type).ok()?, data))
    }

    /// The body's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What is copied may be a password: it is not shown.
impl std::fmt::Debug for Clipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clipped(..)")
    }
}
