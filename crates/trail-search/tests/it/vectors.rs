//! What a real Lucene 8 and a real Elasticsearch 7 answer to 552 and 543 queries over 342 screens.
//!
//! `TRAIL_LUCENE_VECTORS` names another folder of the same form. Lines of a folder's `departures.tsv` whose id begins with
//! `classic/` or `query_string/` are vectors from which the search departs on purpose: id, tab, reason. Where a folder has no
//! such file, departures of the two known kinds are printed as its lines and are no failures: a limit that is lower than
//! Lucene's, and a fuzzy word that is near more words than the 50 that Lucene keeps.
//!
//! A document is a trail of one moment. Its `content` is a line and its `command` a command that could be seen at that
//! moment; `user`, `protocol` and `host` are what the trail says of itself. A moment is to a query what a document is to
//! Lucene, so the documents found are the trails in which the query held, and their scores are those of the stretches.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};
use trail_container::{Header, RecordBody, TrailReader, TrailWriter, WriterOptions};
use trail_content::{Block, ContentWriter, EncodedBlock, ItemBuf, Kind, Moment, Moments, SpanBuf, file_name};
use trail_index::{DataDir, IndexOptions, IndexReader, analyzer};
use trail_model::{ChannelId, ChannelKind, Offset, RecordId, SessionMeta, TrailId};
use trail_query::{Dialect, ErrorKind, LeafKind, Mode, Operator, ParseError, Query, escape, parse_with};
use trail_search::{IndexSource, Language, Options, Order, ScanSource, Searcher, Source};

/// How far scores may differ, relatively: 32-bit floats summed in another order.
const TOLERANCE: f64 = 1e-4;

type Vector = Map<String, Value>;

fn folder() -> PathBuf {
    match std::env::var_os("TRAIL_LUCENE_VECTORS") {
        Some(folder) => folder.into(),
        None => [env!("CARGO_MANIFEST_DIR"), "../../testdata/lucene"].iter().collect(),
    }
}

fn lines(name: &str) -> Vec<Vector> {
    let path = folder().join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("a line is a JSON object")).collect()
}

/// The vectors of a set from which the search departs; nothing for a folder without the list.
fn departures(set: &str) -> Option<BTreeSet<String>> {
    let text = fs::read_to_string(folder().join("departures.tsv")).ok()?;
    let ids = text.lines().filter_map(|line| line.split_once('\t')).map(|(id, _)| id);
    Some(ids.filter_map(|id| id.strip_prefix(set)?.strip_prefix('/')).map(str::to_owned).collect())
}

/// A data directory with a trail for each document, its content beside it and an index over all.
struct Corpus {
    _folder: tempfile::TempDir,
    indexed: IndexSource,
    scanned: ScanSource,
    /// The distinct words of all texts.
    words: BTreeSet<String>,
}

impl Corpus {
    /// Made once for both sets.
    fn get() -> &'static Corpus {
        static CORPUS: OnceLock<Corpus> = OnceLock::new();
        CORPUS.get_or_init(Corpus::new)
    }

    fn new() -> Corpus {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::create(folder.path()).unwrap();
        fs::create_dir_all(dir.content_path("")).unwrap();
        for (number, document) in lines("classic/corpus.jsonl").iter().enumerate() {
            add(&dir, number, document);
        }
        let report = trail_index::update(&dir, &IndexOptions::default()).unwrap();
        assert!(report.failed.is_empty());
        let index = IndexReader::open(&dir).unwrap();
        let documents = lines("classic/corpus.jsonl");
        let texts = documents.iter().flat_map(|document| [document.get("content"), document.get("command")]);
        let words = texts.flatten().filter_map(Value::as_str).flat_map(analyzer::words).collect();
        let contents = index.indexed().map(|(trail, _)| Arc::new(index.open_content(trail).unwrap()));
        let sessions = index.indexed().map(|(_, entry)| entry.session.clone()).collect();
        let scanned = ScanSource::new(contents).with_sessions(sessions);
        Corpus { _folder: folder, indexed: IndexSource::new(index), scanned, words }
    }

    /// The ids of the documents, in order.
    fn ids(&self) -> Vec<String> {
        self.indexed.index().indexed().map(|(_, entry)| entry.session.id.clone()).collect()
    }
}

