//! The state between two bytes of a control sequence.
//!
//! The states are those of the DEC-compatible parser of <https://vt100.net/emu/dec_ansi_parser>, with three
//! differences that every UTF-8 terminal has: 8-bit controls are not recognised, OSC may end with BEL, and parameters
//! may have sub-parameters (`:`).

/// Longest control sequence that is obeyed, in bytes. A longer one is abandoned: the rest of it, up to its end, is
/// swallowed without effect. It bounds what a saved state can hold; real sequences of this length carry pictures.
pub const MAX_SEQUENCE_LEN: usize = 64 * 1024;

/// Most parameters and sub-parameters of a sequence; one with more is ignored.
pub(crate) const MAX_PARAMS: usize = 32;

/// Where in a sequence the next byte falls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Outside any sequence.
    #[default]
    Ground,
    Escape,
    EscapeIntermediate,
    CsiEntry,
    CsiParam,
    CsiIntermediate,
    CsiIgnore,
    OscString,
    /// An OSC that grew too long.
    OscIgnore,
    /// DCS, SOS, PM or APC: swallowed up to its end.
    String,
}

impl State {
    /// All states, in the order of their numbers in a saved terminal.
    pub(crate) const ALL: [State; 10] = [
        State::Ground,
        State::Escape,
        State::EscapeIntermediate,
        State::CsiEntry,
        State::CsiParam,
        State::CsiIntermediate,
        State::CsiIgnore,
        State::OscString,
        State::OscIgnore,
        State::String,
    ];
}

/// Numeric parameters, some of which are sub-parameters of the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Params {
    pub(crate) values: [u16; MAX_PARAMS],
    pub(crate) len: u8,
    /// Bit n: value n is a sub-parameter.
    pub(crate) sub: u32,
}

impl Default for Params {
    fn default() -> Params {
        Params { values: [0; MAX_PARAMS], len: 0, sub: 0 }
    }
}

impl Params {
    /// The first value of the group at `index` (groups are a parameter with its sub-parameters), or `default` if it is
    /// absent or 0.
    #[inline]
    pub(crate) fn value_or(&self, index: usize, default: u16) -> u16 {
        let value = if self.sub == 0 {
            if index < usize::from(self.len) { self.values[index] } else { 0 }
        } else {
            self.groups().nth(index).map_or(0, |group| group[0])
        };
        if value == 0 { default } else { value }
    }

    /// The groups in order.
    pub(crate) fn groups(&self) -> Groups<'_> {
        Groups { params: self, at: 0 }
    }
}

/// Iterator over the groups of [`Params`]; none is empty.
#[derive(Clone)]
pub(crate) struct Groups<'a> {
    params: &'a Params,
    at: usize,
}

impl<'a> Iterator for Groups<'a> {
    type Item = &'a [u16];

    #[inline]
    fn next(&mut self) -> Option<&'a [u16]> {
        let len = usize::from(self.params.len);
        if self.at >= len {
            return None;
        }
        let start = self.at;
        self.at += 1;
        while self.at < len && self.params.sub >> self.at & 1 != 0 {
            self.at += 1;
        }
        Some(&self.params.values[start..self.at])
    }
}

/// The parser's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parser {
    pub(crate) state: State,
    pub(crate) params: Params,
    /// The value being read.
    pub(crate) param: u16,
    /// The value being read is a sub-parameter.
    pub(crate) param_is_sub: bool,
    /// Up to two private markers and intermediate bytes, the first one in the low byte.
    pub(crate) intermediates: u16,
    /// Too many parameters or intermediates: to be ignored.
    pub(crate) overflow: bool,
    /// Bytes of the sequence so far, without controls inside it.
    pub(crate) len: u32,
    /// Text of an OSC.
    pub(crate) osc: Vec<u8>,
    /// First bytes of an unfinished character.
    pub(crate) utf8: [u8; 3],
    pub(crate) utf8_len: u8,
}

impl Parser {
    /// Begins a sequence.
    #[inline]
    pub(crate) fn begin_escape(&mut self) {
        self.state = State::Escape;
        self.intermediates = 0;
        self.overflow = false;
        self.len = 1;
    }

    /// Begins the parameters of a CSI.
    #[inline]
    pub(crate) fn begin_csi(&mut self) {
        self.state = State::CsiEntry;
        self.params.len = 0;
        self.params.sub = 0;
        self.param = 0;
        self.param_is_sub = false;
        self.intermediates = 0;
        self.overflow = false;
        self.len = 2;
    }

    /// Begins the text of an OSC.
    pub(crate) fn begin_osc(&mut self) {
        self.state = State::OscString;
        self.osc.clear();
    }

    #[inline]
    pub(crate) fn collect(&mut self, byte: u8) {
        if self.intermediates == 0 {
            self.intermediates = u16::from(byte);
        } else if self.intermediates < 0x100 {
            self.intermediates |= u16::from(byte) << 8;
        } else {
            self.overflow = true;
        }
    }

    /// Adds a digit to the value being read.
    #[inline]
    pub(crate) fn digit(&mut self, byte: u8) {
        self.param = self.param.saturating_mul(10).saturating_add(u16::from(byte & 0x0f));
    }

    /// Ends the value being read; the next one is a sub-parameter if `sub`.
    #[inline]
    pub(crate) fn end_param(&mut self, sub: bool) {
        let at = usize::from(self.params.len);
        if at < MAX_PARAMS {
            self.params.values[at] = self.param;
            self.params.sub |= u32::from(self.param_is_sub) << at;
            self.params.len += 1;
        } else {
            self.overflow = true;
        }
        self.param = 0;
        self.param_is_sub = sub;
    }
}

/// Number of leading bytes that are printable ASCII.
#[inline]
pub(crate) fn printable_len(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut len = 0;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let mut bits = 0;
        for (index, &byte) in word.iter().enumerate() {
            bits |= u64::from(byte) << (8 * index);
        }
        // Sets the high bit of each byte below 0x20 or above 0x7e. Borrows and carries only ever reach later bytes, so
        // the first one found is right.
        let found = (bits.wrapping_sub(ONES * 0x20) | bits.wrapping_add(ONES) | bits) & HIGH;
        if found != 0 {
            return len + found.trailing_zeros() as usize / 8;
        }
        len += 8;
    }
    len + words.remainder().iter().take_while(|byte| matches!(byte, 0x20..=0x7e)).count()
}
