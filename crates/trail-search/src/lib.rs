//! Queries over content to ranked hits.

mod bm25;
mod cancel;
mod envelope;
mod error;
mod evaluate;
mod growth;
mod hits;
mod indexed;
mod intervals;
mod item;
mod join;
mod locate;
mod matcher;
mod occurrences;
mod plan;
mod prefilter;
mod rank;
mod scan;
mod screenshot;
mod searcher;
mod source;

pub use cancel::Cancel;
pub use error::{Error, Result};
pub use hits::{Hit, HitKind, HitText};
pub use indexed::{IndexPrepared, IndexSource};
pub use intervals::{Interval, IntervalSet};
pub use locate::{Located, LocatedLine, locate, locate_all, match_ranges};
pub use plan::{Kinds, Language, MAX_LEAVES, MAX_NESTING, Plan};
pub use rank::{KindStatistics, Statistics};
pub use scan::{ScanPrepared, ScanSource, Totals};
pub use searcher::{Answer, Options, Order, Search, Searcher};
pub use source::{Source, Visit};
