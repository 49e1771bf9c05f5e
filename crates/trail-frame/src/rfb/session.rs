//! Messages of the server.

use std::io::Read;

use trail_model::PixelRect;

use super::encoding::{cursor, raw, rre, x_cursor, zlib};
use super::format::{Colours, PixelFormat};
use super::hextile::hextile;
use super::source::{Inflater, Result, RfbError, Source};
use super::tight::{Tight, tight};
use super::zrle::zrle;
use crate::instruction::{Draw, DrawingWriter};
use crate::limits::{MAX_CURSOR_SIDE, MAX_FRAME_LEN};
use crate::mask::Mask;
use crate::picture::decode_picture;
use crate::pixels::is_possible_size;

/// What the server says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// Columns of the screen.
    pub width: u16,
    /// Rows of the screen.
    pub height: u16,
    /// The desktop's name.
    pub name: String,
    /// How pixels come.
    pub format: PixelFormat,
}

/// What the server says after that, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A finished update of the screen: the bodies of its drawing records.
    Frame(Vec<Vec<u8>>),
    /// The server's clipboard, in Latin-1.
    CutText(Vec<u8>),
    /// The desktop's name from now on. The frame of the same update follows.
    Name(String),
    /// Anything else.
    Other,
}

/// Reads the server's side of a session.
pub struct Session<R> {
    source: Source<R>,
    colours: Colours,
    zlib: Inflater,
    zrle: Inflater,
    tight: [Inflater; 4],
    frame: DrawingWriter,
    name: Option<String>,
    undecodable: u64,
}

/// The screen.
const SCREEN: i32 = 0;
/// Number of rectangles that means: until the last one says so.
const UNTIL_LAST: u16 = 0xffff;
/// A desktop's name.
const MAX_NAME_LEN: u32 = 1 << 16;

mod encoding {
    pub(super) const LAST_RECT: i32 = -224;
    pub(super) const DESKTOP_NAME: i32 = -307;
}

impl<R: Read> Session<R> {
    /// Reads the handshake. `format` is what the client asked for, if that is known to be something else than the
    /// server's own.
    ///
    /// # Errors
    /// [`RfbError`] if it is none.
    pub fn new(inner: R, format: Option<PixelFormat>) -> Result<(Session<R>, Greeting)> {
        let mut source = Source::new(inner);
        let greeting = greeting(&mut source)?;
        let mut session = Session {
            source,
            colours: Colours::new(format.unwrap_or(greeting.format)),
            zlib: Inflater::new(),
            zrle: Inflater::new(),
            tight: std::array::from_fn(|_| Inflater::new()),
            frame: DrawingWriter::new(),
            name: None,
            undecodable: 0,
        };
        session.resize(greeting.width, greeting.height)?;
        Ok((session, greeting))
    }

    /// Where the next message begins.
    pub fn at(&self) -> u64 {
        self.source.at
    }

    /// The bytes it reads from.
    pub fn source(&self) -> &R {
        self.source.inner()
    }

    /// Pictures inside updates that cannot be decoded and were left out.
    pub fn undecodable(&self) -> u64 {
        self.undecodable
    }

