//! Terminal bytes to a screen of cells, made for reading the text back.

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