/// How many words Lucene keeps for a fuzzy one.
const FUZZY_KEPT: usize = 50;

/// The edits between two words, if few: insertions, deletions, substitutions and swaps of neighbours.
fn distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    match (a, b) {
        ([x, a @ ..], [y, b @ ..]) if x == y => distance(a, b, limit),
        ([], rest) | (rest, []) => (rest.len() <= limit).then_some(rest.len()),
        _ if limit == 0 => None,
        ([x, after_x @ ..], [y, after_y @ ..]) => {
            let swapped = match (after_x, after_y) {
                ([z, a @ ..], [w, b @ ..]) if x == w && y == z => distance(a, b, limit - 1),
                _ => None,
            };
            let edited = [
                distance(after_x, b, limit - 1),
                distance(a, after_y, limit - 1),
                distance(after_x, after_y, limit - 1),
            ];
            edited.into_iter().chain([swapped]).flatten().min().map(|edits| edits + 1)
        }
    }
}

impl Corpus {
    /// Whether some fuzzy word of a query is near more words than Lucene keeps.
    fn has_many_near(&self, query: &Query) -> bool {
        let mut many = false;
        query.visit_leaves(&mut |leaf, _, _| {
            if let LeafKind::Fuzzy { text, edits } = &leaf.kind {
                let chars = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
                let limit = usize::from(edits.for_text(text));
                let is_near = |word: &&String| distance(&chars(text), &chars(word), limit).is_some();
                many |= self.words.iter().filter(is_near).count() > FUZZY_KEPT;
            }
        });
        many
    }
}

/// Writes the trail of a document, and its content where the index looks for what was extracted.
fn add(dir: &DataDir, number: usize, document: &Vector) {
    let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut meta = SessionMeta { user: text("user"), host: text("host"), ..SessionMeta::default() };
    meta.extra.extend(text("protocol").map(|protocol| ("protocol".to_owned(), protocol)));
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(number as u64 + 1).to_be_bytes());
    let header = Header::with_id(TrailId(id), meta);
    let path = dir.trail_path(&text("id").expect("a document has an id"));
    let mut writer = TrailWriter::create(&path, &header, WriterOptions::default()).unwrap();
    writer.append(ChannelId(1), Offset(0), &RecordBody::Output(b"")).unwrap();
    writer.close().unwrap();

    let items: Vec<ItemBuf> = [(Kind::Line, text("content")), (Kind::Command, text("command"))]
        .into_iter()
        .filter_map(|(kind, text)| Some(ItemBuf { kind, text: text?, spans: vec![SpanBuf::new(0, 0)] }))
        .collect();
    let moment = Moment { record: RecordId(1), offset: Offset(0), changed: true };
    let mut content = ContentWriter::new(Vec::new(), TrailId(id)).unwrap();
    content.add_channel(ChannelId(1), &ChannelKind::SessionShell);
    content.add_block(ChannelId(1), EncodedBlock::new(&Block::from_items(0, 0, &items)).unwrap()).unwrap();
    content.end_channel(ChannelId(1), &Moments::new([moment], Offset(0)), &Default::default()).unwrap();
    let (bytes, _) = content.finish(RecordId(1), Offset(0)).unwrap();
    let trail = TrailReader::open(&path).unwrap();
    fs::write(dir.content_path(&file_name(trail.trail_id(), &trail.head().0, "")), bytes).unwrap();
}

/// The two sets: which parser answered, and on which scale.
#[derive(Clone, Copy)]
struct Set {
    name: &'static str,
    file: &'static str,
    dialect: Dialect,
    /// The answers, and whether their scores keep the factor k1 + 1.
    answers: &'static [(&'static str, bool)],
}

