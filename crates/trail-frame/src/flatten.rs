//! All layers as one picture.

use trail_model::PixelRect;

use crate::instruction::LayerId;
use crate::layer::{Layers, SCREEN};
use crate::limits::MAX_LAYERS;
use crate::mask::{faded, over};
use crate::pixels::Pixels;
use crate::surface::Surface;

/// Opaque black: what is where nothing was drawn.
const BLACK: u32 = 0xff00_0000;

impl Surface {
    /// The screen as one opaque picture: its layers, the lowest first, each clipped to the one it lies on; then the
    /// pointer, if it is wanted and known where it is.
    pub fn flatten(&self, with_pointer: bool) -> Pixels {
        let (width, height) = self.size();
        let mut picture = self.flatten_part(PixelRect { x: 0, y: 0, width, height });
        if let (true, Some(cursor), Some((x, y))) = (with_pointer, &self.cursor, self.pointer) {
            let at = (x.saturating_sub(cursor.hot_x), y.saturating_sub(cursor.hot_y));
            picture.draw(&cursor.pixels, crate::Mask::OVER, at.0, at.1);
        }
        picture
    }

    /// The part of the screen at `area`, clipped, without the pointer: what [`Surface::flatten`] gives there.
    pub fn flatten_part(&self, area: PixelRect) -> Pixels {
        let (width, height) = self.size();
        let area = area.intersect(PixelRect { x: 0, y: 0, width, height });
        let mut picture = Pixels::new(area.width, area.height);
        picture.fill(picture.rect(), crate::Mask::SRC, BLACK);
        if let Some(screen) = self.layers.get(SCREEN) {
            let place = Place { x: -area.x, y: -area.y, opacity: screen.opacity, clip: picture.rect(), depth: 0 };
            lay_with_children(&self.layers, SCREEN, place, &mut picture);
        }
        picture
    }
}

/// Where a layer lies on the screen.
#[derive(Clone, Copy)]
struct Place {
    x: i32,
    y: i32,
    opacity: u8,
    clip: PixelRect,
    /// Layers below it. A layer cannot lie deeper than there are layers.
    depth: usize,
}

fn lay_with_children(layers: &Layers, id: LayerId, place: Place, picture: &mut Pixels) {
    let Some(layer) = layers.get(id).filter(|_| place.depth < MAX_LAYERS) else { return };
    let own = PixelRect { x: place.x, y: place.y, ..layer.pixels.rect() };
    let clip = own.intersect(place.clip);
    if clip.is_empty() || place.opacity == 0 {
        return;
    }
    lay(&layer.pixels, place, clip, picture);
    for (id, child) in layers.children(id) {
        let opacity = u32::from(place.opacity) * u32::from(child.opacity) / 255;
        let (x, y) = (place.x.saturating_add(child.x), place.y.saturating_add(child.y));
        let place = Place { x, y, opacity: opacity as u8, clip, depth: place.depth + 1 };
        lay_with_children(layers, id, place, picture);
    }
}

fn lay(pixels: &Pixels, place: Place, clip: PixelRect, picture: &mut Pixels) {
    let (left, top) = ((clip.x - place.x) as u32, (clip.y - place.y) as u32);
    for row in 0..clip.height {
        let source = pixels.row(left, top + row, clip.width);
        let target = picture.row_mut(clip.x as u32, clip.y as u32 + row, clip.width);
        for (target, &source) in target.iter_mut().zip(source) {
            *target = over(*target, faded(source, place.opacity.into()));
        }
    }
}
