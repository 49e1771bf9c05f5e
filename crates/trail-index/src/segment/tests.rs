//! Layouts measured side by side, and what only shows inside.

use std::path::Path;

use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token as TantivyToken};
use tantivy::{Index, TantivyDocument};
use trail_content::{Block, ItemBuf, Kind, SpanBuf, Step};
use trail_model::{ChannelId, TrailId};

use super::passing::{GROWTH_WORK_MAX, passing_tokens};
use super::*;
use crate::analyzer::{Analyzer, TokenKind};
use crate::{Limits, Lookup};

const TRAIL: TrailId = TrailId([1; 16]);

fn line(text: &str) -> ItemBuf {
    ItemBuf { kind: Kind::Line, text: text.to_owned(), spans: vec![SpanBuf::new(0, 0)] }
}

/// A line that grew to `text` through those lengths.
fn grown(text: &str, lengths: impl IntoIterator<Item = u32>) -> ItemBuf {
    let steps = lengths.into_iter().chain([text.len() as u32]).zip(0..);
    let growth: Vec<Step> = steps.map(|(len, at)| Step { at, len }).collect();
    let end = growth.len() as u32 - 1;
    ItemBuf { kind: Kind::Line, text: text.to_owned(), spans: vec![SpanBuf { growth, ..SpanBuf::new(0, end) }] }
}

fn passing(item: &ItemBuf) -> Vec<String> {
    let block = Block::from_items(0, 100, std::slice::from_ref(item));
    let mut tokens = Vec::new();
    let settled = passing_tokens(&block.item(0), &mut Analyzer::new(), |token| tokens.push(token.text.to_owned()));
    assert!(settled.is_continue());
    tokens.sort();
    tokens.dedup();
    tokens
}

#[test]
fn tokens_that_stood_complete_on_the_way_are_found() {
    let none: [&str; 0] = [];
    assert_eq!(passing(&grown("sudo", [1, 2, 3])), none, "a word that goes on is unfinished");
    assert_eq!(passing(&grown("sudo su", [4, 5, 6])), none, "what follows a blank changes nothing");
    // `foo` and then `foo.bar`: the word `foo` stood complete before the dot was followed by a letter.
    assert_eq!(passing(&grown("foo.bar", [3, 4, 5])), ["foo"]);
    assert_eq!(passing(&grown("cat /etc/", [4, 8])), ["etc"], "a candidate; the final text has it as well");
}

#[test]
fn an_item_that_grows_without_end_is_always_a_candidate() {
    // Every prefix that ends in a dot would have to be analyzed again.
    let text = "a.".repeat(20_000);
    let item = grown(&text, (1..text.len() as u32).filter(|len| len % 2 == 1));
    let block = Block::from_items(0, 100_000, &[line("other"), item]);
    let mut calls = 0usize;
    let settled = passing_tokens(&block.item(1), &mut Analyzer::new(), |_| calls += 1);
    assert!(settled.is_break());
    assert!(calls <= 2 * GROWTH_WORK_MAX, "{calls} tokens");

    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("segment");
    let mut builder = SegmentBuilder::new(4);
    builder.add_items(TRAIL, ChannelId(1), 0, &block, None, 0..block.len());
    builder.write(&folder).unwrap();
    let reader = SegmentReader::open(&folder).unwrap();
    let mut union = reader.lookup(Kind::Line, &Lookup::Exact("anything"), 0..2, &Limits::default()).unwrap();
    assert_eq!((union.next_from(0), union.next_from(2)), (Some(1), None));
    let mut union = reader.lookup(Kind::Line, &Lookup::Exact("other"), 0..2, &Limits::default()).unwrap();
    assert_eq!((union.next_from(0), union.next_from(1)), (Some(0), Some(1)));
    let mut union = reader.lookup(Kind::Title, &Lookup::Exact("other"), 0..2, &Limits::default()).unwrap();
    assert_eq!(union.next_from(0), None);
}

