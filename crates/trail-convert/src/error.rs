//! Why a conversion failed.

use std::io;

/// Why a conversion failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The recording cannot be read.
    #[error("failed to read the recording")]
    Import(#[from] trail_import::Error),
    /// The trail cannot be read or written.
    #[error("failed to read or write the trail")]
    Trail(#[from] trail_container::Error),
    /// The trail cannot be replayed or recorded.
    #[error("failed to replay or record")]
    Replay(#[from] trail_replay::Error),
    /// The content cannot be read.
    #[error("failed to read the content")]
    Content(#[from] trail_content::Error),
    /// What was made could not be handed on.
    #[error("failed to write")]
    Write(#[from] io::Error),
    /// There is nothing to look at.
    #[error("the recording has no channel with a screen")]
    NoScreen,
}
