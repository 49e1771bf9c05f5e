//! Trails for tests.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use trail_container::{Header, MemoryStorage, Storage, SyncPolicy, TrailReader, TrailWriter, WriterOptions};
use trail_content::{Block, ContentFile, ContentStream, ExtractOptions, Kind, extract};
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, SessionMeta, Size, TrailId};
use trail_replay::Recorder;

pub(crate) const CHANNEL: ChannelId = ChannelId(1);

/// Records events with the given chunk length. The trail's id is fixed, so that content files can be compared.
pub(crate) fn trail(events: &[Event], chunk_len: usize) -> TrailReader {
    TrailReader::from_bytes(trail_bytes(events, chunk_len)).unwrap()
}

/// The same, as bytes.
pub(crate) fn trail_bytes(events: &[Event], chunk_len: usize) -> Vec<u8> {
    let options = WriterOptions { chunk_len, sync: SyncPolicy::Never, ..WriterOptions::default() };
    let mut header = Header::new(SessionMeta::default()).unwrap();
    header.trail_id = TrailId([7; 16]);
    let storage = Shared::default();
    let writer = TrailWriter::with_storage(storage.clone(), &header, options).unwrap();
    let mut recorder = Recorder::new(writer);
    for event in events {
        recorder.event(event).unwrap();
    }
    recorder.finish().unwrap();
    storage.0.take().bytes
}

/// The content of events that were never written as a trail.
pub(crate) fn streamed(events: &[Event], block_output_len: u64) -> ContentFile {
    let mut recorder = Recorder::new(ContentStream::with_block_output_len(TrailId([7; 16]), block_output_len));
    for event in events {
        recorder.event(event).unwrap();
    }
    recorder.into_writer().finish().unwrap()
}

/// Memory that can still be read when the recorder has gone.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<MemoryStorage>>);

impl Storage for Shared {
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().write_at(at, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        self.0.borrow().len()
    }

    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.0.borrow().read_at(at, bytes)
    }

    fn set_aside(&mut self, at: u64) -> io::Result<()> {
        self.0.borrow_mut().set_aside(at)
    }
}

/// Events of a shell of that size, a millisecond apart.
pub(crate) fn events(cols: u16, rows: u16, kinds: impl IntoIterator<Item = EventKind>) -> Vec<Event> {
    let open = EventKind::Open(ChannelOpen { kind: ChannelKind::SessionShell, size: Some(Size { cols, rows }) });
    let all = std::iter::once(open).chain(kinds).enumerate();
    all.map(|(i, kind)| Event { channel: CHANNEL, offset: Offset(i as u64 * 1_000_000), kind }).collect()
}

pub(crate) fn out(text: &str) -> EventKind {
    EventKind::Output(text.as_bytes().to_vec())
}

pub(crate) fn input(text: &str) -> EventKind {
    EventKind::Input(text.as_bytes().to_vec())
}

pub(crate) fn resize(cols: u16, rows: u16) -> EventKind {
    EventKind::Resize(Size { cols, rows })
}

/// Extracts with a small block length.
pub(crate) fn content(trail: &TrailReader, block_output_len: u64, threads: usize) -> ContentFile {
    ContentFile::open(content_bytes(trail, block_output_len, threads)).unwrap()
}

pub(crate) fn content_bytes(trail: &TrailReader, block_output_len: u64, threads: usize) -> Vec<u8> {
    let mut options = ExtractOptions::with_threads(threads);
    options.block_output_len = block_output_len;
    extract(trail, &options).unwrap().bytes
}

/// The only block of a short recording of a 20 × 5 screen.
pub(crate) fn one_block(kinds: impl IntoIterator<Item = EventKind>) -> std::sync::Arc<Block> {
    let file = content(&trail(&events(20, 5, kinds), 1 << 18), 1 << 22, 1);
    assert_eq!(file.channels()[0].block_count(), 1);
    file.channels()[0].block(0).unwrap()
}

/// The items of one kind, a line each: text, then its spans as `begin-end`, `(length@moment …)` for growth,
/// `[bytes@moment …]` for what stands above the screen, `<n` for what grew in and `>c` for what grows out.
pub(crate) fn show(block: &Block, kind: Kind) -> Vec<String> {
    let items = block.items().filter(|item| item.kind() == kind);
    items
        .map(|item| {
            let mut line = format!("{}:", item.text());
            for span in item.spans() {
                line += &format!(" {}-{}", span.begin, span.end);
                for (steps, open, close) in [(span.growth, '(', ')'), (span.above, '[', ']')] {
                    if !steps.is_empty() {
                        let steps: Vec<_> = steps.iter().map(|step| format!("{}@{}", step.len, step.at)).collect();
                        line += &format!("{open}{}{close}", steps.join(" "));
                    }
                }
                line += &span.grows_in.map_or(String::new(), |len| format!("<{len}"));
                line += &span.grows_out.map_or(String::new(), |c| format!(">{c}"));
            }
            line
        })
        .collect()
}
