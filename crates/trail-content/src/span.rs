//! When and where a text could be seen: spans, growth steps, segments, places.

use std::ops::Range;
use std::sync::Arc;

use crate::PixelBox;

/// From moment `at` on, a length of `len` bytes of the item's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// Moment ordinal.
    pub at: u32,
    /// Bytes of the item's text, at a character border.
    pub len: u32,
}

/// Where a text that was read from pixels stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The box of its ink.
    pub area: PixelBox,
    /// The columns of each blank-separated word of the item's text, from the left side of `area` on. Empty if the engine
    /// could not tell.
    pub words: Vec<Range<u32>>,
}

/// One stretch of moments during which one line, followed by its row, had the item's text or grew into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// First moment (an ordinal of the channel's own records).
    pub begin: u32,
    /// Last moment, inside.
    pub end: u32,
    /// How the text grew: empty if it stood whole from `begin`; else `first.at == begin`, lengths and moments rise
    /// strictly, and `last.len` is the text's length.
    pub growth: &'a [Step],
    /// How many bytes of the text stood above the screen, each from its moment on; 0 before the first step.
    pub above: &'a [Step],
    /// Set when the line stood at the moment before the block with this many bytes of the text, as another item or
    /// as this one: the span continues a growth that began in an earlier block. With `growth` empty the line had
    /// grown to the whole text at the block's first moment.
    pub grows_in: Option<u32>,
    /// Set on a span that reaches the end of its block when, in a later block, the line's next different text was
    /// this text and more: the first character of what was added. It decides the unfinished token.
    pub grows_out: Option<char>,
    /// Some of it was written concealed, or in the colour of its background, at some moment of the span.
    pub concealed: bool,
    /// For commands: how sure it is that this is one, in percent. For lines read from pixels: how sure the engine is of the
    /// text. 100 for everything else.
    pub confidence: u8,
    /// For lines read from pixels: where it stands.
    pub place: Option<&'a Arc<Place>>,
}

/// A part of a span during which the text was the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First moment.
    pub begin: u32,
    /// Last moment, inside.
    pub end: u32,
    /// The text was the item's first `len` bytes.
    pub len: u32,
    /// The character that followed when the text then grew: the token at the end is unfinished if it extends it.
    /// Nothing if the text ended or changed otherwise.
    pub next: Option<char>,
}

impl<'a> Span<'a> {
    /// Tells whether nothing but the whole text stood in this span, wholly on the screen, and no block border matters
    /// to it. Such spans of one item are merged where they overlap or touch.
    pub fn is_plain(&self) -> bool {
        self.growth.is_empty() && self.above.is_empty() && self.grows_in.is_none() && self.grows_out.is_none()
    }

    /// The stretches of equal text, in order; `text` is the item's.
    pub fn segments(self, text: &'a str) -> impl Iterator<Item = Segment> + 'a {
        let whole = [Step { at: self.begin, len: text.len() as u32 }];
        let count = self.growth.len().max(1);
        (0..count).map(move |i| {
            let steps: &[Step] = if self.growth.is_empty() { &whole } else { self.growth };
            let step = steps[i];
            match steps.get(i + 1) {
                Some(next) => Segment {
                    begin: step.at,
                    end: next.at - 1,
                    len: step.len,
                    next: text.get(step.len as usize..).and_then(|rest| rest.chars().next()),
                },
                None => Segment { begin: step.at, end: self.end, len: step.len, next: self.grows_out },
            }
        })
    }

    /// How many bytes of the item's text stood at moment `at`; `text_len` is the length of the whole.
    pub fn len_at(&self, at: u32, text_len: usize) -> usize {
        last_step(self.growth, at).map_or(text_len, |step| step.len as usize)
    }

    /// How many bytes of the text stood above the screen at moment `at`.
    pub fn above_at(&self, at: u32) -> usize {
        last_step(self.above, at).map_or(0, |step| step.len as usize)
    }
}

/// The last step at or before `at`.
fn last_step(steps: &[Step], at: u32) -> Option<Step> {
    let after = steps.partition_point(|step| step.at <= at);
    after.checked_sub(1).map(|i| steps[i])
}

/// A span that owns its steps; what a [`Block`](crate::Block) is built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanBuf {
    /// As in [`Span`].
    pub begin: u32,
    /// As in [`Span`].
    pub end: u32,
    /// As in [`Span`].
    pub growth: Vec<Step>,
    /// As in [`Span`].
    pub above: Vec<Step>,
    /// As in [`Span`].
    pub grows_in: Option<u32>,
    /// As in [`Span`].
    pub grows_out: Option<char>,
    /// As in [`Span`].
    pub concealed: bool,
    /// As in [`Span`].
    pub confidence: u8,
    /// As in [`Span`].
    pub place: Option<Arc<Place>>,
}

impl SpanBuf {
    /// A plain span of the moments `begin` to `end`.
    pub fn new(begin: u32, end: u32) -> SpanBuf {
        SpanBuf {
            begin,
            end,
            growth: Vec::new(),
            above: Vec::new(),
            grows_in: None,
            grows_out: None,
            concealed: false,
            confidence: 100,
            place: None,
        }
    }

    /// The span, borrowed.
    pub fn as_span(&self) -> Span<'_> {
        Span {
            begin: self.begin,
            end: self.end,
            growth: &self.growth,
            above: &self.above,
            grows_in: self.grows_in,
            grows_out: self.grows_out,
            concealed: self.concealed,
            confidence: self.confidence,
            place: self.place.as_ref(),
        }
    }
}

impl From<Span<'_>> for SpanBuf {
    fn from(span: Span<'_>) -> SpanBuf {
        SpanBuf {
            begin: span.begin,
            end: span.end,
            growth: span.growth.to_vec(),
            above: span.above.to_vec(),
            grows_in: span.grows_in,
            grows_out: span.grows_out,
            concealed: span.concealed,
            confidence: span.confidence,
            place: span.place.cloned(),
        }
    }
}
