//! Input bytes as keys.

/// What a user pressed, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A printable character.
    Char(char),
    Enter,
    /// Backspace.
    Erase,
    /// The line, or a part of it, is erased: ^U, ^W.
    Discard,
    /// The line is given up, or a program interrupted: ^C, ^D, ^Z, ^\\.
    Interrupt,
    /// Any other key that moves, completes, recalls.
    Other,
}

/// Takes input bytes apart. Sequences and characters may be split between records; what the terminal itself answers
/// (reports, mouse, focus) is nobody's key.
#[derive(Debug, Default)]
pub(super) struct Keys {
    state: State,
    character: [u8; 4],
    character_len: usize,
    /// Raw bytes of a mouse report still to be skipped.
    skip: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    /// After `ESC O`.
    Single,
    Csi {
        is_first: bool,
    },
    /// OSC, DCS, APC: to BEL or `ESC \`.
    Text,
}

impl Keys {
    pub(super) fn feed(&mut self, bytes: &[u8], mut f: impl FnMut(Key)) {
        for &byte in bytes {
            if self.skip > 0 {
                self.skip -= 1;
            } else if let Some(key) = self.byte(byte) {
                f(key);
            }
        }
    }

    fn byte(&mut self, byte: u8) -> Option<Key> {
        let state = std::mem::take(&mut self.state);
        match (state, byte) {
            (State::Text, 0x07) => None,
            (_, 0x1b) => {
                self.state = State::Escape;
                None
            }
            (State::Text, _) => {
                self.state = State::Text;
                None
            }
            (State::Escape, b'[') => {
                self.state = State::Csi { is_first: true };
                None
            }
            (State::Escape, b'O') => {
                self.state = State::Single;
                None
            }
            (State::Escape, b']' | b'P' | b'_' | b'^') => {
                self.state = State::Text;
                None
            }
            (State::Escape, b'\\') => None,
            (State::Escape | State::Single, _) => Some(Key::Other),
            (State::Csi { is_first: true }, b'M') => {
                self.skip = 3;
                None
            }
            (State::Csi { .. }, 0x40..=0x7e) => matches!(byte, b'A'..=b'H' | b'Z' | b'~' | b'u').then_some(Key::Other),
            (State::Csi { .. }, _) => {
                self.state = State::Csi { is_first: false };
                None
            }
            (State::Ground, _) => self.ground(byte),
        }
    }

    fn ground(&mut self, byte: u8) -> Option<Key> {
        if byte >= 0x80 {
            return self.high(byte);
        }
        self.character_len = 0;
        match byte {
            b'\r' | b'\n' => Some(Key::Enter),
            0x08 | 0x7f => Some(Key::Erase),
            0x03 | 0x04 | 0x1a | 0x1c => Some(Key::Interrupt),
            0x15 | 0x17 => Some(Key::Discard),
            0x20..=0x7e => Some(Key::Char(char::from(byte))),
            _ => Some(Key::Other),
        }
    }

    /// A byte of a character beyond ASCII.
    fn high(&mut self, byte: u8) -> Option<Key> {
        if byte >= 0xc0 || self.character_len >= self.character.len() {
            self.character_len = 0;
        }
        self.character[self.character_len] = byte;
        self.character_len += 1;
        let text = std::str::from_utf8(&self.character[..self.character_len]).ok()?;
        self.character_len = 0;
        text.chars().next().map(Key::Char)
    }
}
