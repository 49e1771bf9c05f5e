//! Data directories made of small recordings, and the plain way to know what an index should say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trail_container::{Header, WriterOptions};
use trail_content::Kind;
use trail_index::analyzer::{Analyzer, TokenKind};
use trail_index::{DataDir, Error, IndexOptions, IndexReader, ItemRef, KindStats, Limits, Lookup, Report};
use trail_model::{
    ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, SessionMeta, Size, Timestamp, TrailId,
};

/// A data directory in a temporary folder.
pub(crate) struct Data {
    _folder: tempfile::TempDir,
    pub(crate) dir: DataDir,
}

impl Data {
    pub(crate) fn new() -> Data {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::create(folder.path()).unwrap();
        Data { _folder: folder, dir }
    }

    /// Adds a session in which `output` was written, piece by piece, a second each.
    pub(crate) fn add(&self, session: &str, output: &[&str]) {
        self.add_at(session, Some(Timestamp(1_767_225_600_000_000_000)), output);
    }

    pub(crate) fn add_at(&self, session: &str, start: Option<Timestamp>, output: &[&str]) {
        let path = self.dir.trail_path(session);
        if path.exists() {
            std::fs::remove_file(&path).unwrap();
        }
        // The id is the session's, so that a session recorded again is the same trail with another head.
        let mut id = [0; 16];
        id[..8].copy_from_slice(&fingerprint(session).to_be_bytes());
        let meta = SessionMeta { start, user: Some("alice".to_owned()), ..SessionMeta::default() };
        let header = Header { trail_id: TrailId(id), ..Header::new(meta).unwrap() };
        let event = |i: usize, kind| Event { channel: ChannelId(1), offset: Offset(i as u64 * 1_000_000_000), kind };
        let open = ChannelOpen { kind: ChannelKind::SessionShell, size: Size::new(80, 24) };
        let mut events = vec![event(0, EventKind::Open(open))];
        events.extend(output.iter().enumerate().map(|(i, text)| event(i, EventKind::Output(text.as_bytes().to_vec()))));
        trail_replay::record_events(path, &header, WriterOptions::default(), &events, None).unwrap();
    }

    /// Adds sessions that differ, with lines, growth, titles, scrolling, wide and combining characters.
    pub(crate) fn add_many(&self, count: usize) {
        for i in 0..count {
            let long = "x".repeat(600 + i);
            let whole = format!("/{}/{i}\r\n", "segment/".repeat(90));
            let steps = [
                format!("\x1b]0;host-{} window\x07$ ", i % 3),
                "su".to_owned(),
                format!("do cat /etc/pass{}wd.{i}\r\n", if i % 2 == 0 { "" } else { "-" }),
                format!("root:x:{i}:{i}:root user:/root:/bin/bash\r\n"),
                "foo.".to_owned(),
                "bar\r\n".to_owned(),
                format!("日本語 caf\u{e9} cafe\u{301} {long}\r\n"),
                whole,
                (0..60).map(|line| format!("line {line} of session {i}, key=value-{}\r\n", line % 7)).collect(),
                format!("10.0.0.{i}:22 --no-preserve-root | wc -l\r\n"),
            ];
            let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
            let month = 1_767_225_600_000_000_000 + (i as i64 % 2) * 40 * 86_400_000_000_000;
            let start = (i % 5 != 4).then_some(Timestamp(month));
            self.add_at(&format!("session-{i:03}"), start, &steps);
        }
    }

    pub(crate) fn update(&self) -> Report {
        self.update_with(2)
    }

    pub(crate) fn update_with(&self, jobs: usize) -> Report {
        trail_index::update(&self.dir, &options(jobs)).unwrap()
    }

    pub(crate) fn reindex(&self) -> Report {
        trail_index::reindex(&self.dir, &options(2)).unwrap()
    }

    pub(crate) fn open(&self) -> IndexReader {
        IndexReader::open(&self.dir).unwrap()
    }
}

fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(crate) fn options(jobs: usize) -> IndexOptions {
    let mut options = IndexOptions::default();
    options.jobs = jobs;
    // Small data is to have pairs, too.
    options.common_docs = 8;
    options
}

