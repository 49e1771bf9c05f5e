//! The engine that reads nothing.

use trail_content::{LineText, PixelBox, Pixels, Recognize, RecognizeError};

/// Finds no line: pixels are kept and shown, but not searched.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoOcr;

impl Recognize for NoOcr {
    fn version(&self) -> String {
        "none".to_owned()
    }

    fn find_lines(&self, _frame: Pixels<'_>, _area: PixelBox) -> Result<Vec<PixelBox>, RecognizeError> {
        Ok(Vec::new())
    }

    fn read_line(&self, _frame: Pixels<'_>, _line: PixelBox) -> Result<LineText, RecognizeError> {
        Ok(LineText::default())
    }
}
