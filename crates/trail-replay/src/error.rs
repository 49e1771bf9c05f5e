//! What can go wrong between trails and screens.

use trail_model::{ChannelId, RecordId};

/// Why a recording could not be written or played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The trail could not be read or written.
    #[error(transparent)]
    Container(#[from] trail_container::Error),
    /// A keyframe does not hold a screen of this version.
    #[error("failed to load keyframe of channel {channel} before record {record}")]
    Keyframe {
        /// The keyframe's channel.
        channel: ChannelId,
        /// The first record after it.
        record: RecordId,
        /// What does not hold.
        source: LoadError,
    },
    /// The trail has no such channel.
    #[error("no channel {channel} in the trail")]
    NoChannel {
        /// What was asked for.
        channel: ChannelId,
    },
    /// The channel's first record comes later than what was asked for.
    #[error("channel {channel} begins after record {record}")]
    BeforeFirst {
        /// The channel.
        channel: ChannelId,
        /// The record asked for.
        record: RecordId,
    },
}

/// Why bytes are no saved screen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Of a terminal.
    #[error(transparent)]
    Terminal(#[from] trail_screen::LoadError),
    /// Of a desktop.
    #[error(transparent)]
    Surface(#[from] trail_frame::LoadError),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
