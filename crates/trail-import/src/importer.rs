//! The importers behind one trait, and the registry that knows them all.

use crate::Error;
use crate::emit::Emitter;
use crate::folder::Folder;
use crate::formats;
use crate::options::Limits;
use crate::source::Recording;
use crate::store::Blob;

/// One foreign format.
///
/// To add a format, write a file with an implementation and name it in [`REGISTRY`].
pub(crate) trait Importer: Sync {
    /// Finds recordings that are made of several files of one folder.
    fn group(&self, _folder: &Folder, _limits: &Limits) -> Vec<Group> {
        Vec::new()
    }

    /// Whether a file that `probe` claims may be part of a recording with the files beside it.
    fn has_siblings(&self) -> bool {
        false
    }

    /// Tells whether a single file is a recording of this format, and names the variant. Decides by content alone.
    fn probe(&self, file: &Probe<'_>) -> Option<&'static str>;

    /// Takes a file that `probe` claimed apart into recordings, where it can hold several.
    fn split(&self, file: &Blob, format: &'static str, _limits: &Limits) -> Result<Vec<Recording>, Error> {
        Ok(vec![Recording::single(file.clone(), format)])
    }

    /// Reads a recording that `group`, or `probe` and `split`, have found.
    fn import(&self, recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error>;
}

/// Files of one folder that are one recording together.
pub(crate) struct Group {
    /// Indices into the folder's entries; the first one gives the recording its place in the order.
    pub(crate) entries: Vec<usize>,
    /// The recording, with its parts named by role.
    pub(crate) recording: Recording,
    /// Whether the whole folder, files not named included, belongs to the recording.
    pub(crate) whole_folder: bool,
}

/// A file that is asked what it is.
pub(crate) struct Probe<'a> {
    pub(crate) blob: &'a Blob,
    /// The first bytes, unwrapped: [`HEAD_LEN`](crate::store::HEAD_LEN), or all if the file is shorter.
    pub(crate) head: &'a [u8],
    pub(crate) limits: &'a Limits,
}

/// All formats, most telling first.
pub(crate) static REGISTRY: &[&dyn Importer] = &[
    &formats::guacamole::Guacamole,
    &formats::fbs::Fbs,
    &formats::wallix::Wallix,
    &formats::asciicast::Asciicast,
    &formats::jumpserver::JumpServer,
    &formats::sudo::Sudo,
    &formats::script::Script,
    &formats::tlog::Tlog,
    &formats::ttyrec::Ttyrec,
];
