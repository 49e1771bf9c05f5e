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
/// extractor makes it. A trail that grew, another extractor, or for desktops another reader of pixels
/// ([`ContentFile::reader`], empty if there are none) has another name: a name never goes stale.
///
/// ```
/// # use trail_model::TrailId;
/// let name = trail_content::file_name(TrailId([7; 16]), &[0xab; 32], "");
/// assert_eq!(name, "07070707070707070707070707070707-abababababababababababababababab-x2.content");
/// ```
pub fn file_name(trail: TrailId, head: &[u8; 32], reader: &str) -> String {
    format!("{trail}-{}{}", hex(&head[..16]), ending(reader))
}

/// Tells whether a content file of that name is what this extractor makes, where pixels are read by `reader`. Nothing for the
/// reader: whatever read them will do. It is only asked for names of content of desktops.
pub fn is_current_name(name: &str, reader: Option<impl FnOnce() -> String>) -> bool {
    let Some(place) = name.find("-x") else { return false };
    let (version, is_of_pixels) = match name[place..].rfind("-r") {
        Some(tag) => (&name[..place + tag], true),
        None => (name.trim_end_matches(ENDING), false),
    };
    version.ends_with(&format!("-x{EXTRACTOR_VERSION}"))
        && (!is_of_pixels || reader.is_none_or(|reader| name.ends_with(&ending(&reader()))))
}

const ENDING: &str = ".content";

fn ending(reader: &str) -> String {
    match reader {
        "" => format!("-x{EXTRACTOR_VERSION}{ENDING}"),
        reader => {
            let tag = hex(&blake3::hash(reader.as_bytes()).as_bytes()[..8]);
            format!("-x{EXTRACTOR_VERSION}-r{tag}{ENDING}")
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
