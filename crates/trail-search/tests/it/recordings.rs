//! Real recordings: the two sources answer alike, ranks are BM25, and hits stand where they are said to stand.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use trail_container::{Header, TrailReader, WriterOptions};
use trail_content::{ContentFile, Kind};
use trail_import::{Collected, ImportOptions, discover};
use trail_index::analyzer::{TokenKind, analyze, words};
use trail_index::{DataDir, IndexOptions, IndexReader};
use trail_model::{ChannelId, SessionMeta, TrailId};
use trail_query::{Mode, parse};
use trail_replay::Player;
use trail_search::{Error, Hit, HitKind, IndexSource, Options, ScanSource, Searcher, locate, locate_all, match_ranges};

/// Recordings of `testdata` that hold, together, everything that search treats in a way of its own: growing lines, titles,
/// commands with marks, full-screen programs, wide characters, wrapped lines.
const RECORDINGS: [&str; 6] = [
    "asciicast-v3/bash-marks.cast",
    "asciicast-v3/passwords.cast",
    "asciicast-v3/tmux.cast",
    "asciicast-v1/unicode.json",
    "ttyrec/wrapping.ttyrec.bz2",
    "ttyrec/editors.ttyrec",
];

struct Data {
    _folder: tempfile::TempDir,
    dir: DataDir,
    index: IndexReader,
    contents: Vec<Arc<ContentFile>>,
}

/// A data directory of the recordings, made once.
fn data() -> &'static Data {
    static DATA: OnceLock<Data> = OnceLock::new();
    DATA.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::create(folder.path()).unwrap();
        let recordings = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/recordings");
        let options = ImportOptions::default();
        for (number, name) in RECORDINGS.iter().enumerate() {
            for source in discover(recordings.join(name), &options) {
                let mut collected = Collected::default();
                source.unwrap().import(&options, &mut collected).unwrap();
                let header = Header::with_id(TrailId([number as u8 + 1; 16]), SessionMeta::default());
                let path = dir.trail_path(&format!("session-{number}"));
                trail_replay::record_events(path, &header, WriterOptions::default(), &collected.events, None).unwrap();
            }
        }
        // As in a large archive, where pairs of words are indexed.
        let mut options = IndexOptions::default();
        options.common_docs = 4;
        trail_index::update(&dir, &options).unwrap();
        let index = IndexReader::open(&dir).unwrap();
        let contents = index.indexed().map(|(trail, _)| Arc::new(index.open_content(trail).unwrap())).collect();
        Data { _folder: folder, dir, index, contents }
    })
}