/// Options under which the run ends before its `n`-th step, counted from 0.
pub(crate) fn stopping_at(n: usize) -> IndexOptions {
    let steps = std::sync::atomic::AtomicUsize::new(0);
    let mut options = options(2);
    options.hook = Some(Arc::new(move |step| {
        let count = steps.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if count >= n { Err(Error::Stopped { step }) } else { Ok(()) }
    }));
    options
}

/// Everything an index says, worked out from the content files alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) stats: BTreeMap<Kind, KindStats>,
    pub(crate) words: BTreeMap<(Kind, String), u64>,
    pub(crate) tokens: BTreeMap<(Kind, String), u64>,
    /// Items that have a token, at any moment.
    pub(crate) items: BTreeMap<(Kind, String), BTreeSet<ItemRef>>,
}

impl Expected {
    pub(crate) fn of(index: &IndexReader) -> Expected {
        let mut expected = Expected::default();
        let mut analyzer = Analyzer::new();
        for (trail, _) in index.indexed() {
            let content = index.open_content(trail).unwrap();
            for channel in content.channels() {
                for number in 0..channel.block_count() {
                    let block = channel.block(number).unwrap();
                    for item in block.items().filter(|item| !item.text().is_empty()) {
                        let (kind, text) = (item.kind(), item.text());
                        let item_ref =
                            ItemRef { trail, channel: channel.id(), block: number as u32, item: item.index() as u32 };
                        let stats = expected.stats.entry(kind).or_default();
                        stats.docs += 1;
                        let (mut words, mut tokens) = (BTreeSet::new(), BTreeSet::new());
                        analyzer.analyze(text, |token| {
                            if token.kind == TokenKind::Word {
                                stats.worded += u64::from(words.is_empty());
                                stats.words += 1;
                                words.insert(token.text.to_owned());
                            } else {
                                tokens.insert(token.text.to_owned());
                            }
                            expected.items.entry((kind, token.text.to_owned())).or_default().insert(item_ref);
                        });
                        for span in item.spans() {
                            for segment in span.segments(text) {
                                analyzer.analyze_prefix(&text[..segment.len as usize], segment.next, |token| {
                                    expected.items.entry((kind, token.text.to_owned())).or_default().insert(item_ref);
                                });
                            }
                        }
                        for word in words {
                            *expected.words.entry((kind, word)).or_default() += 1;
                        }
                        for token in tokens {
                            *expected.tokens.entry((kind, token)).or_default() += 1;
                        }
                    }
                }
            }
        }
        expected
    }
}

/// Checks that `index` says what the content files say; returns that.
#[track_caller]
pub(crate) fn check(index: &IndexReader) -> Expected {
    let expected = Expected::of(index);
    for kind in Kind::ALL {
        let stats = expected.stats.get(&kind).copied().unwrap_or_default();
        assert_eq!(index.stats(kind), stats, "{kind}");
    }
    for ((kind, token), items) in &expected.items {
        let key = (*kind, token.clone());
        let word = expected.words.get(&key).copied().unwrap_or(0);
        assert_eq!(index.doc_freq_word(*kind, token).unwrap(), word, "word {token:?} in {kind}");
        let part = expected.tokens.get(&key).copied().unwrap_or(0);
        assert_eq!(index.doc_freq_token(*kind, token).unwrap(), part, "token {token:?} in {kind}");

        let found: Vec<ItemRef> =
            index.candidates(*kind, &[Lookup::Exact(token)], &Limits::default()).unwrap().collect();
        let found_set: BTreeSet<ItemRef> = found.iter().copied().collect();
        assert_eq!(found.len(), found_set.len(), "{token:?}: each item once");
        assert_eq!(&found_set, items, "{token:?} in {kind}");
        let trails: BTreeSet<TrailId> = items.iter().map(|item| item.trail).collect();
        assert_eq!(
            index.trails_with(*kind, &[Lookup::Exact(token)], &Limits::default()).unwrap(),
            Vec::from_iter(trails),
            "{token:?}"
        );
    }
    expected
}
