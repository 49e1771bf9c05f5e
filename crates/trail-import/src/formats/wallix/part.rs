//! A part: chunks of u16 type, u32 size with these eight bytes, u16 count, little-endian.

use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};
use trail_frame::{Draw, DrawingWriter, Mask, decode_picture, is_possible_size};
use trail_model::{PointerMove, Timestamp};

use super::text::{self, Update};
use crate::Error;
use crate::emit::Emitter;
use crate::store::{Blob, Stream};

/// Bytes of a chunk. The proxy ends at 65,536 but for pictures.
const MAX_CHUNK_LEN: u32 = 16 << 20;
/// Bytes of a picture in pieces.
const MAX_PICTURE_LEN: usize = 64 << 20;
/// Bytes of a compressed block. The proxy ends at 65,536.
const MAX_BLOCK_LEN: u32 = 1 << 20;
/// Typed characters in a chunk.
const MAX_TYPED: usize = 16 << 10;

mod kind {
    pub(super) const ORDERS: u16 = 0;
    pub(super) const BITMAP: u16 = 1;
    pub(super) const META: u16 = 0x3ee;
    pub(super) const BITMAP2: u16 = 0x3ed;
    pub(super) const TIMESTAMP: u16 = 0x3f0;
    pub(super) const TIMES: u16 = 0x3f4;
    pub(super) const LAST_IMAGE: u16 = 0x1000;
    pub(super) const PARTIAL_IMAGE: u16 = 0x1001;
    pub(super) const SAVE_STATE: u16 = 0x1002;
    pub(super) const RESET: u16 = 0x1003;
    pub(super) const OLD_UPDATE: u16 = 0x1004;
    pub(super) const UPDATE: u16 = 0x1005;
    pub(super) const POINTERS: [u16; 4] = [0x3f1, 0x3f2, 0x3f3, 0x3f5];
    pub(super) const HINTS: std::ops::RangeInclusive<u16> = 0x2000..=0x2004;
}

/// Whether bytes begin with the chunk that begins a part.
pub(super) fn begins(head: &[u8]) -> bool {
    matches!(head, [0xee, 0x03, 28 | 44 | 45, 0, 0, 0, 1, 0, ..])
}

/// What plays the parts one after the other.
#[derive(Default)]
pub(super) struct Player {
    channel: Option<usize>,
    version: u16,
    size: Option<(u16, u16)>,
    /// Pieces of a picture.
    picture: Vec<u8>,
    is_known: bool,
    /// The recording's clock at its start, microseconds.
    base_us: Option<u64>,
    pointer: Option<(u16, u16)>,
    /// Drawing orders and bitmaps that were passed over.
    passed_over: u64,
    undecodable: u64,
}

impl Player {
    pub(super) fn part(&mut self, blob: &Blob, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let failed = |source| Error::Io { path: blob.path.clone(), source };
        let mut stream: Stream = blob.open(&emitter.options.limits).map_err(failed)?;
        let mut at = 0;
        loop {
            let chunk = match read_chunk(&mut stream) {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(()),
                Err(error) => {
                    emitter.damage_at(&blob.path, at, format!("no further chunk can be read: {error}"));
                    return Ok(());
                }
            };
            if at == 0 && chunk.kind != kind::META {
                emitter.damage_at(&blob.path, at, "a part does not begin with its size");
            }
            let place = at;
            at += u64::from(chunk.len);
            if chunk.kind == kind::META {
                let compression = self.meta(&chunk.payload, emitter)?;
                match compression {
                    Some(0) => {}
                    // What follows is in blocks up to the end of the file; places count what comes out of them.
                    Some(1 | 2) if place == 0 => stream = unpacked(stream, compression == Some(1)),
                    Some(_) if place > 0 => {}
                    _ => {
                        emitter.damage_at(&blob.path, place, "impossible size or compression");
                        return Ok(());
                    }
                }
            } else if self.chunk(&chunk, emitter)?.is_none() {
                let what = format!("chunk of type {:#x} is shorter than it must be", chunk.kind);
                emitter.damage_at(&blob.path, place, what);
            }
        }
    }

