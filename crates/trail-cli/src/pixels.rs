//! What reads the pixels of desktops.

use std::sync::Arc;

use anyhow::{Context, Result};
use trail_content::PixelReader;
use trail_ocr::{Choice, LazyOcr};

use crate::args::PixelArgs;

/// The variable of the environment that names the engine.
const ENGINE_VARIABLE: &str = "TRAIL_OCR";

/// The reader that the command line asks for, and its engine, which is not made before it is needed.
pub(crate) struct PixelEngine {
    pub(crate) reader: PixelReader,
    engine: Arc<LazyOcr>,
}

impl PixelEngine {
    pub(crate) fn new(args: &PixelArgs) -> Result<PixelEngine> {
        let named = std::env::var(ENGINE_VARIABLE).ok().filter(|name| !name.is_empty());
        let name = args.ocr.clone().or(named).unwrap_or_else(|| "ppocr".to_owned());
        let choice = Choice::by_name(&name, args.ocr_models.clone())
            .with_context(|| format!("no reader of pictures {name:?}; there are ppocr, tesseract and none"))?;
        let engine = Arc::new(LazyOcr::new(choice));
        let rest_ns = args.rest.map_or(PixelReader::DEFAULT_REST_NS, |rest| rest.saturating_mul(1_000_000));
        Ok(PixelEngine { reader: PixelReader::new(engine.clone()).with_rest_ns(rest_ns), engine })
    }

    /// Why nothing could be read, if something had to be.
    pub(crate) fn failure(&self) -> Option<String> {
        self.engine.failure().map(|error| format!("pictures were not read: {}", crate::recording::chain(&*error)))
    }
}
