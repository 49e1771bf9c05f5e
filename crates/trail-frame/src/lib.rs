//! Drawing instructions to pixels.
//!
//! [`Surface`] is the state of a desktop: it takes the bodies of drawing records and gives a picture of the screen, or
//! itself as bytes. [`DrawingWriter`] makes such bodies; [`rfb`] makes them from a VNC server's bytes.
//!
//! Pure functions of their input: no files, clocks, threads or randomness. Every size is compared with a limit of
//! [`limits`] before memory is taken by it; what cannot be drawn is left out and counted in [`Faults`].

mod blocks;
mod bytes;
mod damage;
mod flatten;
mod instruction;
mod layer;
pub mod limits;
mod mask;
mod picture;
mod pixels;
pub mod rfb;
mod save;
mod surface;
#[cfg(test)]
mod tests;

pub use instruction::{Draw, DrawingWriter, LayerId, instructions};
pub use mask::Mask;
pub use picture::{PictureError, decode_picture};
pub use pixels::{Pixels, is_possible_size};
pub use save::{LoadError, STATE_MAGIC, STATE_VERSION};
pub use surface::{Faults, Surface};
