//! Where the next character goes, and how.

use crate::attributes::{Attributes, Style};

/// The cursor as a reader of the screen sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Row, from 0 at the top.
    pub row: u16,
    /// Column, from 0 at the left.
    pub column: u16,
    /// Whether it is shown (DECTCEM).
    pub visible: bool,
    /// Its shape (DECSCUSR).
    pub shape: CursorShape,
    /// Whether it blinks.
    pub blinking: bool,
    /// A character was printed into the last column: the next one wraps to the next row first.
    pub pending_wrap: bool,
}

/// Shapes of the cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CursorShape {
    /// A full cell.
    #[default]
    Block,
    /// A line below the character.
    Underline,
    /// A line left of the character.
    Beam,
}

/// Position, pen and character sets: what DECSC saves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CursorState {
    pub(crate) row: usize,
    pub(crate) col: usize,
    pub(crate) pending_wrap: bool,
    /// Bit n: DEC special graphics are designated as Gn.
    pub(crate) graphics: u8,
    pub(crate) pen: Attributes,
    /// INVARIANT: the style of `pen`.
    pub(crate) style: Style,
}
