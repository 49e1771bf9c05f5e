//! sudo I/O logs: a directory for each command, written by sudo and by sudo_logsrvd.
//!
//! Specification: "I/O log files" in the [sudoers manual]. `timing` says which stream gets how many bytes when; `log` and
//! `log.json` say who ran what. Each file but the logs may be compressed by itself.
//!
//! [sudoers manual]: https://www.sudo.ws/docs/man/sudoers.man/#I/O_log_files

mod log;
mod timing;

#[cfg(test)]
mod tests;

use std::io::{self, Read};

use trail_model::{ChannelKind, Size};

use crate::Error;
use crate::emit::Emitter;
use crate::folder::Folder;
use crate::importer::{Group, Importer, Probe};
use crate::lines::{Lines, Place, Step};
use crate::options::Limits;
use crate::source::{Part, Recording};
use crate::store::{HEAD_LEN, Stream};

use timing::{Record, Streams};

pub(crate) struct Sudo;

const FORMAT: &str = "sudo-iolog";

/// The files of a log directory, `timing` first.
const FILES: [&str; 8] = ["timing", "log.json", "log", "ttyin", "ttyout", "stdin", "stdout", "stderr"];

/// The terminal's channel, or the first of the others: window sizes and signals go there.
const FIRST_CHANNEL: usize = 0;

/// Bytes of output that are handed on at once where no timing record says how many belong together.
const REST_LEN: u64 = 64 << 10;

