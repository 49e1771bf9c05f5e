//! Marks of shell integration (OSC 133): where the prompt ends, where a command's output begins.

use crate::grid::RowId;
use crate::terminal::Terminal;

/// The four marks, by their letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A: the prompt begins.
    PromptStart,
    /// B: the prompt ends; what follows is typed.
    PromptEnd,
    /// C: the command was entered; its output follows.
    OutputStart,
    /// D: the command ended.
    CommandEnd,
}

impl MarkKind {
    pub(crate) fn parse(letter: &[u8]) -> Option<MarkKind> {
        match letter {
            b"A" => Some(MarkKind::PromptStart),
            b"B" => Some(MarkKind::PromptEnd),
            b"C" => Some(MarkKind::OutputStart),
            b"D" => Some(MarkKind::CommandEnd),
            _ => None,
        }
    }
}

/// A place in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkPlace {
    /// The row. It may have gone since: see [`Terminal::find_row`].
    pub row: RowId,
    /// The column that the cursor was in.
    pub column: u16,
}

/// What the marks said so far. The counters tell whether one came since they were last looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SemanticMarks {
    /// How many A came.
    pub prompt_starts: u64,
    /// How many B came.
    pub prompt_ends: u64,
    /// How many C came.
    pub output_starts: u64,
    /// How many D came.
    pub command_ends: u64,
    /// Where the cursor was at the last A.
    pub prompt_start: Option<MarkPlace>,
    /// Where the cursor was at the last B: the command is typed from here on.
    pub prompt_end: Option<MarkPlace>,
    /// Where the cursor was at the last C.
    pub output_start: Option<MarkPlace>,
    /// The exit status of the last D that carried one.
    pub exit_status: Option<i32>,
}

impl Terminal {
    pub(crate) fn mark(&mut self, kind: MarkKind, status: Option<i32>) {
        let cursor = &self.grid.cursor;
        let row = RowId(self.grid.meta[self.grid.slot(cursor.row)].id);
        // After the last column is filled, what follows stands in the next row; the place is then beyond this one.
        let column = cursor.col as u16 + u16::from(cursor.pending_wrap);
        let place = Some(MarkPlace { row, column });
        let marks = &mut self.marks;
        match kind {
            MarkKind::PromptStart => {
                marks.prompt_starts += 1;
                marks.prompt_start = place;
            }
            MarkKind::PromptEnd => {
                marks.prompt_ends += 1;
                marks.prompt_end = place;
            }
            MarkKind::OutputStart => {
                marks.output_starts += 1;
                marks.output_start = place;
            }
            MarkKind::CommandEnd => {
                marks.command_ends += 1;
                marks.exit_status = status;
            }
        }
    }
}
