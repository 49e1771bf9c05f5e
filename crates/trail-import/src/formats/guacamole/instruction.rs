//! The grammar: `element *("," element) ";"`, `element = LENGTH "." VALUE`, where the length counts code points.

use std::io::{self, Read};
use std::str::FromStr;

use crate::store::Stream;

/// Code points of an element. guacamole-server ends at 8,192; other writers send whole pictures in one.
const MAX_ELEMENT_LEN: usize = 16 << 20;
/// Digits of its length.
const MAX_DIGITS: usize = 8;
/// Elements of an instruction. guacamole-server ends at 128.
const MAX_ELEMENTS: usize = 1024;
/// Bytes read at a time, at least.
const READ_LEN: usize = 64 << 10;

/// The opcodes of the protocol, by which damaged recordings are taken up again.
const OPCODES: [&str; 58] = [
    "sync",
    "img",
    "blob",
    "end",
    "copy",
    "rect",
    "cfill",
    "cursor",
    "mouse",
    "key",
    "size",
    "move",
    "shade",
    "dispose",
    "png",
    "jpeg",
    "transfer",
    "clipboard",
    "name",
    "error",
    "disconnect",
    "ready",
    "args",
    "nop",
    "ack",
    "audio",
    "video",
    "argv",
    "file",
    "pipe",
    "filesystem",
    "body",
    "undefine",
    "log",
    "msg",
    "required",
    "nest",
    "lfill",
    "cstroke",
    "lstroke",
    "start",
    "line",
    "curve",
    "arc",
    "close",
    "clip",
    "push",
    "pop",
    "reset",
    "identity",
    "transform",
    "distort",
    "set",
    "touch",
    "select",
    "connect",
    "usbconnect",
    "usbdata",
];

/// An instruction.
pub(super) struct Arguments {
    /// INVARIANT: at least one.
    elements: Vec<String>,
}

impl Arguments {
    pub(super) fn opcode(&self) -> &str {
        &self.elements[0]
    }

    /// The argument at `index`, from 0 behind the opcode.
    pub(super) fn text(&self, index: usize) -> Option<&str> {
        self.elements.get(index + 1).map(String::as_str)
    }

    pub(super) fn number<T: FromStr>(&self, index: usize) -> Option<T> {
        self.text(index)?.parse().ok()
    }
}

/// What stands next in a recording.
pub(super) enum Found {
    Instruction(Arguments),
    /// So many bytes that are no instructions; after them it goes on.
    Damage(u64),
    /// The recording ends inside an instruction.
    Cut(u64),
    /// The stream could not be read on.
    Failed(io::Error),
    End,
}

/// Whether bytes begin with an instruction of the protocol.
pub(super) fn begins(head: &[u8]) -> bool {
    known_opcode(head)
}

/// Whether an opcode of the protocol stands there with its right length.
fn known_opcode(bytes: &[u8]) -> bool {
    let Some(dot) = bytes.iter().take(3).position(|byte| *byte == b'.') else { return false };
    let len = str::from_utf8(&bytes[..dot]).ok().and_then(|digits| digits.parse::<usize>().ok());
    let Some(end) = len.map(|len| dot + 1 + len) else { return false };
    matches!(bytes.get(end), Some(b',' | b';'))
        && OPCODES.iter().any(|opcode| bytes.get(dot + 1..end) == Some(opcode.as_bytes()))
}

/// The longest opcode with its length and the byte behind it.
const LONGEST_HEAD: usize = 16;

/// Reads a recording.
pub(super) struct Instructions {
    stream: Stream,
    buffer: Vec<u8>,
    /// The first byte of the buffer that was not taken.
    start: usize,
    /// Offset of the buffer's first byte.
    before: u64,
    ended: bool,
    failure: Option<io::Error>,
}

enum Parsed {
    Whole(Arguments, usize),
    /// More bytes are needed to tell.
    Partial,
    Broken,
}

impl Instructions {
    pub(super) fn new(stream: Stream) -> Instructions {
        Instructions { stream, buffer: Vec::new(), start: 0, before: 0, ended: false, failure: None }
    }

    /// Offset of what stands next.
    pub(super) fn at(&self) -> u64 {
        self.before + self.start as u64
    }

