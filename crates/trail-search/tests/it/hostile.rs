//! Queries meant to do harm, and searches told to stop.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use trail_container::{Header, WriterOptions};
use trail_index::{DataDir, IndexOptions, IndexReader};
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, SessionMeta, Size, TrailId};
use trail_query::{Mode, parse, parse_with};
use trail_search::{Cancel, Error, IndexSource, Limits, Options, Order, ScanSource, Searcher, Source};

/// One recording of these lines, one a millisecond, with its index.
fn recording(lines: impl Iterator<Item = String>) -> (tempfile::TempDir, IndexReader) {
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::create(folder.path()).unwrap();
    let open = EventKind::Open(ChannelOpen { kind: ChannelKind::SessionShell, size: Size::new(100, 24) });
    let mut events = vec![Event { channel: ChannelId(1), offset: Offset(0), kind: open }];
    events.extend(lines.zip(1..).map(|(line, at)| Event {
        channel: ChannelId(1),
        offset: Offset(at * 1_000_000),
        kind: EventKind::Output(format!("{line}\r\n").into_bytes()),
    }));
    let header = Header::with_id(TrailId([7; 16]), SessionMeta::default());
    trail_replay::record_events(dir.trail_path("one"), &header, WriterOptions::default(), &events, None).unwrap();
    let mut options = IndexOptions::default();
    options.jobs = 1;
    trail_index::update(&dir, &options).unwrap();
    let index = IndexReader::open(&dir).unwrap();
    (folder, index)
}

