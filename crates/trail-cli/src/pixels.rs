//! What reads the pixels of desktops.

use std::sync::Arc;

use anyhow::Result;
use trail_content::PixelReader;
use trail_ocr::{Choice, LazyOcr};

use crate::args::PixelArgs;

/// The reader that the command line asks for, and its engine, which is not made before it is needed.
pub(crate) struct PixelEngine {
    pub(crate) reader: PixelReader,
    engine: Arc<LazyOcr>,
}

impl PixelEngine {
    pub(crate) fn new(args: &PixelArgs) -> Result<PixelEngine> {
        let choice = Choice::find(args.ocr.as_deref(), args.ocr_models.clone())?;
        let engine = Arc::new(LazyOcr::new(choice));
        let rest_ns = args.rest.map_or(PixelReader::DEFAULT_REST_NS, |rest| rest.saturating_mul(1_000_000));
        Ok(PixelEngine { reader: PixelReader::new(engine.clone()).with_rest_ns(rest_ns), engine })
    }

    /// Why nothing could be read, if something had to be.
    pub(crate) fn failure(&self) -> Option<String> {
        self.engine.failure().map(|error| format!("pictures were not read: {}", crate::recording::chain(&*error)))
    }
}
