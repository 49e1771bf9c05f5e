//! A screen or a desktop to a PNG: the same screen gives the same bytes on every machine.
//!
//! Fonts are embedded (DejaVu Sans Mono in four styles, GNU Unifont for everything else), box drawing and block elements
//! are drawn from geometry, and all mixing of colours is done in integers.
//!
//! ```
//! use trail_model::Size;
//! use trail_render::{RenderOptions, render};
//! use trail_screen::Terminal;
//!
//! let mut terminal = Terminal::new(Size { cols: 20, rows: 2 });
//! terminal.feed("plain \x1b[1;31mbold red\x1b[m".as_bytes());
//! let rendered = render(&terminal, &RenderOptions::default());
//! assert_eq!(rendered.picture.width(), 20 * 9);
//! assert!(rendered.to_png()?.starts_with(b"\x89PNG"));
//! # Ok::<(), trail_render::Error>(())
//! ```

mod boxes;
mod canvas;
mod cells;
mod encode;
mod font;
mod mask;
mod surface;
mod theme;

pub use canvas::{Picture, Rgb};
pub use cells::{RenderOptions, Rendered, Renderer, render};
pub use mask::{CELL_HEIGHT, CELL_WIDTH};
pub use surface::{render_marked_surface, render_surface};
pub use theme::Theme;

/// Version of the renderer. It changes whenever any screen would give another picture.
pub const RENDERER_VERSION: u32 = 1;

/// Failure to make a PNG.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The PNG encoder refused.
    #[error("failed to encode PNG")]
    Encode(#[from] png::EncodingError),
}
