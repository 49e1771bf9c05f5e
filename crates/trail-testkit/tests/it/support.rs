//! Recordings, and the engine as a function of a trail.

use std::path::PathBuf;
use std::sync::Arc;

use trail_container::TrailReader;
use trail_content::{ContentFile, ExtractOptions, extract};
use trail_import::{Collected, ImportOptions, discover};
use trail_index::SessionInfo;
use trail_query::{Dialect, Mode, Options, parse_with};
use trail_search::{Language, ScanSource, Search, Searcher};
use trail_testkit::oracle::{Hit, WALL_CLOCK};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder of the corpus: `TRAIL_CORPUS`, else `../shared/corpus` beside the workspace.
pub(crate) fn corpus() -> PathBuf {
    std::env::var_os("TRAIL_CORPUS").map_or_else(|| root().join("../shared/corpus"), PathBuf::from)
}

/// The recordings in a folder, with their names. Says so where the folder is not there.
pub(crate) fn recordings(folder: PathBuf) -> impl Iterator<Item = (String, Collected)> {
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
    }
    let options = ImportOptions::default();
    discover(&folder, &options).filter_map(move |found| {
        let source = found.ok()?;
        let mut collected = Collected::default();
        let path = source.path().to_owned();
        let imported = source.import(&options, &mut collected).is_ok() && !collected.events.is_empty();
        imported.then_some((path, collected))
    })
}

/// The engine over one trail: its content extracted, every query a scan of that.
pub(crate) struct Engine {
    source: Arc<ContentFile>,
    session: SessionInfo,
}

impl Engine {
    /// Extracts the content, in blocks of so many bytes of output.
    pub(crate) fn new(trail: &TrailReader, block_output_len: u64, threads: usize) -> Engine {
        let mut options = ExtractOptions::with_threads(threads);
        options.block_output_len = block_output_len;
        let extraction = extract(trail, &options).expect("memory does not fail");
        let source = Arc::new(ContentFile::open(extraction.bytes).expect("what was written can be read"));
        // Whatever the recording says, everybody asks by one wall clock.
        let session = SessionInfo { start_ns: Some(WALL_CLOCK), ..SessionInfo::of(trail.meta()) };
        Engine { source, session }
    }

    /// Whether a query is of a kind that can be searched for.
    pub(crate) fn supports(&self, text: &str, mode: Mode) -> bool {
        let parsed = trail_query::parse(text, mode);
        let plan = parsed.map(|parsed| trail_search::Plan::new(&parsed.query, mode.into()));
        !matches!(plan, Ok(Err(trail_search::Error::TooComplex { .. })))
    }

    /// All hits of a query.
    pub(crate) fn ask(&self, text: &str, mode: Mode) -> Result<Vec<Hit>, String> {
        let hit =
            |hit: &trail_search::Hit| Hit { channel: hit.channel, begin: hit.records.begin, end: hit.records.end };
        self.search(text, mode, |_, hits| hits.iter().map(hit).collect())
    }

    /// Gives the search of a query and its hits by rank.
    pub(crate) fn search<T>(
        &self,
        text: &str,
        mode: Mode,
        with: impl FnOnce(&Search<'_, ScanSource>, Vec<trail_search::Hit>) -> T,
    ) -> Result<T, String> {
        let options = Options::new(mode);
        let parsed = parse_with(text, &options).map_err(|error| format!("{text}: {error}"))?;
        // A group of nothing but negatives is everything else, in every mode.
        let language = Language { dialect: Dialect::QueryString, ..Language::of(&options) };
        let source = ScanSource::new([self.source.clone()]).with_sessions(vec![self.session.clone()]);
        let searcher = Searcher::new(source, trail_search::Options::new(language));
        let search = searcher.prepare(&parsed.query).map_err(|error| format!("{text}: {error}"))?;
        let hits = search.search_trail(0).map_err(|error| format!("{text}: {error}"))?;
        Ok(with(&search, hits))
    }
}