const CLASSIC: Set = Set {
    name: "classic",
    file: "classic/vectors.jsonl",
    dialect: Dialect::Classic,
    answers: &[("hits", false), ("hits_k1p1", true)],
};

const QUERY_STRING: Set = Set {
    name: "query_string",
    file: "query_string/content.vectors.jsonl",
    dialect: Dialect::QueryString,
    answers: &[("hits", true)],
};

/// What a vector asks; nothing for a blank text, which finds nothing in a `query_string`.
fn read(vector: &Vector, set: Set) -> Result<(Option<Query>, Language), ParseError> {
    let none = Value::Null;
    let settings = vector.get("options").unwrap_or(&none);
    let mut options = trail_query::Options::new(Mode::Lucene);
    options.dialect = set.dialect;
    if settings["default_operator"] == "AND" {
        options.default_operator = Operator::And;
    }
    options.allow_leading_wildcard = match set.dialect {
        Dialect::Classic => settings["allow_leading_wildcard"] == true,
        Dialect::QueryString => settings["allow_leading_wildcard"] != false,
    };
    let makes_phrases = settings["auto_generate_phrase_queries"] == true;
    options.split_on_whitespace = settings["split_on_whitespace"] == true || makes_phrases;
    let number = |name: &str| settings[name].as_u64().unwrap_or(0);
    let language = Language {
        default_field: settings["default_field"].as_str().map(str::to_owned),
        makes_phrases,
        phrase_slop: number("phrase_slop") as u32,
        fuzzy_prefix_len: number("fuzzy_prefix_length") as usize,
        reads_pixels: false,
        minimum_should_match: settings["minimum_should_match"].as_str().map(str::to_owned),
        ..Language::of(&options)
    };
    let text = vector["query"].as_str().expect("a query");
    let escaped = (settings["escape"] == true).then(|| escape(text));
    match parse_with(escaped.as_deref().unwrap_or(text), &options) {
        Ok(parsed) => Ok((Some(parsed.query), language)),
        Err(error) if error.kind == ErrorKind::Empty && set.dialect == Dialect::QueryString => Ok((None, language)),
        Err(error) => Err(error),
    }
}

type Scores = Vec<(usize, f64)>;

/// The documents in which the query held, best first, with their scores.
fn ask(source: &impl Source, query: &Query, language: &Language, keeps_k1_factor: bool) -> Result<Scores, String> {
    let options = Options { keeps_k1_factor, ..Options::new(language.clone()) };
    let searcher = Searcher::new(source, options);
    let search = searcher.prepare(query).map_err(|error| error.to_string())?;
    let ranked = search.ranked_stretches().unwrap();
    assert!(ranked.failures.is_empty());
    let scores: Scores = ranked.stretches.iter().map(|(trail, stretch)| (*trail, stretch.rank)).collect();
    // Search equals replay: hits are where the query held.
    let hits = search.search_all(Order::Trail, None).unwrap();
    let found: BTreeSet<usize> = hits.hits.iter().map(|(trail, _)| *trail).collect();
    assert_eq!(found, scores.iter().map(|(trail, _)| *trail).collect());
    Ok(scores)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * a.abs().max(b.abs())
}

/// A difference from the engine's answer.
struct Difference {
    what: String,
    /// It is of a known kind.
    is_known: bool,
}

/// What is different from the engine's answer, if anything is.
fn difference(vector: &Vector, set: Set, corpus: &Corpus, ids: &[String]) -> Option<Difference> {
    let is_ok = vector["outcome"] == "ok";
    let (query, language) = match read(vector, set) {
        Ok(read) => read,
        Err(_) if !is_ok => return None,
        Err(error) => {
            use ErrorKind::{TooComplex, TooDeep, TooLong, TooManyClauses};
            let is_known = matches!(error.kind, TooLong | TooDeep | TooManyClauses | TooComplex);
            let what = format!("expected {} documents, found: {error}", vector["total"]);
            return Some(Difference { what, is_known });
        }
    };
    let is_known = query.as_ref().is_some_and(|query| corpus.has_many_near(query));
    let what = answers_differ(vector, set, corpus, ids, query.as_ref(), &language)?;
    Some(Difference { what, is_known })
}

