//! The state of a desktop: layers, buffers, pointer.

use trail_model::PixelRect;

use crate::damage::Damage;
use crate::instruction::{Draw, Instructions, LAST_PART, LayerId, PART};
use crate::layer::{Layers, SCREEN};
use crate::limits::{MAX_CURSOR_SIDE, MAX_FRAME_LEN};
use crate::mask::{Mask, premultiplied, transferred};
use crate::picture::{PictureError, decode_picture};
use crate::pixels::Pixels;

/// What could not be drawn, counted. It is no part of the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Pictures and packed pixels that cannot be decoded.
    pub undecodable: u64,
    /// Instructions beyond a limit: sizes, numbers of layers, memory, length of a frame.
    pub refused: u64,
    /// Records whose bytes are no instructions from some place on.
    pub broken: u64,
}

/// A desktop after the frames of its drawing records: what is on its screen, and all that is needed to go on.
///
/// ```
/// use trail_frame::{Draw, DrawingWriter, Mask, Surface};
/// use trail_model::PixelRect;
///
/// let mut frame = DrawingWriter::new();
/// frame.put(&Draw::Resize { layer: 0, width: 4, height: 2 });
/// let rects = vec![PixelRect { x: 1, y: 0, width: 2, height: 2 }];
/// frame.put(&Draw::Fill { layer: 0, mask: Mask::OVER, color: [255, 0, 0, 255], rects });
/// let mut surface = Surface::new();
/// frame.finish().iter().for_each(|body| surface.apply(body));
/// let picture = surface.flatten(false);
/// assert_eq!((picture.width(), picture.height()), (4, 2));
/// // Red in the lowest byte; nothing is black.
/// assert_eq!(picture.as_slice()[..2], [0xff00_0000, 0xff00_00ff]);
/// ```
#[derive(Clone, Debug)]
pub struct Surface {
    pub(crate) layers: Layers,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) pointer: Option<(i32, i32)>,
    pub(crate) is_known: bool,
    /// The parts that are there of a frame that has not ended.
    pub(crate) pending: Vec<u8>,
    faults: Faults,
    damage: Damage,
}

/// The pointer's picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) hot_x: i32,
    pub(crate) hot_y: i32,
    pub(crate) pixels: Pixels,
}

impl Default for Surface {
    fn default() -> Surface {
        Surface {
            layers: Layers::default(),
            cursor: None,
            pointer: None,
            is_known: true,
            pending: Vec::new(),
            faults: Faults::default(),
            damage: Damage::default(),
        }
    }
}

impl Surface {
    /// A desktop before its first frame.
    pub fn new() -> Surface {
        Surface::default()
    }

    /// Applies the body of one drawing record: a frame, or a part of one, of which nothing is seen before its last part.
    pub fn apply(&mut self, body: &[u8]) {
        match body.split_first() {
            Some((&LAST_PART, rest)) if self.pending.is_empty() => self.frame(rest),
            Some((&LAST_PART, rest)) => {
                let mut pending = std::mem::take(&mut self.pending);
                if self.keep_part(&mut pending, rest) {
                    self.frame(&pending);
                }
            }
            Some((&PART, rest)) => {
                let mut pending = std::mem::take(&mut self.pending);
                self.keep_part(&mut pending, rest);
                self.pending = pending;
            }
            _ => self.faults.broken += 1,
        }
    }

    /// Appends a part; a frame that becomes too long is given up.
    fn keep_part(&mut self, pending: &mut Vec<u8>, part: &[u8]) -> bool {
        let fits = pending.len() + part.len() <= MAX_FRAME_LEN;
        if fits {
            pending.extend_from_slice(part);
        } else {
            pending.clear();
            self.faults.refused += 1;
        }
        fits
    }

    fn frame(&mut self, bytes: &[u8]) {
        let mut instructions = Instructions::new(bytes);
        for draw in &mut instructions {
            self.draw(&draw);
        }
        self.faults.broken += u64::from(instructions.is_broken);
    }

    /// Moves the pointer, as the user did.
    pub fn move_pointer(&mut self, x: i32, y: i32) {
        self.pointer = Some((x, y));
    }

    /// Where the pointer is, if it was ever said.
    pub fn pointer(&self) -> Option<(i32, i32)> {
        self.pointer
    }

