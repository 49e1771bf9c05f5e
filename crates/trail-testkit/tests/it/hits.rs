//! What hits say: the parts of a rank add up to it, and what is marked on the screen is what was asked for.

use trail_container::TrailReader;
use trail_model::CellRect;
use trail_query::Mode;
use trail_replay::Player;
use trail_screen::Terminal;
use trail_search::{Located, locate};
use trail_testkit::oracle::{Query, Replay, questions, replay_all};
use trail_testkit::trail::record;

use crate::support::{Engine, recordings, root};

/// Hits of each query that are looked at.
const HITS: usize = 2;

/// The text in cells, row by row; a gap between two runs of cells is a blank.
fn read_back(terminal: &Terminal, rects: &[CellRect]) -> String {
    let columns = terminal.size().cols;
    let mut text = String::new();
    let mut before: Option<CellRect> = None;
    for rect in rects {
        let wraps = |before: CellRect| {
            let goes_on = terminal.row(usize::from(before.row)).wraps() && rect.column == 0;
            goes_on && before.row + 1 == rect.row && before.column + before.width + 1 >= columns
        };
        if before.is_some_and(|before| !wraps(before)) {
            text.push(' ');
        }
        let row = terminal.row(usize::from(rect.row));
        let end = usize::from(rect.column + rect.width).min(row.columns());
        for column in usize::from(rect.column)..end {
            let cell = row.cell(column);
            if cell.width > 0 {
                text.push(cell.character);
                text.extend(cell.combining);
            }
        }
        before = Some(*rect);
    }
    text
}

/// The marked texts of a hit: cells read back from the screen, titles as they are.
fn marked(terminal: &Terminal, located: &Located) -> Vec<String> {
    let of_line = |line: &trail_search::LocatedLine| match (line.rects.is_empty(), line.above_screen) {
        (false, false) => Some(read_back(terminal, &line.rects)),
        (true, false) if line.rows.is_none() => {
            let pieces: Vec<&str> = line.ranges.iter().filter_map(|range| line.text.get(range.clone())).collect();
            Some(pieces.join(" "))
        }
        // Some of it cannot be read on the screen.
        _ => None,
    };
    located.lines.iter().filter_map(of_line).collect()
}

/// Whether a query looks at the text of one item.
fn is_leaf(query: &Query) -> bool {
    matches!(query, Query::Term(..) | Query::Phrase(..) | Query::Near(..) | Query::Prefix(..) | Query::Pattern(..))
}

/// Looks at the hits of random leaves of one recording; gives how many marks were read and what is wrong.
fn check_marks(trail: &TrailReader, replay: &Replay, engine: &Engine, mode: Mode) -> (usize, Vec<String>) {
    let mut read = 0;
    let mut wrong = Vec::new();
    for question in questions(replay, mode, 40, 6, 0x5EED) {
        let text = question.query.to_string();
        if !is_leaf(&question.query) || !engine.supports(&text, mode) {
            continue;
        }
        let looked = engine.search(&text, mode, |search, hits| {
            for hit in hits.iter().filter(|hit| hit.channel == replay.channel()).take(HITS) {
                let mut player = Player::new(trail, hit.channel).expect("the channel is there");
                player.seek(hit.for_screenshot).expect("the record is there");
                let Some(terminal) = player.terminal() else { continue };
                for marked in marked(terminal, &locate(search.plan(), hit, terminal)) {
                    read += 1;
                    let says = Replay::of_text(hit.channel, &marked);
                    if says.moments(&question.query, mode).is_empty() {
                        wrong.push(format!("{mode:?} {text} at {}: {marked:?}", hit.for_screenshot));
                    }
                }
            }
        });
        looked.expect("the engine answers");
    }
    (read, wrong)
}

/// For every kind of leaf: what the rectangles of a hit enclose on the screen is a text that the oracle takes for what was
/// asked.
#[test]
fn what_is_marked_on_the_screen_matches() {
    let mut read = 0;
    for (name, collected) in recordings(root().join("testdata/recordings/asciicast-v2")) {
        let trail = record(&collected.events, 64 << 10).expect("memory does not fail");
        let engine = Engine::new(&trail, 4 << 20, 1);
        for replay in replay_all(&trail).expect("a trail that was just written is whole") {
            for mode in [Mode::Screentrail, Mode::Sps, Mode::Lucene] {
                let (count, wrong) = check_marks(&trail, &replay, &engine, mode);
                assert!(wrong.is_empty(), "{name}: {} of {count} marks:\n{}", wrong.len(), wrong.join("\n"));
                read += count;
            }
        }
    }
    println!("{read} marks read back");
    assert!(read > 100, "{read}");
}

/// The parts of a rank that are told add up to it, for queries of every kind.
#[test]
fn the_parts_of_a_rank_add_up() {
    let (name, collected) =
        recordings(root().join("testdata/recordings/asciicast-v2")).next().expect("there are recordings");
    let trail = record(&collected.events, 64 << 10).expect("memory does not fail");
    let engine = Engine::new(&trail, 300, 1);
    let mut looked_at = 0;
    for replay in replay_all(&trail).expect("a trail that was just written is whole") {
        for question in questions(&replay, Mode::Screentrail, 20, 8, 0x5EED) {
            let text = question.query.to_string();
            if !engine.supports(&text, Mode::Screentrail) {
                continue;
            }
            let looked = engine.search(&text, Mode::Screentrail, |search, hits| {
                for hit in hits.iter().take(HITS) {
                    let parts = search.explain_rank(0, hit).expect("the content can be read");
                    let sum: f64 = parts.iter().map(|part| part.score).sum();
                    let near = (sum - hit.rank).abs() <= 1e-9 * hit.rank.max(1.0);
                    assert!(near, "{name}: {text}: {sum} of {} at {}", hit.rank, hit.for_screenshot);
                    looked_at += 1;
                }
            });
            looked.expect("the engine answers");
        }
    }
    assert!(looked_at > 100, "{looked_at}");
}
