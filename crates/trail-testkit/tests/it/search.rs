//! For every query kind built so far: the union of the hits is the set of moments at which the query holds.
//!
//! `TRAIL_SEED` sets the seed of the random queries; it is printed.

use std::path::PathBuf;
use std::time::Instant;

use proptest::prelude::*;
use trail_container::TrailReader;
use trail_model::{Event, Size};
use trail_query::Mode;
use trail_testkit::generate::{Step, events, interleave, rechunk, stream};
use trail_testkit::oracle::{Replay, Report, check, questions, replay_all};
use trail_testkit::trail::record;

use crate::support::{Engine, corpus, recordings, root};

/// Distinct tokens of a recording that are asked.
const TOKENS: usize = 2000;

/// Random queries of each kind.
const RANDOM: usize = 200;

/// Differences that a failure shows.
const SHOWN: usize = 12;

fn seed() -> u64 {
    std::env::var("TRAIL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0x5EED)
}

/// Asks everything of one trail. `blocks` is the length of a content block.
fn compare(
    trail: &TrailReader,
    replays: &[Replay],
    mode: Mode,
    blocks: u64,
    counts: (usize, usize),
    seed: u64,
) -> Report {
    let engine = Engine::new(trail, blocks, 1 + (seed % 3) as usize);
    let mut total = Report::default();
    for replay in replays.iter().filter(|replay| !replay.texts().is_empty()) {
        let mut questions = questions(replay, mode, counts.0, counts.1, seed);
        questions.retain(|question| engine.supports(&question.query.to_string(), mode));
        let report = check(replays, &questions, |text, mode| engine.ask(text, mode)).expect("the engine answers");
        total.queries += report.queries;
        total.held += report.held;
        total.differences.extend(report.differences);
    }
    total
}

#[track_caller]
fn assert_equal(name: &str, report: &Report) {
    let shown: Vec<String> = report.differences.iter().take(SHOWN).map(ToString::to_string).collect();
    let count = report.differences.len();
    assert!(count == 0, "{name}: {count} of {} queries differ:\n{}", report.queries, shown.join("\n"));
}

/// Every recording of a folder, in every mode.
fn check_folder(folder: PathBuf, counts: (usize, usize)) {
    let seed = seed();
    println!("seed {seed}");
    let (mut checked, mut failures) = (0, Vec::new());
    for (name, collected) in recordings(folder) {
        let begin = Instant::now();
        let trail = record(&collected.events, 64 << 10).expect("memory does not fail");
        let replays = replay_all(&trail).expect("a trail that was just written is whole");
        let replayed = begin.elapsed();
        let mut line = format!("{name}: {} records, {replayed:.1?} replay", trail.last_record());
        for mode in [Mode::Screentrail, Mode::Sps, Mode::Lucene] {
            let begin = Instant::now();
            let counts = if mode == Mode::Screentrail { counts } else { (counts.0 / 10, counts.1 / 10) };
            let report = compare(&trail, &replays, mode, 256 << 10, counts, seed);
            line += &format!(", {mode:?} {} asked {} held {:.1?}", report.queries, report.held, begin.elapsed());
            checked += report.queries;
            if !report.differences.is_empty() {
                let shown: Vec<String> = report.differences.iter().take(SHOWN).map(ToString::to_string).collect();
                let failure = format!("{name}: {} differ:\n{}", report.differences.len(), shown.join("\n"));
                // At once too: the battery takes long.
                println!("{failure}");
                failures.push(failure);
            }
        }
        println!("{line}");
    }
    println!("{checked} queries");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A part of the battery, so that the suite stays quick; the next test is the whole.
#[test]
fn search_equals_replay_over_testdata() {
    check_folder(root().join("testdata/recordings"), (TOKENS / 20, RANDOM / 20));
}

#[test]
#[ignore = "minutes: the whole battery, run by cargo xtask"]
fn search_equals_replay_over_testdata_in_full() {
    check_folder(root().join("testdata/recordings"), (TOKENS, RANDOM));
}

#[test]
#[ignore = "minutes: the corpus is not part of the repository; run by cargo xtask"]
fn search_equals_replay_over_the_corpus() {
    check_folder(corpus(), (TOKENS, RANDOM));
}

fn check_generated(events: &[Event], chunk_len: usize, blocks: u64, seed: u64) -> Result<(), TestCaseError> {
    let trail = record(events, chunk_len).expect("memory does not fail");
    let replays = replay_all(&trail).expect("a trail that was just written is whole");
    for mode in [Mode::Screentrail, Mode::Sps, Mode::Lucene] {
        let report = compare(&trail, &replays, mode, blocks, (60, 4), seed);
        prop_assert!(
            report.differences.is_empty(),
            "{}",
            report.differences.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join("\n")
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn search_equals_replay_over_generated_streams(
        (size, steps) in stream(16),
        seed: u64,
        chunk_len in prop::sample::select(vec![64usize, 512, 256 << 10]),
        blocks in prop::sample::select(vec![16u64, 200, 4 << 20]),
    ) {
        check_generated(&events(size, &steps, seed), chunk_len, blocks, seed)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// What is visible in one channel is not visible in another, however their records stand between each other.
    #[test]
    fn search_equals_replay_in_sessions_of_several_channels(
        channels in prop::collection::vec(stream(8), 2..4),
        seed: u64,
        chunk_len in prop::sample::select(vec![64usize, 512, 256 << 10]),
        blocks in prop::sample::select(vec![16u64, 200, 4 << 20]),
    ) {
        let channels = channels.iter().map(|(size, steps)| events(*size, steps, seed)).collect();
        check_generated(&interleave(channels, seed), chunk_len, blocks, seed)?;
    }
}

/// Where a source cut its writes decides what the records are, and not whether search equals replay.
#[test]
fn search_equals_replay_however_the_output_was_cut() {
    let steps = [
        Step::Type("sudo passwd root".into()),
        Step::Progress(9),
        Step::FullScreen(vec!["vim notes".into(), "/etc/passwd: root".into()]),
        Step::Correct("useradd eve".into(), 3),
        Step::Log(40),
        Step::Resize(11, 5),
        Step::Type("日本語 a_b --flag=/x".into()),
    ];
    let events = events(Size { cols: 30, rows: 6 }, &steps, seed());
    for seed in 0..8 {
        check_generated(&rechunk(&events, seed), 1024, 300, seed)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

/// Content blocks are a matter of the engine's: their length and the number of threads change nothing.
#[test]
fn search_equals_replay_for_every_length_of_blocks() {
    let (name, collected) =
        recordings(root().join("testdata/recordings/asciicast-v2")).next().expect("there are recordings");
    let trail = record(&collected.events, 16 << 10).expect("memory does not fail");
    let replays = replay_all(&trail).expect("a trail that was just written is whole");
    for blocks in [100, 3000, 1 << 30] {
        let report = compare(&trail, &replays, Mode::Screentrail, blocks, (100, 10), seed());
        assert_equal(&name, &report);
    }
}
