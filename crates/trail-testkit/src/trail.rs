//! Trails in memory.

use trail_container::{Header, MemoryStorage, TrailReader, TrailWriter, WriterOptions};
use trail_model::{Event, SessionMeta, TrailId};
use trail_replay::{Recorder, Result};

/// What a trail in memory says of itself.
fn meta() -> SessionMeta {
    let text = |text: &str| Some(text.to_owned());
    SessionMeta {
        format: "generated".to_owned(),
        user: text("Ann"),
        host: text("web-01.Example"),
        title: text("Ärger mit \"Anführung\""),
        extra: [("protocol".to_owned(), "ssh".to_owned())].into(),
        ..SessionMeta::default()
    }
}

/// Records events into a trail in memory, in chunks of about `chunk_len` bytes.
///
/// # Errors
/// What recorder and reader answer.
pub fn record(events: &[Event], chunk_len: usize) -> Result<TrailReader> {
    let header = Header::with_id(TrailId([7; 16]), meta());
    let options = WriterOptions { chunk_len, ..WriterOptions::default() };
    let mut recorder = Recorder::new(TrailWriter::with_storage(MemoryStorage::default(), &header, options)?);
    for event in events {
        recorder.event(event)?;
    }
    recorder.writer_mut().close()?;
    Ok(TrailReader::from_bytes(recorder.into_writer().into_storage().bytes)?)
}
