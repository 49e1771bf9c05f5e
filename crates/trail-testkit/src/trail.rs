//! Trails in memory.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use trail_container::{Header, MemoryStorage, Storage, TrailReader, TrailWriter, WriterOptions};
use trail_model::{Event, SessionMeta, TrailId};
use trail_replay::{Recorder, Result};

/// Records events into a trail in memory, in chunks of about `chunk_len` bytes.
///
/// # Errors
/// What recorder and reader answer.
pub fn record(events: &[Event], chunk_len: usize) -> Result<TrailReader> {
    let header = Header::with_id(TrailId([7; 16]), SessionMeta::default());
    let options = WriterOptions { chunk_len, ..WriterOptions::default() };
    let storage = Shared::default();
    let mut recorder = Recorder::new(TrailWriter::with_storage(storage.clone(), &header, options)?);
    for event in events {
        recorder.event(event)?;
    }
    recorder.finish()?;
    let bytes = std::mem::take(&mut storage.0.borrow_mut().bytes);
    Ok(TrailReader::from_bytes(bytes)?)
}

/// Memory that can still be read when the writer has gone.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<MemoryStorage>>);

impl Storage for Shared {
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().write_at(at, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.borrow_mut().sync()
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
