//! Events to trails and trails to screens: the recorder and the player.
//!
//! [`Recorder`] cuts the events of a recording into records, so that every printed character stands on the screen at the
//! end of at least one, and appends them to a trail with keyframes. [`Player`] gives the screen after any record of it.

mod error;
mod player;
mod recorder;
mod screen;

pub use error::{Error, LoadError, Result};
pub use player::{Player, Position, Step};
pub use recorder::{Cost, RecordSink, Recorder, record_events};
pub use screen::{Screen, apply};
