//! The engine of two networks: PP-OCR through the runtime `rten`.

use trail_content::{LineText, PixelBox, Pixels, Recognize, RecognizeError};

use crate::Error;
use crate::detector::Detector;
use crate::lines;
use crate::models::ModelFiles;
use crate::network;
use crate::recogniser::Recogniser;

/// What the code around the networks does, counted up when it changes what is read.
const METHOD_VERSION: u32 = 3;

/// How lines are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finder {
    /// By the edges of the ink: quick, and a line depends on the pixels near it alone.
    Ink,
    /// By the detector network, its boxes snapped to the ink: it reads more, at several times the cost.
    #[default]
    Network,
}

/// PP-OCR: lines found by their ink or by the detector network, read by the recogniser network.
///
/// An engine computes on one thread of its own, whoever calls it; calls at the same time take turns. The networks
/// compute in floating point: machines with other vector units may differ in what they read of a line that is hardly
/// legible.
pub struct PpOcr {
    finder: Finder,
    detector: Detector,
    recogniser: Recogniser,
    digest: blake3::Hash,
}

impl PpOcr {
    /// Loads the networks.
    ///
    /// # Errors
    /// [`Error::LoadModel`] and [`Error::Dictionary`] if the files are not what they should be.
    pub fn new(files: &ModelFiles) -> Result<PpOcr, Error> {
        let pool = network::one_thread();
        Ok(PpOcr {
            finder: Finder::default(),
            detector: Detector::new(&files.detector, pool.clone())?,
            recogniser: Recogniser::new(&files.recogniser, &files.dictionary, pool)?,
            digest: files.digest(),
        })
    }

    /// What [`PpOcr::new`] with these files answers for its version, without loading them.
    pub(crate) fn version_of(files: &ModelFiles) -> String {
        version(Finder::default(), files.digest())
    }

    /// The same engine with another way of finding lines.
    pub fn with_finder(self, finder: Finder) -> PpOcr {
        PpOcr { finder, ..self }
    }
}

impl Recognize for PpOcr {
    fn version(&self) -> String {
        version(self.finder, self.digest)
    }

    fn find_lines(&self, frame: Pixels<'_>, area: PixelBox) -> Result<Vec<PixelBox>, RecognizeError> {
        match self.finder {
            Finder::Ink => Ok(lines::find_lines(frame, area)),
            Finder::Network => {
                self.detector.find_lines(frame, area).map_err(|error| error.while_trying("find lines of text"))
            }
        }
    }

    /// By the edges of the ink, whatever way lines are found in earnest.
    fn sketch_lines(&self, frame: Pixels<'_>, area: PixelBox) -> Result<Vec<PixelBox>, RecognizeError> {
        Ok(lines::find_lines(frame, area))
    }

    fn read_line(&self, frame: Pixels<'_>, line: PixelBox) -> Result<LineText, RecognizeError> {
        self.recogniser.read(frame, line).map_err(|error| error.while_trying("read a line of text"))
    }
}

fn version(finder: Finder, digest: blake3::Hash) -> String {
    let finder = match finder {
        Finder::Ink => "ink",
        Finder::Network => "network",
    };
    format!("ppocr {METHOD_VERSION} {finder} {}", digest.to_hex())
}
