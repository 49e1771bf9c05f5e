//! One rule, one test.

use std::sync::Arc;
use std::time::{Duration, Instant};

use trail_content::{ContentFile, ItemBuf, Kind, Moment, SpanBuf, Step};
use trail_model::{Offset, RecordId, TimeSpan, TrailId};
use trail_query::{Mode, parse};
use trail_search::{Cancel, Error, Hit, HitKind, Options, Order, ScanSource, Searcher};

use crate::world::content;

/// Hits of `query` as `text@begin-end*screenshot`, by time; the screen's as `[text, text]@…`.
fn show(hits: &[Hit]) -> Vec<String> {
    let mut hits = hits.to_vec();
    hits.sort_by(Hit::by_time);
    hits.iter()
        .map(|hit| {
            let mut texts: Vec<&str> = hit.texts.iter().map(|text| text.as_str()).collect();
            texts.sort_unstable();
            let what = match hit.kind {
                HitKind::Screen => format!("[{}]", texts.join(", ")),
                HitKind::Item(_) => texts.join(", "),
            };
            format!("{what}@{}-{}*{}", hit.records.begin, hit.records.end, hit.for_screenshot)
        })
        .collect()
}

fn hits(content: &Arc<ContentFile>, query: &str) -> Vec<Hit> {
    let query = parse(query, Mode::Screentrail).unwrap().query;
    let searcher = Searcher::new(ScanSource::new([content.clone()]), Options::default());
    searcher.prepare(&query).unwrap().search_trail(0).unwrap()
}

#[track_caller]
fn check(content: &Arc<ContentFile>, query: &str, expected: &[&str]) {
    assert_eq!(show(&hits(content, query)), expected, "{query}");
}

/// One moment a second, records from 1, every screen new.
fn moments(count: u64) -> Vec<Moment> {
    let moment = |i: u64| Moment { record: RecordId(i + 1), offset: Offset(i * 1_000_000_000), changed: true };
    (0..count).map(moment).collect()
}

fn item(kind: Kind, text: &str, spans: &[(u32, u32)]) -> ItemBuf {
    let spans = spans.iter().map(|&(begin, end)| SpanBuf::new(begin, end)).collect();
    ItemBuf { kind, text: text.to_owned(), spans }
}

fn line(text: &str, spans: &[(u32, u32)]) -> ItemBuf {
    item(Kind::Line, text, spans)
}

fn one_block(count: u64, mut items: Vec<ItemBuf>) -> Arc<ContentFile> {
    items.sort_by_key(|item| (item.kind, item.spans[0].begin));
    let end = Offset(count * 1_000_000_000);
    content(TrailId([1; 16]), &moments(count), end, &[(0, count as u32 - 1)], &[items])
}

#[test]
fn and_across_lines_is_a_hit_of_the_screen() {
    let content = one_block(10, vec![line("sudo su", &[(1, 6)]), line("passwd x", &[(4, 8)])]);
    check(&content, "sudo AND passwd", &["[passwd x, sudo su]@5-7*5"]);
    check(&content, "sudo OR passwd", &["sudo su@2-7*2", "passwd x@5-9*5"]);
    check(&content, "sudo AND su", &["sudo su@2-7*2"]);
    // One line has both, elsewhere two have them together.
    let content = one_block(10, vec![line("a b", &[(2, 3)]), line("a", &[(0, 5)]), line("b", &[(1, 6)])]);
    check(&content, "a AND b", &["[a, b]@2-2*2", "a b@3-4*3", "[a, b]@5-6*5"]);
}

#[test]
fn not_is_asked_of_everything_visible() {
    let content = one_block(8, vec![line("sudo su", &[(1, 6)]), line("passwd", &[(3, 4)])]);
    check(&content, "sudo NOT passwd", &["sudo su@2-3*2", "sudo su@6-7*6"]);
    check(&content, "NOT passwd", &["[]@1-3*1", "[]@6-8*6"]);
    check(&content, "NOT nothing", &["[]@1-8*1"]);
    check(&content, "*:*", &["[]@1-8*1"]);
    check(&content, "NOT *:*", &[]);
    assert_eq!(hits(&content, "NOT passwd")[0].rank, 0.0);
    assert_eq!(hits(&content, "*:*")[0].rank, 1.0);
}

#[test]
fn a_group_of_negatives_alone_is_everything_else() {
    let content = one_block(6, vec![line("a", &[(1, 4)]), line("b", &[(3, 3)])]);
    // The item holds throughout its lifetime: it matches `a`, and where `b` can be seen it still does.
    check(&content, "(NOT b) OR a", &["[]@1-1*1", "a@2-5*2", "[]@6-6*6"]);
    check(&content, "NOT (NOT a)", &["a@2-5*2"]);
}

