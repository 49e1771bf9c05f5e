//! Questions of twelve kinds to an archive of a million items: how long the best 50 hits take, the middle and the slowest of
//! many questions. CPU time, the least of several rounds for each question.
//!
//! ```text
//! cargo bench -p trail-benches --bench latency [-- KIND]
//! ```
//!
//! The archive is made at the first run, in some minutes, and kept in the target directory. `tools/bench-peers` asks other
//! engines the same questions.

#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::time::{ClockId, clock_gettime};
use trail_benches::questions::{Question, Questions, read_items};
use trail_import::{ImportOptions, discover};
use trail_index::{DataDir, IndexOptions, IndexReader};
use trail_model::SessionMeta;
use trail_query::{Mode, parse};
use trail_search::{IndexSource, Options, Searcher};

const SESSIONS: u32 = 1100;
const SECONDS: f64 = 600.0;
const QUESTIONS: usize = 200;
const ROUNDS: usize = 3;
const BEST: usize = 50;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // Tests of all targets only want to see that it starts.
    if words.iter().any(|word| word == "--test") {
        return Ok(());
    }
    let only = words.iter().find(|word| !word.starts_with('-'));
    let data = archive(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("million"))?;
    let index = IndexReader::open(&data)?;
    let items = read_items(&index)?;
    ensure!(items.len() >= 1_000_000, "{} items are no million", items.len());
    println!("{} lines and titles of {} sessions", items.len(), index.indexed().count());
    let searcher = Searcher::new(IndexSource::new(index), Options::new(Mode::Screentrail));
    for question in Questions::new(&items, 5, 99).kinds.iter().flat_map(|kind| &kind.1) {
        ask(&searcher, question)?;
    }
    println!("{:<22}{:>10}{:>10}{:>10}", "CPU ms", "p50", "p99", "hits");
    for (kind, questions) in &Questions::new(&items, QUESTIONS, 1).kinds {
        if only.is_none_or(|only| kind.contains(only.as_str())) {
            measure(&searcher, kind, questions)?;
        }
    }
    Ok(())
}

fn measure(searcher: &Searcher<IndexSource>, kind: &str, questions: &[Question]) -> Result<()> {
    let mut times = Vec::new();
    let mut hits = 0;
    for question in questions {
        let mut least = Duration::MAX;
        for round in 0..ROUNDS {
            let begun = cpu();
            let found = ask(searcher, question)?;
            least = least.min(cpu() - begun);
            hits += if round == 0 { found } else { 0 };
        }
        times.push(least);
    }
    times.sort();
    let at = |share: f64| times[((times.len() as f64 * share) as usize).min(times.len() - 1)].as_secs_f64() * 1e3;
    println!("{kind:<22}{:>10.2}{:>10.2}{:>10}", at(0.5), at(0.99), hits / questions.len());
    Ok(())
}

fn ask(searcher: &Searcher<IndexSource>, question: &Question) -> Result<usize> {
    let query = parse(&question.ours(), Mode::Screentrail)?.query;
    let found = searcher.prepare(&query)?.search_best(BEST)?;
    ensure!(found.failures.is_empty(), "{:?}", found.failures);
    Ok(found.hits.len())
}

/// CPU time of this process so far.
fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// The data directory of the archive, made if it is not there, and its index brought up to date.
fn archive(root: &Path) -> Result<DataDir> {
    let finished = root.join("finished");
    if !finished.exists() {
        let _ = fs::remove_dir_all(root);
        let recordings = root.join("recordings");
        println!("making {SESSIONS} sessions in {}", root.display());
        trail_mkdata::write_sessions(&recordings, SESSIONS, SECONDS, 1)?;
        let data = DataDir::create(root.join("data"))?;
        let options = ImportOptions::default();
        for source in discover(&recordings, &options) {
            let source = source?;
            let id = trail_convert::trail_id(&source)?;
            let path = data.trail_path(&id.to_string());
            trail_convert::write_trail(&source, id, &path, &options, &SessionMeta::default())
                .with_context(|| source.path().to_owned())?;
        }
        fs::remove_dir_all(&recordings)?;
        fs::write(&finished, "")?;
    }
    let data = DataDir::open(root.join("data"))?;
    let report = trail_index::update(&data, &IndexOptions::default())?;
    ensure!(report.failed.is_empty(), "{:?}", report.failed);
    Ok(data)
}
