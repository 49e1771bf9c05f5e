//! Pictures of moments, kept by what they are made from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use trail_container::TrailReader;
use trail_content::ContentFile;
use trail_model::{CellRect, ChannelId, PixelRect, RecordId, TrailId};
use trail_query::{Mode, Query};
use trail_render::{RENDERER_VERSION, RenderOptions, render, render_marked_surface};
use trail_replay::Player;
use trail_search::{Plan, locate_all, locate_all_in_pixels};

/// Where pictures lie in a data directory.
const FOLDER: [&str; 2] = ["cache", "screenshots"];
/// The share of the most bytes that is written between two looks at what lies there.
const LOOK_SHARE: u64 = 16;

/// The pictures of a data directory.
pub(crate) struct Screenshots {
    folder: PathBuf,
    len_max: u64,
    /// Bytes written since the last look at what lies there.
    written: AtomicU64,
}

/// A picture that was or could be made.
pub(crate) struct Shot<'a> {
    pub(crate) trail: &'a TrailReader,
    pub(crate) record: u64,
    /// What is marked on it: a query and its text.
    pub(crate) highlight: Option<(&'a Query, &'a str)>,
    /// Where a desktop's texts stand, if something is to be marked.
    pub(crate) content: Option<Arc<ContentFile>>,
}

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShotError {
    /// The trail has no such record.
    #[error("the trail has no record {record}")]
    NoRecord {
        /// The record.
        record: u64,
    },
    /// There is nothing to see.
    #[error("there is no screen at record {record}")]
    NoScreen {
        /// The record.
        record: u64,
    },
    /// The query asks for what cannot be marked.
    #[error(transparent)]
    Query(trail_search::Error),
    /// The trail cannot be replayed.
    #[error("failed to replay the trail")]
    Replay(#[from] trail_replay::Error),
    /// The picture cannot be written as PNG.
    #[error("failed to draw the picture")]
    Draw(#[from] trail_render::Error),
    /// What stands on a desktop is not known.
    #[error("failed to read the content")]
    Content(#[from] trail_content::Error),
    /// The disk failed.
    #[error("failed to keep a picture")]
    Io(#[from] io::Error),
}

impl Screenshots {
    pub(crate) fn new(root: &Path, len_max: u64) -> Screenshots {
        // The first picture has what lies there looked at.
        Screenshots { folder: folder(root), len_max, written: AtomicU64::new(u64::MAX / 2) }
    }

    /// A picture that was made.
    pub(crate) fn find(&self, shot: &Shot<'_>) -> Option<Vec<u8>> {
        fs::read(self.path(shot)).ok()
    }

    /// Makes a picture, unless it is there.
    pub(crate) fn make(&self, shot: &Shot<'_>) -> Result<(), ShotError> {
        let channel = channel_of(shot.trail, shot.record)?;
        let path = self.path(shot);
        if path.is_file() {
            return Ok(());
        }
        let png = draw(shot, channel)?;
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        // Written beside and renamed, so that none is seen by half.
        let mut beside = tempfile::NamedTempFile::new_in(folder)?;
        io::Write::write_all(&mut beside, &png)?;
        beside.persist(&path).map_err(|error| error.error)?;
        let len = png.len() as u64;
        if self.written.fetch_add(len, Ordering::Relaxed) >= self.len_max / LOOK_SHARE {
            self.written.store(0, Ordering::Relaxed);
            self.keep_within()?;
        }
        Ok(())
    }

    /// Where a picture lies: by what it is made from, so that it is never another's and never out of date.
    fn path(&self, shot: &Shot<'_>) -> PathBuf {
        let mut hash = blake3::Hasher::new();
        hash.update(shot.trail.head().to_string().as_bytes());
        hash.update(&shot.record.to_le_bytes());
        hash.update(&RENDERER_VERSION.to_le_bytes());
        hash.update(shot.highlight.map_or("", |(_, text)| text).as_bytes());
        // What is marked on a desktop depends on what read it.
        hash.update(shot.content.as_ref().map_or("", |content| content.reader()).as_bytes());
        let name = format!("{}.png", hash.finalize().to_hex());
        self.folder.join(shot.trail.trail_id().to_string()).join(name)
    }

    /// Removes the oldest pictures until what is left has at most the bytes allowed.
    fn keep_within(&self) -> io::Result<()> {
        let mut pictures = Vec::new();
        for of_trail in entries(&self.folder)? {
            for entry in entries(&of_trail.path())? {
                // Another thread may have removed it.
                let Ok(metadata) = entry.metadata() else { continue };
                pictures.push((metadata.modified()?, metadata.len(), entry.path()));
            }
        }
        let mut total: u64 = pictures.iter().map(|(_, len, _)| len).sum();
        pictures.sort();
        for (_, len, path) in pictures {
            if total <= self.len_max {
                break;
            }
            gone(fs::remove_file(path))?;
            total -= len;
        }
        Ok(())
    }
}

/// Removes the pictures of a trail.
pub(crate) fn forget(root: &Path, trail: TrailId) -> io::Result<()> {
    gone(fs::remove_dir_all(folder(root).join(trail.to_string())))
}

fn folder(root: &Path) -> PathBuf {
    FOLDER.iter().fold(root.to_owned(), |path, part| path.join(part))
}

fn entries(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// What was to be removed may be gone already.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn draw(shot: &Shot<'_>, channel: ChannelId) -> Result<Vec<u8>, ShotError> {
    let mut player = Player::new(shot.trail, channel)?;
    player.seek(RecordId(shot.record))?;
    let no_screen = || ShotError::NoScreen { record: shot.record };
    if let Some(surface) = player.surface() {
        if !surface.is_known() || surface.size() == (0, 0) {
            return Err(no_screen());
        }
        return Ok(render_marked_surface(surface, &marks_on_desktop(shot, channel)?).to_png()?);
    }
    let terminal = player.terminal().ok_or_else(no_screen)?;
    let mut options = RenderOptions::default();
    if let Some((query, _)) = shot.highlight {
        let plan = Plan::new(query, Mode::Sps.into()).map_err(ShotError::Query)?;
        let rects = |line: trail_search::LocatedLine| -> Vec<CellRect> { line.rects };
        options.marks = locate_all(&plan, terminal).lines.into_iter().flat_map(rects).collect();
    }
    Ok(render(terminal, &options).to_png()?)
}

/// The pixels of a desktop that are to be marked.
fn marks_on_desktop(shot: &Shot<'_>, channel: ChannelId) -> Result<Vec<PixelRect>, ShotError> {
    let (Some((query, _)), Some(content)) = (shot.highlight, &shot.content) else { return Ok(Vec::new()) };
    let Some(channel) = content.channel(channel) else { return Ok(Vec::new()) };
    let plan = Plan::new(query, Mode::Sps.into()).map_err(ShotError::Query)?;
    let located = locate_all_in_pixels(&plan, channel, RecordId(shot.record))?;
    Ok(located.lines.into_iter().flat_map(|line| line.boxes).collect())
}

/// The channel of a record.
fn channel_of(trail: &TrailReader, record: u64) -> Result<ChannelId, ShotError> {
    let no_record = || ShotError::NoRecord { record };
    let chunk = trail.chunk_of(RecordId(record)).ok_or_else(no_record)?;
    let chunk = trail.chunk(chunk).map_err(|_| no_record())?;
    let found = chunk.records().find(|found| found.id == RecordId(record));
    found.map(|record| record.channel).ok_or_else(no_record)
}
