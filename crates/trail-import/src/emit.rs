//! Between the importers and the sink: clock, channels, character sets, counters and findings.

use std::io;

use trail_model::{
    ChannelId, ChannelKind, ChannelOpen, Clipped, Event, EventKind, KeyStroke, Offset, PointerMove, SessionMeta, Size,
};

use crate::grow::Grow;
use crate::lines::Place;
use crate::options::ImportOptions;
use crate::report::{Finding, ImportReport, Severity};
use crate::sink::EventSink;
use crate::source::Recording;
use crate::text::{Transcoder, Utf8Counter};
use crate::{Error, SinkError};

/// What an importer writes to.
pub(crate) struct Emitter<'a> {
    sink: &'a mut dyn EventSink,
    pub(crate) options: &'a ImportOptions,
    pub(crate) report: ImportReport,
    pub(crate) meta: SessionMeta,
    sent: Option<SessionMeta>,
    channels: Vec<Channel>,
    now: u64,
    /// Nanoseconds taken out of long pauses so far.
    cut_ns: u64,
    /// The recording's, for findings about it as a whole.
    path: String,
}

struct Channel {
    id: ChannelId,
    output: Transcoder,
    input: Transcoder,
    output_text: Utf8Counter,
    /// Set for streams that are no terminal's: the last byte was `\r`.
    after_cr: Option<bool>,
    grow: Option<Grow>,
    exit: Option<i32>,
}