fn answers_differ(
    vector: &Vector,
    set: Set,
    corpus: &Corpus,
    ids: &[String],
    query: Option<&Query>,
    language: &Language,
) -> Option<String> {
    let is_ok = vector["outcome"] == "ok";
    for (answer, keeps_k1_factor) in set.answers {
        let found = match query {
            None => Ok(Vec::new()),
            Some(query) => {
                let indexed = ask(&corpus.indexed, query, language, *keeps_k1_factor);
                let scanned = ask(&corpus.scanned, query, language, *keeps_k1_factor);
                assert_eq!(indexed, scanned, "{} {}", vector["id"], vector["query"]);
                indexed
            }
        };
        let found = match (is_ok, found) {
            (false, Err(_)) => return None,
            (false, Ok(found)) => return Some(format!("expected an error, found {} documents", found.len())),
            (true, Err(error)) => return Some(format!("expected {} documents, found: {error}", vector["total"])),
            (true, Ok(found)) => found,
        };
        if let Some(difference) = compare(vector, answer, &found, ids) {
            return Some(difference);
        }
    }
    None
}

fn compare(vector: &Vector, answer: &str, found: &Scores, ids: &[String]) -> Option<String> {
    let pair = |hit: &Value| Some((hit[0].as_str()?.to_owned(), hit[1].as_f64()?));
    let expected: BTreeMap<String, f64> = vector[answer].as_array().expect("hits").iter().filter_map(pair).collect();
    assert_eq!(vector["total"].as_u64(), Some(expected.len() as u64));
    let found: Vec<(&str, f64)> = found.iter().map(|(trail, score)| (ids[*trail].as_str(), *score)).collect();
    if found.len() != expected.len() {
        return Some(format!("expected {} documents, found {}", expected.len(), found.len()));
    }
    for (id, score) in &found {
        match expected.get(*id) {
            None => return Some(format!("{id} should not be found")),
            Some(expected) if !close(*expected, *score) => {
                return Some(format!("{answer}: {id}: expected the score {expected}, found {score}"));
            }
            Some(_) => {}
        }
    }
    // Scores are those expected, so the order is right if it is theirs.
    let falls = |pair: &[(&str, f64)]| pair[0].1 >= pair[1].1 || close(pair[0].1, pair[1].1);
    (!found.windows(2).all(falls)).then(|| "the order is not that of the scores".to_owned())
}

fn check(set: Set) {
    let corpus = Corpus::get();
    let (ids, listed, vectors) = (corpus.ids(), departures(set.name), lines(set.file));
    let departures = listed.clone().unwrap_or_default();
    let (mut agreed, mut failures) = (0, Vec::new());
    let mut unknown = departures.clone();
    for vector in &vectors {
        let id = vector["id"].as_str().expect("an id");
        unknown.remove(id);
        let difference = difference(vector, set, corpus, &ids);
        agreed += usize::from(difference.is_none());
        if difference.is_some() != departures.contains(id) {
            let difference = match difference {
                Some(Difference { what, is_known: true }) if listed.is_none() => {
                    println!("{}/{id}\t{what}", set.name);
                    continue;
                }
                Some(Difference { what, .. }) => what,
                None => "a departure that is no longer needed".to_owned(),
            };
            let query: String = vector["query"].to_string().chars().take(200).collect();
            failures.push(format!("{id} {query} {}\n    {difference}", vector.get("options").unwrap_or(&Value::Null)));
        }
    }
    println!("{}: {agreed} of {} vectors agree, {} departures", set.name, vectors.len(), departures.len());
    assert!(unknown.is_empty(), "departures that name no vector: {unknown:?}");
    assert!(failures.is_empty(), "{} differ from what is expected:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn classic_vectors() {
    check(CLASSIC);
}

#[test]
fn query_string_vectors() {
    check(QUERY_STRING);
}