    /// Whether the picture is known. It is not while the source draws by instructions that are not understood.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// Columns and rows of the screen; 0 before the first frame.
    pub fn size(&self) -> (u32, u32) {
        self.layers.get(SCREEN).map_or((0, 0), |layer| (layer.pixels.width(), layer.pixels.height()))
    }

    /// What could not be drawn so far.
    pub fn faults(&self) -> Faults {
        self.faults
    }

    /// The parts of the screen (the pointer left out) that may have changed since this was last called. They can
    /// reach over its edges.
    pub fn take_damage(&mut self) -> Vec<PixelRect> {
        self.damage.take()
    }

    fn draw(&mut self, draw: &Draw<'_>) {
        match draw {
            Draw::Resize { layer, width, height } => {
                self.damage_layer(*layer);
                let resized = self.layers.resize(*layer, *width, *height).is_some();
                self.refuse_unless(resized);
                self.damage_layer(*layer);
            }
            Draw::Pixels { layer, rect, blocks } => match Pixels::unpack(rect.width, rect.height, blocks) {
                Some(pixels) => self.lay(&pixels, Mask::SRC, *layer, rect.x, rect.y),
                None => self.faults.undecodable += 1,
            },
            Draw::Image { layer, mask, x, y, data } => match decode_picture(data) {
                Ok(pixels) => self.lay(&pixels, *mask, *layer, *x, *y),
                Err(PictureError::TooLarge) => self.faults.refused += 1,
                Err(PictureError::Undecodable) => self.faults.undecodable += 1,
            },
            Draw::Copy { source, rect, mask, layer, x, y } => {
                if let Some((pixels, x, y)) = self.part(*source, *rect, *x, *y) {
                    self.lay(&pixels, *mask, *layer, x, y);
                }
            }
            Draw::Transfer { source, rect, function, layer, x, y } => {
                if let Some((pixels, x, y)) = self.part(*source, *rect, *x, *y) {
                    self.lay_by(&pixels, *layer, x, y, |target, source| {
                        let pairs = target.iter_mut().zip(source);
                        pairs.for_each(|(target, &source)| *target = transferred(*function, *target, source));
                    });
                }
            }
            Draw::Fill { layer, mask, color, rects } => self.fill(*layer, *mask, premultiplied(*color), rects),
            Draw::Place { layer, parent, x, y, z } if *layer > SCREEN && *parent >= SCREEN => {
                self.damage_layer(*layer);
                let placed = self.layers.make(*layer).map(|layer| {
                    (layer.parent, layer.x, layer.y, layer.z) = (*parent, *x, *y, *z);
                });
                self.refuse_unless(placed.is_some());
                self.damage_layer(*layer);
            }
            Draw::Place { .. } => self.faults.refused += 1,
            Draw::Opacity { layer, opacity } => {
                let shaded = self.layers.make(*layer).map(|layer| layer.opacity = *opacity);
                self.refuse_unless(shaded.is_some());
                self.damage_layer(*layer);
            }
            Draw::Dispose { layer } => {
                self.damage_layer(*layer);
                self.layers.remove(*layer);
            }
            Draw::Cursor { hot_x, hot_y, source, rect } => {
                let pixels = self.layers.get(*source).map(|layer| layer.pixels.part(*rect)).unwrap_or_default();
                self.set_cursor(*hot_x, *hot_y, pixels);
            }
            Draw::CursorPixels { hot_x, hot_y, width, height, blocks } => {
                match Pixels::unpack(*width, *height, blocks) {
                    Some(pixels) => self.set_cursor(*hot_x, *hot_y, pixels),
                    None => self.faults.undecodable += 1,
                }
            }
            Draw::PointerAt { x, y } => self.pointer = Some((*x, *y)),
            Draw::Clear => {
                self.damage_layer(SCREEN);
                self.layers = Layers::default();
                self.cursor = None;
            }
            Draw::Known(known) => {
                self.is_known = *known;
                self.damage_layer(SCREEN);
            }
        }
    }

    fn refuse_unless(&mut self, done: bool) {
        self.faults.refused += u64::from(!done);
    }

    fn set_cursor(&mut self, hot_x: i32, hot_y: i32, pixels: Pixels) {
        if pixels.width() <= MAX_CURSOR_SIDE && pixels.height() <= MAX_CURSOR_SIDE {
            self.cursor = Some(Cursor { hot_x, hot_y, pixels });
        } else {
            self.faults.refused += 1;
        }
    }

