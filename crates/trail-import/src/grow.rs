//! The least size of a screen that output was written for.

use trail_model::Size;

/// Watches the addresses in cursor movements: a program that goes to row 50 had 50 rows.
///
/// Only absolute positions that programs compute from the size they were told count: CUP, HVP, VPA, CHA and the bottom
/// margin. Positions of 500 and more are the usual "as far as it goes" and say nothing.
pub(crate) struct Grow {
    size: Size,
    state: State,
    parameters: [u32; 2],
    index: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ground,
    Escape,
    Csi,
    /// A sequence with private markers or intermediates: passed over.
    Ignore,
}

/// Addresses from here on mean "the far end".
const FAR: u32 = 500;

impl Grow {
    pub(crate) fn new(size: Size) -> Grow {
        Grow { size, state: State::Ground, parameters: [0; 2], index: 0 }
    }

    /// Returns the new size if these bytes ask for a larger one.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Option<Size> {
        let before = self.size;
        for &byte in bytes {
            self.byte(byte);
        }
        (self.size != before).then_some(self.size)
    }

    fn byte(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (_, 0x1b) => State::Escape,
            (State::Escape, b'[') => {
                self.parameters = [0; 2];
                self.index = 0;
                State::Csi
            }
            (State::Csi, b'0'..=b'9') => {
                if let Some(parameter) = self.parameters.get_mut(self.index) {
                    *parameter = parameter.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
                }
                State::Csi
            }
            (State::Csi, b';') => {
                self.index += 1;
                State::Csi
            }
            (State::Csi, 0x40..=0x7e) => {
                let [first, second] = self.parameters;
                match byte {
                    b'H' | b'f' => self.reach(first, second),
                    b'd' => self.reach(first, 0),
                    b'G' | b'`' => self.reach(0, first),
                    b'r' => self.reach(second, 0),
                    _ => {}
                }
                State::Ground
            }
            (State::Csi, 0x20..=0x3f) => State::Ignore,
            (State::Ignore, 0x20..=0x3f) => State::Ignore,
            _ => State::Ground,
        };
    }

    fn reach(&mut self, row: u32, column: u32) {
        if row < FAR {
            self.size.rows = self.size.rows.max(row as u16);
        }
        if column < FAR {
            self.size.cols = self.size.cols.max(column as u16);
        }
    }
}
