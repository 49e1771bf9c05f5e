//! The model files: where they are looked for, and which they are.

use std::env;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::Error;

/// The variable of the environment that names the folder of the model files.
pub const MODELS_VARIABLE: &str = "TRAIL_OCR_MODELS";

/// The longest model file that is read, in bytes. The largest PP-OCR recogniser for servers has 85 MB.
const MAX_MODEL_LEN: u64 = 256 << 20;

/// Names of the files in a folder of models.
const DETECTOR_FILE: &str = "det.onnx";
const RECOGNISER_FILE: &str = "rec.onnx";
/// The folder's only `*_dict.txt`, whatever comes before: the sizes of PP-OCR have dictionaries of their own.
const DICTIONARY_END: &str = "dict.txt";

/// The bytes of a detector, a recogniser and its dictionary.
///
/// Any PP-OCR pair in ONNX form works; the tiny pair of PP-OCRv6 comes with this crate.
#[derive(Clone)]
pub struct ModelFiles {
    pub(crate) detector: Vec<u8>,
    pub(crate) recogniser: Vec<u8>,
    pub(crate) dictionary: Vec<u8>,
}

impl ModelFiles {
    /// Takes the models from `folder` if it is given, else from the folder that [`MODELS_VARIABLE`] names, else those
    /// compiled in by the feature `embed-models`.
    ///
    /// # Errors
    /// [`Error::NoModels`] if none of the three is there; [`Error::ReadModel`] and [`Error::ModelTooLarge`] if a file of
    /// the folder cannot be used: a folder that was asked for is never passed over in silence.
    pub fn find(folder: Option<&Path>) -> Result<ModelFiles, Error> {
        let named = folder.map(PathBuf::from).or_else(|| env::var_os(MODELS_VARIABLE).map(PathBuf::from));
        match named {
            Some(folder) => ModelFiles::read(&folder),
            None => embedded().ok_or(Error::NoModels { variable: MODELS_VARIABLE }),
        }
    }

    /// Reads `det.onnx`, `rec.onnx` and the one file whose name ends in `dict.txt` from a folder.
    ///
    /// # Errors
    /// As for [`ModelFiles::find`].
    pub fn read(folder: &Path) -> Result<ModelFiles, Error> {
        Ok(ModelFiles {
            detector: read_bounded(&folder.join(DETECTOR_FILE))?,
            recogniser: read_bounded(&folder.join(RECOGNISER_FILE))?,
            dictionary: read_bounded(&dictionary_path(folder)?)?,
        })
    }

    /// The BLAKE3 hash over the three files and their lengths: what the engine was trained to.
    pub fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for file in [&self.detector, &self.recogniser, &self.dictionary] {
            hasher.update(&(file.len() as u64).to_le_bytes());
            hasher.update(file);
        }
        hasher.finalize()
    }
}

#[cfg(feature = "embed-models")]
fn embedded() -> Option<ModelFiles> {
    Some(ModelFiles {
        detector: include_bytes!("../models/det.onnx").to_vec(),
        recogniser: include_bytes!("../models/rec.onnx").to_vec(),
        dictionary: include_bytes!("../models/ppocrv6_tiny_dict.txt").to_vec(),
    })
}

#[cfg(not(feature = "embed-models"))]
fn embedded() -> Option<ModelFiles> {
    None
}

/// The first file by name that ends as a dictionary does.
fn dictionary_path(folder: &Path) -> Result<PathBuf, Error> {
    let failed = |source| Error::ReadModel { path: folder.to_owned(), source };
    let mut found: Option<PathBuf> = None;
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_dictionary = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(DICTIONARY_END));
        if is_dictionary && found.as_ref().is_none_or(|first| path < *first) {
            found = Some(path);
        }
    }
    // A file that is not there is reported by the attempt to read it.
    Ok(found.unwrap_or_else(|| folder.join(DICTIONARY_END)))
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::ReadModel { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_MODEL_LEN + 1).read_to_end(&mut bytes).map_err(failed)?;
    let found = bytes.len() as u64;
    if found > MAX_MODEL_LEN {
        return Err(Error::ModelTooLarge { path: path.to_owned(), found, limit: MAX_MODEL_LEN });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
