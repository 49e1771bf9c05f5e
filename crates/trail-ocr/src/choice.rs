//! Which engine reads, made when it is first needed.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use trail_content::{LineText, PixelBox, Pixels, Recognize, RecognizeError};

use crate::{Error, ModelFiles, NoOcr, PpOcr, Tesseract};

/// The variable of the environment that names the engine.
pub const ENGINE_VARIABLE: &str = "TRAIL_OCR";

/// The engines there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The networks of PP-OCR, from a folder, else from where [`ModelFiles::find`] looks.
    PpOcr {
        /// The folder, if one is named.
        models: Option<PathBuf>,
    },
    /// An installed Tesseract.
    Tesseract {
        /// The program.
        program: PathBuf,
    },
    /// Nothing is read.
    None,
}

impl Choice {
    /// The engine of that name: `ppocr`, `tesseract` or `none`; `models` is for the first.
    pub fn by_name(name: &str, models: Option<PathBuf>) -> Option<Choice> {
        match name {
            "ppocr" => Some(Choice::PpOcr { models }),
            "tesseract" => Some(Choice::Tesseract { program: "tesseract".into() }),
            "none" => Some(Choice::None),
            _ => None,
        }
    }

    /// The engine that is asked for by name, or else by [`ENGINE_VARIABLE`], or else PP-OCR.
    ///
    /// # Errors
    /// [`Error::NoEngine`] if there is none of that name.
    pub fn find(name: Option<&str>, models: Option<PathBuf>) -> Result<Choice, Error> {
        let named = std::env::var(ENGINE_VARIABLE).ok().filter(|name| !name.is_empty());
        let name = name.map(str::to_owned).or(named).unwrap_or_else(|| "ppocr".to_owned());
        Choice::by_name(&name, models).ok_or(Error::NoEngine { name })
    }

    /// Makes the engine.
    ///
    /// # Errors
    /// If its files or its program are not there or not what they should be.
    pub fn open(&self) -> Result<Box<dyn Recognize>, Error> {
        Ok(match self {
            Choice::PpOcr { models } => Box::new(PpOcr::new(&ModelFiles::find(models.as_deref())?)?),
            Choice::Tesseract { program } => Box::new(Tesseract::new(program.clone())?),
            Choice::None => Box::new(NoOcr),
        })
    }
}

/// An engine that is made when it is first asked: most recordings have no pixels, and loading networks takes longer than
/// reading a short one.
pub struct LazyOcr {
    choice: Choice,
    engine: OnceLock<Result<Box<dyn Recognize>, Arc<Error>>>,
    version: OnceLock<String>,
}

impl LazyOcr {
    /// Makes nothing yet.
    pub fn new(choice: Choice) -> LazyOcr {
        LazyOcr { choice, engine: OnceLock::new(), version: OnceLock::new() }
    }

    /// Why the engine could not be made; nothing if it could, or was never needed.
    pub fn failure(&self) -> Option<Arc<Error>> {
        self.engine.get().and_then(|engine| engine.as_ref().err().cloned())
    }

    fn engine(&self) -> Result<&dyn Recognize, RecognizeError> {
        match self.engine.get_or_init(|| self.choice.open().map_err(Arc::new)) {
            Ok(engine) => Ok(&**engine),
            Err(error) => {
                Err(RecognizeError { attempt: "set up the reader of pictures", source: Box::new(error.clone()) })
            }
        }
    }
}

impl Recognize for LazyOcr {
    /// An engine that cannot be made reads nothing: content without it is not stale for ever, but until there is one.
    fn version(&self) -> String {
        let missing = || "missing".to_owned();
        let version = || match &self.choice {
            // Hashing the files is much less than loading them.
            Choice::PpOcr { models } => {
                ModelFiles::find(models.as_deref()).map_or_else(|_| missing(), |files| PpOcr::version_of(&files))
            }
            Choice::Tesseract { .. } | Choice::None => self.engine().map_or_else(|_| missing(), Recognize::version),
        };
        self.version.get_or_init(version).clone()
    }

    fn find_lines(&self, frame: Pixels<'_>, area: PixelBox) -> Result<Vec<PixelBox>, RecognizeError> {
        self.engine()?.find_lines(frame, area)
    }

    fn sketch_lines(&self, frame: Pixels<'_>, area: PixelBox) -> Result<Vec<PixelBox>, RecognizeError> {
        self.engine()?.sketch_lines(frame, area)
    }

    fn read_line(&self, frame: Pixels<'_>, line: PixelBox) -> Result<LineText, RecognizeError> {
        self.engine()?.read_line(frame, line)
    }
}
