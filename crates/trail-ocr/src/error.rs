//! What can go wrong before and while an engine reads.

use std::io;
use std::path::PathBuf;

use trail_content::RecognizeError;

/// Failure to set up an engine, or of the engine itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No engine has that name.
    #[error("no reader of pictures {name:?}; there are ppocr, tesseract and none")]
    NoEngine {
        /// The name.
        name: String,
    },
    /// No folder was named, by configuration or environment, and no models are compiled in.
    #[error("no models for reading text from pixels: name their folder by configuration or in {variable}")]
    NoModels {
        /// The variable of the environment that is asked.
        variable: &'static str,
    },
    /// A model file is missing or unreadable.
    #[error("failed to read model file {path}")]
    ReadModel {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A model file is larger than any that this engine could run.
    #[error("model file {path} has {found} bytes, at most {limit} are read")]
    ModelTooLarge {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        found: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The bytes are not a network that the runtime can run.
    #[error("failed to load the {model}: {reason}")]
    LoadModel {
        /// Detector or recogniser.
        model: &'static str,
        /// The runtime's words.
        reason: String,
    },
    /// The dictionary is not lines of UTF-8.
    #[error("the dictionary is not UTF-8 text")]
    Dictionary,
    /// The network failed, or its answer has not the shape that goes with the dictionary.
    #[error("failed to run the {model}: {reason}")]
    Run {
        /// Detector or recogniser.
        model: &'static str,
        /// The runtime's words, or what was expected and found.
        reason: String,
    },
    /// The child process could not be started, talked to, or ended with a failure.
    #[error("failed to run {program}")]
    Child {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The picture could not be encoded for the child process.
    #[error("failed to encode the picture")]
    Encode(#[from] png::EncodingError),
}

impl Error {
    /// The form in which the error leaves the crate.
    pub(crate) fn while_trying(self, attempt: &'static str) -> RecognizeError {
        RecognizeError { attempt, source: Box::new(self) }
    }
}
