//! What was visible in a recording, from when to when: content items and the content file.
//!
//! The main type is [`ContentFile`]: the distinct texts of a trail with the moments at which each could be seen.
//!
//! ```
//! use trail_content::{Block, ContentFile, ContentWriter, EncodedBlock, ItemBuf, Kind, Moment, Moments, SpanBuf};
//! use trail_model::{ChannelId, ChannelKind, Offset, RecordId, TrailId};
//!
//! // A channel of two records, with one line that stood at both.
//! let line = ItemBuf { kind: Kind::Line, text: "$ whoami".to_owned(), spans: vec![SpanBuf::new(0, 1)] };
//! let block = Block::from_items(0, 1, &[line]);
//! let moment = |record| Moment { record: RecordId(record), offset: Offset(record), changed: true };
//!
//! let mut writer = ContentWriter::new(Vec::new(), TrailId([0; 16]))?;
//! writer.add_channel(ChannelId(1), &ChannelKind::SessionShell);
//! writer.add_block(ChannelId(1), EncodedBlock::new(&block)?)?;
//! writer.end_channel(ChannelId(1), &Moments::new([moment(1), moment(2)], Offset(2)), &Default::default())?;
//! let (bytes, _digest) = writer.finish(RecordId(2), Offset(2))?;
//!
//! let file = ContentFile::open(bytes)?;
//! let channel = file.channel(ChannelId(1)).unwrap();
//! let block = channel.block(0)?;
//! assert_eq!(block.item(0).text(), "$ whoami");
//! assert_eq!(channel.moments()?.record(1), RecordId(2));
//! # Ok::<(), trail_content::Error>(())
//! ```

mod block;
mod coverage;
mod error;
mod extract;
mod file;
mod kind;
mod moments;
mod recognize;
mod span;

pub use block::{Block, Item, ItemBuf};
pub use coverage::Coverage;
pub use error::Error;
pub use extract::{BLOCK_OUTPUT_LEN, ContentStream, ExtractOptions, Extraction, NO_READER, extract, extract_to};
pub use file::{
    BlockInfo, ChannelContent, ContentFile, ContentWriter, EXTRACTOR_VERSION, EncodedBlock, FORMAT_VERSION, file_name,
    is_current_name,
};
pub use kind::Kind;
pub use moments::{Moment, Moments};
pub use recognize::{LineText, PixelBox, PixelReader, Pixels, PixelsMut, Recognize, RecognizeError, fold_confusable};
pub use span::{Place, Segment, Span, SpanBuf, Step};
