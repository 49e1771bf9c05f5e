//! What happened in a recording, and when.

use crate::{ChannelId, Clipped, KeyStroke, Offset, PointerMove, Size};

/// One thing that happened in a channel. Events come ordered by offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The channel it belongs to. Its first event is [`EventKind::Open`].
    pub channel: ChannelId,
    /// When, since the start of the recording.
    pub offset: Offset,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The channel begins.
    Open(ChannelOpen),
    /// Bytes written to the screen; a character or control sequence may be split between events.
    Output(Vec<u8>),
    /// Bytes typed or pasted by the user. May hold secrets.
    Input(Vec<u8>),
    /// The screen has a new size from now on.
    Resize(Size),
    /// A finished frame of a desktop, as what was drawn since the one before: the instructions of encoding 1 in
    /// `docs/format.md`, which `trail-frame` writes and reads. A frame that is longer than a record may be comes in
    /// parts, and nothing of it is seen before the last one.
    Drawing(Vec<u8>),
    /// The pointer moved, or one of its buttons did.
    Pointer(PointerMove),
    /// A key went down or up. May be of a secret.
    Key(KeyStroke),
    /// Something was put on the clipboard. May be a secret.
    Clipboard(Clipped),
    /// The title of the window from now on, where the recording has it as text.
    Title(String),
    /// A marker set by the recorder or its user, with its label.
    Marker(String),
    /// The recording was suspended or resumed; the signal's name, as `TSTP` or `CONT`.
    Signal(String),
    /// The channel ends, with the command's exit status where it is known.
    Close(Option<i32>),
    /// A record that the format has and this project does not know: kept and skipped.
    Opaque {
        /// The format's name for it.
        kind: String,
        /// Its bytes.
        data: Vec<u8>,
    },
}

/// How a channel begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelOpen {
    /// What kind of stream it is.
    pub kind: ChannelKind,
    /// The initial size of its screen. Channels without a screen have none.
    pub size: Option<Size>,
}

/// The kinds of channel, by the names of the audit API's `channel_type`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ChannelKind {
    /// An interactive shell on a terminal.
    SessionShell,
    /// A command without a terminal, or one of its streams (`stdin`, `stdout`, `stderr`).
    SessionExec,
    /// A desktop: pixels.
    Drawing,
    /// Any other kind, by its name.
    Other(String),
}

impl ChannelKind {
    /// The name in the API and in trails.
    pub fn as_str(&self) -> &str {
        match self {
            ChannelKind::SessionShell => "session shell",
            ChannelKind::SessionExec => "session exec",
            ChannelKind::Drawing => "drawing",
            ChannelKind::Other(name) => name,
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> ChannelKind {
        match name {
            "session shell" => ChannelKind::SessionShell,
            "session exec" => ChannelKind::SessionExec,
            "drawing" => ChannelKind::Drawing,
            other => ChannelKind::Other(other.to_owned()),
        }
    }
}
