//! Recordings to trails, and trails to other forms.
//!
//! What a user asks of one file at a time, wherever it is asked: the command line and the service take the same ways.

pub mod cast;
mod error;
mod people;
mod recorder;
pub mod text;
mod trail;

pub use error::Error;
pub use people::{duration, printable};
pub use recorder::EventRecorder;
pub use trail::{merge, screen_channel, trail_id, trail_id_of, write_trail};

/// What this crate's functions return.
pub type Result<T> = std::result::Result<T, Error>;
