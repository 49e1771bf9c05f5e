//! The server's side of the Remote Framebuffer protocol (VNC) to frames: [RFC 6143] and the community's encodings.
//!
//! Compressed encodings depend on all bytes before, so frames are unpacked here, once, and drawing records hold them in
//! a form of their own. What a client said (pixel format, encodings) is not in a recording of the server's side; it is
//! taken from the server's first message, and the caller may say otherwise.
//!
//! [RFC 6143]: https://www.rfc-editor.org/rfc/rfc6143

mod encoding;
mod format;
mod hextile;
mod session;
mod source;
#[cfg(test)]
mod tests;
mod tight;
mod zrle;

pub use format::PixelFormat;
pub use session::{Greeting, Message, Session};
pub use source::RfbError;
