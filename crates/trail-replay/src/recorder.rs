//! Events to records.

use std::collections::BTreeMap;
use std::path::Path;

use trail_container::format::{MAX_BODY_LEN, MAX_KEYFRAME_LEN};
use trail_container::{Digest, Header, RecordBody, Storage, TrailReader, TrailWriter, WriterOptions};
use trail_model::{ChannelId, Event, EventKind, Offset, RecordId, SessionMeta};
use trail_screen::Terminal;

use crate::error::Result;
use crate::player::Player;
use crate::screen::Screen;

/// What cutting and keyframes cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Events taken.
    pub events: u64,
    /// Records written.
    pub records: u64,
    /// Records that end before their event does, because a printed character would have passed unseen.
    pub cuts: u64,
    /// Cuts that fell on the beginning of an event and so made no record.
    pub free_cuts: u64,
    /// Output records.
    pub output_records: u64,
    /// Bytes of output.
    pub output_bytes: u64,
    /// Keyframes.
    pub keyframes: u64,
    /// Bytes of keyframes before compression.
    pub keyframe_bytes: u64,
}

/// Where the records of a recorder go: to a trail, or straight to whoever reads them.
pub trait RecordSink {
    /// Tells whether the state of `channel` is wanted before its next record.
    fn wants_keyframe(&self, channel: ChannelId) -> bool;

    /// Takes the state of `channel` as it is before its next record.
    ///
    /// # Errors
    /// [`Error::Container`](crate::Error::Container).
    fn put_keyframe(&mut self, channel: ChannelId, state: &[u8]) -> Result<()>;

    /// Feeds output to the channel's terminal up to the next cut, as [`Terminal::feed_until_cut`] does, and returns the
    /// number of bytes: they are the channel's next record. For a sink that has to look at the screen in the middle of a
    /// record.
    ///
    /// [`Terminal::feed_until_cut`]: trail_screen::Terminal::feed_until_cut
    fn feed(&mut self, _channel: ChannelId, terminal: &mut Terminal, bytes: &[u8]) -> usize {
        terminal.feed_until_cut(bytes)
    }

    /// Takes a record, with the channel's screen after it, and returns its number.
    ///
    /// # Errors
    /// [`Error::Container`](crate::Error::Container), for the same records everywhere.
    fn append(
        &mut self,
        channel: ChannelId,
        offset: Offset,
        body: &RecordBody<'_>,
        screen: &mut Screen,
    ) -> Result<RecordId>;
}

impl<S: Storage> RecordSink for TrailWriter<S> {
    fn wants_keyframe(&self, channel: ChannelId) -> bool {
        TrailWriter::wants_keyframe(self, channel)
    }

    fn put_keyframe(&mut self, channel: ChannelId, state: &[u8]) -> Result<()> {
        Ok(TrailWriter::put_keyframe(self, channel, state)?)
    }

    fn append(
        &mut self,
        channel: ChannelId,
        offset: Offset,
        body: &RecordBody<'_>,
        _: &mut Screen,
    ) -> Result<RecordId> {
        Ok(TrailWriter::append(self, channel, offset, body)?)
    }
}

/// Writes the events of a recording to a trail, or to another [`RecordSink`].
///
/// Before a step of the output (one printed character or one control function) that would hide a character printed since
/// the last cut, the record ends and the rest goes into the next one, at the same time. Where that happens depends on
/// the output's bytes and the resizes alone, not on how the source split them into events.
pub struct Recorder<W: RecordSink = TrailWriter> {
    writer: W,
    screens: BTreeMap<ChannelId, Screen>,
    cost: Cost,
    keyframe: Vec<u8>,
}

impl<W: RecordSink> Recorder<W> {
    /// Begins with a trail that has no records yet.
    pub fn new(writer: W) -> Recorder<W> {
        Recorder { writer, screens: BTreeMap::new(), cost: Cost::default(), keyframe: Vec::new() }
    }

    /// Goes on with a trail: `writer` has resumed what `trail` reads. The screens are brought to where they were.
    ///
    /// # Errors
    /// [`Error::Container`](crate::Error::Container), [`Error::Keyframe`](crate::Error::Keyframe).
    pub fn resume(writer: W, trail: &TrailReader) -> Result<Recorder<W>> {
        let mut recorder = Recorder::new(writer);
        for summary in trail.channels() {
            let mut player = Player::new(trail, summary.channel)?;
            player.seek(summary.last_record)?;
            let mut screen = player.into_screen();
            if let Some(terminal) = screen.terminal_mut() {
                // The last record has ended: everything on the screen has been seen.
                terminal.cut();
            }
            recorder.screens.insert(summary.channel, screen);
        }
        Ok(recorder)
    }

    /// Writes one event as one or more records.
    ///
    /// # Errors
    /// [`Error::Container`](crate::Error::Container): what the writer answers.
    pub fn event(&mut self, event: &Event) -> Result<()> {
        self.cost.events += 1;
        match &event.kind {
            EventKind::Output(bytes) => self.output(event.channel, event.offset, bytes),
            kind => self.other(event.channel, event.offset, &RecordBody::from_event(kind)),
        }
    }

    /// Writes a record that is not output.
    ///
    /// # Errors
    /// [`Error::Container`](crate::Error::Container): what the writer answers.
    pub fn other(&mut self, channel: ChannelId, offset: Offset, body: &RecordBody<'_>) -> Result<()> {
        self.put_keyframe(channel)?;
        let screen = self.screens.entry(channel).or_default();
        screen.apply(body);
        self.writer.append(channel, offset, body, screen)?;
        self.cost.records += 1;
        Ok(())
    }

