//! What sort of text an item is.

use std::fmt;

/// The kind of a content item. Statistics are kept per kind and never summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A logical line of a terminal screen.
    Line,
    /// A window title.
    Title,
    /// A command that a user ran.
    Command,
    /// Text that a user typed or pasted and that the screen showed as it was typed. The item without text stands for
    /// input that was not shown: an auditor sees that there was some, not what.
    Input,
    /// Clipboard content.
    Clipboard,
}

impl Kind {
    /// All kinds, in the order of items in a block.
    pub const ALL: [Kind; 5] = [Kind::Line, Kind::Title, Kind::Command, Kind::Input, Kind::Clipboard];

    /// The kind's number in content files, also its index in [`Kind::ALL`].
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The kind of that number.
    pub fn from_code(code: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(code)).copied()
    }

    /// A name for people and for JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Line => "line",
            Kind::Title => "title",
            Kind::Command => "command",
            Kind::Input => "input",
            Kind::Clipboard => "clipboard",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