    pub(super) fn next(&mut self) -> Found {
        loop {
            // Line ends between instructions are nobody's: an editor or a tool put them there.
            while self.buffer.get(self.start).is_some_and(u8::is_ascii_whitespace) {
                self.start += 1;
            }
            let rest = &self.buffer[self.start..];
            match parse(rest) {
                Parsed::Whole(arguments, len) => {
                    self.start += len;
                    return Found::Instruction(arguments);
                }
                Parsed::Broken => return self.resynchronise(),
                Parsed::Partial if !self.ended => self.fill(),
                Parsed::Partial => {
                    let len = rest.len() as u64;
                    // What looks like a long element may be a damaged length.
                    if find_start(rest).is_some() {
                        return self.resynchronise();
                    }
                    self.start = self.buffer.len();
                    return match (self.failure.take(), len) {
                        (Some(error), _) => Found::Failed(error),
                        (None, 0) => Found::End,
                        (None, len) => Found::Cut(len),
                    };
                }
            }
        }
    }

    /// Reads as much again as there is, so that an instruction is looked at a few times only.
    fn fill(&mut self) {
        self.buffer.drain(..self.start);
        self.before += self.start as u64;
        self.start = 0;
        let wanted = self.buffer.len().max(READ_LEN) as u64;
        let before = self.buffer.len();
        match (&mut self.stream).take(wanted).read_to_end(&mut self.buffer) {
            Ok(_) => self.ended = ((self.buffer.len() - before) as u64) < wanted,
            Err(error) => (self.ended, self.failure) = (true, Some(error)),
        }
    }

    /// Goes to the next place where an instruction of the protocol begins behind the end of another.
    fn resynchronise(&mut self) -> Found {
        let mut skipped = 0;
        loop {
            let rest = &self.buffer[self.start..];
            if let Some(len) = find_start(rest) {
                self.start += len;
                return Found::Damage(skipped + len as u64);
            }
            // The last bytes may be the beginning of one.
            let len = if self.ended { rest.len() } else { rest.len().saturating_sub(LONGEST_HEAD) };
            self.start += len;
            skipped += len as u64;
            if self.ended {
                return Found::Damage(skipped);
            }
            self.fill();
        }
    }
}

/// Where behind a `;` an instruction begins.
fn find_start(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b';', bytes).map(|end| end + 1).find(|start| known_opcode(&bytes[*start..]))
}

fn parse(bytes: &[u8]) -> Parsed {
    let mut elements = Vec::new();
    let mut at = 0;
    loop {
        let digits = bytes[at..].iter().take(MAX_DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
        let dot = at + digits;
        match bytes.get(dot) {
            None if digits <= MAX_DIGITS => return Parsed::Partial,
            Some(b'.') if (1..=MAX_DIGITS).contains(&digits) => {}
            _ => return Parsed::Broken,
        }
        let number = str::from_utf8(&bytes[at..dot]).ok().and_then(|digits| digits.parse::<usize>().ok());
        let Some(len) = number.filter(|len| *len <= MAX_ELEMENT_LEN) else { return Parsed::Broken };
        let Some(end) = code_points(&bytes[dot + 1..], len).map(|len| dot + 1 + len) else { return Parsed::Partial };
        let Ok(value) = str::from_utf8(&bytes[dot + 1..end]) else { return Parsed::Broken };
        elements.push(value.to_owned());
        match bytes.get(end) {
            None => return Parsed::Partial,
            Some(b';') => return Parsed::Whole(Arguments { elements }, end + 1),
            Some(b',') if elements.len() < MAX_ELEMENTS => at = end + 1,
            _ => return Parsed::Broken,
        }
    }
}

/// Bytes of the first `count` code points; nothing if there are fewer.
fn code_points(bytes: &[u8], count: usize) -> Option<usize> {
    if bytes.get(..count)?.is_ascii() {
        return Some(count);
    }
    let mut begun = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if byte & 0xc0 != 0x80 {
            if begun == count {
                return Some(at);
            }
            begun += 1;
        }
    }
    // The last one may go on in bytes that are not there yet; the `;` behind it will tell.
    None
}