    fn output(&mut self, channel: ChannelId, offset: Offset, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        loop {
            self.put_keyframe(channel)?;
            let piece = &rest[..rest.len().min(MAX_BODY_LEN)];
            let screen = self.screens.entry(channel).or_default();
            screen.prepare(&RecordBody::Output(piece));
            let mut taken = piece.len();
            if let Some(terminal) = screen.terminal_mut() {
                taken = feed(&mut self.writer, channel, terminal, piece, &mut self.cost);
            }
            let (record, after) = rest.split_at(taken);
            rest = after;
            self.writer.append(channel, offset, &RecordBody::Output(record), screen)?;
            self.cost.records += 1;
            self.cost.output_records += 1;
            self.cost.output_bytes += record.len() as u64;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// Keeps the screen as it is before the channel's next record, if the chunk needs it.
    fn put_keyframe(&mut self, channel: ChannelId) -> Result<()> {
        if !self.writer.wants_keyframe(channel) {
            return Ok(());
        }
        self.keyframe.clear();
        let is_saved = self.screens.get(&channel).is_some_and(|screen| screen.save(&mut self.keyframe));
        // A desktop of noise may not fit: then replay begins at the keyframe before.
        if !is_saved || self.keyframe.len() > MAX_KEYFRAME_LEN {
            return Ok(());
        }
        self.writer.put_keyframe(channel, &self.keyframe)?;
        self.cost.keyframes += 1;
        self.cost.keyframe_bytes += self.keyframe.len() as u64;
        Ok(())
    }

    /// What it cost so far.
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// The screen of `channel` as it is now.
    pub fn screen(&self, channel: ChannelId) -> Option<&Screen> {
        self.screens.get(&channel)
    }

    /// The writer.
    pub fn writer(&self) -> &W {
        &self.writer
    }

    /// The writer, to flush, poll, set metadata or write a checkpoint.
    pub fn writer_mut(&mut self) -> &mut W {
        &mut self.writer
    }

    /// Gives the writer away without closing the trail.
    pub fn into_writer(self) -> W {
        self.writer
    }
}

impl<S: Storage> Recorder<TrailWriter<S>> {
    /// Closes the trail and gives the writer back, for storage that is wanted again; and what it cost.
    ///
    /// # Errors
    /// [`Error::Container`](crate::Error::Container): what the writer answers.
    pub fn close(mut self) -> Result<(TrailWriter<S>, Cost)> {
        self.writer.close()?;
        Ok((self.writer, self.cost))
    }

    /// Closes the trail; gives its final hash and what it cost.
    ///
    /// # Errors
    /// [`Error::Container`](crate::Error::Container): what the writer answers.
    pub fn finish(mut self) -> Result<(Digest, Cost)> {
        let head = self.writer.close()?;
        Ok((head, self.cost))
    }
}

/// Feeds `bytes` up to the next cut; gives the number of bytes of the record. A cut that is due before the first byte
/// falls on the end of the record before.
fn feed(
    sink: &mut impl RecordSink,
    channel: ChannelId,
    terminal: &mut Terminal,
    bytes: &[u8],
    cost: &mut Cost,
) -> usize {
    let mut taken = sink.feed(channel, terminal, bytes);
    if taken == 0 && !bytes.is_empty() {
        terminal.cut();
        cost.free_cuts += 1;
        taken = sink.feed(channel, terminal, bytes);
        if taken == 0 {
            // Nothing is fresh after a cut, so the first step always passes; should it not, the record goes through
            // whole rather than never.
            terminal.feed(bytes);
            return bytes.len();
        }
    }
    if taken < bytes.len() {
        terminal.cut();
        cost.cuts += 1;
    }
    taken
}

/// Writes a whole recording to a new trail at `path`.
///
/// # Examples
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use trail_container::{Header, TrailReader, WriterOptions};
/// use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, SessionMeta, Size};
/// use trail_replay::{Player, record_events};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("session.trail");
/// let open = ChannelOpen { kind: ChannelKind::SessionShell, size: Some(Size::DEFAULT) };
/// let events = [
///     Event { channel: ChannelId(1), offset: Offset::ZERO, kind: EventKind::Open(open) },
///     // The carriage return and the blanks would hide the word before anybody sees it.
///     Event { channel: ChannelId(1), offset: Offset(5), kind: EventKind::Output(b"secret\r      ".to_vec()) },
/// ];
/// let header = Header::new(SessionMeta::default())?;
/// let (_, cost) = record_events(&path, &header, WriterOptions::default(), events.iter(), None)?;
/// assert_eq!((cost.events, cost.records), (2, 3));
///
/// let trail = TrailReader::open(&path)?;
/// let mut player = Player::new(&trail, ChannelId(1))?;
/// player.seek(trail_model::RecordId(2))?;
/// let mut text = String::new();
/// player.terminal().expect("the channel has a screen").row(0).append_text(&mut text);
/// assert_eq!(text.trim_end(), "secret");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::Container`](crate::Error::Container): what the writer answers.
pub fn record_events<'e>(
    path: impl AsRef<Path>,
    header: &Header,
    options: WriterOptions,
    events: impl IntoIterator<Item = &'e Event>,
    final_meta: Option<SessionMeta>,
) -> Result<(Digest, Cost)> {
    let mut recorder = Recorder::new(TrailWriter::create(path, header, options)?);
    for event in events {
        recorder.event(event)?;
    }
    if let Some(meta) = final_meta {
        recorder.writer_mut().set_meta(meta);
    }
    recorder.finish()
}
