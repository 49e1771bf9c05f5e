//! Desktops.

use trail_frame::Surface;
use trail_model::PixelRect;

use crate::canvas::Picture;
use crate::cells::Rendered;
use crate::theme::Theme;

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

/// The same with rectangles marked as [`RenderOptions::marks`](crate::RenderOptions::marks) are: a frame and a tint.
pub fn render_marked_surface(surface: &Surface, marks: &[PixelRect]) -> Rendered {
    let mut rendered = render_surface(surface);
    let picture = &mut rendered.picture;
    let bounds = PixelRect { x: 0, y: 0, width: picture.width() as u32, height: picture.height() as u32 };
    for mark in marks.iter().map(|mark| mark.intersect(bounds)).filter(|mark| !mark.is_empty()) {
        let (x, y, width, height) = (mark.x as usize, mark.y as usize, mark.width as usize, mark.height as usize);
        let colour = Theme::DARK.mark;
        picture.tint(x, y, width, height, colour);
        picture.frame(x.saturating_sub(2), y.saturating_sub(2), width + 4, height + 4, 2, colour);
    }
    rendered
}
