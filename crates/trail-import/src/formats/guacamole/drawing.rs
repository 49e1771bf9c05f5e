//! Guacamole's drawing instructions to those of a trail.

use std::collections::BTreeMap;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use trail_frame::limits::{MAX_FILL_RECTS, MAX_FRAME_LEN, MAX_IMAGE_LEN};
use trail_frame::{Draw, DrawingWriter, Mask, decode_picture};
use trail_model::PixelRect;

use super::instruction::Arguments;

/// Streams that are open at a time. guacamole-server ends at 64.
const MAX_STREAMS: usize = 256;
/// Bytes of all open streams.
const MAX_STREAMS_LEN: usize = 128 << 20;
/// Bytes of the clipboard that are kept: a record ends at 8 MiB.
const MAX_CLIPBOARD_LEN: usize = 4 << 20;

/// Writers differ in whether they pad.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What an instruction was.
pub(super) enum Drawn {
    /// Taken, or without effect on the picture.
    Done,
    /// A stream that is no picture has ended.
    Ended(Ended),
    /// Its arguments cannot be.
    Impossible,
    /// A path that is no rectangle: not drawn.
    Path,
    Unknown,
}

pub(super) enum Ended {
    /// Media type and data.
    Clipboard(String, Vec<u8>),
}

enum Purpose {
    Picture { mask: Mask, layer: i32, x: i32, y: i32 },
    Clipboard(String),
}

struct OpenStream {
    purpose: Purpose,
    data: Vec<u8>,
}

/// What was drawn since the last finished frame, and what is under way.
#[derive(Default)]
pub(super) struct Drawing {
    frame: DrawingWriter,
    streams: BTreeMap<i64, OpenStream>,
    /// Rectangles to be filled, by layer.
    paths: BTreeMap<i32, Vec<PixelRect>>,
    pub(super) undecodable: u64,
    pub(super) refused: u64,
}

impl Drawing {
    pub(super) fn is_empty(&self) -> bool {
        self.frame.is_empty()
    }

    /// The bodies of the finished frame; nothing if nothing was drawn.
    pub(super) fn frame(&mut self) -> Option<Vec<Vec<u8>>> {
        (!self.frame.is_empty()).then(|| self.frame.finish())
    }

    /// Begins anew with nothing on the screen.
    pub(super) fn clear(&mut self) {
        let (undecodable, refused) = (self.undecodable, self.refused);
        *self = Drawing { undecodable, refused, ..Drawing::default() };
        self.frame.put(&Draw::Clear);
    }

    pub(super) fn instruction(&mut self, opcode: &str, arguments: &Arguments) -> Drawn {
        if self.frame.len() > MAX_FRAME_LEN {
            self.refused += 1;
            return Drawn::Done;
        }
        match opcode {
            "blob" => return done(self.blob(arguments)),
            "end" => return self.end(arguments),
            "img" => return done(self.open_picture(arguments)),
            "clipboard" => return done(self.open_clipboard(arguments)),
            "png" | "jpeg" => return done(self.whole_picture(arguments)),
            "rect" => return done(self.rect(arguments)),
            "cfill" => return done(self.fill(arguments)),
            "clip" | "lfill" | "cstroke" | "lstroke" => {
                // The path is used up by them.
                let layer = arguments.number(if matches!(opcode, "clip") { 0 } else { 1 });
                layer.map(|layer: i32| self.paths.remove(&layer));
                return Drawn::Path;
            }
            "start" | "line" | "curve" | "arc" | "close" | "distort" | "transform" => return Drawn::Path,
            "audio" | "video" | "argv" | "args" | "file" | "pipe" | "filesystem" | "body" | "undefine" | "log"
            | "msg" | "ack" | "nop" | "required" | "ready" | "touch" | "set" | "push" | "pop" | "reset"
            | "identity" | "select" | "connect" => return Drawn::Done,
            _ if opcode.starts_with("usb") => return Drawn::Done,
            _ => {}
        }
        match simple(opcode, arguments) {
            Simple::Draw(draw) => {
                self.frame.put(&draw);
                Drawn::Done
            }
            Simple::Impossible => Drawn::Impossible,
            Simple::Unknown => Drawn::Unknown,
        }
    }

    fn open(&mut self, index: i64, purpose: Purpose) {
        if self.streams.len() < MAX_STREAMS || self.streams.contains_key(&index) {
            self.streams.insert(index, OpenStream { purpose, data: Vec::new() });
        } else {
            self.refused += 1;
        }
    }

    fn open_picture(&mut self, arguments: &Arguments) -> Option<()> {
        let mask = Mask::from_bits(arguments.number(1)?);
        let (layer, x, y) = (arguments.number(2)?, arguments.number(4)?, arguments.number(5)?);
        self.open(arguments.number(0)?, Purpose::Picture { mask, layer, x, y });
        Some(())
    }

    fn open_clipboard(&mut self, arguments: &Arguments) -> Option<()> {
        self.open(arguments.number(0)?, Purpose::Clipboard(arguments.text(1)?.to_owned()));
        Some(())
    }

    /// Streams that were not opened here are sounds and files.
    fn blob(&mut self, arguments: &Arguments) -> Option<()> {
        let total: usize = self.streams.values().map(|stream| stream.data.len()).sum();
        let Some(stream) = self.streams.get_mut(&arguments.number(0)?) else { return Some(()) };
        let limit = match stream.purpose {
            Purpose::Picture { .. } => MAX_IMAGE_LEN,
            Purpose::Clipboard(_) => MAX_CLIPBOARD_LEN,
        };
        let data = BASE64.decode(arguments.text(1)?).ok()?;
        if stream.data.len() + data.len() > limit || total + data.len() > MAX_STREAMS_LEN {
            self.refused += 1;
        } else {
            stream.data.extend_from_slice(&data);
        }
        Some(())
    }