/// A small generator of numbers, the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// The final texts of all items of one kind.
fn texts(kind: Kind) -> Vec<String> {
    let mut texts = Vec::new();
    for channel in data().contents.iter().flat_map(|content| content.channels()) {
        for block in 0..channel.block_count() {
            let block = channel.block(block).unwrap();
            texts.extend(block.range_of(kind).map(|item| block.item(item).text().to_owned()));
        }
    }
    texts.retain(|text| !text.is_empty());
    texts
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A query about something that is there: a term, a phrase, a beginning, or some of them together.
fn random_query(numbers: &mut Numbers, lines: &[String], depth: usize) -> String {
    let line = numbers.pick(lines).clone();
    let tokens: Vec<&str> = line.split_whitespace().collect();
    if tokens.is_empty() {
        return "*:*".to_owned();
    }
    let at = numbers.below(tokens.len());
    let field = *numbers.pick(&["", "", "", "screen:", "title:", "command:"]);
    match numbers.below(if depth < 2 { 8 } else { 4 }) {
        0 | 1 => format!("{field}{}", quoted(tokens[at])),
        2 => format!("{field}{}", quoted(&tokens[at..(at + 2).min(tokens.len())].join(" "))),
        3 => {
            let head: String = tokens[at].chars().take(3).filter(|c| c.is_alphanumeric()).collect();
            if head.is_empty() { quoted(tokens[at]) } else { format!("{field}{head}*") }
        }
        4 => format!("({} AND {})", random_query(numbers, lines, depth + 1), random_query(numbers, lines, depth + 1)),
        5 => format!("({} OR {})", random_query(numbers, lines, depth + 1), random_query(numbers, lines, depth + 1)),
        6 => {
            format!("({} AND NOT {})", random_query(numbers, lines, depth + 1), random_query(numbers, lines, depth + 1))
        }
        _ => format!("(NOT {})", random_query(numbers, lines, depth + 1)),
    }
}

fn hits<S: trail_search::Source>(searcher: &Searcher<S>, query: &str, mode: Mode) -> Result<Vec<Vec<Hit>>, Error> {
    let query = parse(query, mode).unwrap_or_else(|error| panic!("{query}: {error}")).query;
    let search = searcher.prepare(&query)?;
    (0..searcher.source().trail_count()).map(|trail| search.search_trail(trail)).collect()
}

#[test]
fn index_and_scan_answer_alike() {
    let data = data();
    let lines = texts(Kind::Line);
    let mut numbers = Numbers(7);
    let mut found = 0;
    for mode in [Mode::Screentrail, Mode::Lucene, Mode::Sps] {
        let scan = Searcher::new(ScanSource::new(data.contents.clone()), Options::new(mode));
        let indexed = Searcher::new(IndexSource::new(data.index.clone()), Options::new(mode));
        for _ in 0..70 {
            let query = random_query(&mut numbers, &lines, 0);
            let scanned = hits(&scan, &query, mode).unwrap();
            assert_eq!(hits(&indexed, &query, mode).unwrap(), scanned, "{mode:?} {query}");
            found += usize::from(scanned.iter().any(|hits| !hits.is_empty()));
        }
    }
    assert!(found > 100, "{found}");
}

/// BM25 as Lucene 8 has it, over the words of final texts.
struct Bm25 {
    documents: Vec<Vec<String>>,
    with: HashMap<String, u64>,
    average: f64,
}

impl Bm25 {
    fn of(kind: Kind) -> Bm25 {
        let mut documents: Vec<Vec<String>> = texts(kind).iter().map(|text| words(text)).collect();
        // A text without a word is no document that words stand in.
        documents.retain(|document| !document.is_empty());
        let mut with: HashMap<String, u64> = HashMap::new();
        for document in &documents {
            let mut distinct = document.clone();
            distinct.sort_unstable();
            distinct.dedup();
            distinct.into_iter().for_each(|word| *with.entry(word).or_default() += 1);
        }
        let total: usize = documents.iter().map(Vec::len).sum();
        let average = total as f64 / documents.len() as f64;
        Bm25 { documents, with, average }
    }

    /// The score of words in a row.
    fn score(&self, text: &str, phrase: &[String]) -> f64 {
        let text = words(text);
        let frequency = text.windows(phrase.len()).filter(|window| *window == phrase).count() as f64;
        let count = self.documents.len() as f64;
        let idf = |word: &String| {
            let with = self.with.get(word).copied().unwrap_or(0) as f64;
            (1.0 + (count - with + 0.5) / (with + 0.5)).ln()
        };
        let weight: f64 = phrase.iter().map(idf).sum();
        let length = kept_length(text.len());
        weight * frequency / (frequency + 1.2 * (1.0 - 0.75 + 0.75 * length / self.average))
    }
}

/// What is left of a length in Lucene's one byte: below 24 all, above that the four highest bits of the rest.
fn kept_length(length: usize) -> f64 {
    let mut rest = length.saturating_sub(24);
    let mut unit = 1;
    while rest >= 16 {
        rest /= 2;
        unit *= 2;
    }
    (length.min(24) + rest * unit) as f64
}

#[test]
fn ranks_are_those_of_a_small_bm25() {
    let data = data();
    let lines = texts(Kind::Line);
    let reference = Bm25::of(Kind::Line);
    let searcher = Searcher::new(IndexSource::new(data.index.clone()), Options::new(Mode::Lucene));
    let mut numbers = Numbers(11);
    let (mut queries, mut checked) = (0, 0);
    while queries < 200 {
        let phrases: Vec<Vec<String>> = (0..1 + numbers.below(3))
            .filter_map(|_| {
                let line: &String = numbers.pick(&lines);
                let words = words(line);
                let at = numbers.below(words.len().max(1));
                words.get(at..(at + 1 + numbers.below(2)).min(words.len())).map(<[String]>::to_vec)
            })
            .filter(|phrase| !phrase.is_empty())
            .collect();
        if phrases.is_empty() {
            continue;
        }
        queries += 1;
        let query: Vec<String> = phrases.iter().map(|phrase| format!("screen:\"{}\"", phrase.join(" "))).collect();
        let query = query.join(" OR ");
        for hit in hits(&searcher, &query, Mode::Lucene).unwrap().iter().flatten() {
            let text = hit.texts[0].item_text();
            let expected: f64 = phrases.iter().map(|phrase| reference.score(text, phrase)).sum();
            // While a line grew, or where it was seen only unfinished, less of it may have matched.
            let is_whole = hit.texts[0].as_str() == text && hit.texts[0].next().is_none();
            assert!(hit.rank <= expected + 1e-9, "{query}: {} above {expected} for {text:?}", hit.rank);
            if is_whole {
                assert!((hit.rank - expected).abs() < 1e-9, "{query}: {} is not {expected} for {text:?}", hit.rank);
                checked += 1;
            }
        }
    }
    assert!(checked > 200, "{checked}");
}

#[test]
fn hits_stand_where_they_are_located() {
    let data = data();
    let lines = texts(Kind::Line);
    let mut numbers = Numbers(13);
    let searcher = Searcher::new(IndexSource::new(data.index.clone()), Options::default());
    let trails: Vec<TrailReader> = data
        .index
        .indexed()
        .map(|(_, entry)| TrailReader::open(data.dir.trails_dir().join(&entry.file)).unwrap())
        .collect();
    let (mut on_screen, mut located_lines) = (0, 0);
    for _ in 0..25 {
        let query = random_query(&mut numbers, &lines, 1);
        let parsed = parse(&query, Mode::Screentrail).unwrap().query;
        let search = searcher.prepare(&parsed).unwrap();
        for (trail, reader) in trails.iter().enumerate() {
            let mut found = search.search_trail(trail).unwrap();
            found.truncate(4);
            for hit in found {
                let mut player = Player::new(reader, ChannelId(hit.channel.0)).unwrap();
                player.seek(hit.for_screenshot).unwrap();
                let terminal = player.terminal().unwrap();
                let located = locate(search.plan(), &hit, terminal);
                let everything = locate_all(search.plan(), terminal);
                for line in &located.lines {
                    located_lines += 1;
                    let marked: String = line
                        .rects
                        .iter()
                        .flat_map(|rect| {
                            let row = terminal.row(usize::from(rect.row));
                            (rect.column..rect.column + rect.width).map(move |column| row.cell(usize::from(column)))
                        })
                        .filter(|cell| cell.width > 0)
                        .flat_map(|cell| std::iter::once(cell.character).chain(cell.combining.iter().copied()))
                        .collect();
                    let matched: String = line.ranges.iter().map(|range| &line.text[range.clone()]).collect();
                    if line.rows.is_some() && !line.above_screen {
                        assert_eq!(marked, matched, "{query}: {line:?}");
                        assert!(!line.rects.is_empty() || hit.kind == HitKind::Screen, "{query}: {line:?}");
                        let has = |other: &trail_search::LocatedLine| other.rows == line.rows;
                        assert!(everything.lines.iter().any(has), "{query}: {line:?}");
                        on_screen += 1;
                    }
                }
                if let HitKind::Item(Kind::Line) = hit.kind {
                    assert!(!match_ranges(search.plan(), &hit.texts[0]).is_empty(), "{query}: {hit:?}");
                    assert!(located.lines.iter().all(|line| line.rows.is_some()), "{query}: {hit:?}");
                }
            }
        }
    }
    assert!(on_screen > 20, "{on_screen} of {located_lines}");
}

#[test]
fn every_token_of_a_recording_is_found() {
    let data = data();
    let searcher = Searcher::new(IndexSource::new(data.index.clone()), Options::default());
    let lines = texts(Kind::Line);
    let mut numbers = Numbers(17);
    for _ in 0..60 {
        let text = numbers.pick(&lines);
        let Some(token) = analyze(text).into_iter().find(|token| token.kind != TokenKind::Part) else { continue };
        let query = quoted(&token.text);
        let found = hits(&searcher, &query, Mode::Screentrail).unwrap();
        // What grew into another token before anybody saw it finished is no token of the recording: the text was then
        // only a state of a longer one, and the longer one is found.
        let anywhere = found.iter().flatten().any(|hit| hit.texts.iter().any(|hit| hit.item_text() == text));
        let finished = lines.iter().any(|line| line != text && line.starts_with(text.as_str()));
        assert!(anywhere || finished, "{query} of {text:?}");
    }
}
