//! Multi-stream timing of util-linux 2.35 and later: output, input and signals.

use trail_model::{ChannelKind, SessionMeta, Size};

use super::header;
use super::timing::{self, Record};
use super::{failed, read};
use crate::Error;
use crate::emit::Emitter;
use crate::lines::{Lines, Place, Step, excerpt};
use crate::number::integer;
use crate::options::Limits;
use crate::source::Recording;
use crate::store::Window;

/// What the header records say that the rest depends on.
#[derive(Default)]
struct Head {
    cols: Option<u64>,
    rows: Option<u64>,
    exit: Option<i32>,
    output: u64,
    input: u64,
}

pub(super) fn import(recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
    let limits = emitter.options.limits.clone();
    let timing = recording.part("timing").unwrap_or(recording.main()).unwrapped(&limits);
    let open = || timing.open(&limits).map_err(|source| failed(&timing.path, source));
    let head = scan(&mut Lines::new(open()?, limits.line_len), &mut emitter.meta);
    let both = head.output.saturating_add(head.input);
    let mut files = Vec::new();
    for (role, counted) in [("output", head.output), ("input", head.input), ("both", both)] {
        if let Some(blob) = recording.part(role) {
            let blob = blob.unwrapped(&limits);
            files.push(Data::open(role, &blob, counted, &limits, emitter)?);
        }
    }
    let size = head.cols.zip(head.rows).and_then(|(cols, rows)| Size::new(cols, rows));
    let size = size.or_else(|| files.iter().find_map(|file| file.size));
    let channel = emitter.open(ChannelKind::SessionShell, size)?;
    if let Some(status) = head.exit {
        emitter.set_exit(channel, status);
    }
    let find = |role| files.iter().position(|file| file.role == role || file.role == "both");
    let (output, input) = (find("output"), find("input"));
    let mut reader = Reader { timing: &timing.path, files, output, input, channel, told_missing: false };
    let mut lines = Lines::new(open()?, limits.line_len);
    loop {
        match lines.next() {
            Step::End => break,
            Step::Line { text, .. } if text.trim_ascii().is_empty() => {}
            Step::TooLong { place } => reader.unknown(b"a very long line", place, emitter),
            Step::Line { place, text, .. } => match timing::advanced(text) {
                Some(record) => reader.record(record, place, emitter)?,
                None => reader.unknown(text, place, emitter),
            },
        }
    }
    if let Some(error) = lines.take_failure() {
        emitter.cut_short(&timing.path, lines.place().byte, &error);
    }
    reader.rest(emitter)
}

/// Reads the timing file through for its headers (some stand at the end) and its sums.
fn scan(lines: &mut Lines, meta: &mut SessionMeta) -> Head {
    let mut head = Head::default();
    loop {
        let text = match lines.next() {
            Step::End => return head,
            Step::TooLong { .. } => continue,
            Step::Line { text, .. } => text,
        };
        match timing::advanced(text) {
            Some(Record::Output { len, .. }) => head.output = head.output.saturating_add(len),
            Some(Record::Input { len, .. }) => head.input = head.input.saturating_add(len),
            Some(Record::Header { name, value }) => match name.as_str() {
                "START_TIME" => meta.start = header::date(&value),
                "TERM" => meta.term = Some(value),
                "TTY" => meta.tty = Some(value),
                "COLUMNS" => head.cols = head.cols.or(integer(value.as_bytes())),
                "LINES" => head.rows = head.rows.or(integer(value.as_bytes())),
                "COMMAND" => meta.command = Some(value),
                "EXIT_CODE" => {
                    head.exit = value.parse().ok();
                    meta.exit_status = head.exit;
                }
                _ => {
                    meta.extra.insert(name.to_ascii_lowercase(), value);
                }
            },
            _ => {}
        }
    }
}

/// A data file, read in the order of the timing records.
struct Data {
    role: &'static str,
    path: String,
    window: Window,
    at: u64,
    /// Where its output ends and its footer begins, if it has one.
    end: u64,
    size: Option<Size>,
    cut_short: Option<std::io::Error>,
    told_short: bool,
}

