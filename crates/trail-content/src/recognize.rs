//! Text from pixels: what an engine has to do, and the pictures and boxes it works on.
//!
//! Engines plug in from outside and implement [`Recognize`]; nothing here knows how text is read.

mod fold;
mod pixels;
mod reader;
#[cfg(test)]
mod tests;

pub use fold::fold_confusable;
pub use pixels::{PixelBox, Pixels, PixelsMut};
pub use reader::PixelReader;

/// What an engine read in the picture of one line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineText {
    /// The text, without blanks at its ends; empty where nothing could be read.
    pub text: String,
    /// How sure the engine is, from 0 to 1.
    pub confidence: f32,
    /// The columns of each blank-separated word of `text`, from the left side of the line on; empty if the engine cannot
    /// tell.
    pub words: Vec<std::ops::Range<u32>>,
}

/// Why an engine could not read a picture.
#[derive(Debug, thiserror::Error)]
#[error("failed to {attempt}")]
pub struct RecognizeError {
    /// What was attempted.
    pub attempt: &'static str,
    /// What went wrong, in the engine's own words.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// An engine that finds lines of text in a picture and reads them.
///
/// Both methods are functions of the pixels alone: what an engine read before changes nothing.
pub trait Recognize: Send + Sync {
    /// Name and version of the engine and a hash of what it was trained to: a content file made with another version is
    /// stale.
    fn version(&self) -> String;

    /// The boxes of the lines of text inside `area` of `frame`, snapped to their ink, in no order that means anything.
    ///
    /// # Errors
    /// [`RecognizeError`] if the engine fails; nothing is known of the area then.
    fn find_lines(&self, frame: Pixels<'_>, area: PixelBox) -> Result<Vec<PixelBox>, RecognizeError>;

    /// The same at a glance: good enough to count the lines of a frame that may not be worth reading.
    ///
    /// # Errors
    /// As for [`Recognize::find_lines`].
    fn sketch_lines(&self, frame: Pixels<'_>, area: PixelBox) -> Result<Vec<PixelBox>, RecognizeError> {
        self.find_lines(frame, area)
    }

    /// Reads the line that stands in `line` of `frame`. It depends on nothing but the pixels of the box.
    ///
    /// # Errors
    /// [`RecognizeError`] if the engine fails.
    fn read_line(&self, frame: Pixels<'_>, line: PixelBox) -> Result<LineText, RecognizeError>;
}