    pub(super) fn finish(&mut self, emitter: &mut Emitter<'_>, path: &str) -> Result<(), Error> {
        if self.channel.is_none() {
            emitter.damage(path, None, "no part has anything in it");
            self.channel(emitter)?;
        }
        if self.passed_over > 0 {
            let what = format!("{} drawing orders and bitmaps are not drawn: no picture after them", self.passed_over);
            emitter.note(path, None, what);
            emitter.report.skipped_records += self.passed_over;
        }
        if self.undecodable > 0 {
            emitter.damage(path, None, format!("{} pictures cannot be decoded", self.undecodable));
        }
        Ok(())
    }

    fn channel(&mut self, emitter: &mut Emitter<'_>) -> Result<usize, Error> {
        match self.channel {
            Some(channel) => Ok(channel),
            None => Ok(*self.channel.insert(emitter.open_desktop()?)),
        }
    }

    /// Takes the size; gives the compression of what follows. Nothing if it cannot be.
    fn meta(&mut self, payload: &[u8], emitter: &mut Emitter<'_>) -> Result<Option<u8>, Error> {
        let Some([version, width, height]) = number16(payload, 0)
            .zip(number16(payload, 2))
            .zip(number16(payload, 4))
            .map(|((version, width), height)| [version, width, height])
        else {
            return Ok(None);
        };
        if !is_possible_size(width.into(), height.into()) {
            return Ok(None);
        }
        // Version, size, colours, three caches; then numbers and two caches more.
        let compression = if version > 3 { payload.get(8 + 12 + 5 + 10).copied() } else { Some(0) };
        self.version = version;
        let channel = self.channel(emitter)?;
        if self.size != Some((width, height)) {
            self.size = Some((width, height));
            self.is_known = false;
            let mut frame = DrawingWriter::new();
            frame.put(&Draw::Resize { layer: 0, width: width.into(), height: height.into() });
            frame.put(&Draw::Known(false));
            emitter.drawn(channel, frame.finish())?;
        }
        Ok(compression)
    }

    /// Nothing if the chunk is too short.
    fn chunk(&mut self, chunk: &Chunk, emitter: &mut Emitter<'_>) -> Result<Option<()>, Error> {
        let payload = &chunk.payload;
        match chunk.kind {
            kind::TIMESTAMP => return self.timestamp(payload, emitter),
            kind::TIMES => {
                let Some(real) = number64(payload, 8) else { return Ok(None) };
                set_start(emitter, real);
            }
            kind::PARTIAL_IMAGE | kind::LAST_IMAGE => {
                if self.picture.len() + payload.len() > MAX_PICTURE_LEN {
                    self.picture.clear();
                    self.undecodable += 1;
                }
                self.picture.extend_from_slice(payload);
                if chunk.kind == kind::LAST_IMAGE {
                    self.key_frame(emitter)?;
                }
            }
            kind::ORDERS | kind::BITMAP | kind::BITMAP2 => {
                self.passed_over += u64::from(chunk.count);
                self.forget(emitter)?;
            }
            kind::OLD_UPDATE | kind::UPDATE => return self.update(chunk, emitter),
            kind::SAVE_STATE | kind::RESET => {}
            kind if kind::POINTERS.contains(&kind) || kind::HINTS.contains(&kind) => {}
            kind => {
                let channel = self.channel(emitter)?;
                emitter.opaque(channel, format!("wallix {kind:#x}"), payload.clone())?;
            }
        }
        Ok(Some(()))
    }

