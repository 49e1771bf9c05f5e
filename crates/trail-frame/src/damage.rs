//! What has changed on the screen since it was last asked.

use trail_model::PixelRect;

use crate::limits::MAX_DAMAGE_RECTS;

/// Rectangles of the screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Damage {
    rects: Vec<PixelRect>,
}

impl Damage {
    pub(crate) fn add(&mut self, rect: PixelRect) {
        if rect.is_empty() || self.rects.contains(&rect) {
            return;
        }
        self.rects.push(rect);
        if self.rects.len() > MAX_DAMAGE_RECTS {
            let all = self.rects.drain(..).reduce(around);
            self.rects.extend(all);
        }
    }

    pub(crate) fn take(&mut self) -> Vec<PixelRect> {
        std::mem::take(&mut self.rects)
    }
}

/// The smallest rectangle around two, as far as numbers reach.
fn around(a: PixelRect, b: PixelRect) -> PixelRect {
    let end = |at: i32, len: u32| i64::from(at) + i64::from(len);
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    let width = end(a.x, a.width).max(end(b.x, b.width)) - i64::from(x);
    let height = end(a.y, a.height).max(end(b.y, b.height)) - i64::from(y);
    let side = |len: i64| u32::try_from(len).unwrap_or(u32::MAX);
    PixelRect { x, y, width: side(width), height: side(height) }
}