impl From<SinkError> for Error {
    fn from(source: SinkError) -> Error {
        Error::Sink { source }
    }
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(sink: &'a mut dyn EventSink, options: &'a ImportOptions, recording: &Recording) -> Emitter<'a> {
        let format = recording.format;
        let source = Some(recording.name.clone()).filter(|name| !name.is_empty());
        Emitter {
            sink,
            options,
            report: ImportReport { format: format.to_owned(), ..ImportReport::default() },
            meta: SessionMeta { format: format.to_owned(), source, ..SessionMeta::default() },
            sent: None,
            channels: Vec::new(),
            now: 0,
            cut_ns: 0,
            path: recording.path.clone(),
        }
    }

    /// Corrects the format's name, where only reading it through tells the variant.
    pub(crate) fn set_format(&mut self, format: &str) {
        format.clone_into(&mut self.report.format);
        format.clone_into(&mut self.meta.format);
    }

    // Findings.

    fn finding(&mut self, severity: Severity, path: &str, byte: Option<u64>, line: Option<u64>, message: String) {
        self.report.damaged |= severity == Severity::Damage;
        if self.report.findings.len() >= self.options.limits.findings {
            self.report.findings_omitted += 1;
            return;
        }
        self.report.findings.push(Finding { severity, path: path.to_owned(), byte, line, message });
    }

    pub(crate) fn note(&mut self, path: &str, place: Option<Place>, message: impl Into<String>) {
        let (byte, line) = (place.map(|place| place.byte), place.map(|place| place.line));
        self.finding(Severity::Note, path, byte, line, message.into());
    }

    pub(crate) fn damage(&mut self, path: &str, place: Option<Place>, message: impl Into<String>) {
        let (byte, line) = (place.map(|place| place.byte), place.map(|place| place.line));
        self.finding(Severity::Damage, path, byte, line, message.into());
    }

    /// For files without lines.
    pub(crate) fn damage_at(&mut self, path: &str, byte: u64, message: impl Into<String>) {
        self.finding(Severity::Damage, path, Some(byte), None, message.into());
    }

    /// A stream ended early: a compressed file was cut, or the disk failed.
    pub(crate) fn cut_short(&mut self, path: &str, byte: u64, error: &io::Error) {
        let what = match error.kind() {
            io::ErrorKind::UnexpectedEof => "truncated".to_owned(),
            _ => format!("could not be read on: {error}"),
        };
        self.finding(Severity::Damage, path, Some(byte), None, format!("{what} after {byte} bytes"));
    }

    // The clock.

    /// Moves on by `ns`; a negative step is counted and left out.
    pub(crate) fn advance(&mut self, ns: i128) {
        if ns < 0 {
            self.report.clamped_times += 1;
            return;
        }
        let mut step = u64::try_from(ns).unwrap_or(u64::MAX);
        if let Some(max) = self.options.max_gap_ns
            && step > max
        {
            self.cut_ns = self.cut_ns.saturating_add(step - max);
            self.report.shortened_gaps += 1;
            step = max;
        }
        self.now = self.now.saturating_add(step);
    }

    /// Moves on to `ns` after the start; if that is past already, stays and counts it.
    pub(crate) fn advance_to(&mut self, ns: i128) {
        self.advance(ns.saturating_sub(self.played_ns()));
    }

    /// Time played so far by the recording's own clock, nanoseconds taken out of pauses included.
    pub(crate) fn played_ns(&self) -> i128 {
        i128::from(self.now) + i128::from(self.cut_ns)
    }

    // Metadata and channels.

    /// Hands the metadata over, before the first event.
    pub(crate) fn begin(&mut self) -> Result<(), Error> {
        self.sent = Some(self.meta.clone());
        Ok(self.sink.meta(&self.meta)?)
    }

    /// Opens a channel with a screen of `size`, if the recording says one, else of the default size.
    pub(crate) fn open(&mut self, kind: ChannelKind, size: Option<Size>) -> Result<usize, Error> {
        if self.sent.is_none() {
            self.begin()?;
        }
        let raw = kind == ChannelKind::SessionExec;
        let known = self.options.size.or(size);
        let size = known.unwrap_or(Size::DEFAULT);
        let grow = (self.options.grow && known.is_none() && !raw).then(|| Grow::new(size));
        self.open_channel(ChannelOpen { kind, size: Some(size) }, grow)
    }

    /// Opens a channel with a desktop, which has no size before its first frame.
    pub(crate) fn open_desktop(&mut self) -> Result<usize, Error> {
        if self.sent.is_none() {
            self.begin()?;
        }
        self.open_channel(ChannelOpen { kind: ChannelKind::Drawing, size: None }, None)
    }

    fn open_channel(&mut self, open: ChannelOpen, grow: Option<Grow>) -> Result<usize, Error> {
        let id = ChannelId(self.channels.len() as u32 + 1);
        self.channels.push(Channel {
            id,
            output: Transcoder::new(self.options.encoding),
            input: Transcoder::new(self.options.encoding),
            output_text: Utf8Counter::default(),
            after_cr: (open.kind == ChannelKind::SessionExec).then_some(false),
            grow,
            exit: None,
        });
        let channel = self.channels.len() - 1;
        self.event(channel, EventKind::Open(open))?;
        Ok(channel)
    }

    fn event(&mut self, channel: usize, kind: EventKind) -> Result<(), Error> {
        match &kind {
            EventKind::Output(bytes) => self.report.output_bytes += bytes.len() as u64,
            EventKind::Input(bytes) => self.report.input_bytes += bytes.len() as u64,
            _ => {}
        }
        self.report.events += 1;
        let channel = self.channels[channel].id;
        Ok(self.sink.event(Event { channel, offset: Offset(self.now), kind })?)
    }

    /// Output in the recorded character set.
    pub(crate) fn output(&mut self, channel: usize, bytes: Vec<u8>) -> Result<(), Error> {
        self.transcoded(channel, bytes, false)
    }

    fn transcoded(&mut self, channel: usize, bytes: Vec<u8>, last: bool) -> Result<(), Error> {
        let state = &mut self.channels[channel];
        let report = &mut self.report;
        let mut bytes =
            state.output.convert(bytes, last, &mut report.invalid_utf8_bytes, &mut report.undecodable_bytes);
        if let Some(after_cr) = &mut state.after_cr {
            bytes = with_carriage_returns(bytes, after_cr);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        self.grown(channel, &bytes)?;
        self.event(channel, EventKind::Output(bytes))
    }

    fn grown(&mut self, channel: usize, bytes: &[u8]) -> Result<(), Error> {
        match self.channels[channel].grow.as_mut().and_then(|grow| grow.feed(bytes)) {
            Some(size) => self.event(channel, EventKind::Resize(size)),
            None => Ok(()),
        }
    }

    /// Output that is Unicode text by its format.
    pub(crate) fn output_text(&mut self, channel: usize, bytes: Vec<u8>) -> Result<(), Error> {
        self.report.invalid_utf8_bytes += self.channels[channel].output_text.feed(&bytes);
        self.grown(channel, &bytes)?;
        self.event(channel, EventKind::Output(bytes))
    }

    /// Input in the recorded character set.
    pub(crate) fn input(&mut self, channel: usize, bytes: Vec<u8>) -> Result<(), Error> {
        let report = &mut self.report;
        // What is not UTF-8 in input is nobody's concern: it is never shown.
        let bytes = self.channels[channel].input.convert(bytes, false, &mut 0, &mut report.undecodable_bytes);
        if bytes.is_empty() { Ok(()) } else { self.event(channel, EventKind::Input(bytes)) }
    }

    /// Input that is Unicode text by its format.
    pub(crate) fn input_text(&mut self, channel: usize, bytes: Vec<u8>) -> Result<(), Error> {
        self.event(channel, EventKind::Input(bytes))
    }

    pub(crate) fn resize(&mut self, channel: usize, size: Size) -> Result<(), Error> {
        // From here on the recording says its size.
        self.channels[channel].grow = None;
        self.event(channel, EventKind::Resize(size))
    }

    /// The bodies of a frame's drawing records.
    pub(crate) fn drawn(&mut self, channel: usize, bodies: Vec<Vec<u8>>) -> Result<(), Error> {
        bodies.into_iter().try_for_each(|body| self.event(channel, EventKind::Drawing(body)))
    }

    pub(crate) fn pointer(&mut self, channel: usize, at: PointerMove) -> Result<(), Error> {
        self.event(channel, EventKind::Pointer(at))
    }

    pub(crate) fn key(&mut self, channel: usize, key: KeyStroke) -> Result<(), Error> {
        self.event(channel, EventKind::Key(key))
    }

    pub(crate) fn clipboard(&mut self, channel: usize, clipped: Clipped) -> Result<(), Error> {
        self.event(channel, EventKind::Clipboard(clipped))
    }

    pub(crate) fn title(&mut self, channel: usize, title: String) -> Result<(), Error> {
        self.event(channel, EventKind::Title(title))
    }

    pub(crate) fn marker(&mut self, channel: usize, label: String) -> Result<(), Error> {
        self.event(channel, EventKind::Marker(label))
    }

    pub(crate) fn signal(&mut self, channel: usize, name: String) -> Result<(), Error> {
        self.event(channel, EventKind::Signal(name))
    }

    pub(crate) fn opaque(&mut self, channel: usize, kind: String, data: Vec<u8>) -> Result<(), Error> {
        self.report.skipped_records += 1;
        self.event(channel, EventKind::Opaque { kind, data })
    }

    /// What the channel's end will say.
    pub(crate) fn set_exit(&mut self, channel: usize, status: i32) {
        self.channels[channel].exit = Some(status);
    }

    /// Ends all channels and hands over metadata learnt on the way.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        if self.sent.is_none() {
            self.begin()?;
        }
        if self.report.clamped_times > 0 {
            let (path, steps) = (self.path.clone(), self.report.clamped_times);
            self.note(&path, None, format!("the clock went back {steps} times: those steps are left out"));
        }
        for channel in 0..self.channels.len() {
            self.report.invalid_utf8_bytes += self.channels[channel].output_text.finish();
            self.transcoded(channel, Vec::new(), true)?;
            let exit = self.channels[channel].exit;
            self.event(channel, EventKind::Close(exit))?;
        }
        self.report.duration = Offset(self.now);
        if self.sent.as_ref() != Some(&self.meta) {
            self.begin()?;
        }
        Ok(())
    }
}

/// A stream that was no terminal's has bare line feeds; a screen needs them with carriage returns.
fn with_carriage_returns(bytes: Vec<u8>, after_cr: &mut bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    for &byte in &bytes {
        if byte == b'\n' && !*after_cr {
            out.push(b'\r');
        }
        out.push(byte);
        *after_cr = byte == b'\r';
    }
    out
}
