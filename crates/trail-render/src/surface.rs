//! Desktops.

use trail_frame::Surface;

use crate::canvas::Picture;
use crate::cells::Rendered;

/// The desktop as one picture, with its pointer where that is known.
pub fn render_surface(surface: &Surface) -> Rendered {
    let flat = surface.flatten(true);
    let rgb = |pixel: &u32| {
        let [red, green, blue, _] = pixel.to_le_bytes();
        [red, green, blue]
    };
    let picture = Picture::from_rows(flat.width() as usize, flat.as_slice().iter().map(rgb).collect());
    Rendered { picture, missing_glyphs: 0 }
}
