//! Queries over content to ranked hits.
//!
//! A [`Searcher`] asks a [`Source`] of trails: [`ScanSource`] goes through content files, [`IndexSource`] through the index
//! of a data directory; both find the same [`Hit`]s. A hit says in which records of a channel a query was true of what
//! could be seen, how well it matches, and which record shows it best. [`locate`] finds its cells on that screen.
//!
//! ```
//! use std::sync::Arc;
//! use trail_content::{Block, ContentFile, ContentWriter, EncodedBlock, ItemBuf, Kind, Moment, Moments, SpanBuf};
//! use trail_model::{ChannelId, ChannelKind, Offset, RecordId, TrailId};
//! use trail_query::{Mode, parse};
//! use trail_search::{Options, ScanSource, Searcher};
//!
//! // A channel of five records. One line could be seen after the records 2 to 5, the other after 3 and 4.
//! let line = |text: &str, begin, end| ItemBuf {
//!     kind: Kind::Line,
//!     text: text.to_owned(),
//!     spans: vec![SpanBuf::new(begin, end)],
//! };
//! let block = Block::from_items(0, 4, &[line("$ sudo su", 1, 4), line("password:", 2, 3)]);
//! let moments = (1..=5).map(|record| Moment { record: RecordId(record), offset: Offset(record), changed: true });
//! let mut writer = ContentWriter::new(Vec::new(), TrailId([0; 16]))?;
//! writer.add_channel(ChannelId(1), &ChannelKind::SessionShell);
//! writer.add_block(ChannelId(1), EncodedBlock::new(&block)?)?;
//! writer.end_channel(ChannelId(1), &Moments::new(moments, Offset(9)), &Default::default())?;
//! let content = ContentFile::open(writer.finish(RecordId(5), Offset(9))?.0)?;
//!
//! let searcher = Searcher::new(ScanSource::new([Arc::new(content)]), Options::new(Mode::Screentrail));
//! let search = searcher.prepare(&parse("sudo AND pass*", Mode::Screentrail)?.query)?;
//! let hits = search.search_trail(0)?;
//! assert_eq!((hits[0].records.begin, hits[0].records.end), (RecordId(3), RecordId(4)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it works
//!
//! A query is lowered to a plan: leaves, each looking at some kinds of item, and a boolean tree. The source names the items
//! in which a leaf may match. Each is joined over the blocks of its channel and scanned once; that gives, for each leaf,
//! the runs of moments at which it matched. The tree is then evaluated over runs: for each item with its own leaves, and
//! for the screen with all of them. Time grows with runs, not with moments.

mod bm25;
mod bound;
mod cancel;
mod ceiling;
mod envelope;
mod error;
mod evaluate;
mod expansion;
mod explain;
mod growth;
mod hits;
mod indexed;
mod intervals;
mod item;
mod join;
mod kept;
mod locate;
mod matcher;
mod occurrences;
mod pattern;
mod place;
mod plan;
mod prefilter;
mod rank;
mod scan;
mod screenshot;
mod searcher;
mod sequence;
mod session;
mod sloppy;
mod source;
mod stretch;
mod time;

pub use cancel::Cancel;
pub use error::{Error, Result};
pub use explain::{Explanation, LeafExplanation, RankPart, TermExplanation};
pub use hits::{Hit, HitKind, HitText};
pub use indexed::{IndexPrepared, IndexSource, Version};
pub use intervals::{Interval, IntervalSet};
pub use locate::{Located, LocatedLine, locate, locate_all, locate_all_in_pixels, locate_in_pixels, match_ranges};
pub use plan::{Kinds, Language, MAX_SLOP, Plan};
pub use rank::{KindStatistics, Statistics};
pub use scan::{ScanPrepared, ScanSource, Totals};
pub use searcher::{Answer, Best, Matching, Options, Order, Search, Searcher};
pub use source::{Asked, BestItems, Bound, ChannelPart, Part, Source, Visit};
pub use stretch::{RankedStretches, Stretch};
pub use trail_query::Limits;
