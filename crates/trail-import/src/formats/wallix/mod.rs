//! WALLIX: the recordings of the redemption proxy, an index (`.mwrm`) and parts (`.wrm`).
//!
//! The pictures at the beginning of each part are taken, and the text that the session's probe wrote. Between them the
//! proxy draws by RDP's orders, which are not drawn here: from the first one on the picture is unknown until the next.

mod index;
mod part;
mod text;

use crate::emit::Emitter;
use crate::folder::{Folder, plain_name};
use crate::importer::{Group, Importer, Probe};
use crate::source::{Part, Recording};
use crate::store::Blob;
use crate::{Error, Limits};

use part::Player;

pub(crate) struct Wallix;

const FORMAT: &str = "wallix";
/// An index longer than that is none: a part is ten minutes and a line.
const MAX_INDEX_LEN: usize = 16 << 20;

impl Importer for Wallix {
    fn group(&self, folder: &Folder, limits: &Limits) -> Vec<Group> {
        let indices = folder.entries.iter().enumerate().filter(|(_, entry)| plain_name(&entry.name).ends_with(".mwrm"));
        indices.filter_map(|(at, entry)| group(folder, at, entry, limits)).collect()
    }

    fn has_siblings(&self) -> bool {
        true
    }

    fn probe(&self, file: &Probe<'_>) -> Option<&'static str> {
        part::begins(file.head).then_some(FORMAT)
    }

    fn import(&self, recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let mut parts = recording.parts.iter().filter(|part| part.role != "index").peekable();
        if let Some(first) = parts.peek() {
            text::people(&first.blob.name, &mut emitter.meta);
        }
        if let Some(blob) = recording.part("index") {
            let names = index::read(&read(blob, &emitter.options.limits)?).unwrap_or_default();
            let missing = names.len().saturating_sub(recording.parts.len() - 1);
            if missing > 0 {
                emitter.damage(&blob.path, None, format!("{missing} of {} parts are not there", names.len()));
            }
        }
        let mut player = Player::default();
        parts.try_for_each(|part| player.part(&part.blob, emitter))?;
        player.finish(emitter, &recording.path)
    }
}

fn read(blob: &Blob, limits: &Limits) -> Result<Vec<u8>, Error> {
    blob.head(MAX_INDEX_LEN, limits).map_err(|source| Error::Io { path: blob.path.clone(), source })
}

/// The index at `at` with those of its parts that lie beside it.
fn group(folder: &Folder, at: usize, entry: &Blob, limits: &Limits) -> Option<Group> {
    let blob = entry.unwrapped(limits);
    let names = index::read(&read(&blob, limits).ok()?)?;
    let stem = plain_name(&entry.name).strip_suffix(".mwrm")?;
    // A recording that was renamed keeps the numbers of its parts.
    let renamed = |name: &str| folder.find(&format!("{stem}-{}", name.rsplit('-').next()?));
    let found: Vec<usize> = names.iter().filter_map(|name| folder.find(name).or_else(|| renamed(name))).collect();
    if found.is_empty() {
        return None;
    }
    let mut recording = Recording::single(blob.clone(), FORMAT);
    recording.parts = vec![Part { role: "index", blob }];
    recording
        .parts
        .extend(found.iter().map(|part| Part { role: "part", blob: folder.entries[*part].unwrapped(limits) }));
    let entries = [at].into_iter().chain(found).collect();
    Some(Group { entries, recording, whole_folder: false })
}