impl Importer for Sudo {
    fn group(&self, folder: &Folder, limits: &Limits) -> Vec<Group> {
        let found: Vec<(&'static str, usize)> =
            FILES.iter().filter_map(|&role| folder.find(role).map(|entry| (role, entry))).collect();
        let has = |roles: &[&str]| found.iter().any(|(role, _)| roles.contains(role));
        if !has(&["timing"]) || !has(&FILES[3..]) {
            return Vec::new();
        }
        let parts: Vec<Part> =
            found.iter().map(|&(role, entry)| Part { role, blob: folder.entries[entry].clone() }).collect();
        let has_log = parts.iter().any(|part| log::is_log(part, limits));
        // A directory may be opened before the first record is written.
        let head = parts[0].blob.unwrapped(limits).head(HEAD_LEN, limits).unwrap_or_default();
        if !(timing::looks_like(&head) || head.is_empty() && has_log) {
            return Vec::new();
        }
        let mut entries: Vec<usize> = found.iter().map(|&(_, entry)| entry).collect();
        entries.sort_unstable();
        let name = folder.path.rsplit(['/', '!', '\\']).next().unwrap_or_default().to_owned();
        let recording = Recording { path: folder.path.clone(), name, format: FORMAT, parts, selection: None };
        vec![Group { whole_folder: entries.len() == folder.entries.len() || has_log, entries, recording }]
    }

    fn probe(&self, _file: &Probe<'_>) -> Option<&'static str> {
        None
    }

    fn import(&self, recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let size = log::read(recording, emitter);
        Reader::open(recording, size, emitter)?.run(emitter)
    }
}

/// One of the five streams, read as the timing records ask for it.
struct Source {
    name: &'static str,
    path: String,
    stream: Option<Stream>,
    at: u64,
    /// The channel its bytes go to.
    channel: usize,
    is_input: bool,
    /// Whether its end has been told.
    ended: bool,
}

struct Reader {
    timing: Lines,
    timing_path: String,
    /// By record type, 0 to 4.
    sources: [Option<Source>; 5],
    /// Subtracted from record types: 2 in the files of sudo 1.8.7.
    shift: u8,
}

impl Reader {
    fn open(recording: &Recording, size: Option<Size>, emitter: &mut Emitter<'_>) -> Result<Reader, Error> {
        let limits = emitter.options.limits.clone();
        let timing = recording.part("timing").unwrap_or(recording.main()).unwrapped(&limits);
        let failed = |path: &str, source| Error::Io { path: path.to_owned(), source };
        let open = || timing.open(&limits).map_err(|source| failed(&timing.path, source));
        let streams = Streams::scan(&mut Lines::new(open()?, limits.line_len));
        if streams.shifted {
            emitter.note(&timing.path, None, "record types are 2 too high, as sudo 1.8.7 wrote them");
        }
        let wanted = |stream: timing::Stream| streams.used.contains(&stream);
        let tty = wanted(timing::Stream::TtyIn) || wanted(timing::Stream::TtyOut);
        let others = [timing::Stream::Stdin, timing::Stream::Stdout, timing::Stream::Stderr];
        let mut channels = [None; 5];
        if tty || !others.iter().any(|&stream| wanted(stream)) {
            let channel = emitter.open(ChannelKind::SessionShell, size)?;
            channels[timing::Stream::TtyIn as usize] = Some(channel);
            channels[timing::Stream::TtyOut as usize] = Some(channel);
        }
        for stream in [timing::Stream::Stdout, timing::Stream::Stderr, timing::Stream::Stdin] {
            if wanted(stream) {
                let channel = emitter.open(ChannelKind::SessionExec, size)?;
                emitter.meta.extra.insert(format!("channel.{}", channel + 1), stream.file().to_owned());
                channels[stream as usize] = Some(channel);
            }
        }
        if let Some(status) = emitter.meta.exit_status {
            emitter.set_exit(FIRST_CHANNEL, status);
        }
        let mut sources = [const { None }; 5];
        for (stream, channel) in timing::Stream::ALL.into_iter().zip(channels) {
            let Some(channel) = channel else { continue };
            let blob = recording.part(stream.file()).map(|blob| blob.unwrapped(&limits));
            sources[stream as usize] = Some(Source {
                name: stream.file(),
                path: blob.as_ref().map_or_else(|| recording.path.clone(), |blob| blob.path.clone()),
                stream: blob.map(|blob| blob.open(&limits).map_err(|error| failed(&blob.path, error))).transpose()?,
                at: 0,
                channel,
                is_input: matches!(stream, timing::Stream::Stdin | timing::Stream::TtyIn),
                ended: false,
            });
        }
        Ok(Reader {
            timing: Lines::new(open()?, limits.line_len),
            timing_path: timing.path.clone(),
            sources,
            shift: if streams.shifted { 2 } else { 0 },
        })
    }

    fn run(mut self, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        loop {
            let (place, text) = match self.timing.next() {
                Step::End => break,
                Step::TooLong { place } => (place, None),
                Step::Line { text, .. } if text.trim_ascii().is_empty() => continue,
                Step::Line { place, text, .. } => (place, Some(text)),
            };
            match text.and_then(|text| Record::parse(text, self.shift)) {
                Some(record) => self.record(record, place, emitter)?,
                None => {
                    let text = text.map_or_else(|| "a very long line".to_owned(), crate::lines::excerpt);
                    let message = format!("expected a timing record as `4 0.087089703 32`, found {text}");
                    emitter.damage(&self.timing_path, Some(place), message);
                }
            }
        }
        if let Some(error) = self.timing.take_failure() {
            emitter.cut_short(&self.timing_path, self.timing.place().byte, &error);
        }
        self.rest(emitter)
    }

    fn record(&mut self, record: Record, place: Place, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        match record {
            Record::Data { delay, stream, len } => {
                emitter.advance(delay);
                match &mut self.sources[stream as usize] {
                    Some(source) => source.hand_on(len, emitter),
                    None => Ok(()),
                }
            }
            Record::Window { delay, size } => {
                emitter.advance(delay);
                match size {
                    Some(size) => emitter.resize(FIRST_CHANNEL, size),
                    None => {
                        let message = format!("expected a window size of at most {max}x{max}", max = Size::MAX_SIDE);
                        emitter.damage(&self.timing_path, Some(place), message);
                        Ok(())
                    }
                }
            }
            Record::Signal { delay, name } => {
                emitter.advance(delay);
                emitter.signal(FIRST_CHANNEL, name)
            }
        }
    }

    /// Bytes for which there is no timing record: the log was still being written, or its timing file was cut.
    fn rest(&mut self, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        for source in self.sources.iter_mut().flatten() {
            let from = source.at;
            while source.stream.is_some() {
                let (bytes, error) = source.take(REST_LEN);
                let read = bytes.len() as u64;
                if read > 0 {
                    source.send(bytes, emitter)?;
                }
                if let Some(error) = error {
                    emitter.cut_short(&source.path, source.at, &error);
                    source.stream = None;
                } else if read == 0 {
                    source.stream = None;
                }
            }
            if source.at > from {
                let message = format!("{} bytes without a timing record: kept, at the end", source.at - from);
                emitter.damage_at(&source.path, from, message);
            }
        }
        Ok(())
    }
}

impl Source {
    fn take(&mut self, len: u64) -> (Vec<u8>, Option<io::Error>) {
        let mut bytes = Vec::new();
        let Some(stream) = &mut self.stream else { return (bytes, None) };
        let result = stream.take(len).read_to_end(&mut bytes);
        self.at += bytes.len() as u64;
        (bytes, result.err())
    }

    fn hand_on(&mut self, len: u64, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let mut left = len;
        while left > 0 {
            // A count is not to be believed: no more is kept at once than a large frame has.
            let (bytes, error) = self.take(left.min(u64::from(Limits::MAX_FRAME_LEN)));
            let read = bytes.len() as u64;
            left -= read;
            if read > 0 {
                self.send(bytes, emitter)?;
            }
            if let Some(error) = &error {
                emitter.cut_short(&self.path, self.at, error);
                self.stream = None;
                self.ended = true;
            }
            if (read == 0 || error.is_some()) && left > 0 {
                if !self.ended {
                    let what = if self.stream.is_some() { "truncated" } else { "missing" };
                    let message = format!("{} is {what}: expected {left} bytes more", self.name);
                    emitter.damage_at(&self.path, self.at, message);
                    self.ended = true;
                }
                return Ok(());
            }
        }
        Ok(())
    }

    fn send(&self, bytes: Vec<u8>, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        if self.is_input { emitter.input(self.channel, bytes) } else { emitter.output(self.channel, bytes) }
    }
}