/// Documents that have `first` and behind it `second` for what the segment knows.
fn next_to_each_other(reader: &SegmentReader, first: &str, second: &str) -> Vec<u32> {
    let limits = Limits::default();
    let lookup = |token| reader.lookup(Kind::Line, &Lookup::Exact(token), 0..reader.max_doc(), &limits).unwrap();
    let (mut left, mut right) = (lookup(first), lookup(second));
    let mut pair = reader.pair(Kind::Line, first, second).unwrap();
    let mut docs = Vec::new();
    for doc in 0..reader.max_doc() {
        let has_both = left.next_from(doc) == Some(doc) && right.next_from(doc) == Some(doc);
        let is_ruled_out = has_both
            && pair.as_mut().is_some_and(|pair| pair.rules_out(doc, [left.membership(doc), right.membership(doc)]));
        if has_both && !is_ruled_out {
            docs.push(doc);
        }
    }
    docs
}

/// Every pair of tokens at neighbouring positions is found, in texts that grew as well, and hardly more once both tokens are
/// common.
#[test]
fn pairs_are_found_where_they_stand_next_to_each_other() {
    const COMMON: u32 = 5;
    let words = ["sudo", "-u", "root", "a.b", "x=root", "www.gnu.org", "|", "(root)", "日本", "b", "10.0.0.1:22"];
    let mut state = 7_u64;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let texts: Vec<String> =
        (0..300).map(|_| (0..1 + below(5)).map(|_| words[below(words.len())]).collect::<Vec<_>>().join(" ")).collect();
    let items: Vec<ItemBuf> =
        texts.iter().enumerate().map(|(at, text)| if at % 10 == 9 { grown(text, [1]) } else { line(text) }).collect();
    let block = Block::from_items(0, 10, &items);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("segment");
    let mut builder = SegmentBuilder::new(COMMON);
    builder.add_items(TRAIL, ChannelId(1), 0, &block, None, 0..block.len());
    builder.write(&folder).unwrap();
    let reader = SegmentReader::open(&folder).unwrap();

    // Items of a block may stand in another order than they were given.
    let of_docs: Vec<Vec<(String, u32)>> = block
        .items()
        .map(|item| {
            let mut tokens = Vec::new();
            Analyzer::new().analyze(item.text(), |token| tokens.push((token.text.to_owned(), token.position)));
            tokens
        })
        .collect();
    let tokens: std::collections::BTreeSet<&String> = of_docs.iter().flatten().map(|(token, _)| token).collect();
    let mut in_vain = 0;
    for first in &tokens {
        for second in &tokens {
            let found = next_to_each_other(&reader, first, second);
            let is_pair = |tokens: &Vec<(String, u32)>| {
                let stands =
                    |token: &String, at| tokens.iter().any(|(text, position)| text == token && *position == at);
                tokens.iter().any(|(text, position)| text == *first && stands(second, position + 1))
            };
            let expected: Vec<u32> = (0..).zip(&of_docs).filter(|(_, doc)| is_pair(doc)).map(|(doc, _)| doc).collect();
            assert!(expected.iter().all(|doc| found.contains(doc)), "{first} {second}");
            let grew = |doc: &&u32| block.item(**doc as usize).spans().any(|span| !span.growth.is_empty());
            let others = found.iter().filter(|doc| !expected.contains(doc) && !grew(doc)).count();
            // Before a token is common in a field, so many documents at most have it there.
            assert!(others < 4 * COMMON as usize, "{first} {second}: {others}");
            in_vain += others;
        }
    }
    assert!(in_vain > 0, "the words are common from the beginning");
}

/// CPU time of the process, in seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat[stat.rfind(')').unwrap()..].split(' ').collect();
    (fields[12].parse::<f64>().unwrap() + fields[13].parse::<f64>().unwrap()) / 100.0
}

fn text_options(option: IndexRecordOption, norms: bool) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(option).set_fieldnorms(norms);
    TextOptions::default().set_indexing_options(indexing)
}

fn tantivy_schema(words: IndexRecordOption) -> Schema {
    let mut schema = Schema::builder();
    schema.add_text_field("words", text_options(words, true));
    schema.add_text_field("tokens", text_options(IndexRecordOption::Basic, false));
    schema.build()
}

