//! Content files of a data directory: reused where they are up to date, else extracted.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use trail_container::{MappedFile, PlainFile, TrailReader};
use trail_content::{ContentFile, ExtractOptions, NO_READER, PixelReader, extract_to, file_name};
use trail_model::RecordId;

use crate::data_dir::DataDir;
use crate::error::{Error, io};

/// So many files are synced by one call for all: each by itself costs a commit of the file system's journal, which is more
/// than extracting a short session does.
const MANY: usize = 8;

/// Ending of the names of content files that are being written.
const UNFINISHED: &str = "part";

/// Opens a content file to be read once, from front to back: a map would keep what was read in memory.
fn open_once(path: &Path) -> Result<ContentFile, Error> {
    let file = PlainFile::open(path).map_err(io("open", path))?;
    ContentFile::open_source(file).map_err(|source| Error::Content { path: path.to_owned(), source })
}

/// Opens a content file through a memory map, to be searched again and again.
pub(crate) fn open(path: &Path) -> Result<ContentFile, Error> {
    let map = MappedFile::open(path).map_err(io("open", path))?;
    ContentFile::open(map).map_err(|source| Error::Content { path: path.to_owned(), source })
}

/// The name of the content file of a trail as it is, whose pixels were read by `reader`.
pub(crate) fn name_of(trail: &TrailReader, reader: &str) -> String {
    file_name(trail.trail_id(), &trail.head().0, reader)
}

/// The content file of a trail as it is, if it is there and whole.
pub(crate) fn find(data: &DataDir, trail: &TrailReader, reader: Option<&PixelReader>) -> Option<ContentFile> {
    let open = |reader: &str| open_once(&data.content_path(&name_of(trail, reader))).ok();
    let of_pixels = || open(&reader.map_or_else(|| NO_READER.to_owned(), PixelReader::version));
    let file = open("").or_else(of_pixels)?;
    let is_its = file.trail() == trail.trail_id() && file.last_record() == RecordId(trail.last_record());
    (is_its && file.is_current()).then_some(file)
}

/// Extracts the content of a trail, with that many blocks at a time, and puts the file in place. It is to be
/// [synced](sync) before it is referred to.
///
/// # Errors
/// [`Error::Io`], [`Error::Content`]. Damage in the trail is none: what can be read is extracted.
pub(crate) fn extract(data: &DataDir, trail: &TrailReader, options: &ExtractOptions) -> Result<ContentFile, Error> {
    let path = data.content_path(&name_of(trail, ""));
    fs::create_dir_all(data.content_dir()).map_err(io("create", &data.content_dir()))?;
    // The process's own name: a rebuild and a writer may extract the same trail at the same time.
    let unfinished = path.with_extension(format!("{}.{UNFINISHED}", std::process::id()));
    let result = write(trail, options, &unfinished);
    if let Err(error) = result {
        // What could not be written is of no use, and the first error is the one to tell.
        let _ = crate::files::remove(&unfinished);
        return Err(error);
    }
    // Only now it is known whether there were pixels to read.
    let path = data.content_path(&name_of(trail, open_once(&unfinished)?.reader()));
    fs::rename(&unfinished, &path).map_err(io("rename to", &path))?;
    open_once(&path)
}

/// Makes content files last, before anything that lasts refers to them. What a failure of power leaves of others is found
/// out by their checksums when they are read.
pub(crate) fn sync(data: &DataDir, names: &[String]) -> Result<(), Error> {
    if names.len() < MANY || !sync_file_system(&data.content_dir())? {
        for name in names {
            let path = data.content_path(name);
            File::open(&path).and_then(|file| file.sync_all()).map_err(io("sync", &path))?;
        }
    }
    crate::files::sync_folder(&data.content_dir())
}

/// Makes everything last that was written to the file system of a folder; false where the system has no such call.
#[cfg(target_os = "linux")]
fn sync_file_system(folder: &Path) -> Result<bool, Error> {
    let synced = File::open(folder).and_then(|file| Ok(rustix::fs::syncfs(file)?));
    synced.map(|()| true).map_err(io("sync", folder))
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(_: &Path) -> Result<bool, Error> {
    Ok(false)
}

fn write(trail: &TrailReader, options: &ExtractOptions, path: &Path) -> Result<(), Error> {
    let file = File::create(path).map_err(io("create", path))?;
    let extracted = extract_to(trail, options, BufWriter::with_capacity(1 << 18, file));
    let (out, _, _) = extracted.map_err(|source| Error::Content { path: path.to_owned(), source })?;
    out.into_inner().map_err(|error| io("write", path)(error.into_error()))?;
    Ok(())
}

/// Removes content files that no generation refers to. To be called with both locks held.
pub(crate) fn remove_unused(data: &DataDir, is_used: impl Fn(&str) -> bool) -> Result<(), Error> {
    let folder = data.content_dir();
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(io("list", &folder))?,
    };
    for entry in entries {
        let entry = entry.map_err(io("list", &folder))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_ours = name.ends_with(".content") || name.ends_with(UNFINISHED);
        if is_ours && !is_used(&name) {
            crate::files::remove(&entry.path())?;
        }
    }
    Ok(())
}
