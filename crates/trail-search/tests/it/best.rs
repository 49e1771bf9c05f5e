//! The best hits are those with which the exhaustive search begins.

use std::sync::Arc;

use trail_container::{Header, WriterOptions};
use trail_index::{DataDir, IndexOptions, IndexReader};
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, SessionMeta, Size, TrailId};
use trail_query::{Mode, parse};
use trail_search::{IndexSource, Options, Order, ScanSource, Searcher};

/// A small generator of numbers, the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Few words: many lines are alike, many hits have the same rank.
const WORDS: [&str; 13] =
    ["sudo", "su", "root", "ls", "/etc/passwd", "foo.bar", "10.0.0.1", "key=value", "bin", "a", "日本", "passwd", "½x"];

/// Sessions of some seconds; every fifth shows nothing of interest. The last ones come with a second update.
fn collection(seed: u64) -> (tempfile::TempDir, IndexReader) {
    let mut numbers = Numbers(seed);
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::create(folder.path()).unwrap();
    let mut options = IndexOptions::default();
    options.jobs = 1;
    // Words are frequent soon: half of the lines are known by their pairs.
    options.common_docs = 3;
    for session in 0..48 {
        let open = |channel| Event {
            channel: ChannelId(channel),
            offset: Offset(0),
            kind: EventKind::Open(ChannelOpen { kind: ChannelKind::SessionShell, size: Size::new(40, 6) }),
        };
        let mut events: Vec<Event> = (1..=if session % 3 == 2 { 2 } else { 1 }).map(open).collect();
        for at in 0..1 + numbers.below(25) {
            let mut text = String::new();
            for _ in 0..1 + numbers.below(4) {
                text.push_str(if session % 5 == 4 { "nothing" } else { numbers.pick(&WORDS) });
                text.push_str(numbers.pick(&[" ", " ", "", "\r\n"]));
            }
            text.push_str(numbers.pick(&["\r\n", "\r\n", ""]));
            // Times that many sessions share, and some that differ by nanoseconds.
            let offset = Offset(at as u64 / 2 * 1_000_000_000 + at as u64 % 2 * (session as u64 % 4) * 300);
            // Every third session has a second channel, whose records stand between those of the first.
            let channel = if session % 3 == 2 { ChannelId(1 + numbers.below(2) as u32) } else { ChannelId(1) };
            events.push(Event { channel, offset, kind: EventKind::Output(text.into_bytes()) });
        }
        let meta = SessionMeta { user: user(session), ..SessionMeta::default() };
        let header = Header::with_id(TrailId([session as u8 + 1; 16]), meta);
        let path = dir.trail_path(&format!("session-{session:02}"));
        trail_replay::record_events(path, &header, WriterOptions::default(), &events, None).unwrap();
        if session == 30 {
            trail_index::update(&dir, &options).unwrap();
        }
    }
    trail_index::update(&dir, &options).unwrap();
    let index = IndexReader::open(&dir).unwrap();
    (folder, index)
}

/// Few users; every seventh session does not say.
fn user(session: usize) -> Option<String> {
    (!session.is_multiple_of(7)).then(|| WORDS[session % 3].to_owned())
}

fn random_query(numbers: &mut Numbers, mode: Mode, depth: usize) -> String {
    let word = numbers.pick(&WORDS);
    if mode == Mode::Screentrail && numbers.below(3) == 0 {
        return about_time(numbers, depth);
    }
    match numbers.below(if depth < 2 { 11 } else { 5 }) {
        0 | 1 => format!("\"{word}\""),
        2 => format!("\"{word} {}\"", numbers.pick(&WORDS)),
        3 if mode == Mode::Sps => numbers.pick(&["s*", "pass*", "ro*", "½*", "½x*", "日本½*", "1*", "*:*"]).to_owned(),
        3 => {
            let patterns = ["s*", "pass*", "title:s*", "/[rs]u.*/", "*:*", "root~1", "su~2", "[p TO s]", "*o*", "*"];
            // The last ones begin with what only this project's own language allows.
            numbers.pick(&patterns[..if mode == Mode::Screentrail { 10 } else { 8 }]).to_owned()
        }
        4 => format!("screen:\"{word}\"^{}", 1 + numbers.below(3)),
        5 | 6 => format!("({} AND {})", random_query(numbers, mode, depth + 1), random_query(numbers, mode, depth + 1)),
        7 => format!("({} OR {})", random_query(numbers, mode, depth + 1), random_query(numbers, mode, depth + 1)),
        8 => format!("({} AND NOT {})", random_query(numbers, mode, depth + 1), random_query(numbers, mode, depth + 1)),
        9 => format!("(NOT {})", random_query(numbers, mode, depth + 1)),
        _ if mode == Mode::Sps => format!("(+{})", random_query(numbers, mode, depth + 1)),
        _ => format!(
            "({} user:{})",
            random_query(numbers, mode, depth + 1),
            numbers.pick(&["sudo", "s*", "root~1", "x"])
        ),
    }
}

