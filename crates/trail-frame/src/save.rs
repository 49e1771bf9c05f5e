//! The whole state as bytes, and back: what a keyframe holds.
//!
//! Equal states have equal bytes. Pixels are packed as in drawings, so that a desktop of flat colours takes a small part
//! of its memory.

use crate::blocks::put_pixels;
use crate::bytes::{Reader, put_number, put_prefixed, put_signed};
use crate::layer::Layer;
use crate::limits::{MAX_CURSOR_SIDE, MAX_FRAME_LEN};
use crate::pixels::Pixels;
use crate::surface::{Cursor, Surface};

/// First byte of a saved desktop: no version of a saved terminal comes near it.
pub const STATE_MAGIC: u8 = b'S';
/// Version of the layout, the second byte. It also stands for what instructions mean.
pub const STATE_VERSION: u8 = 1;

/// Why bytes are not a saved desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Written by another version of this crate.
    #[error("desktop state of version {found}, expected {STATE_VERSION}")]
    Version {
        /// The version it has.
        found: u8,
    },
    /// The bytes end too early or hold a value that cannot be.
    #[error("desktop state is cut or has an invalid {what}")]
    Invalid {
        /// What could not be read.
        what: &'static str,
    },
}

mod flag {
    pub(super) const KNOWN: u8 = 1;
    pub(super) const POINTER: u8 = 2;
    pub(super) const CURSOR: u8 = 4;
}

impl Surface {
    /// Appends the state.
    pub fn save(&self, out: &mut Vec<u8>) {
        let flags = [
            (self.is_known, flag::KNOWN),
            (self.pointer.is_some(), flag::POINTER),
            (self.cursor.is_some(), flag::CURSOR),
        ];
        let flags = flags.iter().filter(|(is_set, _)| *is_set).fold(0, |flags, (_, flag)| flags | flag);
        out.extend_from_slice(&[STATE_MAGIC, STATE_VERSION, flags]);
        if let Some((x, y)) = self.pointer {
            put_signed(out, x);
            put_signed(out, y);
        }
        if let Some(cursor) = &self.cursor {
            put_signed(out, cursor.hot_x);
            put_signed(out, cursor.hot_y);
            put_picture(out, &cursor.pixels);
        }
        put_number(out, self.layers.iter().count() as u64);
        for (id, layer) in self.layers.iter() {
            [id, layer.parent, layer.x, layer.y, layer.z].into_iter().for_each(|value| put_signed(out, value));
            out.push(layer.opacity);
            put_picture(out, &layer.pixels);
        }
        put_prefixed(out, &self.pending);
    }

    /// The state that [`Surface::save`] has written.
    ///
    /// # Errors
    /// [`LoadError`] if the bytes are none, or beyond a limit.
    pub fn load(bytes: &[u8]) -> Result<Surface, LoadError> {
        let mut reader = Reader::new(bytes);
        let invalid = |what| LoadError::Invalid { what };
        let magic = reader.byte().filter(|magic| *magic == STATE_MAGIC);
        let version = magic.and_then(|_| reader.byte()).ok_or(invalid("magic"))?;
        if version != STATE_VERSION {
            return Err(LoadError::Version { found: version });
        }
        let mut surface = Surface::new();
        load_head(&mut reader, &mut surface).ok_or(invalid("pointer"))?;
        load_layers(&mut reader, &mut surface).ok_or(invalid("layer"))?;
        let pending = reader.prefixed().filter(|pending| pending.len() <= MAX_FRAME_LEN);
        surface.pending = pending.ok_or(invalid("part of a frame"))?.to_vec();
        if reader.is_empty() { Ok(surface) } else { Err(invalid("end")) }
    }
}

fn put_picture(out: &mut Vec<u8>, pixels: &Pixels) {
    put_number(out, pixels.width().into());
    put_number(out, pixels.height().into());
    let mut blocks = Vec::new();
    put_pixels(&mut blocks, pixels.width() as usize, pixels.as_slice());
    put_prefixed(out, &blocks);
}

fn read_picture(reader: &mut Reader<'_>) -> Option<Pixels> {
    let (width, height) = (reader.number32()?, reader.number32()?);
    Pixels::unpack(width, height, reader.prefixed()?)
}

fn load_head(reader: &mut Reader<'_>, surface: &mut Surface) -> Option<()> {
    let flags = reader.byte().filter(|flags| *flags <= flag::KNOWN | flag::POINTER | flag::CURSOR)?;
    surface.is_known = flags & flag::KNOWN != 0;
    if flags & flag::POINTER != 0 {
        surface.pointer = Some((reader.signed()?, reader.signed()?));
    }
    if flags & flag::CURSOR != 0 {
        let (hot_x, hot_y, pixels) = (reader.signed()?, reader.signed()?, read_picture(reader)?);
        if pixels.width().max(pixels.height()) > MAX_CURSOR_SIDE {
            return None;
        }
        surface.cursor = Some(Cursor { hot_x, hot_y, pixels });
    }
    Some(())
}

fn load_layers(reader: &mut Reader<'_>, surface: &mut Surface) -> Option<()> {
    for _ in 0..reader.number()? {
        let (id, parent) = (reader.signed()?, reader.signed()?);
        let (x, y, z) = (reader.signed()?, reader.signed()?, reader.signed()?);
        let (opacity, pixels) = (reader.byte()?, read_picture(reader)?);
        if !surface.layers.restore(id, Layer { pixels, parent, x, y, z, opacity }) {
            return None;
        }
    }
    Some(())
}
