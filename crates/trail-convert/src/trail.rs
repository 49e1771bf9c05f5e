//! A recording becomes a trail.

use std::path::Path;

use trail_container::{Header, TrailReader, TrailWriter, WriterOptions};
use trail_import::{ImportOptions, ImportReport, RecordingSource};
use trail_model::{ChannelId, SessionMeta, TrailId};
use trail_replay::{Cost, Player};

use crate::{Error, EventRecorder, Result};

/// The identity of the trail that a recording becomes: a function of its bytes, so that importing it twice is noticed.
///
/// # Errors
/// [`Error::Import`].
pub fn trail_id(source: &RecordingSource) -> Result<TrailId> {
    Ok(trail_id_of(&source.digest()?))
}

/// The same of a recording whose digest is known.
pub fn trail_id_of(digest: &[u8; 32]) -> TrailId {
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    TrailId(id)
}

/// Writes a recording as a trail of that id to `path`, which must not exist; `more` is known of it in addition. When this
/// returns, the trail is on the disk.
///
/// # Errors
/// [`Error`]. Damage in the recording is none: the report tells it.
pub fn write_trail(
    source: &RecordingSource,
    id: TrailId,
    path: &Path,
    options: &ImportOptions,
    more: &SessionMeta,
) -> Result<(ImportReport, Cost)> {
    let make = |meta| Ok(TrailWriter::create(path, &Header::with_id(id, merge(meta, more)), WriterOptions::default())?);
    let mut events = EventRecorder::new(make);
    let report = source.import(options, &mut events)?;
    let (mut recorder, meta) = events.finish().map_err(|source| trail_import::Error::Sink { source })?;
    recorder.writer_mut().set_meta(merge(meta, more));
    let (_, cost) = recorder.close()?;
    Ok((report, cost))
}

/// `meta` with what `more` knows in addition; `more` wins.
pub fn merge(mut meta: SessionMeta, more: &SessionMeta) -> SessionMeta {
    let more = more.clone();
    meta.start = more.start.or(meta.start);
    meta.user = more.user.or(meta.user);
    meta.target_user = more.target_user.or(meta.target_user);
    meta.host = more.host.or(meta.host);
    meta.command = more.command.or(meta.command);
    meta.title = more.title.or(meta.title);
    meta.extra.extend(more.extra);
    meta
}

/// The first channel of a trail that has a screen at its end.
///
/// # Errors
/// [`Error::NoScreen`], [`Error::Replay`].
pub fn screen_channel(trail: &TrailReader) -> Result<ChannelId> {
    for summary in trail.channels() {
        let mut player = Player::new(trail, summary.channel)?;
        player.seek(summary.last_record)?;
        if player.terminal().is_some() || player.surface().is_some() {
            return Ok(summary.channel);
        }
    }
    Err(Error::NoScreen)
}
