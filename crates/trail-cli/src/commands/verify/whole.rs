//! Questions to all trails at once, whose answers are known trail by trail.

use anyhow::Result;
use trail_index::IndexReader;
use trail_model::TrailId;
use trail_query::Mode;
use trail_search::{Hit, IndexSource, Options, Order, Search, Searcher};

/// How many of the best hits are asked for.
const BEST: usize = 10;

/// A question to one trail by itself, with the answer.
pub(super) struct Answered {
    pub(super) text: String,
    pub(super) mode: Mode,
    pub(super) trail: TrailId,
    pub(super) hits: Vec<super::index::Run>,
}

/// Asks each question of all trails and gives the ways in which the answers disagree: with the answer of its trail by
/// itself, and the best hits and the trails that match with all hits there are.
pub(super) fn check_whole(reader: &IndexReader, answered: &[Answered], mut asked: impl FnMut()) -> Result<Vec<String>> {
    let source = IndexSource::new(reader.clone());
    let trails = source.trails().to_vec();
    let mut differences = Vec::new();
    for mode in [Mode::Screentrail, Mode::Lucene, Mode::Sps] {
        let searcher = Searcher::new(source.with_trails(trails.clone()), Options::new(mode));
        for one in answered.iter().filter(|one| one.mode == mode) {
            let query =
                trail_query::parse(&one.text, mode).map_err(|error| anyhow::anyhow!("{}: {error}", one.text))?;
            let search = searcher.prepare(&query.query)?;
            let told = disagreements(&search, &trails, one)?;
            differences.extend(told.into_iter().map(|told| format!("{mode:?} {} of all trails: {told}", one.text)));
            asked();
        }
    }
    Ok(differences)
}

fn disagreements(search: &Search<'_, IndexSource>, trails: &[TrailId], one: &Answered) -> Result<Vec<String>> {
    let mut told = Vec::new();
    let all = search.search_all(Order::Rank, None)?;
    let mut here: Vec<_> = all.hits.iter().filter(|hit| trails[hit.0] == one.trail).map(|hit| run(&hit.1)).collect();
    here.sort_unstable();
    if here != one.hits {
        told.push(format!("trail {} has {} hits, by itself {}", one.trail, here.len(), one.hits.len()));
    }
    let best = search.search_best(BEST)?;
    let key = |hit: &(usize, Hit)| (hit.0, run(&hit.1), hit.1.rank.to_bits());
    let first: Vec<_> = all.hits.iter().take(BEST).map(key).collect();
    if best.hits.iter().map(key).ne(first.iter().copied()) {
        told.push(format!("the best {BEST} hits are not the first of all {}", all.hits.len()));
    }
    let mut with_hits: Vec<usize> = all.hits.iter().map(|hit| hit.0).collect();
    with_hits.sort_unstable();
    with_hits.dedup();
    let matching = search.matching_trails()?.trails;
    if matching != with_hits {
        told.push(format!("{} trails match, {} have hits", matching.len(), with_hits.len()));
    }
    Ok(told)
}

/// Where a hit is, apart from its trail.
pub(super) fn run(hit: &Hit) -> super::index::Run {
    (hit.channel.0, hit.records.begin.0, hit.records.end.0)
}
