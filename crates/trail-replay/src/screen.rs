//! What records do to a channel's screen: the one place where that is decided.

use trail_container::format::DRAWING_INSTRUCTIONS;
use trail_container::{Encoded, RecordBody};
use trail_frame::Surface;
use trail_model::{ChannelKind, PointerMove, Size};
use trail_screen::Terminal;

use crate::error::LoadError;

/// The screen of one channel, if it has one: a terminal's or a desktop's.
///
/// A channel has a terminal from its opening record on if that gives a size in cells, and a desktop if its kind is
/// [`ChannelKind::Drawing`]. Where the opening record is missing (lost to damage), the first output or resize makes a
/// terminal, of [`Size::DEFAULT`] until it is resized, and the first drawing makes a desktop.
#[derive(Default)]
pub struct Screen {
    terminal: Option<Terminal>,
    surface: Option<Box<Surface>>,
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
    /// [`LoadError`] if the bytes are neither a terminal's nor a desktop's.
    pub fn load(keyframe: &[u8]) -> Result<Screen, LoadError> {
        if keyframe.first() == Some(&trail_frame::STATE_MAGIC) {
            let surface = Some(Box::new(Surface::load(keyframe)?));
            return Ok(Screen { terminal: None, surface, is_open: true });
        }
        Ok(Screen { terminal: Some(Terminal::load(keyframe)?), surface: None, is_open: true })
    }

    /// Appends the state that a keyframe holds; false if there is no screen.
    pub fn save(&self, out: &mut Vec<u8>) -> bool {
        match (&self.terminal, &self.surface) {
            (Some(terminal), _) => terminal.save(out),
            (None, Some(surface)) => surface.save(out),
            (None, None) => return false,
        }
        true
    }

    /// Applies one record of the channel.
    pub fn apply(&mut self, body: &RecordBody<'_>) {
        self.prepare(body);
        if let Some(terminal) = &mut self.terminal {
            apply(body, terminal);
        }
        if let Some(surface) = &mut self.surface {
            apply_drawing(body, surface);
        }
    }

    /// Makes the terminal or desktop that `body` needs, if there is none yet.
    pub fn prepare(&mut self, body: &RecordBody<'_>) {
        let size = match body {
            RecordBody::ChannelOpen(open) => {
                self.is_open = true;
                if ChannelKind::from_name(open.kind) == ChannelKind::Drawing {
                    self.surface.get_or_insert_default();
                }
                open.size
            }
            RecordBody::Output(_) | RecordBody::Resize(_) if !self.is_open => Some(Size::DEFAULT),
            RecordBody::Drawing(_) if !self.is_open && self.terminal.is_none() => {
                self.surface.get_or_insert_default();
                None
            }
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

    /// The desktop; nothing for a channel without one.
    pub fn surface(&self) -> Option<&Surface> {
        self.surface.as_deref()
    }

    /// The same, to take damage.
    pub fn surface_mut(&mut self) -> Option<&mut Surface> {
        self.surface.as_deref_mut()
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

/// Applies one record to a desktop: drawings are drawn, the pointer moves. Every other record, and encodings that this
/// version does not know, leave the desktop as it is.
fn apply_drawing(body: &RecordBody<'_>, surface: &mut Surface) {
    match body {
        RecordBody::Drawing(Encoded { encoding: DRAWING_INSTRUCTIONS, data }) => surface.apply(data),
        RecordBody::Pointer(Encoded { encoding: PointerMove::ENCODING, data }) => {
            if let Some(moved) = PointerMove::from_bytes(data) {
                surface.move_pointer(moved.x(), moved.y());
            }
        }
        _ => {}
    }
}
