//! Layers and buffers, and the limits on all of them together.

use std::collections::BTreeMap;

use trail_model::PixelRect;

use crate::instruction::LayerId;
use crate::limits::{MAX_BUFFERS, MAX_LAYERS, MAX_TOTAL_PIXELS};
use crate::pixels::{Pixels, is_possible_size};

/// The screen.
pub(crate) const SCREEN: LayerId = 0;

/// A layer (on the screen, or the screen itself) or a buffer (never seen).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    pub(crate) pixels: Pixels,
    /// On which layer it lies.
    pub(crate) parent: LayerId,
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) z: i32,
    pub(crate) opacity: u8,
}

impl Layer {
    fn new() -> Layer {
        Layer { pixels: Pixels::default(), parent: SCREEN, x: 0, y: 0, z: 0, opacity: 255 }
    }
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layers {
    /// INVARIANT: at most `MAX_LAYERS` from 0 on and `MAX_BUFFERS` below; together at most `MAX_TOTAL_PIXELS`.
    by_id: BTreeMap<LayerId, Layer>,
}

impl Layers {
    pub(crate) fn get(&self, id: LayerId) -> Option<&Layer> {
        self.by_id.get(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (LayerId, &Layer)> {
        self.by_id.iter().map(|(id, layer)| (*id, layer))
    }

    pub(crate) fn remove(&mut self, id: LayerId) {
        self.by_id.remove(&id);
    }

    fn area(&self) -> u64 {
        self.by_id.values().map(|layer| layer.pixels.area()).sum()
    }

    /// The layer of that number, made where it is missing; nothing if there are too many.
    pub(crate) fn make(&mut self, id: LayerId) -> Option<&mut Layer> {
        if !self.by_id.contains_key(&id) {
            let seen = self.by_id.range(SCREEN..).count();
            let is_full = if id >= SCREEN { seen >= MAX_LAYERS } else { self.by_id.len() - seen >= MAX_BUFFERS };
            if is_full {
                return None;
            }
        }
        Some(self.by_id.entry(id).or_insert_with(Layer::new))
    }

    /// Gives a layer a new size; nothing if that is too much.
    pub(crate) fn resize(&mut self, id: LayerId, width: u32, height: u32) -> Option<&mut Layer> {
        let old = self.get(id).map_or(0, |layer| layer.pixels.area());
        let area = u64::from(width) * u64::from(height);
        if !is_possible_size(width, height) || self.area() - old + area > MAX_TOTAL_PIXELS {
            return None;
        }
        let layer = self.make(id)?;
        layer.pixels.resize(width, height);
        Some(layer)
    }

    /// The layer to draw on at `rect`: a buffer grows to hold it. Nothing if that is too much.
    pub(crate) fn target(&mut self, id: LayerId, rect: PixelRect) -> Option<&mut Layer> {
        if id >= SCREEN {
            return self.make(id);
        }
        let end = |at: i32, len: u32| u32::try_from((i64::from(at) + i64::from(len)).max(0)).ok();
        let (right, bottom) = (end(rect.x, rect.width)?, end(rect.y, rect.height)?);
        let (width, height) = self.get(id).map_or((0, 0), |layer| (layer.pixels.width(), layer.pixels.height()));
        if rect.is_empty() || (right <= width && bottom <= height) {
            return self.make(id);
        }
        self.resize(id, right.max(width), bottom.max(height))
    }

    /// Puts a layer as it was saved; false if that is too much or it is there.
    pub(crate) fn restore(&mut self, id: LayerId, layer: Layer) -> bool {
        if self.by_id.contains_key(&id) || self.area() + layer.pixels.area() > MAX_TOTAL_PIXELS {
            return false;
        }
        self.make(id).map(|place| *place = layer).is_some()
    }

    /// The visible layers that lie on `parent`, the lowest first.
    pub(crate) fn children(&self, parent: LayerId) -> Vec<(LayerId, &Layer)> {
        let on_it = self.by_id.range(SCREEN + 1..).filter(|(_, layer)| layer.parent == parent);
        let mut children: Vec<_> = on_it.map(|(id, layer)| (*id, layer)).collect();
        children.sort_by_key(|(id, layer)| (layer.z, *id));
        children
    }

    /// Where a layer's top-left corner is on the screen; nothing if it does not lie there.
    pub(crate) fn origin(&self, id: LayerId) -> Option<(i32, i32)> {
        let (mut x, mut y, mut at) = (0i32, 0i32, id);
        // A chain that is longer goes in a circle.
        for _ in 0..=MAX_LAYERS {
            if at == SCREEN {
                return Some((x, y));
            }
            let layer = self.get(at).filter(|_| at > SCREEN)?;
            (x, y) = (x.saturating_add(layer.x), y.saturating_add(layer.y));
            at = layer.parent;
        }
        None
    }
}
