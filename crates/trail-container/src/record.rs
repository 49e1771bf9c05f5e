//! Records: the unit of a trail.

use trail_model::{ChannelId, ChannelOpen, Clipped, EventKind, KeyStroke, Offset, PointerMove, RecordId, Size};

use crate::bytes::{Bytes, put_prefixed};
use crate::error::{Error, Result};
use crate::format::{
    DRAWING_INSTRUCTIONS, MAX_BODY_LEN, NO_CHANNEL, RECORD_CHANNEL_CLOSE, RECORD_CHANNEL_OPEN, RECORD_CLIPBOARD,
    RECORD_CURSOR, RECORD_DRAWING, RECORD_FILE_TRANSFER, RECORD_INPUT, RECORD_KEY, RECORD_LOST, RECORD_MARKER,
    RECORD_OPAQUE, RECORD_OUTPUT, RECORD_POINTER, RECORD_RESIZE, RECORD_SIGNAL, RECORD_TITLE,
};

/// One record, borrowed from its chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its number in the trail.
    pub id: RecordId,
    /// The channel it belongs to.
    pub channel: ChannelId,
    /// When it happened, since the start of the recording.
    pub offset: Offset,
    /// What happened.
    pub body: RecordBody<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordBody<'a> {
    /// Bytes written to the screen.
    Output(&'a [u8]),
    /// Bytes typed or pasted. May hold secrets.
    Input(&'a [u8]),
    /// The terminal screen has a new size from now on.
    Resize(Size),
    /// A key. May hold secrets.
    Key(Encoded<'a>),
    /// A movement or button of the pointer.
    Pointer(Encoded<'a>),
    /// Contents of the clipboard. May hold secrets.
    Clipboard(Encoded<'a>),
    /// Drawing instructions: tiles, copies, fills.
    Drawing(Encoded<'a>),
    /// The pointer's picture.
    Cursor(Encoded<'a>),
    /// The title of the window, for channels that do not carry it in their output.
    Title(&'a str),
    /// A step of a file transfer.
    FileTransfer(Encoded<'a>),
    /// A marker's label.
    Marker(&'a str),
    /// A signal's name: the recording was suspended (`TSTP`) or resumed (`CONT`).
    Signal(&'a str),
    /// The channel begins.
    ChannelOpen(OpenBody<'a>),
    /// The channel ends, with the command's exit status where it is known.
    ChannelClose(Option<i32>),
    /// A vendor's own record.
    Opaque {
        /// The vendor's name for it.
        kind: &'a str,
        /// Its bytes.
        data: &'a [u8],
    },
    /// A record that was lost to damage; its channel is 0.
    Lost,
    /// A record of a kind that this version does not know, kept as it is.
    Unknown {
        /// Its number in the format.
        opcode: u8,
        /// Its body.
        data: &'a [u8],
    },
}

/// Bytes in one of several encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded<'a> {
    /// Number of the encoding, per record kind; see "Encoded bodies" in `docs/format.md`.
    pub encoding: u16,
    /// The bytes.
    pub data: &'a [u8],
}

/// How a channel begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenBody<'a> {
    /// Its kind, by the names of the audit API's `channel_type`.
    pub kind: &'a str,
    /// The initial size of its screen. Channels without a screen have none.
    pub size: Option<Size>,
    /// What else is known of it, by the names of the audit API.
    pub attributes: Attributes<'a>,
}

impl OpenBody<'_> {
    /// Length of the encoded body, or a little more.
    pub(crate) fn encoded_len(&self) -> usize {
        16 + self.kind.len() + self.attributes.bytes.len()
    }
}

impl<'a> From<&'a ChannelOpen> for OpenBody<'a> {
    fn from(open: &'a ChannelOpen) -> OpenBody<'a> {
        OpenBody { kind: open.kind.as_str(), size: open.size, attributes: Attributes::default() }
    }
}

/// Names and values of a channel, in encoded form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes<'a> {
    /// INVARIANT: pairs of prefixed UTF-8 strings that fill the slice; checked where it is made.
    bytes: &'a [u8],
}

impl<'a> Attributes<'a> {
    /// Encodes `pairs` into `buffer`, for a record that is about to be appended.
    pub fn encode<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>, buffer: &'a mut Vec<u8>) -> Attributes<'a> {
        buffer.clear();
        for (name, value) in pairs {
            put_prefixed(buffer, name.as_bytes());
            put_prefixed(buffer, value.as_bytes());
        }
        Attributes { bytes: buffer }
    }

    fn decode(bytes: &'a [u8]) -> Option<Attributes<'a>> {
        let mut fields = Bytes::new(bytes);
        while !fields.is_empty() {
            fields.text()?;
            fields.text()?;
        }
        Some(Attributes { bytes })
    }

    /// Returns the pairs in the order in which they were written.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut fields = Bytes::new(self.bytes);
        std::iter::from_fn(move || Some((fields.text()?, fields.text()?)))
    }
}

impl<'a> RecordBody<'a> {
    /// Checks that it can be a record of `channel` and be read back as it is.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::InvalidRecord`].
    pub fn check(&self, channel: ChannelId) -> Result<()> {
        let len = match self {
            RecordBody::Output(bytes) | RecordBody::Input(bytes) | RecordBody::Opaque { data: bytes, .. } => {
                bytes.len()
            }
            RecordBody::Unknown { data, .. } => data.len(),
            RecordBody::Title(text) | RecordBody::Marker(text) | RecordBody::Signal(text) => text.len(),
            RecordBody::Key(body) | RecordBody::Pointer(body) | RecordBody::Clipboard(body) => body.data.len(),
            RecordBody::Drawing(body) | RecordBody::Cursor(body) | RecordBody::FileTransfer(body) => body.data.len(),
            RecordBody::ChannelOpen(open) => open.encoded_len(),
            RecordBody::Resize(_) | RecordBody::ChannelClose(_) | RecordBody::Lost => 0,
        };
        if len > MAX_BODY_LEN {
            return Err(Error::TooLong { what: "record", limit: MAX_BODY_LEN, found: len });
        }
        let what = match self {
            RecordBody::Lost if channel.0 != NO_CHANNEL => "a lost record belongs to channel 0",
            RecordBody::Lost => return Ok(()),
            _ if channel.0 == NO_CHANNEL => "channel 0 is for lost records",
            RecordBody::Unknown { opcode, .. } if *opcode <= RECORD_LOST => "a known kind given as unknown",
            _ => return Ok(()),
        };
        Err(Error::InvalidRecord { channel, what })
    }

    /// Makes the body of an event.
    pub fn from_event(event: &'a EventKind) -> RecordBody<'a> {
        match event {
            EventKind::Open(open) => RecordBody::ChannelOpen(open.into()),
            EventKind::Output(bytes) => RecordBody::Output(bytes),
            EventKind::Input(bytes) => RecordBody::Input(bytes),
            EventKind::Resize(size) => RecordBody::Resize(*size),
            EventKind::Drawing(data) => RecordBody::Drawing(Encoded { encoding: DRAWING_INSTRUCTIONS, data }),
            EventKind::Pointer(at) => {
                RecordBody::Pointer(Encoded { encoding: PointerMove::ENCODING, data: at.as_bytes() })
            }
            EventKind::Key(key) => RecordBody::Key(Encoded { encoding: KeyStroke::ENCODING, data: key.as_bytes() }),
            EventKind::Clipboard(clipped) => {
                RecordBody::Clipboard(Encoded { encoding: Clipped::ENCODING, data: clipped.as_bytes() })
            }
            EventKind::Title(title) => RecordBody::Title(title),
            EventKind::Marker(label) => RecordBody::Marker(label),
            EventKind::Signal(name) => RecordBody::Signal(name),
            EventKind::Close(status) => RecordBody::ChannelClose(*status),
            EventKind::Opaque { kind, data } => RecordBody::Opaque { kind, data },
        }
    }

    /// Returns the record kind's number in the format.
    pub fn opcode(&self) -> u8 {
        match self {
            RecordBody::Output(_) => RECORD_OUTPUT,
            RecordBody::Input(_) => RECORD_INPUT,
            RecordBody::Resize(_) => RECORD_RESIZE,
            RecordBody::Key(_) => RECORD_KEY,
            RecordBody::Pointer(_) => RECORD_POINTER,
            RecordBody::Clipboard(_) => RECORD_CLIPBOARD,
            RecordBody::Drawing(_) => RECORD_DRAWING,
            RecordBody::Cursor(_) => RECORD_CURSOR,
            RecordBody::Title(_) => RECORD_TITLE,
            RecordBody::FileTransfer(_) => RECORD_FILE_TRANSFER,
            RecordBody::Marker(_) => RECORD_MARKER,
            RecordBody::Signal(_) => RECORD_SIGNAL,
            RecordBody::ChannelOpen(_) => RECORD_CHANNEL_OPEN,
            RecordBody::ChannelClose(_) => RECORD_CHANNEL_CLOSE,
            RecordBody::Opaque { .. } => RECORD_OPAQUE,
            RecordBody::Lost => RECORD_LOST,
            RecordBody::Unknown { opcode, .. } => *opcode,
        }
    }

    /// Appends the body's bytes.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        match self {
            RecordBody::Output(bytes) | RecordBody::Input(bytes) | RecordBody::Unknown { data: bytes, .. } => {
                out.extend_from_slice(bytes);
            }
            RecordBody::Title(text) | RecordBody::Marker(text) | RecordBody::Signal(text) => {
                out.extend_from_slice(text.as_bytes());
            }
            RecordBody::Resize(size) => encode_size(out, Some(*size)),
            RecordBody::Key(body)
            | RecordBody::Pointer(body)
            | RecordBody::Clipboard(body)
            | RecordBody::Drawing(body)
            | RecordBody::Cursor(body)
            | RecordBody::FileTransfer(body) => {
                out.extend_from_slice(&body.encoding.to_le_bytes());
                out.extend_from_slice(body.data);
            }
            RecordBody::ChannelOpen(open) => {
                encode_size(out, open.size);
                put_prefixed(out, open.kind.as_bytes());
                out.extend_from_slice(open.attributes.bytes);
            }
            RecordBody::ChannelClose(status) => {
                if let Some(status) = status {
                    out.extend_from_slice(&status.to_le_bytes());
                }
            }
            RecordBody::Opaque { kind, data } => {
                put_prefixed(out, kind.as_bytes());
                out.extend_from_slice(data);
            }
            RecordBody::Lost => {}
        }
    }

    /// Decodes a body; nothing if the bytes do not mean anything.
    pub(crate) fn decode(opcode: u8, bytes: &'a [u8]) -> Option<RecordBody<'a>> {
        Some(match opcode {
            RECORD_OUTPUT => RecordBody::Output(bytes),
            RECORD_INPUT => RecordBody::Input(bytes),
            RECORD_RESIZE => RecordBody::Resize(decode_size(bytes.try_into().ok()?)??),
            RECORD_KEY => RecordBody::Key(decode_encoded(bytes)?),
            RECORD_POINTER => RecordBody::Pointer(decode_encoded(bytes)?),
            RECORD_CLIPBOARD => RecordBody::Clipboard(decode_encoded(bytes)?),
            RECORD_DRAWING => RecordBody::Drawing(decode_encoded(bytes)?),
            RECORD_CURSOR => RecordBody::Cursor(decode_encoded(bytes)?),
            RECORD_TITLE => RecordBody::Title(std::str::from_utf8(bytes).ok()?),
            RECORD_FILE_TRANSFER => RecordBody::FileTransfer(decode_encoded(bytes)?),
            RECORD_MARKER => RecordBody::Marker(std::str::from_utf8(bytes).ok()?),
            RECORD_SIGNAL => RecordBody::Signal(std::str::from_utf8(bytes).ok()?),
            RECORD_CHANNEL_OPEN => {
                let mut fields = Bytes::new(bytes);
                let size = decode_size(fields.array()?)?;
                let kind = fields.text()?;
                RecordBody::ChannelOpen(OpenBody { kind, size, attributes: Attributes::decode(fields.rest())? })
            }
            RECORD_CHANNEL_CLOSE if bytes.is_empty() => RecordBody::ChannelClose(None),
            RECORD_CHANNEL_CLOSE => RecordBody::ChannelClose(Some(i32::from_le_bytes(bytes.try_into().ok()?))),
            RECORD_OPAQUE => {
                let mut fields = Bytes::new(bytes);
                RecordBody::Opaque { kind: fields.text()?, data: fields.rest() }
            }
            RECORD_LOST if bytes.is_empty() => RecordBody::Lost,
            RECORD_LOST => return None,
            opcode => RecordBody::Unknown { opcode, data: bytes },
        })
    }
}

/// Appends columns and rows; 0 and 0 for no size.
fn encode_size(out: &mut Vec<u8>, size: Option<Size>) {
    let (cols, rows) = size.map_or((0, 0), |size| (size.cols, size.rows));
    out.extend_from_slice(&cols.to_le_bytes());
    out.extend_from_slice(&rows.to_le_bytes());
}

/// Reads columns and rows; the inner nothing is "no size", the outer one an impossible size.
fn decode_size(bytes: [u8; 4]) -> Option<Option<Size>> {
    let [c0, c1, r0, r1] = bytes;
    match (u16::from_le_bytes([c0, c1]), u16::from_le_bytes([r0, r1])) {
        (0, 0) => Some(None),
        (cols, rows) => Size::new(cols.into(), rows.into()).map(Some),
    }
}

fn decode_encoded(bytes: &[u8]) -> Option<Encoded<'_>> {
    let mut fields = Bytes::new(bytes);
    Some(Encoded { encoding: fields.u16()?, data: fields.rest() })
}
