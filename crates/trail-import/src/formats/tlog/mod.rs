//! tlog: terminal I/O as JSON messages, in a file or on their way through a journal, syslog or Elasticsearch.
//!
//! Specification: [tlog's log format]. A recording is all messages with the same host and `rec`, in order of their `id`.
//!
//! [tlog's log format]: https://github.com/Scribery/tlog/blob/main/doc/log_format.md

mod carrier;
mod message;
mod timing;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use memchr::memmem;
use trail_model::{ChannelKind, Size, Timestamp};

use crate::Error;
use crate::emit::Emitter;
use crate::importer::{Importer, Probe};
use crate::lines::Place;
use crate::options::Limits;
use crate::source::{Part, Piece, Recording, Selection};
use crate::store::Blob;

use carrier::Found;
use message::{Decoded, Message};
use timing::Item;

pub(crate) struct Tlog;

const FORMAT: &str = "tlog";

/// Bytes of a text file that are searched for a message: log files begin with other lines.
const PROBE_LEN: u64 = 1 << 20;

/// One of these is in every message, whatever carries it.
const MARKS: [&[u8]; 3] = [b"out_txt", b"TLOG_REC", b"in_txt"];

impl Importer for Tlog {
    fn probe(&self, file: &Probe<'_>) -> Option<&'static str> {
        if file.head.is_empty() || file.head.contains(&0) && carrier::Carrier::of(file.head) != carrier::Carrier::Export
        {
            return None;
        }
        // Journals are mostly about other things; what is JSON may have one long line of them.
        let whole = carrier::Carrier::of(file.head) != carrier::Carrier::Lines
            || file.head.trim_ascii_start().starts_with(b"{");
        let mut stream = file.blob.open(file.limits).ok()?.take(if whole { u64::MAX } else { PROBE_LEN });
        contains_any(&mut stream, &MARKS).then_some(FORMAT)
    }

    fn split(&self, file: &Blob, format: &'static str, limits: &Limits) -> Result<Vec<Recording>, Error> {
        let failed = |source| Error::Io { path: file.path.clone(), source };
        let (window, cut_short) = file.seekable(limits).map_err(failed)?;
        let mut found = Found::default();
        carrier::find(&window, limits, &mut found).map_err(failed)?;
        if let Some(error) = cut_short {
            found.problem(Place { byte: window.len(), line: 0 }, format!("could not be read on: {error}"));
        }
        found.place_lost();
        if found.recordings.is_empty() {
            return Err(Error::NotARecording { path: file.path.clone() });
        }
        let problems = Arc::new(found.problems);
        let alone = found.recordings.len() == 1;
        let recordings = found.recordings.into_iter().map(|(key, mut pieces)| {
            pieces.sort_unstable_by_key(|piece| piece.at);
            let in_order = pieces.is_sorted_by_key(|piece| piece.id);
            pieces.sort_by_key(|piece| piece.id);
            let name = format!("{}/{}", key.host, key.rec);
            Recording {
                path: if alone { file.path.clone() } else { format!("{}!{name}", file.path) },
                name: if alone { file.name.clone() } else { name },
                format,
                parts: vec![Part { role: "messages", blob: file.clone() }],
                selection: Some(Selection {
                    window: window.clone(),
                    pieces: Arc::new(pieces),
                    problems: problems.clone(),
                    in_order,
                }),
            }
        });
        Ok(recordings.collect())
    }

    fn import(&self, recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let Some(selection) = &recording.selection else {
            return Err(Error::NotARecording { path: recording.path.clone() });
        };
        let path = recording.main().path.as_str();
        let mut reader = Reader { path, channel: None, size: None, last_id: None };
        for (place, message) in selection.problems.iter() {
            emitter.damage(path, Some(*place), message.clone());
        }
        if !selection.in_order {
            emitter.note(path, None, "messages are not in order; sorted by their ids");
        }
        for piece in selection.pieces.iter() {
            let bytes = selection.window.read(piece.at, piece.len);
            let bytes = bytes.map_err(|source| Error::Io { path: path.to_owned(), source })?;
            reader.piece(piece, &bytes, emitter)?;
        }
        if reader.channel.is_none() {
            emitter.open(ChannelKind::SessionShell, None)?;
        }
        Ok(())
    }
}

/// Searches a stream, piece by piece.
fn contains_any(stream: &mut dyn Read, needles: &[&[u8]]) -> bool {
    const BLOCK_LEN: usize = 64 << 10;
    let overlap = needles.iter().map(|needle| needle.len()).max().unwrap_or(1) - 1;
    let finders: Vec<_> = needles.iter().map(memmem::Finder::new).collect();
    let mut buffer = vec![0; BLOCK_LEN];
    let mut kept = 0;
    loop {
        let read = match stream.read(&mut buffer[kept..]) {
            Ok(0) => return false,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return false,
        };
        let filled = kept + read;
        if finders.iter().any(|finder| finder.find(&buffer[..filled]).is_some()) {
            return true;
        }
        kept = overlap.min(filled);
        buffer.copy_within(filled - kept..filled, 0);
    }
}

struct Reader<'a> {
    path: &'a str,
    channel: Option<usize>,
    size: Option<Size>,
    last_id: Option<u64>,
}