    /// The next message; nothing at the end.
    ///
    /// # Errors
    /// [`RfbError`]. Nothing can be read after it: messages have no lengths.
    pub fn next_message(&mut self) -> Result<Option<Message>> {
        // The screen's size after the handshake, or an update that brought a name.
        if !self.frame.is_empty() {
            return Ok(Some(Message::Frame(self.frame.finish())));
        }
        let Some(kind) = self.source.first() else { return Ok(None) };
        match kind {
            0 => {
                self.update()?;
                match self.name.take() {
                    Some(name) => return Ok(Some(Message::Name(name))),
                    None => return Ok(Some(Message::Frame(self.frame.finish()))),
                }
            }
            1 => self.colour_map()?,
            2 | 150 => {}
            3 => return self.cut_text(),
            4 => {
                let [_, a, b, c, d, _, _] = self.source.array::<7>()?;
                self.resize(u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))?;
                return Ok(Some(Message::Frame(self.frame.finish())));
            }
            248 => {
                self.source.array::<7>()?;
                let len = self.source.u8()?;
                self.source.bytes(len.into())?;
            }
            250 => {
                self.source.array::<3>()?;
            }
            kind => return self.source.malformed(format!("unknown message {kind}")),
        }
        Ok(Some(Message::Other))
    }

    fn update(&mut self) -> Result<()> {
        self.source.u8()?;
        let count = self.source.u16()?;
        let mut rects = 0;
        while count == UNTIL_LAST || rects < count {
            rects = rects.saturating_add(1);
            if !self.rect()? {
                break;
            }
            if self.frame.len() > MAX_FRAME_LEN {
                return self.source.malformed("an update beyond the limit of a frame");
            }
        }
        Ok(())
    }

    /// One rectangle of an update; false if it says that it is the last.
    fn rect(&mut self) -> Result<bool> {
        let [x, y, w, h] = [self.source.u16()?, self.source.u16()?, self.source.u16()?, self.source.u16()?];
        let kind = self.source.i32()?;
        let (width, height) = (usize::from(w), usize::from(h));
        let is_drawn = matches!(kind, 0..=255 | -260);
        if is_drawn && !is_possible_size(w.into(), h.into()) {
            return self.source.malformed(format!("rectangle of {w} × {h} pixels"));
        }
        let size = (width, height);
        let pixels = match kind {
            encoding::LAST_RECT => return Ok(false),
            0 => raw(&mut self.source, &self.colours, width * height)?,
            2 | 4 => rre(&mut self.source, &self.colours, size, kind == 4)?,
            5 => hextile(&mut self.source, &self.colours, size)?,
            6 => zlib(&mut self.source, &self.colours, &mut self.zlib, width * height)?,
            7 | -260 => match tight(&mut self.source, &self.colours, &mut self.tight, size)? {
                Tight::Pixels(pixels) => pixels,
                Tight::Picture(data) => {
                    self.picture([x, y, w, h], &data);
                    return Ok(true);
                }
            },
            16 => zrle(&mut self.source, &self.colours, &mut self.zrle, size)?,
            kind => return self.pseudo(kind, [x, y, w, h]).map(|()| true),
        };
        if !pixels.is_empty() {
            self.frame.pixels(SCREEN, x.into(), y.into(), w.into(), &pixels);
        }
        Ok(true)
    }

    fn picture(&mut self, [x, y, w, h]: [u16; 4], data: &[u8]) {
        match decode_picture(data) {
            Ok(pixels) if (pixels.width(), pixels.height()) == (w.into(), h.into()) => {
                self.frame.put(&Draw::Image { layer: SCREEN, mask: Mask::SRC, x: x.into(), y: y.into(), data });
            }
            _ => self.undecodable += 1,
        }
    }

    /// Rectangles that are no pixels of the screen.
    fn pseudo(&mut self, kind: i32, [x, y, w, h]: [u16; 4]) -> Result<()> {
        match kind {
            1 => {
                let (left, top) = (self.source.u16()?, self.source.u16()?);
                let rect = PixelRect { x: left.into(), y: top.into(), width: w.into(), height: h.into() };
                let (layer, mask) = (SCREEN, Mask::SRC);
                self.frame.put(&Draw::Copy { source: SCREEN, rect, mask, layer, x: x.into(), y: y.into() });
            }
            -239 | -240 => self.cursor(kind, [x, y, w, h])?,
            -232 => self.frame.put(&Draw::PointerAt { x: x.into(), y: y.into() }),
            -223 => self.resize(w, h)?,
            -308 => {
                let screens = self.source.u8()?;
                self.source.bytes(3 + 16 * u64::from(screens))?;
                if y == 0 {
                    self.resize(w, h)?;
                }
            }
            -261 => {
                self.source.u8()?;
            }
            encoding::DESKTOP_NAME => {
                let name = read_name(&mut self.source)?;
                self.name = Some(name);
            }
            kind => return self.source.malformed(format!("unknown encoding {kind}")),
        }
        Ok(())
    }

    fn cursor(&mut self, kind: i32, [x, y, w, h]: [u16; 4]) -> Result<()> {
        if u32::from(w.max(h)) > MAX_CURSOR_SIDE {
            return self.source.malformed(format!("pointer of {w} × {h} pixels"));
        }
        let (width, area) = (usize::from(w), usize::from(w) * usize::from(h));
        let pixels = match kind {
            -239 => cursor(&mut self.source, &self.colours, width, area)?,
            _ => x_cursor(&mut self.source, width, area)?,
        };
        self.frame.cursor_pixels(x.into(), y.into(), w.into(), &pixels);
        Ok(())
    }

    fn resize(&mut self, width: u16, height: u16) -> Result<()> {
        if !is_possible_size(width.into(), height.into()) {
            return self.source.malformed(format!("screen of {width} × {height} pixels"));
        }
        self.frame.put(&Draw::Resize { layer: SCREEN, width: width.into(), height: height.into() });
        Ok(())
    }

    fn colour_map(&mut self) -> Result<()> {
        self.source.u8()?;
        let (first, count) = (self.source.u16()?, self.source.u16()?);
        for index in 0..usize::from(count) {
            let colour = [self.source.u16()?, self.source.u16()?, self.source.u16()?];
            self.colours.set(usize::from(first) + index, colour);
        }
        Ok(())
    }

    fn cut_text(&mut self) -> Result<Option<Message>> {
        self.source.array::<3>()?;
        let len = self.source.i32()?;
        let text = self.source.bytes(len.unsigned_abs().into())?;
        // A negative length is the extended form: what formats there are, or zlib of them.
        Ok(Some(if len < 0 { Message::Other } else { Message::CutText(text) }))
    }
}

fn greeting<R: Read>(source: &mut Source<R>) -> Result<Greeting> {
    let version = source.array::<12>()?;
    let minor = match &version {
        [b'R', b'F', b'B', b' ', b'0', b'0', b'3', b'.', b'0', b'0', minor, b'\n'] => *minor,
        _ => return source.malformed("no RFB version"),
    };
    match minor {
        b'7' | b'8' => {
            let count = source.u8()?;
            let kinds = source.bytes(count.into())?;
            if kinds.contains(&2) && !kinds.contains(&1) {
                source.array::<16>()?;
            }
            if minor == b'8' {
                source.u32()?;
            }
        }
        _ => {
            if source.u32()? == 2 {
                source.array::<16>()?;
            }
        }
    }
    let (width, height) = (source.u16()?, source.u16()?);
    let Some(format) = PixelFormat::from_bytes(source.array()?) else {
        return source.malformed("impossible pixel format");
    };
    Ok(Greeting { width, height, name: read_name(source)?, format })
}

fn read_name<R: Read>(source: &mut Source<R>) -> Result<String, RfbError> {
    let len = source.u32()?;
    if len > MAX_NAME_LEN {
        return source.malformed(format!("a name of {len} bytes"));
    }
    Ok(String::from_utf8_lossy(&source.bytes(len.into())?).into_owned())
}
