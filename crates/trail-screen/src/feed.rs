//! Bytes to steps: the one loop behind [`Terminal::feed`] and [`Terminal::feed_until_cut`].
//!
//! `CUT` tells the two apart. With it, each step is asked first whether it would hide something fresh; if so the loop
//! returns just before the byte with which the step takes effect, in a state in which that byte can come next.

use crate::function::Function;
use crate::parser::{MAX_SEQUENCE_LEN, State, printable_len};
use crate::terminal::Terminal;

/// Escape.
const ESC: u8 = 0x1b;

impl Terminal {
    /// Processes `bytes`; returns how many, fewer than all only if `CUT` and a cut is needed.
    pub(crate) fn run<const CUT: bool>(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            if self.parser.state != State::Ground {
                match self.sequence::<CUT>(bytes, at) {
                    Ok(next) => at = next,
                    Err(stop) => return stop,
                }
                continue;
            }
            if self.parser.utf8_len != 0 {
                match self.utf8_rest::<CUT>(bytes, at) {
                    Ok(next) => at = next,
                    Err(stop) => return stop,
                }
                continue;
            }
            match bytes[at] {
                0x20..=0x7e => {
                    let len = printable_len(&bytes[at..]);
                    let done = self.print_ascii::<CUT>(&bytes[at..at + len]);
                    at += done;
                    if CUT && done < len {
                        return at;
                    }
                }
                ESC => {
                    at += 1;
                    if bytes.get(at) == Some(&b'[') {
                        at += 1;
                        self.parser.begin_csi();
                    } else {
                        self.parser.begin_escape();
                    }
                }
                byte @ ..0x20 => {
                    if !self.control::<CUT>(byte) {
                        return at;
                    }
                    at += 1;
                }
                0x7f => {
                    // DEL prints nothing, and leaves nothing for REP to repeat.
                    self.last_char = Some('\x7f');
                    at += 1;
                }
                0x80.. => match self.utf8::<CUT>(bytes, at) {
                    Ok(next) => at = next,
                    Err(stop) => return stop,
                },
            }
        }
        at
    }

    /// Does the function if nothing fresh would be hidden by it; returns whether it was done.
    #[inline]
    fn step<const CUT: bool>(&mut self, function: Function) -> bool {
        if CUT && self.hides(function) {
            return false;
        }
        self.execute(function);
        true
    }

    #[inline]
    fn control<const CUT: bool>(&mut self, byte: u8) -> bool {
        match Function::control(byte) {
            Some(function) => self.step::<CUT>(function),
            None => true,
        }
    }

    /// Decodes a character that begins at `at`, with a byte of 0x80 or more.
    fn utf8<const CUT: bool>(&mut self, bytes: &[u8], at: usize) -> Result<usize, usize> {
        let Some(len) = sequence_len(bytes[at]) else {
            // Bytes that only continue a character are C1 controls to some terminals; they do nothing here. All
            // others that cannot begin one show that something is missing.
            if bytes[at] <= 0x9f || self.print_char::<CUT>(char::REPLACEMENT_CHARACTER) {
                return Ok(at + 1);
            }
            return Err(at);
        };
        let mut value = u32::from(bytes[at]) & (0x7f >> len);
        for index in 1..len {
            match bytes.get(at + index) {
                Some(&byte) if continues(bytes[at], index, byte) => value = value << 6 | u32::from(byte & 0x3f),
                Some(&byte) => {
                    self.keep_partial(&bytes[at..at + index]);
                    return self.broken::<CUT>(byte, at + index);
                }
                None => {
                    self.keep_partial(&bytes[at..]);
                    return Ok(bytes.len());
                }
            }
        }
        if self.print_scalar::<CUT>(value) {
            Ok(at + len)
        } else {
            self.keep_partial(&bytes[at..at + len - 1]);
            Err(at + len - 1)
        }
    }

    /// Goes on with a character whose first bytes came before.
    #[cold]
    fn utf8_rest<const CUT: bool>(&mut self, bytes: &[u8], at: usize) -> Result<usize, usize> {
        let had = usize::from(self.parser.utf8_len);
        let first = self.parser.utf8[0];
        let len = sequence_len(first).unwrap_or(1);
        let byte = bytes[at];
        if !continues(first, had, byte) {
            return self.broken::<CUT>(byte, at);
        }
        if had + 1 < len {
            self.parser.utf8[had] = byte;
            self.parser.utf8_len += 1;
            return Ok(at + 1);
        }
        let mut value = u32::from(first) & (0x7f >> len);
        for &byte in self.parser.utf8[1..had].iter().chain([&byte]) {
            value = value << 6 | u32::from(byte & 0x3f);
        }
        if !self.print_scalar::<CUT>(value) {
            return Err(at);
        }
        self.parser.utf8_len = 0;
        Ok(at + 1)
    }

    /// Handles a byte that does not continue the character begun before it: two steps with one byte, the replacement of
    /// the broken character and what the byte means itself. No cut can come between them.
    #[cold]
    fn broken<const CUT: bool>(&mut self, byte: u8, at: usize) -> Result<usize, usize> {
        if CUT && self.broken_hides(byte) {
            return Err(at);
        }
        self.parser.utf8_len = 0;
        self.print_char::<false>(char::REPLACEMENT_CHARACTER);
        self.run::<false>(&[byte]);
        Ok(at + 1)
    }

    /// Prints a decoded character; C1 controls do nothing.
    #[inline]
    fn print_scalar<const CUT: bool>(&mut self, value: u32) -> bool {
        match char::from_u32(value) {
            Some('\u{80}'..='\u{9f}') => true,
            Some(c) => self.print_char::<CUT>(c),
            None => self.print_char::<CUT>(char::REPLACEMENT_CHARACTER),
        }
    }

    fn keep_partial(&mut self, bytes: &[u8]) {
        self.parser.utf8[..bytes.len()].copy_from_slice(bytes);
        self.parser.utf8_len = bytes.len() as u8;
    }

    /// Goes on with a sequence, up to its end or that of the bytes. `Err` has the place of a cut.
    fn sequence<const CUT: bool>(&mut self, bytes: &[u8], at: usize) -> Result<usize, usize> {
        match self.parser.state {
            State::Ground => Ok(at),
            State::CsiEntry | State::CsiParam => self.csi::<CUT>(bytes, at),
            State::Escape => self.escape::<CUT>(bytes[at], at),
            State::EscapeIntermediate => self.escape_intermediate::<CUT>(bytes[at], at),
            State::CsiIntermediate | State::CsiIgnore => self.csi_rest::<CUT>(bytes[at], at),
            State::OscString | State::OscIgnore => self.osc_string::<CUT>(bytes, at),
            State::String => self.swallow::<CUT>(bytes, at),
        }
    }

    /// Handles a control character inside a sequence: it takes effect at once.
    fn inner_control<const CUT: bool>(&mut self, byte: u8, at: usize) -> Result<usize, usize> {
        match byte {
            ESC => self.parser.begin_escape(),
            0x18 | 0x1a => self.parser.state = State::Ground,
            _ => {
                if !self.control::<CUT>(byte) {
                    return Err(at);
                }
            }
        }
        Ok(at + 1)
    }

    /// Counts a byte of the sequence; one that grows too long is ignored.
    #[inline]
    fn count_sequence_byte(&mut self) {
        self.parser.len += 1;
        if self.parser.len as usize > MAX_SEQUENCE_LEN {
            self.parser.len = MAX_SEQUENCE_LEN as u32;
            self.parser.overflow = true;
        }
    }

    fn escape<const CUT: bool>(&mut self, byte: u8, at: usize) -> Result<usize, usize> {
        match byte {
            ..0x20 => return self.inner_control::<CUT>(byte, at),
            0x20..=0x2f => {
                self.parser.collect(byte);
                self.parser.state = State::EscapeIntermediate;
            }
            b'[' => self.parser.begin_csi(),
            b']' => self.parser.begin_osc(),
            b'P' | b'X' | b'^' | b'_' => self.parser.state = State::String,
            0x30..=0x7e => return self.end_escape::<CUT>(byte, at),
            0x7f.. => {}
        }
        Ok(at + 1)
    }

    fn escape_intermediate<const CUT: bool>(&mut self, byte: u8, at: usize) -> Result<usize, usize> {
        match byte {
            ..0x20 => return self.inner_control::<CUT>(byte, at),
            0x20..=0x2f => self.parser.collect(byte),
            0x30..=0x7e => return self.end_escape::<CUT>(byte, at),
            0x7f.. => {}
        }
        Ok(at + 1)
    }

    fn end_escape<const CUT: bool>(&mut self, byte: u8, at: usize) -> Result<usize, usize> {
        if let Some(function) = Function::escape(self.parser.intermediates, byte)
            && !self.step::<CUT>(function)
        {
            return Err(at);
        }
        self.parser.state = State::Ground;
        Ok(at + 1)
    }

    /// Reads parameters of a CSI.
    fn csi<const CUT: bool>(&mut self, bytes: &[u8], mut at: usize) -> Result<usize, usize> {
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'0'..=b'9' => {
                    self.parser.digit(byte);
                    self.parser.state = State::CsiParam;
                }
                b';' | b':' => {
                    self.parser.end_param(byte == b':');
                    self.parser.state = State::CsiParam;
                }
                0x40..=0x7e => return self.end_csi::<CUT>(byte, at),
                0x3c..=0x3f => {
                    if self.parser.state == State::CsiEntry {
                        self.parser.collect(byte);
                        self.parser.state = State::CsiParam;
                    } else {
                        self.parser.state = State::CsiIgnore;
                        return Ok(at + 1);
                    }
                }
                0x20..=0x2f => {
                    self.parser.collect(byte);
                    self.parser.state = State::CsiIntermediate;
                    return Ok(at + 1);
                }
                ..0x20 => return self.inner_control::<CUT>(byte, at),
                0x7f.. => {}
            }
            self.count_sequence_byte();
            at += 1;
        }
        Ok(at)
    }

    /// A byte after the parameters of a CSI.
    fn csi_rest<const CUT: bool>(&mut self, byte: u8, at: usize) -> Result<usize, usize> {
        match byte {
            ..0x20 => return self.inner_control::<CUT>(byte, at),
            0x40..=0x7e if self.parser.state == State::CsiIgnore => self.parser.state = State::Ground,
            0x40..=0x7e => return self.end_csi::<CUT>(byte, at),
            0x30..=0x3f => self.parser.state = State::CsiIgnore,
            0x20..=0x2f => self.parser.collect(byte),
            0x7f.. => {}
        }
        Ok(at + 1)
    }

    #[inline]
    fn end_csi<const CUT: bool>(&mut self, byte: u8, at: usize) -> Result<usize, usize> {
        let before = (self.parser.param, self.parser.param_is_sub, self.parser.params.len, self.parser.params.sub);
        let overflow = self.parser.overflow;
        self.parser.end_param(false);
        if !self.parser.overflow
            && let Some(function) = Function::csi(&self.parser.params, self.parser.intermediates, byte)
            && !self.step::<CUT>(function)
        {
            (self.parser.param, self.parser.param_is_sub, self.parser.params.len, self.parser.params.sub) = before;
            self.parser.overflow = overflow;
            return Err(at);
        }
        self.parser.state = State::Ground;
        Ok(at + 1)
    }

    /// Collects the text of an OSC.
    fn osc_string<const CUT: bool>(&mut self, bytes: &[u8], at: usize) -> Result<usize, usize> {
        let rest = &bytes[at..];
        let len = rest.iter().position(|byte| *byte < 0x20).unwrap_or(rest.len());
        if self.parser.state == State::OscString {
            if self.parser.osc.len() + len > MAX_SEQUENCE_LEN {
                self.parser.osc.clear();
                self.parser.state = State::OscIgnore;
            } else {
                self.parser.osc.extend_from_slice(&rest[..len]);
            }
        }
        let at = at + len;
        let Some(&byte) = bytes.get(at) else { return Ok(at) };
        if matches!(byte, 0x07 | 0x18 | 0x1a | ESC) {
            if self.parser.state == State::OscString {
                if CUT && self.osc_hides() {
                    return Err(at);
                }
                self.execute_osc();
                self.parser.osc.clear();
            }
            self.parser.state = State::Ground;
            if byte == ESC {
                self.parser.begin_escape();
            }
        }
        Ok(at + 1)
    }

    /// Passes over the text of a DCS, SOS, PM or APC.
    fn swallow<const CUT: bool>(&mut self, bytes: &[u8], at: usize) -> Result<usize, usize> {
        let rest = &bytes[at..];
        let Some(len) = rest.iter().position(|byte| matches!(*byte, 0x18 | 0x1a | ESC)) else {
            return Ok(bytes.len());
        };
        self.inner_control::<CUT>(rest[len], at + len)
    }
}

/// Length of the character that begins with this byte, if one can.
#[inline]
pub(crate) fn sequence_len(first: u8) -> Option<usize> {
    match first {
        0xc2..=0xdf => Some(2),
        0xe0..=0xef => Some(3),
        0xf0..=0xf4 => Some(4),
        _ => None,
    }
}

/// Tells whether `byte` can be the one at `index` of a character that begins with `first` (Unicode, table 3-7).
#[inline]
fn continues(first: u8, index: usize, byte: u8) -> bool {
    let range = match (first, index) {
        (0xe0, 1) => 0xa0..=0xbf,
        (0xed, 1) => 0x80..=0x9f,
        (0xf0, 1) => 0x90..=0xbf,
        (0xf4, 1) => 0x80..=0x8f,
        _ => 0x80..=0xbf,
    };
    range.contains(&byte)
}