impl Data {
    fn open(
        role: &'static str,
        blob: &crate::store::Blob,
        counted: u64,
        limits: &Limits,
        emitter: &mut Emitter<'_>,
    ) -> Result<Data, Error> {
        let (window, cut_short) = blob.seekable(limits).map_err(|source| failed(&blob.path, source))?;
        let mut meta = emitter.meta.clone();
        let body = super::body::Body::find(&window, Some(counted), &mut meta);
        let body = body.map_err(|source| failed(&blob.path, source))?;
        // What the timing file says of itself goes before what the data file says.
        let own = &mut emitter.meta;
        own.start = own.start.or(meta.start);
        own.term = own.term.take().or(meta.term);
        own.tty = own.tty.take().or(meta.tty);
        own.command = own.command.take().or(meta.command);
        own.exit_status = own.exit_status.or(meta.exit_status);
        let at = body.runs.last().map_or(0, |run| run.0);
        let end = body.runs.last().map_or(0, |run| run.0 + run.1);
        let size = body.header.size;
        Ok(Data { role, path: blob.path.clone(), window, at, end, size, cut_short, told_short: false })
    }

    fn take(&mut self, len: u64) -> Result<Vec<u8>, Error> {
        let len = len.min(self.end - self.at);
        let bytes = read(&self.window, &self.path, self.at, len)?;
        self.at += bytes.len() as u64;
        Ok(bytes)
    }
}

struct Reader<'a> {
    timing: &'a str,
    files: Vec<Data>,
    /// Indices of the files that hold them.
    output: Option<usize>,
    input: Option<usize>,
    channel: usize,
    told_missing: bool,
}

impl Reader<'_> {
    fn unknown(&self, text: &[u8], place: Place, emitter: &mut Emitter<'_>) {
        let message = format!("expected a record of type O, I, S or H, found {}", excerpt(text));
        emitter.damage(self.timing, Some(place), message);
    }

    fn record(&mut self, record: Record, place: Place, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        match record {
            Record::Header { .. } => Ok(()),
            Record::Output { delay, len } => {
                emitter.advance(delay);
                self.data(self.output, len, false, place, emitter)
            }
            Record::Input { delay, len } => {
                emitter.advance(delay);
                self.data(self.input, len, true, place, emitter)
            }
            Record::Signal { delay, name, values } => {
                emitter.advance(delay);
                let side = |name| {
                    let value = values.iter().find(|(key, _)| key == name);
                    value.and_then(|(_, value)| integer(value.as_bytes()))
                };
                if name != "WINCH" {
                    return emitter.signal(self.channel, name);
                }
                match side("COLS").zip(side("ROWS")).and_then(|(cols, rows)| Size::new(cols, rows)) {
                    Some(size) => emitter.resize(self.channel, size),
                    None => {
                        emitter.damage(self.timing, Some(place), "expected SIGWINCH with ROWS and COLS");
                        Ok(())
                    }
                }
            }
        }
    }

    fn data(
        &mut self,
        file: Option<usize>,
        len: u64,
        is_input: bool,
        place: Place,
        emitter: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        let Some(file) = file.map(|file| &mut self.files[file]) else {
            if !std::mem::replace(&mut self.told_missing, true) {
                let what = if is_input { "input" } else { "output" };
                emitter.note(self.timing, Some(place), format!("there is no file with the {what}"));
            }
            emitter.report.skipped_records += 1;
            return Ok(());
        };
        let mut left = len;
        while left > 0 {
            let bytes = file.take(left.min(u64::from(Limits::MAX_FRAME_LEN)))?;
            if bytes.is_empty() {
                if !std::mem::replace(&mut file.told_short, true) {
                    let message = format!("truncated: expected {left} bytes more");
                    emitter.damage_at(&file.path, file.at, message);
                }
                break;
            }
            left -= bytes.len() as u64;
            if is_input {
                emitter.input(self.channel, bytes)?;
            } else {
                emitter.output(self.channel, bytes)?;
            }
        }
        Ok(())
    }

    /// What no record speaks of: the timing file was cut.
    fn rest(&mut self, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        for file in &mut self.files {
            let from = file.at;
            let rest = file.end - from;
            if rest > 0 {
                let message = format!(
                    "{rest} bytes without a timing record: {}",
                    match file.role {
                        // Input and output cannot be told apart.
                        "both" => "left out",
                        _ => "kept, at the end",
                    }
                );
                emitter.damage_at(&file.path, from, message);
            }
            while file.role != "both" {
                let bytes = file.take(super::PIECE_LEN)?;
                match (bytes.is_empty(), file.role) {
                    (true, _) => break,
                    (false, "input") => emitter.input(self.channel, bytes)?,
                    (false, _) => emitter.output(self.channel, bytes)?,
                }
            }
            if let Some(error) = file.cut_short.take() {
                emitter.cut_short(&file.path, file.window.len(), &error);
            }
        }
        Ok(())
    }
}
