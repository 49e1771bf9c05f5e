//! The network that reads the picture of one line.

use std::ops::Range;
use std::sync::Arc;

use rten::ThreadPool;
use trail_content::{LineText, PixelBox, Pixels};

use crate::Error;
use crate::blanks;
use crate::crop::{self, LINE_HEIGHT, LineImage};
use crate::decode::{self, Seen};
use crate::lines;
use crate::network::Network;

/// The recogniser network with its dictionary.
pub(crate) struct Recogniser {
    network: Network,
    /// The text of each class; class 0, the separator, has none.
    classes: Vec<String>,
}

impl Recogniser {
    pub(crate) fn new(model: &[u8], dictionary: &[u8], pool: Arc<ThreadPool>) -> Result<Recogniser, Error> {
        let text = std::str::from_utf8(dictionary).map_err(|_| Error::Dictionary)?;
        let mut classes = vec![String::new()];
        classes.extend(text.lines().map(str::to_owned));
        classes.push(" ".to_owned());
        Ok(Recogniser { network: Network::new("recogniser", model, pool)?, classes })
    }

    /// Reads the line in `line` of `frame`; the box should fit the ink.
    pub(crate) fn read(&self, frame: Pixels<'_>, line: PixelBox) -> Result<LineText, Error> {
        let line = line.intersect(frame.bounds());
        if line.is_empty() {
            return Ok(LineText::default());
        }
        let ground = lines::ground(frame, line);
        let margin = crop::margin(frame, line, ground);
        let image = crop::line_image(frame, line, margin, ground);
        let (width, scale) = (image.width, image.scale);
        let (table, steps) = self.run(image)?;
        let seen = decode::decode(&table, self.classes.len());
        // Columns of the line for each step.
        let per_step = width as f32 / steps.max(1) as f32 / scale;
        let at = |seen: &Seen| (seen.step as f32 + 0.5) * per_step - margin.columns;
        let characters: Vec<(&str, f32)> =
            seen.iter().map(|seen| (self.classes[seen.class].as_str(), at(seen))).collect();
        let step = |column: f32| ((column + margin.columns) / per_step - 0.5).round().max(0.0) as usize;
        let blank = |columns: &Range<u32>| {
            let steps = step(columns.start as f32 - 1.0)..=step(columns.end as f32 + 1.0);
            decode::greatest(&table, self.classes.len(), steps, self.classes.len() - 1)
        };
        let read = blanks::Line { frame, line, height: margin.height_around(line), characters: &characters };
        let (text, words) = blanks::repair(read, blank);
        let confidence = seen.iter().map(|seen| seen.confidence).sum::<f32>() / seen.len().max(1) as f32;
        Ok(LineText { text: text.trim().to_owned(), confidence, words })
    }

    /// The table of probabilities, row by row, and the number of its rows.
    fn run(&self, image: LineImage) -> Result<(Vec<f32>, usize), Error> {
        let (shape, table) = self.network.run::<3>(image.planes, image.width, LINE_HEIGHT)?;
        let [_, steps, classes] = shape;
        if classes != self.classes.len() {
            return Err(self.network.failed(format!("expected {} classes, found {classes}", self.classes.len())));
        }
        Ok((table, steps))
    }
}