    /// A part of a layer by itself, and where its corner comes to lie: what is left or above of the layer is cut off.
    fn part(&self, source: LayerId, rect: PixelRect, x: i32, y: i32) -> Option<(Pixels, i32, i32)> {
        let pixels = &self.layers.get(source)?.pixels;
        let there = rect.intersect(pixels.rect());
        if there.is_empty() {
            return None;
        }
        let moved = |at: i32, there: i32, asked: i32| at.checked_add(there.checked_sub(asked)?);
        Some((pixels.part(there), moved(x, there.x, rect.x)?, moved(y, there.y, rect.y)?))
    }

    fn lay(&mut self, pixels: &Pixels, mask: Mask, layer: LayerId, x: i32, y: i32) {
        self.lay_by(pixels, layer, x, y, |target, source| mask.blend(target, source));
    }

    fn lay_by(&mut self, pixels: &Pixels, layer: LayerId, x: i32, y: i32, rule: impl Fn(&mut [u32], &[u32])) {
        let rect = PixelRect { x, y, width: pixels.width(), height: pixels.height() };
        match self.layers.target(layer, rect) {
            Some(target) => {
                let touched = target.pixels.combine(pixels, x, y, rule);
                self.damage_part(layer, touched);
            }
            None => self.faults.refused += 1,
        }
    }

    fn fill(&mut self, layer: LayerId, mask: Mask, colour: u32, rects: &[PixelRect]) {
        for rect in disjoint(rects) {
            match self.layers.target(layer, rect) {
                Some(target) => {
                    let touched = target.pixels.fill(rect, mask, colour);
                    self.damage_part(layer, touched);
                }
                None => self.faults.refused += 1,
            }
        }
    }

    /// Notes that a part of a layer has changed.
    fn damage_part(&mut self, layer: LayerId, rect: PixelRect) {
        if let Some((x, y)) = self.layers.origin(layer) {
            self.damage.add(PixelRect { x: rect.x.saturating_add(x), y: rect.y.saturating_add(y), ..rect });
        }
    }

    /// Notes that a layer, and with it all that may lie on it, has changed.
    fn damage_layer(&mut self, layer: LayerId) {
        if let Some(rect) = self.layers.get(layer).map(|layer| layer.pixels.rect()) {
            self.damage_part(layer, rect);
        }
    }
}

/// Rectangles that cover the same pixels, each once. A path of so many rectangles that overlap is nobody's: beyond
/// [`MAX_UNION`] they are taken as they are.
fn disjoint(rects: &[PixelRect]) -> Vec<PixelRect> {
    if rects.len() > MAX_UNION {
        return rects.to_vec();
    }
    let mut apart: Vec<PixelRect> = Vec::new();
    for rect in rects.iter().filter(|rect| !rect.is_empty()) {
        let mut left = vec![*rect];
        for known in &apart {
            left = left.into_iter().flat_map(|rect| without(rect, *known)).collect();
        }
        apart.extend(left);
    }
    apart
}

/// Rectangles of one fill up to which what they have in common is looked for.
const MAX_UNION: usize = 64;

/// What of `rect` is not in `hole`: up to four rectangles.
fn without(rect: PixelRect, hole: PixelRect) -> Vec<PixelRect> {
    let common = rect.intersect(hole);
    if common.is_empty() {
        return vec![rect];
    }
    let before = |common: i32, at: i32| (i64::from(common) - i64::from(at)) as u32;
    let (above, left) = (before(common.y, rect.y), before(common.x, rect.x));
    let (below, right) = (rect.height - above - common.height, rect.width - left - common.width);
    let end = |at: i32, len: u32| i32::try_from(i64::from(at) + i64::from(len)).unwrap_or(i32::MAX);
    let bottom = end(common.y, common.height);
    let pieces = [
        PixelRect { height: above, ..rect },
        PixelRect { x: rect.x, width: left, ..common },
        PixelRect { x: end(common.x, common.width), width: right, ..common },
        PixelRect { y: bottom, height: below, ..rect },
    ];
    pieces.into_iter().filter(|piece| !piece.is_empty()).collect()
}
