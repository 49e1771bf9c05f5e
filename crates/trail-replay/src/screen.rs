//! What records do to a channel's screen: the one place where that is decided.

use trail_container::RecordBody;
use trail_model::Size;
use trail_screen::{LoadError, Terminal};

/// The screen of one channel, if it has one.
///
/// A channel has a screen from its opening record on if that gives a size. Where the opening record is missing (lost to
/// damage), the first output or resize makes a screen, of [`Size::DEFAULT`] until it is resized.
#[derive(Default)]
pub struct Screen {
    terminal: Option<Terminal>,
    is_open: bool,
}

impl Screen {
    /// The state before a channel's first record.
    pub fn new() -> Screen {
        Screen::default()
    }

    /// The state that a keyframe holds.
    ///
    /// # Errors
    /// [`LoadError`] if the bytes are not a terminal's.
    pub fn load(keyframe: &[u8]) -> Result<Screen, LoadError> {
        Ok(Screen { terminal: Some(Terminal::load(keyframe)?), is_open: true })
    }

    /// Applies one record of the channel.
    pub fn apply(&mut self, body: &RecordBody<'_>) {
        self.prepare(body);
        if let Some(terminal) = &mut self.terminal {
            apply(body, terminal);
        }
    }

    /// Makes the terminal that `body` needs, if there is none yet.
    pub(crate) fn prepare(&mut self, body: &RecordBody<'_>) {
        let size = match body {
            RecordBody::ChannelOpen(open) => {
                self.is_open = true;
                open.size
            }
            RecordBody::Output(_) | RecordBody::Resize(_) if !self.is_open => Some(Size::DEFAULT),
            _ => None,
        };
        if self.terminal.is_none() {
            self.terminal = size.map(Terminal::new);
        }
    }

    /// The terminal; nothing for a channel without a screen.
    pub fn terminal(&self) -> Option<&Terminal> {
        self.terminal.as_ref()
    }

    /// The same, to take damage or to cut.
    pub fn terminal_mut(&mut self) -> Option<&mut Terminal> {
        self.terminal.as_mut()
    }
}

/// Applies one record to a terminal: output is fed, a resize resizes. Every other record leaves the
/// screen as it is.
pub fn apply(body: &RecordBody<'_>, terminal: &mut Terminal) {
    match body {
        RecordBody::Output(bytes) => terminal.feed(bytes),
        RecordBody::Resize(size) => terminal.resize(*size),
        _ => {}
    }
}