    /// A time, and where the pointer was and what was typed by then.
    fn timestamp(&mut self, payload: &[u8], emitter: &mut Emitter<'_>) -> Result<Option<()>, Error> {
        let Some(now) = number64(payload, 0) else { return Ok(None) };
        self.clock(now, emitter);
        let Some((x, y)) = number16(payload, 8).zip(number16(payload, 10)) else { return Ok(Some(())) };
        let channel = self.channel(emitter)?;
        if self.pointer.replace((x, y)) != Some((x, y)) {
            emitter.pointer(channel, PointerMove::new(x.into(), y.into(), 0))?;
        }
        let typed_at = if self.version > 1 { 13 } else { 12 };
        let typed = payload.get(typed_at..).unwrap_or_default();
        let characters = typed.chunks_exact(4).take(MAX_TYPED).map(|bytes| {
            let number = bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
            char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
        });
        let typed: String = characters.collect();
        if !typed.is_empty() {
            emitter.input_text(channel, typed.into_bytes())?;
        }
        Ok(Some(()))
    }

    fn clock(&mut self, now_us: u64, emitter: &mut Emitter<'_>) {
        let base = *self.base_us.get_or_insert(now_us);
        if self.version <= 4 {
            set_start(emitter, base);
        }
        emitter.advance_to((i128::from(now_us) - i128::from(base)) * 1000);
    }

    /// The picture is whole: the screen is known.
    fn key_frame(&mut self, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let data = std::mem::take(&mut self.picture);
        let channel = self.channel(emitter)?;
        let fits = |(width, height): (u16, u16)| {
            decode_picture(&data)
                .is_ok_and(|picture| (picture.width(), picture.height()) == (width.into(), height.into()))
        };
        if !self.size.is_some_and(fits) {
            self.undecodable += 1;
            return self.forget(emitter);
        }
        let mut frame = DrawingWriter::new();
        frame.put(&Draw::Image { layer: 0, mask: Mask::SRC, x: 0, y: 0, data: &data });
        frame.put(&Draw::Known(true));
        self.is_known = true;
        emitter.drawn(channel, frame.finish())
    }

    /// Something was drawn that is not understood.
    fn forget(&mut self, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        if !std::mem::take(&mut self.is_known) {
            return Ok(());
        }
        let channel = self.channel(emitter)?;
        let mut frame = DrawingWriter::new();
        frame.put(&Draw::Known(false));
        emitter.drawn(channel, frame.finish())
    }

    fn update(&mut self, chunk: &Chunk, emitter: &mut Emitter<'_>) -> Result<Option<()>, Error> {
        let Some((now, len)) = number64(&chunk.payload, 0).zip(number16(&chunk.payload, 8)) else { return Ok(None) };
        let Some(text) = chunk.payload.get(10..10 + usize::from(len)) else { return Ok(None) };
        let update = if chunk.kind == kind::UPDATE { text::new(text) } else { Some(text::old(text)) };
        let Some(update) = update else { return Ok(None) };
        // The time is signed and may lie a little before the last one; it is not the clock's.
        if let Ok(now) = u64::try_from(now as i64)
            && self.base_us.is_some_and(|base| now >= base)
            && i128::from(now - self.base_us.unwrap_or(0)) * 1000 >= emitter.played_ns()
        {
            self.clock(now, emitter);
        }
        let channel = self.channel(emitter)?;
        match update {
            Update::Title(title) => emitter.title(channel, title)?,
            Update::Typed(text) => emitter.input_text(channel, text.into_bytes())?,
            Update::Label(label) => emitter.marker(channel, label)?,
        }
        Ok(Some(()))
    }
}

fn set_start(emitter: &mut Emitter<'_>, us: u64) {
    let start = i64::try_from(us).ok().and_then(|us| us.checked_mul(1000)).filter(|ns| *ns > 0);
    emitter.meta.start = emitter.meta.start.or(start.map(Timestamp));
}

struct Chunk {
    kind: u16,
    /// With its head.
    len: u32,
    count: u16,
    payload: Vec<u8>,
}