#[test]
fn an_unfinished_word_is_not_searchable() {
    let growth = |steps: &[(u32, u32)]| steps.iter().map(|&(at, len)| Step { at, len }).collect();
    let typed = ItemBuf {
        kind: Kind::Line,
        text: "$ sudo ls".to_owned(),
        spans: vec![SpanBuf { growth: growth(&[(0, 1), (1, 4), (2, 6), (4, 9)]), ..SpanBuf::new(0, 7) }],
    };
    let content = one_block(9, vec![typed]);
    check(&content, "su", &[]);
    check(&content, "su*", &["$ sudo@3-8*3"]);
    check(&content, "sudo", &["$ sudo@3-8*3"]);
    check(&content, "ls", &["$ sudo ls@5-8*5"]);
    check(&content, "$", &["$@1-8*1"]);
    // The best rank is where both stand.
    check(&content, "sudo ls", &["$ sudo ls@3-8*5"]);
}

#[test]
fn what_was_typed_and_changed_is_found() {
    // `su` was finished by being erased, not by growing.
    let content = one_block(4, vec![line("su", &[(0, 1)]), line("ls", &[(2, 3)])]);
    check(&content, "su", &["su@1-2*1"]);
}

#[test]
fn equal_texts_are_one_item_over_block_borders() {
    let spans = |begin, end| vec![line("prompt", &[(begin, end)])];
    let blocks = [(0, 3), (4, 5), (6, 9)];
    let items = [spans(2, 3), spans(4, 5), spans(6, 6)];
    let content = content(TrailId([1; 16]), &moments(10), Offset(10_000_000_000), &blocks, &items);
    check(&content, "prompt", &["prompt@3-7*3"]);
    // Documents are counted per block: three of one word each, all with the term.
    let idf = (1.0 + (3.0 - 3.0 + 0.5) / (3.0 + 0.5_f64)).ln();
    assert!((hits(&content, "prompt")[0].rank - idf / 2.2).abs() < 1e-12);
}

#[test]
fn growth_goes_on_over_block_borders() {
    let first = SpanBuf { grows_out: Some('d'), ..SpanBuf::new(1, 3) };
    let stands = SpanBuf { grows_out: Some('d'), ..SpanBuf::new(4, 5) };
    let last = SpanBuf {
        grows_in: Some(4),
        growth: vec![Step { at: 6, len: 4 }, Step { at: 7, len: 6 }],
        ..SpanBuf::new(6, 8)
    };
    let item = |text: &str, span: SpanBuf| vec![ItemBuf { kind: Kind::Line, text: text.to_owned(), spans: vec![span] }];
    let items = [item("x su", first), item("x su", stands), item("x sudo", last)];
    let content = content(TrailId([1; 16]), &moments(10), Offset(10_000_000_000), &[(0, 3), (4, 5), (6, 9)], &items);
    check(&content, "su", &[]);
    check(&content, "x", &["x su@2-9*2"]);
    check(&content, "sudo", &["x sudo@8-9*8"]);
    assert_eq!(hits(&content, "x")[0].texts[0].item_text(), "x sudo");
}

#[test]
fn a_command_adds_no_hit_where_its_line_hits() {
    let content = one_block(
        9,
        vec![
            line("$ useradd bob", &[(1, 5)]),
            item(Kind::Command, "useradd bob", &[(2, 7)]),
            item(Kind::Command, "useradd eve", &[(3, 4)]),
        ],
    );
    check(&content, "command:useradd", &["useradd bob@3-8*3", "useradd eve@4-5*4"]);
    check(&content, "useradd", &["$ useradd bob@2-6*2"]);
    check(&content, "useradd OR command:useradd", &["$ useradd bob@2-6*2", "useradd eve@4-5*4", "useradd bob@7-8*7"]);
    // Both could be seen at once: no one item is both.
    check(&content, "command:bob AND screen:useradd", &["[$ useradd bob, useradd bob]@3-6*3"]);
}

#[test]
fn fields_look_at_their_kinds() {
    let content = one_block(
        3,
        vec![line("word", &[(0, 0)]), item(Kind::Title, "word", &[(1, 1)]), item(Kind::Input, "word", &[(2, 2)])],
    );
    check(&content, "word", &["word@1-1*1", "word@2-2*2"]);
    check(&content, "screen:word", &["word@1-1*1"]);
    check(&content, "screen.content:word", &["word@1-1*1"]);
    check(&content, "title:word", &["word@2-2*2"]);
    check(&content, "input:word", &["word@3-3*3"]);
    check(&content, "command:word", &[]);
}

#[test]
fn the_screenshot_is_where_the_screen_stayed_longest() {
    let still = |record, secs: u64, changed| Moment { record: RecordId(record), offset: Offset(secs), changed };
    let table = [
        still(1, 0, true),
        still(3, 5, true),
        still(4, 6, false),
        still(7, 11, true),
        still(8, 17, true),
        still(9, 18, true),
    ];
    let items = [vec![line("a", &[(0, 4)]), line("b", &[(1, 1), (5, 5)])]];
    let content = content(TrailId([1; 16]), &table, Offset(24), &[(0, 5)], &items);
    // 5, 6 (with the record after, which changed nothing), 6, 1: the earlier of the equal ones.
    check(&content, "a", &["a@1-8*3"]);
    // The last record lasts to the end of the recording.
    check(&content, "b", &["b@3-3*3", "b@9-9*9"]);
    let hit = &hits(&content, "b")[1];
    assert_eq!(hit.span, TimeSpan { start: Offset(18), end: Offset(24) });
}