impl Reader<'_> {
    fn piece(&mut self, piece: &Piece, bytes: &[u8], emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let place = Some(Place { byte: piece.at, line: piece.line });
        match self.last_id {
            Some(last) if piece.id == last => {
                emitter.note(self.path, place, format!("message {last} is there twice: skipped"));
                return Ok(());
            }
            Some(last) if piece.id > last + 1 => {
                emitter.damage(self.path, place, format!("messages {} to {} are missing", last + 1, piece.id - 1));
            }
            None if piece.id > 1 => {
                emitter.damage(self.path, place, format!("messages 1 to {} are missing", piece.id - 1));
            }
            _ => {}
        }
        self.last_id = Some(piece.id);
        match message::decode(bytes) {
            Ok(Decoded::Message(message)) => self.message(&message, place, emitter),
            Ok(Decoded::Lost { .. }) => {
                let message = format!("message {} was left out by journalctl: export with --all", piece.id);
                emitter.damage(self.path, place, message);
                Ok(())
            }
            Ok(Decoded::Other) => Ok(()),
            Err(expected) => {
                emitter.damage(self.path, place, format!("expected {expected}"));
                Ok(())
            }
        }
    }

    fn message(&mut self, message: &Message, place: Option<Place>, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let items = timing::parse(&message.timing);
        let channel = match self.channel {
            Some(channel) => channel,
            None => {
                fill_meta(message, emitter);
                self.size = items.as_ref().ok().and_then(|items| match items.first() {
                    Some(Item::Window(size)) => *size,
                    _ => None,
                });
                *self.channel.insert(emitter.open(ChannelKind::SessionShell, self.size)?)
            }
        };
        let items = match items {
            Ok(items) => items,
            Err((at, expected)) => {
                let text = crate::lines::excerpt(message.timing.as_bytes());
                let message =
                    format!("expected {expected} at character {} of the timing {text}; the text is kept", at + 1);
                emitter.damage(self.path, place, message);
                Vec::new()
            }
        };
        let mut now = message.pos_ns();
        emitter.advance_to(now);
        let mut input = Stream::new(&message.in_txt, &message.in_bin);
        let mut output = Stream::new(&message.out_txt, &message.out_bin);
        for item in &items {
            match item {
                Item::Delay(ms) => {
                    now = now.saturating_add(i128::from(*ms) * 1_000_000);
                    emitter.advance_to(now);
                }
                Item::Window(Some(size)) if self.size == Some(*size) => {}
                Item::Window(Some(size)) => {
                    self.size = Some(*size);
                    emitter.resize(channel, *size)?;
                }
                Item::Window(None) => emitter.damage(self.path, place, "window size out of range"),
                Item::InputText(chars) => hand_on(input.text(*chars), true, channel, emitter)?,
                Item::OutputText(chars) => hand_on(output.text(*chars), false, channel, emitter)?,
                Item::InputBytes { skip, bytes } => hand_on(input.bytes(*skip, *bytes), true, channel, emitter)?,
                Item::OutputBytes { skip, bytes } => hand_on(output.bytes(*skip, *bytes), false, channel, emitter)?,
            }
        }
        for (stream, name, is_input) in [(&mut input, "in", true), (&mut output, "out", false)] {
            if stream.short {
                let what =
                    format!("the timing of message {} asks for more than {name}_txt or {name}_bin has", message.id);
                emitter.damage(self.path, place, what);
            }
            let rest = stream.rest();
            if !rest.is_empty() {
                if !items.is_empty() {
                    let what = format!("the timing of message {} does not use all of {name}_txt: kept", message.id);
                    emitter.damage(self.path, place, what);
                }
                hand_on(rest.to_vec(), is_input, channel, emitter)?;
            }
        }
        Ok(())
    }
}

