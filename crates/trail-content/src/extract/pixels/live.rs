//! A line of text as it stands on a desktop.

use std::sync::Arc;

use trail_model::Offset;

use super::cache::Reading;
use crate::block::NONE;
use crate::extract::draft::Draft;
use crate::{Kind, PixelBox, Place, Span, Step};

/// A line that stands, or stood until its pixels changed.
#[derive(Clone, Debug)]
pub(super) struct LiveLine {
    pub(super) area: PixelBox,
    /// Of its pixels.
    pub(super) key: u128,
    pub(super) reading: Arc<Reading>,
    /// First moment of what it is or grew from.
    pub(super) begin: u32,
    /// How it grew, each state by its first moment; the last is the present one. Empty if it did not.
    pub(super) growth: Vec<Step>,
}

/// A line whose pixels have changed, while what came instead may still grow out of it.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) line: LiveLine,
    /// The last moment at which it stood.
    pub(super) end: u32,
    /// The time of the record that changed it.
    pub(super) gone_at: Offset,
}

/// Columns that the left side of a line may move when it grows: a letter's edge, drawn anew.
const LEFT_TOLERANCE: u32 = 2;

impl Leaving {
    /// Whether `area` and `text` are what this line became by growing at its end.
    pub(super) fn grew_to(&self, area: PixelBox, text: &str) -> bool {
        let before = self.line.area;
        let common = before.bottom.min(area.bottom).saturating_sub(before.top.max(area.top));
        let is_same_row = 2 * common > before.height().min(area.height());
        let is_same_start = before.left.abs_diff(area.left) <= LEFT_TOLERANCE;
        let before = self.line.reading.text.as_str();
        is_same_row && is_same_start && text.len() > before.len() && text.starts_with(before)
    }

    /// Writes its span.
    pub(super) fn close(self, draft: &mut Draft) {
        let LiveLine { area, reading, begin, growth, .. } = self.line;
        let place = Arc::new(Place { area, words: reading.words.clone() });
        let span = Span {
            begin,
            end: self.end,
            growth: &growth,
            above: &[],
            grows_in: None,
            grows_out: None,
            concealed: false,
            confidence: reading.confidence,
            place: Some(&place),
        };
        draft.add(Kind::Line, &reading.text, span, NONE);
    }
}

impl LiveLine {
    /// Goes on from what it grew out of.
    pub(super) fn grow_from(&mut self, before: LiveLine) {
        let len = |line: &LiveLine| line.reading.text.len() as u32;
        self.growth = before.growth.clone();
        if self.growth.is_empty() {
            self.growth.push(Step { at: before.begin, len: len(&before) });
        }
        self.growth.push(Step { at: self.begin, len: len(self) });
        self.begin = before.begin;
    }
}
