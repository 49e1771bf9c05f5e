//! Terminal bytes to a screen of cells, made for reading the text back.
//!
//! A [`Terminal`] is fed what a program wrote and holds what its user sees: rows of cells on two screens, and everything
//! that decides how the next byte is taken. It differs from an emulator made for drawing in what it is quick at: which
//! rows changed ([`Terminal::take_damage`]), their text without allocation ([`RowView::append_text`]), lines as the
//! program wrote them ([`Terminal::logical_lines`]), where a record must end so that nothing printed passes unseen
//! ([`Terminal::feed_until_cut`]), the whole state as bytes ([`Terminal::save`], [`Terminal::load`]).
//!
//! ```
//! use trail_model::Size;
//! use trail_screen::{Damage, Terminal};
//!
//! let mut terminal = Terminal::new(Size { cols: 40, rows: 3 });
//! let mut damage = Damage::new();
//! terminal.feed(b"$ make\r\n\x1b[31merror\x1b[0m: no rule\r\n");
//! terminal.take_damage(&mut damage);
//! let mut text = String::new();
//! for &row in &damage.rows {
//!     text.clear();
//!     terminal.row(row.into()).append_text(&mut text);
//! }
//! // What was typed and wiped has to be seen in between: this is where the record ends.
//! assert_eq!(terminal.feed_until_cut(b"secret\r      "), 7);
//! ```
//!
//! # How it is made
//!
//! Cells are eight bytes: a character, flags, and a number for the attributes (packed into its bits, or an entry of a
//! table if there is a direct colour). A row stores cells up to the last one written; the rest is blank by definition, so
//! that a row is cleared by setting a length. Rows stand behind an index: scrolling moves numbers, and a row keeps its
//! identity ([`RowId`]) wherever it goes. Runs of printable ASCII are found eight bytes at a time and written in one go.
//! Both ways of feeding run the same loop.
//!
//! # Where it departs from others
//!
//! What bytes do is what alacritty_terminal 0.26 with vte 0.15 does with 1,000 rows of history, with these differences:
//!
//! | what | here | alacritty | who is right |
//! | --- | --- | --- | --- |
//! | synchronized output (mode 2026) | seen at once | held back up to 150 ms or 2 MiB | here: what a program wrote was there to see |
//! | HT | moves the cursor | also leaves a tab in a blank cell, for copying | ECMA-48 8.3.60: a movement |
//! | CUU, CUD, CNL, CPL | stop at the margins | stop at the screen's edges | VT510 manual; xterm, pyte |
//! | the same and CHA in origin mode | relative to the cursor | count the top margin again | VT510 manual; xterm |
//! | leaving origin mode | homes the cursor, as entering | leaves it | VT510 manual; xterm |
//! | ED 1 in the second row | erases the first row too | leaves it | ECMA-48 8.3.39 |
//! | DCH of more than is left | erases up to the end of the row | also cells left of the cursor | ECMA-48 8.3.26 |
//! | DECSTBM below the screen | ignored | an empty region | xterm |
//! | LNM | obeyed | ignored | VT510 manual; xterm |
//! | modes 47, 1047, 1048 | obeyed, one cursor for both screens | ignored | xterm's documentation |
//! | DECSTR | obeyed | ignored | VT510 manual; xterm |
//! | SGR 21 | double underline | not bold | ECMA-48 8.3.117; xterm |
//! | SGR 5, 6, 25 | kept | ignored | ECMA-48 8.3.117 |
//! | titles | keep every semicolon; invalid bytes become U+FFFD | lose text after 15 semicolons, and invalid parts | xterm |
//! | OSC and other sequences over 64 KiB | abandoned ([`MAX_SEQUENCE_LEN`]) | grow without limit | a saved state must be bounded |
//! | marks on one cell | 32 ([`MAX_MARKS`]) | no limit | a row must stay quick to read |
//! | titles pushed | 32 ([`TITLE_STACK_DEPTH`]) | 4,096 | xterm keeps 10 |
//! | byte 9C inside DCS | part of the text | ends the string | xterm in UTF-8 mode: C1 controls are two bytes |
//! | screens of one column | wide characters take one cell | not possible | nothing says |
//! | rows recycled after a resize | blank | may keep coloured blanks | here |
//! | leaving the alternate screen by 1049 | clears it | keeps it, unseen, until it is cleared on entering | the same to see |
//!
//! Kept as alacritty has it, though others differ: EL 0 after the last column was filled erases nothing (xterm erases the
//! last cell); a tab there begins the next row (xterm stays); ED 2 on the primary screen moves what was there into the
//! history (xterm drops it); erasing one half of a wide character leaves the other; DECCOLM clears and homes, at any time
//! and without changing the width; widths are per character, those of unicode-width 0.2, so that joined emoji take the
//! cells of their parts.

mod attributes;
mod cell;
mod cursor;
mod cut;
mod damage;
mod digest;
mod dump;
mod execute;
mod feed;
mod function;
mod grid;
mod line;
mod load;
mod marks;
mod osc;
mod parser;
mod print;
mod reflow;
mod row;
mod save;
mod sgr;
mod terminal;
#[cfg(test)]
mod tests;

pub use attributes::{Attributes, Color, Underline};
pub use cell::MAX_MARKS;
pub use cursor::{Cursor, CursorShape};
pub use damage::Damage;
pub use digest::RowDigest;
pub use grid::RowId;
pub use line::{CellPosition, LogicalLine};
pub use load::LoadError;
pub use marks::{MarkKind, MarkPlace, SemanticMarks};
pub use parser::MAX_SEQUENCE_LEN;
pub use row::{CellView, RowView};
pub use save::STATE_VERSION;
pub use terminal::{HISTORY_ROWS, Modes, Palette, TITLE_STACK_DEPTH, Terminal};
