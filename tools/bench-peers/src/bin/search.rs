//! Questions to a million items: an index beside SQLite's FTS5, plain tantivy and ripgrep over the same texts.
//!
//! Each answers with its best 50 (ripgrep with its first, the file read to its end). All readers are warm; each question is asked
//! in several rounds and its least CPU time counts.
//!
//! ```text
//! cargo run --release -p trail-mkdata -- sessions --count 1500 --seconds 600 -o target/bench-inputs/archive
//! target/release/trail import --data target/bench-inputs/data target/bench-inputs/archive
//! cargo run --release --bin search -- [--data target/bench-inputs/data] [--questions 200] [--rounds 3] [--rg rg]
//!     [--kind AND] [--peers false] [--query TEXT [--cancel MS]]
//! ```

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use bench_peers::arguments::Arguments;
use bench_peers::clock::{best, command, percentile, process_cpu};
use bench_peers::documents::Documents;
use bench_peers::fts5::Fts5;
use bench_peers::items;
use bench_peers::questions::{fts5 as as_fts5, rg as as_rg, tantivy as as_tantivy};
use bench_peers::table::{ms, row, times, verdict};
use trail_benches::questions::{Question, Questions, read_items};
use trail_index::{DataDir, IndexReader};
use trail_query::{Mode, parse};
use trail_search::{Best, Cancel, IndexSource, Options, Order, Searcher};

/// Questions of a kind that ripgrep is asked: it takes about the same for all.
const RG_QUESTIONS: usize = 5;

/// The times of one kind of question; an engine that cannot be asked has none.
#[derive(Default)]
struct Times {
    ours: Vec<Duration>,
    fts5: Vec<Duration>,
    tantivy: Vec<Duration>,
    rg: Vec<Duration>,
    hits: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::read(&["data", "questions", "rounds", "rg", "kind", "peers", "query", "cancel"])?;
    let data: PathBuf = arguments.get("data", PathBuf::from("target/bench-inputs/data"))?;
    let count: usize = arguments.get("questions", 200)?;
    let rounds: usize = arguments.get("rounds", 3)?;
    let rg: PathBuf = arguments.get("rg", PathBuf::from("rg"))?;
    let only: String = arguments.get("kind", String::new())?;
    let with_peers: bool = arguments.get("peers", true)?;
    let query: String = arguments.get("query", String::new())?;
    let data = DataDir::open(data)?;
    let report = trail_index::update(&data, &trail_index::IndexOptions::default())?;
    ensure!(report.failed.is_empty(), "{:?}", report.failed);
    let index = IndexReader::open(&data)?;
    let cancel: u64 = arguments.get("cancel", 0)?;
    if cancel > 0 {
        return cancelled(index, &query, Duration::from_millis(cancel), rounds);
    }
    if !query.is_empty() {
        return one(&Searcher::new(IndexSource::new(index), Options::new(Mode::Screentrail)), &query, rounds);
    }
    let items = read_items(&index)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("items.txt");
    let bytes = items::write(&items, &file)?;
    println!("{} lines and titles of {} sessions, {:.1} MB", items.len(), index.indexed().count(), bytes as f64 / 1e6);
    let of_peers = if with_peers { &items[..] } else { &[] };
    let (fts5, built) = process_cpu(|| Fts5::build(&folder.path().join("fts5.db"), of_peers));
    let fts5 = fts5?;
    println!("FTS5 built in {}", ms(built));
    std::fs::create_dir(folder.path().join("tantivy"))?;
    let (documents, built) = process_cpu(|| Documents::build(&folder.path().join("tantivy"), of_peers));
    let documents = documents?;
    println!("tantivy built in {}", ms(built));
    let ours = Searcher::new(IndexSource::new(index), Options::new(Mode::Screentrail));