#[test]
fn the_screenshot_shows_the_match_and_not_what_stands_above() {
    let scrolled = ItemBuf {
        kind: Kind::Line,
        text: "alpha beta".to_owned(),
        spans: vec![SpanBuf { above: vec![Step { at: 1, len: 6 }], ..SpanBuf::new(0, 8) }],
    };
    let moment = |record: u64, secs| Moment { record: RecordId(record), offset: Offset(secs), changed: true };
    let table: Vec<Moment> = (1..=9).map(|record| moment(record, record * record)).collect();
    let content = content(TrailId([1; 16]), &table, Offset(100), &[(0, 8)], &[vec![scrolled]]);
    check(&content, "alpha", &["alpha beta@1-9*1"]);
    check(&content, "beta", &["alpha beta@1-9*9"]);
    check(&content, "\"alpha beta\"", &["alpha beta@1-9*1"]);
    // Nowhere wholly on the screen: then all are as good.
    check(&content, "alpha NOT nothing", &["alpha beta@1-9*1"]);
}

#[test]
fn hits_come_by_rank_then_time_then_record() {
    let content = one_block(9, vec![line("x y z w", &[(0, 0)]), line("x", &[(5, 5), (3, 3)]), line("y", &[(2, 2)])]);
    let found: Vec<String> = hits(&content, "x").iter().map(|hit| hit.records.begin.to_string()).collect();
    assert_eq!(found, ["4", "6", "1"]);
}

#[test]
fn a_search_stops_when_told_to() {
    let content = one_block(2, vec![line("x", &[(0, 1)])]);
    let query = parse("x", Mode::Screentrail).unwrap().query;
    let options = Options { cancel: Cancel::at(Instant::now() - Duration::from_secs(1)), ..Options::default() };
    let searcher = Searcher::new(ScanSource::new([content.clone()]), options);
    assert!(matches!(searcher.prepare(&query), Err(Error::Cancelled)));

    let cancel = Cancel::never();
    let options = Options { cancel: cancel.clone(), ..Options::default() };
    let searcher = Searcher::new(ScanSource::new([content]), options);
    let search = searcher.prepare(&query).unwrap();
    assert_eq!(search.search_all(Order::Rank, None).unwrap().total, 1);
    cancel.cancel();
    assert!(matches!(search.search_all(Order::Rank, None), Err(Error::Cancelled)));
}

#[test]
fn hits_outside_the_asked_time_are_left_out() {
    let content = one_block(9, vec![line("x", &[(0, 1), (4, 5), (8, 8)])]);
    let secs = |secs: u64| Offset(secs * 1_000_000_000);
    let query = parse("x", Mode::Screentrail).unwrap().query;
    let options = Options { span: Some(TimeSpan { start: secs(3), end: secs(5) }), ..Options::default() };
    let searcher = Searcher::new(ScanSource::new([content]), options);
    assert_eq!(show(&searcher.prepare(&query).unwrap().search_trail(0).unwrap()), ["x@5-6*5"]);
}

#[test]
fn trails_are_searched_side_by_side_and_answered_in_order() {
    let trail = |text: &str| one_block(3, vec![line(text, &[(0, 0), (2, 2)])]);
    let contents = [trail("x"), trail("x x"), trail("y"), trail("x")];
    let query = parse("x", Mode::Screentrail).unwrap().query;
    let searcher = Searcher::new(ScanSource::new(contents), Options::default());
    let search = searcher.prepare(&query).unwrap();
    let places = |order, limit| {
        let answer = search.search_all(order, limit).unwrap();
        assert_eq!(answer.total, 6);
        answer.hits.iter().map(|(trail, hit)| (*trail, hit.records.begin.0)).collect::<Vec<_>>()
    };
    assert_eq!(places(Order::Trail, None), [(0, 1), (0, 3), (1, 1), (1, 3), (3, 1), (3, 3)]);
    assert_eq!(places(Order::Rank, Some(4)), [(1, 1), (1, 3), (0, 1), (3, 1)]);
}

#[test]
fn ranks_keep_the_old_factor_on_request() {
    let content = one_block(3, vec![line("x y", &[(0, 0)]), line("z", &[(1, 1)])]);
    let rank = |query: &str, keeps_k1_factor| {
        let query = parse(query, Mode::Screentrail).unwrap().query;
        let options = Options { keeps_k1_factor, ..Options::default() };
        let searcher = Searcher::new(ScanSource::new([content.clone()]), options);
        searcher.prepare(&query).unwrap().search_trail(0).unwrap()[0].rank
    };
    assert!((rank("x", true) - 2.2 * rank("x", false)).abs() < 1e-12);
    assert_eq!((rank("x*", true), rank("x*", false)), (1.0, 1.0));
}
