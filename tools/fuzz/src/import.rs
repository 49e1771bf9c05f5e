//! Importers: whatever the bytes, no panic, no memory beyond the limits, and events as every sink may expect them.

use std::collections::BTreeMap;

use trail_frame::Surface;
use trail_import::{Discovery, EventSink, ImportOptions, ImportReport, RecordingSource, SinkError};
use trail_model::{ChannelId, ChannelKind, Event, EventKind, Offset, SessionMeta};

/// What stands between the files of an input that is several files.
pub const SEPARATOR: &[u8] = b"\xff\xfe\xfd\xfc";

/// An asciicast of any version.
pub fn asciicast(data: &[u8]) {
    check(from_bytes(data));
    // The events behind a header that is right, where most of the work is.
    for header in
        ["{\"version\":2,\"width\":80,\"height\":24}\n", "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n"]
    {
        check(from_bytes(&[header.as_bytes(), data].concat()));
    }
}

/// A ttyrec of any kind.
pub fn ttyrec(data: &[u8]) {
    check(from_bytes(data));
}

/// Files of script(1): data, timing, input or metadata.
pub fn script(data: &[u8]) {
    let files = split(data);
    let file = |index: usize| files.get(index).copied().unwrap_or(b"");
    let named = |names: [&str; 3]| {
        let files = names.iter().enumerate().map(|(index, name)| (name.to_string(), file(index).to_vec()));
        RecordingSource::from_files("f", files.collect::<Vec<_>>(), &options())
    };
    check(named(["x.out", "x.timing", "x.in"]));
    check(named(["stdout", "stdout.time", "meta.json"]));
    // As if the data file had the header that the timing file's count leaves out.
    let mut data = b"Script started on 2020-01-01 00:00:00+00:00\n".to_vec();
    data.extend_from_slice(file(0));
    let files = [("x.out".to_owned(), data), ("x.timing".to_owned(), file(1).to_vec())];
    check(RecordingSource::from_files("f", files, &options()));
}

/// A sudo I/O log: timing, ttyout, ttyin, stdout, stderr, stdin, log, log.json.
pub fn sudo(data: &[u8]) {
    let names = ["timing", "ttyout", "ttyin", "stdout", "stderr", "stdin", "log", "log.json"];
    let files = names.iter().zip(split(data)).map(|(name, bytes)| (name.to_string(), bytes.to_vec()));
    let mut files: Vec<(String, Vec<u8>)> = files.collect();
    check(RecordingSource::from_files("f", files.clone(), &options()));
    if let Some((_, timing)) = files.first_mut() {
        // With a first record that is right, the folder is taken for a log.
        timing.splice(0..0, *b"4 0.1 1\n");
        check(RecordingSource::from_files("f", files, &options()));
    }
}

/// tlog messages in any carrier.
pub fn tlog(data: &[u8]) {
    check(from_bytes(data));
}

/// Guacamole's instructions; what is drawn is drawn.
pub fn guacamole(data: &[u8]) {
    check(from_bytes(data));
    check(from_bytes(&[b"4.size,1.0,2.64,2.48;", data].concat()));
}

/// VNC: a whole file, and the messages behind a handshake that is right.
pub fn fbs(data: &[u8]) {
    check(from_bytes(data));
    let mut messages = b"RFB 003.003\n".to_vec();
    messages.extend_from_slice(&[0, 0, 0, 1, 0, 64, 0, 48, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);
    messages.extend_from_slice(&[0, 0, 0, 0]);
    messages.extend_from_slice(data);
    let mut file = b"FBS 001.000\n".to_vec();
    file.extend_from_slice(&(messages.len() as u32).to_be_bytes());
    file.extend_from_slice(&messages);
    file.resize(file.len().next_multiple_of(4) + 4, 0);
    check(from_bytes(&file));
}

/// WALLIX: an index and a part.
pub fn wallix(data: &[u8]) {
    check(from_bytes(data));
    let files = [("x.mwrm".to_owned(), b"800 600\n\n\nx.wrm 1 2\n".to_vec()), ("x.wrm".to_owned(), data.to_vec())];
    check(RecordingSource::from_files("f", files, &options()));
}

/// Compressions, archives, and the telling of formats.
pub fn wrappers(data: &[u8]) {
    check(from_bytes(data));
    let files = split(data).into_iter().enumerate().map(|(index, bytes)| (format!("d/{index}"), bytes.to_vec()));
    check(RecordingSource::from_files("f", files.collect::<Vec<_>>(), &options()));
}

fn options() -> ImportOptions {
    let mut options = ImportOptions::default();
    // Small, so that the limits are met.
    options.limits.inflated_len = 8 << 20;
    options.limits.line_len = 1 << 20;
    options.limits.members = 64;
    options.limits.findings = 16;
    options.grow = true;
    options
}

fn from_bytes(data: &[u8]) -> Discovery {
    RecordingSource::from_reader("-", data, &options()).expect("memory can be read")
}

fn split(data: &[u8]) -> Vec<&[u8]> {
    let mut files = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(SEPARATOR.len()).position(|window| window == SEPARATOR) {
        files.push(&rest[..at]);
        rest = &rest[at + SEPARATOR.len()..];
    }
    files.push(rest);
    files
}

fn check(found: Discovery) {
    for source in found.flatten() {
        let mut sink = Checker::default();
        let Ok(report) = source.import(&options(), &mut sink) else { continue };
        sink.check(&report);
        source.digest().expect("memory can be read");
    }
}

/// Sees to it that events come as promised.
#[derive(Default)]
struct Checker {
    metas: u64,
    events: u64,
    output: u64,
    input: u64,
    last: Offset,
    open: BTreeMap<ChannelId, bool>,
    surface: Surface,
}

impl EventSink for Checker {
    fn meta(&mut self, _: &SessionMeta) -> Result<(), SinkError> {
        self.metas += 1;
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<(), SinkError> {
        assert!(self.metas > 0, "an event before the metadata");
        assert!(event.offset >= self.last, "time went back");
        self.last = event.offset;
        self.events += 1;
        match &event.kind {
            EventKind::Open(open) => {
                assert!(open.size.is_none_or(|size| size.cols > 0 && size.rows > 0));
                assert_eq!(open.size.is_none(), open.kind == ChannelKind::Drawing);
                assert_eq!(self.open.insert(event.channel, true), None, "opened twice");
            }
            EventKind::Close(_) => assert_eq!(self.open.insert(event.channel, false), Some(true), "closed while shut"),
            kind => {
                assert_eq!(self.open.get(&event.channel), Some(&true), "an event in a channel that is shut");
                match kind {
                    EventKind::Output(bytes) => self.output += bytes.len() as u64,
                    EventKind::Input(bytes) => self.input += bytes.len() as u64,
                    EventKind::Drawing(body) => self.surface.apply(body),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

impl Checker {
    fn check(&self, report: &ImportReport) {
        assert!(!self.open.is_empty() && self.open.values().all(|open| !open), "a channel was left open");
        let counted = (report.events, report.output_bytes, report.input_bytes, report.duration);
        assert_eq!(counted, (self.events, self.output, self.input, self.last));
        assert!(report.findings.len() <= 16);
        assert!(report.findings_omitted == 0 || report.findings.len() == 16);
    }
}