/// Periods, lifetimes and sequences.
fn about_time(numbers: &mut Numbers, depth: usize) -> String {
    let from = numbers.below(6);
    match numbers.below(if depth < 2 { 7 } else { 4 }) {
        0 => format!("during:[+{from}s TO +{}s]", from + numbers.below(4)),
        1 => format!("at:+{from}s"),
        2 => format!("shown:<{}s", 1 + numbers.below(4)),
        3 => format!("shown:>{}s", numbers.below(3)),
        4 => {
            let part = random_query(numbers, Mode::Screentrail, depth + 1);
            format!("({part} AND during:[+{from}s TO +{}s])", from + numbers.below(4))
        }
        5 => {
            let part = random_query(numbers, Mode::Screentrail, depth + 1);
            format!("({part} AND shown:<{}s)", 1 + numbers.below(4))
        }
        _ => {
            let first = random_query(numbers, Mode::Screentrail, depth + 1);
            let second = random_query(numbers, Mode::Screentrail, depth + 1);
            format!("({first} THEN<{}s {second})", 1 + numbers.below(3))
        }
    }
}

#[test]
fn the_best_hits_are_those_of_the_exhaustive_search() {
    let (mut saved, mut hits) = (0, 0);
    for seed in 1..=3 {
        let (_folder, index) = collection(seed);
        let contents = index.indexed().map(|(trail, _)| Arc::new(index.open_content(trail).unwrap()));
        let contents: Vec<_> = contents.collect();
        let sessions: Vec<_> = index.indexed().map(|(_, entry)| entry.session.clone()).collect();
        let mut numbers = Numbers(seed + 100);
        for mode in [Mode::Screentrail, Mode::Lucene, Mode::Sps] {
            let mut options = Options::new(mode);
            options.keeps_k1_factor = numbers.below(2) == 0;
            let scan =
                Searcher::new(ScanSource::new(contents.clone()).with_sessions(sessions.clone()), options.clone());
            let indexed = Searcher::new(IndexSource::new(index.clone()), options);
            for _ in 0..if mode == Mode::Screentrail { 120 } else { 40 } {
                let text = random_query(&mut numbers, mode, 0);
                let query = parse(&text, mode).unwrap().query;
                let search = indexed.prepare(&query).unwrap();
                let all = scan.prepare(&query).unwrap().search_all(Order::Rank, None).unwrap();
                for limit in [0, 1, 2, 5, 20, 1000] {
                    let best = search.search_best(limit).unwrap();
                    let expected = &all.hits[..limit.min(all.hits.len())];
                    assert_eq!(best.hits, expected, "seed {seed}, {mode:?} {text} {limit}");
                    saved += contents.len() - best.searched;
                }
                assert_eq!(
                    search.search_all(Order::Rank, None).unwrap().hits,
                    all.hits,
                    "seed {seed}, {mode:?} {text}"
                );
                let mut trails: Vec<usize> = all.hits.iter().map(|hit| hit.0).collect();
                trails.sort_unstable();
                trails.dedup();
                assert_eq!(search.matching_trails().unwrap().trails, trails, "seed {seed}, {mode:?} {text}");
                hits += all.total;
            }
        }
    }
    assert!(hits > 1000 && saved > 1000, "{hits} hits, {saved} trails passed over");
}
