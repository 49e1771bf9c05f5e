//! Recordings and trails to test with.

use std::path::PathBuf;

use trail_container::{Header, MemoryStorage, RecordBody, TrailReader, TrailWriter, WriterOptions};
use trail_import::{Collected, ImportOptions, discover};
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, SessionMeta, Size, TrailId};
use trail_replay::{Cost, Recorder, Screen};

pub(crate) const CHANNEL: ChannelId = ChannelId(1);

pub(crate) fn event(ns: u64, kind: EventKind) -> Event {
    Event { channel: CHANNEL, offset: Offset(ns), kind }
}

pub(crate) fn open(cols: u16, rows: u16) -> Event {
    let size = Some(Size { cols, rows });
    event(0, EventKind::Open(ChannelOpen { kind: ChannelKind::SessionShell, size }))
}

pub(crate) fn output(ns: u64, bytes: &[u8]) -> Event {
    event(ns, EventKind::Output(bytes.to_vec()))
}

pub(crate) fn recorder(chunk_len: usize) -> Recorder<TrailWriter<MemoryStorage>> {
    let header = Header::with_id(TrailId([1; 16]), SessionMeta::default());
    let options = WriterOptions { chunk_len, ..WriterOptions::default() };
    Recorder::new(TrailWriter::with_storage(MemoryStorage::default(), &header, options).unwrap())
}

/// Records events into a trail in memory.
pub(crate) fn record(events: &[Event], chunk_len: usize) -> (TrailReader, Cost) {
    let mut recorder = recorder(chunk_len);
    for event in events {
        recorder.event(event).unwrap();
    }
    close(recorder)
}

pub(crate) fn close(mut recorder: Recorder<TrailWriter<MemoryStorage>>) -> (TrailReader, Cost) {
    recorder.writer_mut().close().unwrap();
    let cost = recorder.cost();
    (TrailReader::from_bytes(recorder.into_writer().into_storage().bytes).unwrap(), cost)
}

/// The output records of a channel.
pub(crate) fn output_records(trail: &TrailReader, channel: ChannelId) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for index in 0..trail.chunks().len() {
        for record in trail.chunk(index).unwrap().records().filter(|record| record.channel == channel) {
            if let RecordBody::Output(bytes) = record.body {
                out.push(bytes.to_vec());
            }
        }
    }
    out
}

/// The whole state of a screen.
pub(crate) fn state(screen: &Screen) -> Vec<u8> {
    let mut out = Vec::new();
    screen.save(&mut out);
    out
}

/// The text of a screen, row by row.
pub(crate) fn text(screen: &Screen) -> String {
    let mut out = String::new();
    if let Some(terminal) = screen.terminal() {
        for row in 0..usize::from(terminal.size().rows) {
            terminal.row(row).append_text(&mut out);
            out.push('\n');
        }
    }
    out
}

/// Gives every recording of `testdata/recordings` and of the corpus (`TRAIL_CORPUS`, else `../shared/corpus` beside the
/// workspace), with its name. Says so where a folder is not there.
pub(crate) fn each_recording(f: impl FnMut(&str, Collected)) -> usize {
    each_of([root().join("testdata/recordings"), corpus()], f)
}

/// Gives every recording of a desktop, likewise: those of `testdata/desktops`, and of the corpus.
pub(crate) fn each_desktop(mut f: impl FnMut(&str, Collected)) -> usize {
    let mut count = 0;
    each_of([root().join("testdata/desktops"), corpus()], |name, recording| {
        if recording.events.iter().any(|event| matches!(event.kind, EventKind::Drawing(_))) {
            count += 1;
            f(name, recording);
        }
    });
    count
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn corpus() -> PathBuf {
    std::env::var_os("TRAIL_CORPUS").map_or_else(|| root().join("../shared/corpus"), PathBuf::from)
}

/// Gives every recording in `folders`.
pub(crate) fn each_of(folders: impl IntoIterator<Item = PathBuf>, mut f: impl FnMut(&str, Collected)) -> usize {
    let options = ImportOptions::default();
    let mut count = 0;
    for folder in folders {
        if !folder.exists() {
            eprintln!("skipped: {} is not there", folder.display());
            continue;
        }
        for found in discover(&folder, &options) {
            let Ok(source) = found else { continue };
            let mut collected = Collected::default();
            if source.import(&options, &mut collected).is_ok() && !collected.events.is_empty() {
                count += 1;
                f(source.path(), collected);
            }
        }
    }
    count
}

/// A small pseudo-random number generator (xorshift64*).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}
