//! How text is read from pixels while content is extracted.

use std::sync::Arc;

use crate::Recognize;

/// An engine, and how long pixels have to rest before it is asked.
#[derive(Clone)]
pub struct PixelReader {
    engine: Arc<dyn Recognize>,
    rest_ns: u64,
}

impl PixelReader {
    /// The rest time taken where nothing is said: 300 ms.
    pub const DEFAULT_REST_NS: u64 = 300_000_000;

    /// Reads with `engine` whatever stands still for [`PixelReader::DEFAULT_REST_NS`].
    pub fn new(engine: Arc<dyn Recognize>) -> PixelReader {
        PixelReader { engine, rest_ns: PixelReader::DEFAULT_REST_NS }
    }

    /// The same with another rest time in nanoseconds; 0: every frame is read.
    pub fn with_rest_ns(self, rest_ns: u64) -> PixelReader {
        PixelReader { rest_ns, ..self }
    }

    /// The engine.
    pub fn engine(&self) -> &dyn Recognize {
        &*self.engine
    }

    /// Nanoseconds that pixels have to stand still.
    pub fn rest_ns(&self) -> u64 {
        self.rest_ns
    }

    /// All that decides what is read, beside the extractor: content of pixels that was read by another is stale.
    pub fn version(&self) -> String {
        format!("{}; rest {} ns", self.engine.version(), self.rest_ns)
    }
}

impl std::fmt::Debug for PixelReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PixelReader").field("rest_ns", &self.rest_ns).finish_non_exhaustive()
    }
}