/// The number as letters, so that each is a word of its own.
fn letters(mut number: u32) -> String {
    let mut text = String::new();
    for _ in 0..5 {
        text.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    text
}

fn search<S: Source>(source: S, text: &str, options: Options) -> Result<usize, Error> {
    let query = parse(text, Mode::Screentrail).unwrap().query;
    let searcher = Searcher::new(source, options);
    let search = searcher.prepare(&query)?;
    let best = search.search_best(20)?.hits.len();
    assert!(best <= 20);
    Ok(search.search_all(Order::Rank, None)?.total)
}

#[test]
fn a_pattern_over_very_many_words_is_answered_or_refused() {
    const LINES: u32 = 10_000;
    const WORDS: u32 = 12;
    let line = |line: u32| {
        let words = (0..WORDS).map(|word| letters(line * WORDS + word));
        words.fold(String::new(), |mut text, word| {
            let _ = write!(text, "{word} ");
            text
        })
    };
    let (_folder, index) = recording((0..LINES).map(line));
    let source = IndexSource::new(index);
    // All but the lines without an `a`, of which there are none: five letters of which the last two count slowly.
    assert_eq!(search(&source, "*a*", Options::default()).unwrap(), LINES as usize);
    assert!(search(&source, "/(a*)*b.*/", Options::default()).unwrap() > 0);
    assert!(search(&source, "aaaaa~2", Options::default()).unwrap() > 0);

    let mut options = Options::default();
    options.limits.expansions = 1000;
    for pattern in ["*a*", "/.*a.*/", "[a TO z]", "?????~2", "a*"] {
        let refused = search(&source, pattern, options.clone());
        let Err(error @ Error::TooManyTerms { limit: 1000, .. }) = &refused else {
            assert!(pattern == "?????~2", "{pattern}: {refused:?}");
            continue;
        };
        assert!(error.to_string().contains("1000"), "{error}");
    }
    let mut options = Options::default();
    options.limits.deadline = Some(Duration::ZERO);
    let refused = search(&source, "*a*", options).unwrap_err();
    assert!(matches!(refused, Error::TooSlow { limit: Duration::ZERO }), "{refused}");
}

#[test]
fn limits_of_making_ready_are_those_that_were_set() {
    let (_folder, index) = recording(["one line".to_owned()].into_iter());
    let source = IndexSource::new(index);
    let with = |set: &dyn Fn(&mut Limits)| {
        let mut options = Options::default();
        set(&mut options.limits);
        options
    };
    let refused = search(&source, "/[ab]*a[ab]{9}/", with(&|limits| limits.states = 100)).unwrap_err();
    assert!(
        matches!(refused, Error::TooComplex { limit: 100, .. }) && refused.to_string().contains("100"),
        "{refused}"
    );
    let refused = search(&source, "a b c", with(&|limits| limits.leaves = 2)).unwrap_err();
    assert!(matches!(refused, Error::TooManyLeaves { limit: 2, .. }) && refused.to_string().contains('2'), "{refused}");
    let refused = search(&source, "(a (b (c (d (e f)))))", with(&|limits| limits.nesting = 1)).unwrap_err();
    assert!(matches!(refused, Error::TooDeep { limit: 1, .. }) && refused.to_string().contains('1'), "{refused}");
}

/// A way to stop that counts how often it is asked, and says yes from some time on.
fn counting(from: usize) -> (Cancel, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    (Cancel::when(move || counter.fetch_add(1, Ordering::Relaxed) >= from), asked)
}

/// How much is done after a search was told to stop is counted, not timed: between two questions whether to stop lie at
/// most some thousand steps, and after a yes there are no more than a few questions.
#[test]
fn a_search_that_is_told_to_stop_does_little_more() {
    const LINES: usize = 20_000;
    const TOKENS: usize = 8;
    /// Steps that may lie between two questions; a step is a token looked up, a lifetime noted or the like.
    const STEPS_MOST: usize = 8192;
    /// One for each thread and trail that was on its way.
    const QUESTIONS_AFTER_MOST: usize = 64;
    let words = ["root", "bin", "sudo", "passwd", "tail", "mount", "disk"];
    let line = |line: usize| {
        let text: Vec<&str> =
            (0..TOKENS - 1).map(|word| words[(line / (word + 1) + word * line) % words.len()]).collect();
        format!("{line} {}", text.join(" "))
    };
    let (_folder, index) = recording((0..LINES).map(line));
    let content = Arc::new(index.open_content(index.trails()[0].trail.unwrap()).unwrap());
    let indexed = IndexSource::new(index);
    let queries = [
        "root",
        "root AND bin",
        "root OR sudo OR disk",
        "NOT root",
        "\"root bin\"~4",
        "*o*",
        "roots~1",
        "/r.*t/",
        "root THEN<5s sudo",
        "root AND shown:<1s",
        "root AND during:[+1s TO +9s]",
    ];
    for query in queries {
        for is_indexed in [true, false] {
            let run = |from: usize| {
                let (cancel, asked) = counting(from);
                let options = Options { cancel, ..Options::default() };
                let found = match is_indexed {
                    true => search(&indexed, query, options),
                    false => search(ScanSource::new([Arc::clone(&content)]), query, options),
                };
                (found, asked.load(Ordering::Relaxed))
            };
            // The first time also makes what is kept.
            run(usize::MAX).0.unwrap();
            let (found, questions) = run(usize::MAX);
            assert!(found.unwrap() > 0, "{query}");
            // Every line's tokens are looked up, whatever is asked: each of these queries concerns most lines.
            assert!(questions > LINES * TOKENS / 2 / STEPS_MOST, "{query}: asked {questions} times");
            for from in [0, 1, questions / 4, questions / 2, questions - 1] {
                let (stopped, asked) = run(from);
                assert!(matches!(stopped, Err(Error::Cancelled)), "{query} at {from} of {questions}: {stopped:?}");
                assert!(asked <= from + QUESTIONS_AFTER_MOST, "{query}: {asked} questions, told to stop at {from}");
            }
        }
    }
}

#[test]
fn a_parser_with_wider_limits_is_still_held_by_those_of_the_search() {
    let (_folder, index) = recording(["a b c".to_owned()].into_iter());
    let mut options = trail_query::Options::new(Mode::Screentrail);
    options.limits = Limits { text_len: usize::MAX, clauses: usize::MAX, nesting: usize::MAX, ..Limits::default() };
    options.limits.nesting = 500;
    let searcher = Searcher::new(IndexSource::new(index), Options::default());
    let many = parse_with(&"ab ".repeat(50_000), &options).unwrap().query;
    assert!(matches!(searcher.prepare(&many).err(), Some(Error::TooManyLeaves { .. })));
    let deep = format!("{}a b{}", "(a ".repeat(400), ")".repeat(400));
    let deep = parse_with(&deep, &options).unwrap().query;
    assert!(matches!(searcher.prepare(&deep).err(), Some(Error::TooDeep { .. })));
}
