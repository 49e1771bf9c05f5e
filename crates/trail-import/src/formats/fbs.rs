//! VNC's FBS: what an RFB server sent, in blocks with times, as rfbproxy and its successors write it.
//!
//! After `FBS 001.000\n` come blocks: u32 length, so many bytes, padding to a multiple of four, u32 milliseconds since the
//! start; big-endian. Blocks are reads of the network: messages begin and end anywhere in them. The client's side is not
//! there, so the pixel format is the server's, or the common one with which the beginning can be read.

use std::io::{self, Read};

use trail_frame::rfb::{Message, PixelFormat, RfbError, Session};
use trail_model::Clipped;

use crate::Error;
use crate::emit::Emitter;
use crate::importer::{Importer, Probe};
use crate::source::Recording;
use crate::store::{Blob, Stream};

pub(crate) struct Fbs;

const MAGIC: &[u8; 12] = b"FBS 001.000\n";
const FORMAT: &str = "vnc-fbs";

/// Bytes of a block. A whole session in one block is real.
const MAX_BLOCK_LEN: u64 = 64 << 20;
/// Updates that are read to find out whether a pixel format is the right one.
const TRIAL_UPDATES: usize = 32;
/// Bytes of the clipboard that are kept: a record ends at 8 MiB.
const MAX_CLIPBOARD_LEN: usize = 4 << 20;

impl Importer for Fbs {
    fn probe(&self, file: &Probe<'_>) -> Option<&'static str> {
        file.head.starts_with(b"FBS 00").then_some(FORMAT)
    }

    fn import(&self, recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let blob = recording.main();
        let format = find_format(blob, emitter)?;
        let (mut session, greeting) = open(blob, format, emitter)?;
        emitter.meta.title = Some(greeting.name.clone()).filter(|name| !name.is_empty());
        if let Some(format) = format {
            emitter.note(&blob.path, None, format!("pixels are taken to be of {} bits", format.bits));
        }
        let channel = emitter.open_desktop()?;
        loop {
            let message = session.next_message();
            let blocks = session.source();
            emitter.advance_to(i128::from(blocks.time_ms) * 1_000_000);
            match message {
                Ok(Some(Message::Frame(bodies))) => emitter.drawn(channel, bodies)?,
                Ok(Some(Message::CutText(text))) => {
                    let text: String = text.iter().take(MAX_CLIPBOARD_LEN).map(|byte| char::from(*byte)).collect();
                    emitter.clipboard(channel, Clipped::new("text/plain", text.as_bytes()))?;
                }
                Ok(Some(Message::Name(name))) => emitter.title(channel, name)?,
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    emitter.damage_at(&blob.path, blocks.at, format!("the session's {error}"));
                    break;
                }
            }
        }
        if session.undecodable() > 0 {
            emitter.damage(&blob.path, None, format!("{} pictures cannot be decoded", session.undecodable()));
        }
        if let Some(problem) = &session.source().problem {
            emitter.damage_at(&blob.path, session.source().at, problem.clone());
        }
        Ok(())
    }
}

fn open(
    blob: &Blob,
    format: Option<PixelFormat>,
    emitter: &Emitter<'_>,
) -> Result<(Session<Blocks>, trail_frame::rfb::Greeting), Error> {
    let failed = |source| Error::Io { path: blob.path.clone(), source };
    let mut stream = blob.open(&emitter.options.limits).map_err(failed)?;
    let mut magic = [0; MAGIC.len()];
    stream.read_exact(&mut magic).map_err(failed)?;
    let malformed = |byte: u64, expected: &str| Error::Malformed {
        path: blob.path.clone(),
        byte,
        line: 1,
        column: byte + 1,
        expected: expected.to_owned(),
    };
    if &magic != MAGIC {
        return Err(malformed(4, "version 001.000 of FBS"));
    }
    let blocks = Blocks { stream, block: Vec::new(), used: 0, time_ms: 0, at: MAGIC.len() as u64, problem: None };
    let start = MAGIC.len() as u64;
    Session::new(blocks, format).map_err(|_| malformed(start, "blocks with the messages of an RFB server"))
}

/// The format to read pixels in, where it is not the one that the server offers: recorders that asked for another one
/// should have written that into the server's message, and did not always.
fn find_format(blob: &Blob, emitter: &Emitter<'_>) -> Result<Option<PixelFormat>, Error> {
    let others = [PixelFormat::RGB888, PixelFormat::RGB565, PixelFormat::BGR233].map(Some);
    for format in [None].into_iter().chain(others) {
        let (mut session, _) = open(blob, format, emitter)?;
        let mut updates = 0;
        let is_right = loop {
            match session.next_message() {
                Ok(Some(Message::Frame(_))) if updates == TRIAL_UPDATES => break true,
                Ok(Some(Message::Frame(_))) => updates += 1,
                Ok(Some(_)) => {}
                Ok(None) | Err(RfbError::Ended { .. }) => break true,
                Err(_) => break false,
            }
        };
        if is_right {
            return Ok(format);
        }
    }
    // Damage near the beginning: as far as the server's own format reaches.
    Ok(None)
}

/// The bytes in the blocks, without their frames.
struct Blocks {
    stream: Stream,
    block: Vec<u8>,
    used: usize,
    /// When the block was read, since the start.
    time_ms: u32,
    /// Offset in the file behind the block.
    at: u64,
    problem: Option<String>,
}

impl Blocks {
    /// Reads the next block; false at the end.
    fn next_block(&mut self) -> bool {
        let Some(len) = self.number("length") else { return false };
        let len = u64::from(len);
        if len > MAX_BLOCK_LEN {
            self.problem = Some(format!("a block of {len} bytes, more than the limit of {MAX_BLOCK_LEN}"));
            return false;
        }
        self.block.clear();
        self.used = 0;
        let read = (&mut self.stream).take(len).read_to_end(&mut self.block);
        self.at += self.block.len() as u64;
        if read.is_err() || (self.block.len() as u64) < len {
            self.problem = Some(format!("truncated: {} of {len} bytes of a block", self.block.len()));
            return !self.block.is_empty();
        }
        let mut padding = [0; 3];
        let padding = &mut padding[..(len.next_multiple_of(4) - len) as usize];
        if self.stream.read_exact(padding).is_ok() {
            self.at += padding.len() as u64;
            if let Some(time_ms) = self.number("time") {
                self.time_ms = time_ms;
                return true;
            }
        }
        self.problem = Some("truncated before a block's time".to_owned());
        true
    }

    /// A number; nothing at the end, which is no problem before a block.
    fn number(&mut self, what: &str) -> Option<u32> {
        let mut bytes = Vec::with_capacity(4);
        let read = (&mut self.stream).take(4).read_to_end(&mut bytes);
        self.at += bytes.len() as u64;
        let number = bytes.as_slice().try_into().ok().map(u32::from_be_bytes);
        if number.is_none() && (read.is_err() || !bytes.is_empty()) {
            self.problem = Some(format!("truncated in a block's {what}"));
        }
        number
    }
}

impl Read for Blocks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.used == self.block.len() {
            if self.problem.is_some() || !self.next_block() {
                return Ok(0);
            }
        }
        let len = buffer.len().min(self.block.len() - self.used);
        buffer[..len].copy_from_slice(&self.block[self.used..self.used + len]);
        self.used += len;
        Ok(len)
    }
}
