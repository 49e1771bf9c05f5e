//! The nouns that all crates of Screentrail share: times, ids, sizes, session metadata and events.
//!
//! Pure data: no files, no clocks, no serialisation.

mod event;
mod geometry;
mod id;
mod input;
mod session;
mod time;

pub use event::{ChannelKind, ChannelOpen, Event, EventKind};
pub use geometry::{CellRect, PixelRect, Size};
pub use id::{ChannelId, RecordId, RecordRange, SessionId, TrailId};
pub use input::{Clipped, KeyStroke, PointerMove};
pub use session::SessionMeta;
pub use time::{Offset, TimeSpan, Timestamp};