    // Readers are warmed by other questions than those that are measured.
    let warming = Questions::new(&items, 5, 99);
    for question in warming.kinds.iter().flat_map(|kind| &kind.1) {
        ask(&ours, &question.ours())?;
        as_fts5(question).map_or(Ok(0), |query| fts5.best(&query))?;
        as_tantivy(question, &documents)?.map_or(Ok(0), |query| documents.best(&*query))?;
    }
    let questions = Questions::new(&items, count, 1);
    let kinds = questions.kinds.iter().filter(|kind| only.is_empty() || kind.0 == only);
    row(["p50 / p99, CPU ms", "ours", "FTS5", "tantivy", "rg -j1", "hits"]);
    let mut measured = Vec::new();
    for (name, questions) in kinds {
        let mut times = Times::default();
        for question in questions {
            let (mut own, mut sqlite, mut plain) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..rounds {
                let (hits, time) = process_cpu(|| ask(&ours, &question.ours()));
                times.hits += hits?.hits.len() / rounds;
                own.push(time);
                if let Some(query) = as_fts5(question) {
                    let (found, time) = process_cpu(|| fts5.best(&query));
                    found?;
                    sqlite.push(time);
                }
                if let Some(query) = as_tantivy(question, &documents)? {
                    let (found, time) = process_cpu(|| documents.best(&*query));
                    found?;
                    plain.push(time);
                }
            }
            times.ours.push(best(&own));
            times.fts5.extend((!sqlite.is_empty()).then(|| best(&sqlite)));
            times.tantivy.extend((!plain.is_empty()).then(|| best(&plain)));
        }
        for question in questions.iter().take(if with_peers { RG_QUESTIONS } else { 0 }) {
            let ran = command(Command::new(&rg).args(["-j1", "-i", "-c", "-e", &as_rg(question)]).arg(&file))?;
            ensure!(ran.status.code().is_some_and(|code| code < 2), "rg {}: {}", as_rg(question), ran.status);
            times.rg.push(ran.cpu);
        }
        let both = |times: &[Duration]| match times {
            [] => "-".to_owned(),
            _ => format!("{:.2} / {:.2}", to_ms(percentile(times, 0.5)), to_ms(percentile(times, 0.99))),
        };
        let hits = (times.hits / questions.len().max(1)).to_string();
        row([*name, &both(&times.ours), &both(&times.fts5), &both(&times.tantivy), &both(&times.rg), &hits]);
        slowest(questions, &times.ours);
        measured.push((*name, times));
    }
    if with_peers {
        println!();
        verdicts(&measured);
    }
    Ok(())
}

fn to_ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Tells which questions took longest, on standard error.
fn slowest(questions: &[Question], times: &[Duration]) {
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(times[at]));
    for &at in order.iter().take(3) {
        eprintln!("    {}  {}", ms(times[at]), questions[at].ours());
    }
}

/// The best 50, as the command line and the service ask for them.
fn ask(searcher: &Searcher<IndexSource>, question: &str) -> Result<Best> {
    let query = parse(question, Mode::Screentrail)?.query;
    let found = searcher.prepare(&query)?.search_best(50)?;
    ensure!(found.failures.is_empty(), "{:?}", found.failures);
    Ok(found)
}

/// Asks one question as often as there are rounds, to be looked at by a profiler.
fn one(searcher: &Searcher<IndexSource>, query: &str, rounds: usize) -> Result<()> {
    for _ in 0..rounds {
        let (found, time) = process_cpu(|| ask(searcher, query));
        let found = found?;
        println!("{}  {} hits, {} trails looked at", ms(time), found.hits.len(), found.searched);
    }
    Ok(())
}

/// Stops searches after a while and says how much time of the processor they took from then on, at most.
fn cancelled(index: IndexReader, query: &str, after: Duration, rounds: usize) -> Result<()> {
    let source = IndexSource::new(index);
    let query = parse(query, Mode::Screentrail)?.query;
    let mut most = Duration::ZERO;
    let mut stopped = 0;
    for _ in 0..rounds {
        let cancel = Cancel::never();
        let options = Options { cancel: cancel.clone(), ..Options::new(Mode::Screentrail) };
        let searcher = Searcher::new(&source, options);
        let took = std::thread::scope(|scope| {
            let search = || searcher.prepare(&query).and_then(|search| search.search_all(Order::Rank, None));
            let search = scope.spawn(search);
            std::thread::sleep(after);
            let (found, took) = process_cpu(|| {
                cancel.cancel();
                search.join()
            });
            stopped += usize::from(matches!(found, Ok(Err(trail_search::Error::Cancelled))));
            took
        });
        most = most.max(took);
    }
    println!("{stopped} of {rounds} searches stopped; they took {} more at most", ms(most));
    Ok(())
}

/// The targets, by p99.
fn verdicts(measured: &[(&str, Times)]) {
    let p99 = |times: &[Duration]| percentile(times, 0.99);
    let find = |name: &str| measured.iter().find(|(of, _)| *of == name).map(|(_, times)| times);
    let compare = |name: &str, what: &str, peer: fn(&Times) -> &Vec<Duration>, least: f64| {
        let Some(of) = find(name) else { return };
        let ratio = times(p99(&of.ours), p99(peer(of)));
        row([name, what, &format!("{ratio:.1}"), &verdict(ratio >= least, &format!(">= {least}"))]);
    };
    compare("term", "FTS5", |times| &times.fts5, 20.0);
    compare("AND", "FTS5", |times| &times.fts5, 20.0);
    compare("infix wildcard", "tantivy", |times| &times.tantivy, 3.0);
    compare("phrase, common words", "tantivy", |times| &times.tantivy, 2.0);
    if let (Some(term), Some(range)) = (find("term"), find("time range")) {
        let ratio = times(p99(&term.ours), p99(&range.ours));
        row(["time range", "the term", &format!("{ratio:.1}"), &verdict(ratio <= 10.0, "<= 10")]);
    }
    for (name, of) in measured {
        let ratio = times(p99(&of.ours), percentile(&of.rg, 0.5));
        row([*name, "rg -j1", &format!("{ratio:.1}"), &verdict(ratio >= 1.0, ">= 1")]);
    }
}