fn hand_on(bytes: Vec<u8>, is_input: bool, channel: usize, emitter: &mut Emitter<'_>) -> Result<(), Error> {
    match (bytes.is_empty(), is_input) {
        (true, _) => Ok(()),
        (false, true) => emitter.input_text(channel, bytes),
        (false, false) => emitter.output_text(channel, bytes),
    }
}

/// The audit session of those who have none.
const NO_SESSION: u64 = 4_294_967_295;

fn fill_meta(message: &Message, emitter: &mut Emitter<'_>) {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let meta = &mut emitter.meta;
    meta.host = some(&message.host);
    meta.user = some(&message.user);
    meta.term = some(&message.term);
    meta.extra.insert("rec".to_owned(), message.rec.clone());
    if let Some(session) = message.session.filter(|&session| session != NO_SESSION) {
        meta.extra.insert("session".to_owned(), session.to_string());
    }
    // To the microsecond: a float of this size holds no more.
    let start = message.time.and_then(|secs| {
        let micros = (secs * 1e6).round() as i64;
        i128::from(micros).checked_mul(1000)?.checked_sub(message.pos_ns())
    });
    meta.start = start.and_then(|ns| i64::try_from(ns).ok()).map(Timestamp);
}

/// The text and the bytes of one direction of a message, as its timing takes them.
struct Stream<'a> {
    text: &'a [u8],
    bytes: &'a [u8],
    /// More was asked for than there is.
    short: bool,
}

impl<'a> Stream<'a> {
    fn new(text: &'a str, bytes: &'a [u8]) -> Stream<'a> {
        Stream { text: text.as_bytes(), bytes, short: false }
    }

    /// The length of the next `chars` characters.
    fn chars_len(&mut self, chars: u64) -> usize {
        let mut left = chars;
        // `text` is UTF-8: a character begins at every byte that continues none.
        for (at, &byte) in self.text.iter().enumerate() {
            if byte & 0xc0 != 0x80 {
                if left == 0 {
                    return at;
                }
                left -= 1;
            }
        }
        self.short |= left > 0;
        self.text.len()
    }

    fn text(&mut self, chars: u64) -> Vec<u8> {
        let (taken, rest) = self.text.split_at(self.chars_len(chars));
        self.text = rest;
        taken.to_vec()
    }

    fn bytes(&mut self, skip: u64, bytes: u64) -> Vec<u8> {
        self.text = &self.text[self.chars_len(skip)..];
        let len = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.short |= len > self.bytes.len();
        let (taken, rest) = self.bytes.split_at(len.min(self.bytes.len()));
        self.bytes = rest;
        taken.to_vec()
    }

    fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.text)
    }
}

/// What tells one recording from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    host: String,
    rec: String,
}

type Recordings = BTreeMap<Key, Vec<Piece>>;