fn read_chunk(stream: &mut Stream) -> io::Result<Option<Chunk>> {
    let mut head = Vec::with_capacity(8);
    (&mut *stream).take(8).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(None);
    }
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (kind, count) = (number16(&head, 0).ok_or_else(cut)?, number16(&head, 6).ok_or_else(cut)?);
    let len = head[2..6].iter().rev().fold(0, |len, byte| len << 8 | u32::from(*byte));
    if !(8..=MAX_CHUNK_LEN).contains(&len) {
        return Err(io::Error::other(format!("a chunk of {len} bytes")));
    }
    let mut payload = Vec::new();
    (&mut *stream).take(u64::from(len) - 8).read_to_end(&mut payload)?;
    if payload.len() as u64 + 8 < u64::from(len) {
        return Err(cut());
    }
    Ok(Some(Chunk { kind, len, count, payload }))
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// What is in the blocks of a compressed part.
fn unpacked(stream: Stream, is_zlib: bool) -> Stream {
    let kind = if is_zlib { Packed::Zlib(Decompress::new(true)) } else { Packed::Snappy };
    Box::new(io::BufReader::new(Blocks { stream, kind, block: Vec::new(), used: 0 }))
}

enum Packed {
    /// u8 1 if the stream begins anew, u32 length, bytes of one stream.
    Zlib(Decompress),
    /// u16 length, bytes.
    Snappy,
}

struct Blocks {
    stream: Stream,
    kind: Packed,
    block: Vec<u8>,
    used: usize,
}

impl Blocks {
    /// Unpacks the next block; false at the end.
    fn next_block(&mut self) -> io::Result<bool> {
        self.block.clear();
        self.used = 0;
        let head_len = if matches!(self.kind, Packed::Snappy) { 2 } else { 5 };
        let mut head = Vec::with_capacity(head_len);
        (&mut self.stream).take(head_len as u64).read_to_end(&mut head)?;
        if head.is_empty() {
            return Ok(false);
        }
        if head.len() < head_len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let len = &head[if matches!(self.kind, Packed::Snappy) { 0 } else { 1 }..];
        let len = len.iter().rev().fold(0, |len, byte| len << 8 | u32::from(*byte));
        if len > MAX_BLOCK_LEN {
            return Err(io::Error::other(format!("a block of {len} bytes")));
        }
        let mut packed = Vec::new();
        (&mut self.stream).take(len.into()).read_to_end(&mut packed)?;
        if (packed.len() as u64) < u64::from(len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match &mut self.kind {
            Packed::Zlib(state) => {
                if head[0] == 1 {
                    *state = Decompress::new(true);
                }
                inflate(state, &packed, &mut self.block)?;
            }
            Packed::Snappy => {
                let unpacked = snap::raw::decompress_len(&packed).map_err(io::Error::other)?;
                if unpacked > MAX_BLOCK_LEN as usize {
                    return Err(io::Error::other(format!("a block unpacks to {unpacked} bytes")));
                }
                self.block = snap::raw::Decoder::new().decompress_vec(&packed).map_err(io::Error::other)?;
            }
        }
        Ok(true)
    }
}

/// Unpacks all of `packed`, of a stream that goes on.
fn inflate(state: &mut Decompress, packed: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let start = state.total_in();
    loop {
        let used = (state.total_in() - start) as usize;
        if out.len() > 64 * MAX_BLOCK_LEN as usize {
            return Err(io::Error::other("a block unpacks to more than its limit"));
        }
        out.reserve(MAX_BLOCK_LEN as usize / 16);
        let before = (used, out.len());
        let status = state.decompress_vec(&packed[used..], out, FlushDecompress::Sync).map_err(io::Error::other)?;
        let used = (state.total_in() - start) as usize;
        let is_done = used == packed.len() && out.len() < out.capacity();
        if is_done || status == Status::StreamEnd || (used, out.len()) == before {
            return Ok(());
        }
    }
}

impl Read for Blocks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.used == self.block.len() {
            if !self.next_block()? {
                return Ok(0);
            }
        }
        let len = buffer.len().min(self.block.len() - self.used);
        buffer[..len].copy_from_slice(&self.block[self.used..self.used + len]);
        self.used += len;
        Ok(len)
    }
}
