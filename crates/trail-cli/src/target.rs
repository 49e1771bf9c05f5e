//! The one recording that a command is about, and the moment of it.

use std::path::Path;

use anyhow::{Context, Result, bail};
use trail_container::TrailReader;
use trail_index::DataDir;
use trail_model::{ChannelId, Offset, RecordId};
use trail_replay::Player;

use crate::args::{MomentArgs, TargetArgs};
use crate::pixels::PixelEngine;
use crate::recording::{Extracted, Found, Recording, import_options, screen_channel};
use crate::times::{self, Point};
use crate::ui::Ui;

/// Opens what the command line names: a file, or a session of a data directory. Findings go to standard error.
pub(crate) fn open(args: &TargetArgs, ui: &Ui) -> Result<Recording> {
    let recording = match &args.data {
        Some(data) => {
            let data = DataDir::open(data)?;
            let path = session_path(&data, &args.target)?;
            let trail = TrailReader::open(&path).with_context(|| format!("failed to open {}", path.display()))?;
            Recording::from_trail(trail, &path.display().to_string())
        }
        None => {
            let options = import_options(&args.read)?;
            Found::one(Path::new(&args.target), &options)?.open(&options)?
        }
    };
    for finding in &recording.findings {
        ui.error(finding);
    }
    Ok(Recording { damaged: recording.damaged && !args.read.tolerate, ..recording })
}

/// The same for commands that want to know what could be seen, and not the trail.
pub(crate) fn extract(args: &TargetArgs, ui: &Ui) -> Result<Extracted> {
    let pixels = PixelEngine::new(&args.read.pixels)?;
    let mut extracted = if args.data.is_some() {
        Extracted::from_recording(open(args, ui)?, &pixels.reader)?
    } else {
        let options = import_options(&args.read)?;
        let extracted = Found::one(Path::new(&args.target), &options)?.extract(&options, &pixels.reader)?;
        for finding in &extracted.findings {
            ui.error(finding);
        }
        extracted
    };
    if let Some(failure) = pixels.failure() {
        ui.error(&failure);
        extracted.damaged = true;
    }
    Ok(Extracted { damaged: extracted.damaged && !args.read.tolerate, ..extracted })
}

/// The trail of a session, which may be named by the beginning of its id.
pub(crate) fn session_path(data: &DataDir, session: &str) -> Result<std::path::PathBuf> {
    let files = data.trail_files()?;
    let name = |file: &str| file.trim_end_matches(".trail").to_owned();
    let matching: Vec<String> = files.iter().map(|file| name(file)).filter(|id| id.starts_with(session)).collect();
    match matching.as_slice() {
        [id] => Ok(data.trail_path(id)),
        ids if ids.iter().any(|id| id == session) => Ok(data.trail_path(session)),
        [] => bail!("no session {session:?}; trail sessions lists them"),
        ids => bail!("{} sessions begin with {session:?}; write more of the id", ids.len()),
    }
}

/// Brings a player to the moment that the command line names.
pub(crate) fn seek<'t>(trail: &'t TrailReader, args: &MomentArgs) -> Result<Player<'t>> {
    let channel = screen_channel(trail, args.channel)?;
    let mut player = Player::new(trail, channel)?;
    match (&args.record, &args.at) {
        (Some(record), _) => {
            player.seek(checked_record(trail, channel, RecordId(*record))?)?;
        }
        (None, Some(at)) => {
            player.seek_time(offset_of(trail, at)?)?;
        }
        (None, None) => {
            let last = trail.channel(channel).context("the channel has records")?.last_record;
            player.seek(last)?;
        }
    }
    Ok(player)
}

fn checked_record(trail: &TrailReader, channel: ChannelId, record: RecordId) -> Result<RecordId> {
    let summary = trail.channel(channel).context("the channel has records")?;
    if record < summary.first_record || record.0 > trail.last_record() {
        bail!(
            "no record {record}: channel {channel} begins at {}, the trail ends at {}",
            summary.first_record,
            trail.last_record()
        );
    }
    Ok(record)
}

fn offset_of(trail: &TrailReader, at: &str) -> Result<Offset> {
    match times::point(at)? {
        Point::Offset(offset) => Ok(offset),
        Point::Wall(time) => {
            let start = trail.meta().start.context("the recording has no wall-clock time; give an offset")?;
            match time.0.checked_sub(start.0).map(u64::try_from) {
                Some(Ok(ns)) => Ok(Offset(ns)),
                _ => bail!("{at} is before the recording's start at {}", times::iso(start)),
            }
        }
    }
}
