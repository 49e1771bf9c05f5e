//! The content file: what was extracted from a trail, written once, read lazily.
//!
//! `docs/content-model.md` specifies every byte; [`format`] holds its constants in the same order.

mod block_bytes;
mod column;
mod footer;
mod format;
mod kept;
mod moments_bytes;
mod place_bytes;
mod reader;
mod writer;

#[cfg(test)]
mod tests;

pub use format::{EXTRACTOR_VERSION, FORMAT_VERSION};
pub(crate) use kept::{Kept, LooseChannel};
pub use reader::{BlockInfo, ChannelContent, ContentFile};
pub use writer::{ContentWriter, EncodedBlock};

use trail_model::TrailId;

/// The name of the file that holds the content of a trail up to `head` (the BLAKE3 that ends its chain), as this
/// extractor makes it. A trail that grew, or another extractor, has another name: a name never goes stale.
///
/// ```
/// # use trail_model::TrailId;
/// let name = trail_content::file_name(TrailId([7; 16]), &[0xab; 32]);
/// assert_eq!(name, "07070707070707070707070707070707-abababababababababababababababab-x1.content");
/// ```
pub fn file_name(trail: TrailId, head: &[u8; 32]) -> String {
    let head: String = head[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{trail}-{head}-x{EXTRACTOR_VERSION}.content")
}