fn tantivy_document(text: &str, analyzer: &mut Analyzer) -> TantivyDocument {
    let (mut words, mut tokens) = (Vec::new(), Vec::new());
    analyzer.analyze(text, |token| {
        let target = if token.kind == TokenKind::Word { &mut words } else { &mut tokens };
        target.push(TantivyToken {
            offset_from: token.span.start,
            offset_to: token.span.end,
            position: token.position as usize,
            text: token.text.to_owned(),
            position_length: 1,
        });
    });
    let mut document = TantivyDocument::new();
    document.add_pre_tokenized_text(WORDS, PreTokenizedString { text: String::new(), tokens: words });
    document.add_pre_tokenized_text(TOKENS, PreTokenizedString { text: String::new(), tokens });
    document
}

/// Distinct lines of a file as items: documents and bytes a second, bytes a document. The figures of
/// `docs/adr/0002-index-layout.md`: `TRAIL_MEASURE=FILE cargo test --release -p trail-index layouts -- --ignored`.
#[test]
#[ignore = "a measurement, needs a file"]
#[allow(clippy::print_stdout, reason = "a measurement")]
fn layouts_side_by_side() {
    let text = std::fs::read_to_string(std::env::var("TRAIL_MEASURE").unwrap()).unwrap();
    let mut seen = std::collections::HashSet::new();
    let lines: Vec<&str> =
        text.lines().map(str::trim_end).filter(|line| !line.is_empty() && seen.insert(*line)).collect();
    let bytes: usize = lines.iter().map(|line| line.len()).sum();
    let items: Vec<ItemBuf> = lines.iter().map(|text| line(text)).collect();
    let blocks: Vec<Block> = items.chunks(30_000).map(|items| Block::from_items(0, 0, items)).collect();
    println!("{} items, {bytes} bytes of text", lines.len());
    let folder = tempfile::tempdir().unwrap();
    let measure = |name: &str, run: &dyn Fn(&Path)| {
        let mut best = f64::MAX;
        let folder = folder.path().join(name.replace(' ', "-"));
        for _ in 0..3 {
            let _ = std::fs::remove_dir_all(&folder);
            let start = cpu();
            run(&folder);
            best = best.min(cpu() - start);
        }
        let (count, size) = (lines.len() as f64, crate::files::size(&folder) as f64);
        println!(
            "{name:40} {:8.0} docs/s {:6.1} MB/s {:6.1} bytes a doc {:5.1} % of the text",
            count / best,
            bytes as f64 / 1e6 / best,
            size / count,
            size / bytes as f64 * 100.0
        );
    };
    measure("analysis alone", &|_| {
        let mut analyzer = Analyzer::new();
        let mut count = 0u64;
        for block in &blocks {
            block.items().for_each(|item| analyzer.analyze(item.text(), |token| count += token.text.len() as u64));
        }
        assert!(count > 0);
    });
    measure("flat tables", &|folder| {
        let mut builder = SegmentBuilder::new(4);
        for (block, index) in blocks.iter().zip(0..) {
            let mut at = 0;
            while at < block.len() {
                at = builder.add_items(TRAIL, ChannelId(1), index, block, None, at..block.len());
            }
        }
        builder.write(folder).unwrap();
    });
    for (name, option) in [
        ("single segment writer", IndexRecordOption::WithFreqs),
        ("with positions", IndexRecordOption::WithFreqsAndPositions),
    ] {
        measure(name, &|folder| {
            let mut analyzer = Analyzer::new();
            std::fs::create_dir_all(folder).unwrap();
            let directory = tantivy::directory::MmapDirectory::open(folder).unwrap();
            let builder = Index::builder().schema(tantivy_schema(option));
            let mut writer = builder.single_segment_index_writer(directory, 500_000_000).unwrap();
            for line in &lines {
                writer.add_document(tantivy_document(line, &mut analyzer)).unwrap();
            }
            writer.finalize().unwrap();
        });
    }
    measure("index writer, one thread", &|folder| {
        let mut analyzer = Analyzer::new();
        std::fs::create_dir_all(folder).unwrap();
        let index = Index::create_in_dir(folder, tantivy_schema(IndexRecordOption::WithFreqs)).unwrap();
        let mut writer: tantivy::IndexWriter = index.writer_with_num_threads(1, 200_000_000).unwrap();
        writer.set_merge_policy(Box::new(tantivy::merge_policy::NoMergePolicy));
        for line in &lines {
            writer.add_document(tantivy_document(line, &mut analyzer)).unwrap();
        }
        writer.commit().unwrap();
    });
}