    fn end(&mut self, arguments: &Arguments) -> Drawn {
        let Some(index) = arguments.number(0) else { return Drawn::Impossible };
        match self.streams.remove(&index) {
            Some(OpenStream { purpose: Purpose::Picture { mask, layer, x, y }, data }) => {
                self.picture(layer, mask, x, y, &data);
                Drawn::Done
            }
            Some(OpenStream { purpose: Purpose::Clipboard(media_type), data }) => {
                Drawn::Ended(Ended::Clipboard(media_type, data))
            }
            None => Drawn::Done,
        }
    }

    /// The instructions of very old versions.
    fn whole_picture(&mut self, arguments: &Arguments) -> Option<()> {
        let mask = Mask::from_bits(arguments.number(0)?);
        let data = BASE64.decode(arguments.text(4)?).ok()?;
        self.picture(arguments.number(1)?, mask, arguments.number(2)?, arguments.number(3)?, &data);
        Some(())
    }

    /// What cannot be decoded is left out, so that a trail holds no picture that nobody can see.
    fn picture(&mut self, layer: i32, mask: Mask, x: i32, y: i32, data: &[u8]) {
        match decode_picture(data) {
            Ok(_) => self.frame.put(&Draw::Image { layer, mask, x, y, data }),
            Err(_) => self.undecodable += 1,
        }
    }

    fn rect(&mut self, arguments: &Arguments) -> Option<()> {
        let (layer, rect) = (arguments.number(0)?, rect_at(arguments, 1)?);
        let path = self.paths.entry(layer).or_default();
        if path.len() < MAX_FILL_RECTS {
            path.push(rect);
        } else {
            self.refused += 1;
        }
        // Layers without end would be paths without end.
        if self.paths.len() > MAX_STREAMS {
            self.paths.pop_first();
            self.refused += 1;
        }
        Some(())
    }

    fn fill(&mut self, arguments: &Arguments) -> Option<()> {
        let (mask, layer) = (Mask::from_bits(arguments.number(0)?), arguments.number(1)?);
        let part = |index| arguments.number::<u8>(index);
        let color = [part(2)?, part(3)?, part(4)?, part(5)?];
        let rects = self.paths.remove(&layer).unwrap_or_default();
        if !rects.is_empty() {
            self.frame.put(&Draw::Fill { layer, mask, color, rects });
        }
        Some(())
    }
}

fn done(taken: Option<()>) -> Drawn {
    if taken.is_some() { Drawn::Done } else { Drawn::Impossible }
}

enum Simple {
    Draw(Draw<'static>),
    Impossible,
    Unknown,
}

/// Instructions that are drawn as they are.
fn simple(opcode: &str, arguments: &Arguments) -> Simple {
    let draw = match opcode {
        "size" => size(arguments),
        "copy" => copy(arguments),
        "transfer" => transfer(arguments),
        "move" => place(arguments),
        "shade" => {
            arguments.number(0).zip(arguments.number(1)).map(|(layer, opacity)| Draw::Opacity { layer, opacity })
        }
        "dispose" => arguments.number(0).map(|layer| Draw::Dispose { layer }),
        "cursor" => cursor(arguments),
        _ => return Simple::Unknown,
    };
    draw.map_or(Simple::Impossible, Simple::Draw)
}

fn rect_at(arguments: &Arguments, index: usize) -> Option<PixelRect> {
    let side = |index| arguments.number::<i32>(index).map(|side| side.max(0) as u32);
    Some(PixelRect {
        x: arguments.number(index)?,
        y: arguments.number(index + 1)?,
        width: side(index + 2)?,
        height: side(index + 3)?,
    })
}

fn size(arguments: &Arguments) -> Option<Draw<'static>> {
    Some(Draw::Resize { layer: arguments.number(0)?, width: arguments.number(1)?, height: arguments.number(2)? })
}

fn copy(arguments: &Arguments) -> Option<Draw<'static>> {
    Some(Draw::Copy {
        source: arguments.number(0)?,
        rect: rect_at(arguments, 1)?,
        mask: Mask::from_bits(arguments.number(5)?),
        layer: arguments.number(6)?,
        x: arguments.number(7)?,
        y: arguments.number(8)?,
    })
}

fn transfer(arguments: &Arguments) -> Option<Draw<'static>> {
    Some(Draw::Transfer {
        source: arguments.number(0)?,
        rect: rect_at(arguments, 1)?,
        function: arguments.number::<u8>(5)? & 15,
        layer: arguments.number(6)?,
        x: arguments.number(7)?,
        y: arguments.number(8)?,
    })
}

fn place(arguments: &Arguments) -> Option<Draw<'static>> {
    Some(Draw::Place {
        layer: arguments.number(0)?,
        parent: arguments.number(1)?,
        x: arguments.number(2)?,
        y: arguments.number(3)?,
        z: arguments.number(4)?,
    })
}

fn cursor(arguments: &Arguments) -> Option<Draw<'static>> {
    Some(Draw::Cursor {
        hot_x: arguments.number(0)?,
        hot_y: arguments.number(1)?,
        source: arguments.number(2)?,
        rect: rect_at(arguments, 3)?,
    })
}
