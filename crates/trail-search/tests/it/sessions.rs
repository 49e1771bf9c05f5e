//! What a trail says of itself, asked beside what could be seen.

use trail_content::{ItemBuf, Kind, Moment, SpanBuf};
use trail_index::SessionInfo;
use trail_model::{Offset, RecordId, TrailId};
use trail_query::{Mode, parse_with};
use trail_search::{Error, Language, Options, Order, ScanSource, Searcher};

use crate::world::content;

/// Users and hosts, each of a trail with one line that stands at the first and third of its three moments.
const TRAILS: [(Option<&str>, Option<&str>, &str); 4] = [
    (Some("root"), Some("web-01"), "passwd changed"),
    (Some("Ann Lee"), Some("web-02"), "passwd: not changed"),
    (Some("root"), None, "nothing"),
    (None, Some("db"), "host:22 open"),
];

fn source() -> ScanSource {
    let mut contents = Vec::new();
    let mut sessions = Vec::new();
    for (number, (user, host, text)) in TRAILS.iter().enumerate() {
        let moment = |i: u64| Moment { record: RecordId(i + 1), offset: Offset(i), changed: true };
        let moments: Vec<Moment> = (0..3).map(moment).collect();
        let spans = vec![SpanBuf::new(0, 0), SpanBuf::new(2, 2)];
        let line = ItemBuf { kind: Kind::Line, text: (*text).to_owned(), spans };
        contents.push(content(TrailId([number as u8; 16]), &moments, Offset(3), &[(0, 2)], &[vec![line]]));
        sessions.push(SessionInfo {
            user: user.map(str::to_owned),
            host: host.map(str::to_owned),
            title: Some("not the window's".to_owned()),
            ..SessionInfo::default()
        });
    }
    ScanSource::new(contents).with_sessions(sessions)
}

/// Hits as `trail:begin-end` by trail and time.
fn ask(text: &str, mode: Mode) -> Result<Vec<String>, Error> {
    let options = trail_query::Options::new(mode);
    let parsed = parse_with(text, &options).unwrap_or_else(|error| panic!("{text}: {error}"));
    let searcher = Searcher::new(source(), Options::new(Language::from(mode)));
    let answer = searcher.prepare(&parsed.query)?.search_all(Order::Trail, None)?;
    let show = |(trail, hit): &(usize, trail_search::Hit)| format!("{trail}:{}-{}", hit.records.begin, hit.records.end);
    Ok(answer.hits.iter().map(show).collect())
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(ask(text, Mode::Screentrail).unwrap().join(" "), expected, "{text}");
}

#[test]
fn a_trails_value_holds_at_all_its_moments_or_at_none() {
    check("user:root", "0:1-3 2:1-3");
    check("user:ROOT", "0:1-3 2:1-3");
    check("session.user:root AND session.host:web-01", "0:1-3");
    check("user:nobody", "");
    check("user:\"ann lee\"", "1:1-3");
    check("user:lee", "");
    // Several values are alternatives, as several words are.
    check("user:(root nobody) AND host:(db web-01)", "0:1-3");
}

#[test]
fn beside_what_is_visible_it_decides_which_trails_count() {
    check("user:root AND passwd", "0:1-1 0:3-3");
    check("passwd AND NOT user:root", "1:1-1 1:3-3");
    check("passwd -user:root -host:web-02", "");
    check("nothing OR user:ann*", "1:1-3 2:1-1 2:3-3");
    // Where the trail's value holds, the line's hits are its own, and the rest of the time is the screen's.
    check("passwd OR user:root", "0:1-1 0:2-2 0:3-3 1:1-1 1:3-3 2:1-3");
    check("NOT user:root", "1:1-3 3:1-3");
    check("user:root THEN changed", "0:3-3");
}

#[test]
fn values_are_asked_for_like_words() {
    check("host:web*", "0:1-3 1:1-3");
    check("host:/web-0[12]/", "0:1-3 1:1-3");
    check("host:wbe-01~1", "0:1-3");
    check("session.host:[a TO e]", "3:1-3");
    check("_exists_:host", "0:1-3 1:1-3 3:1-3");
    check("host:*", "0:1-3 1:1-3 3:1-3");
    check("_exists_:session.protocol", "");
    check("session.title:*window*", "0:1-3 1:1-3 2:1-3 3:1-3");
    check("title:*window*", "");
}

#[test]
fn what_people_saw_stays_text() {
    check("host:22", "3:1-1 3:3-3");
    check("user: root", "");
    check("passwd: AND host:web-02", "1:1-1 1:3-3");
}

#[test]
fn lucene_compares_letters_and_takes_values_whole() {
    let check = |text: &str, expected: &str| {
        assert_eq!(ask(text, Mode::Lucene).unwrap().join(" "), expected, "{text}");
    };
    check("user:root AND passwd", "0:1-1 0:3-3");
    check("user:ROOT", "");
    check("user:(root nobody)", "");
    check("user:Ann\\ Lee", "1:1-3");
    check("host:Web*", "");
    check("content:passwd", "0:1-1 0:3-3 1:1-1 1:3-3");
}

#[test]
fn the_audit_api_has_no_such_fields() {
    let error = ask("\\*:*", Mode::Sps).err();
    assert!(error.is_none(), "a word with stars in it is a word");
    let options = trail_query::Options::new(Mode::Sps);
    assert!(parse_with("user:root", &options).is_err());
}

#[test]
fn the_rank_of_a_value_is_that_of_a_keyword_over_the_trails_that_have_the_field() {
    let parsed = trail_query::parse("user:root^3 OR host:db OR user:rood~1", Mode::Screentrail).unwrap();
    let searcher = Searcher::new(source(), Options::default());
    let best = searcher.prepare(&parsed.query).unwrap().search_best(9).unwrap();
    let idf = |docs: f64, with: f64| (1.0f64 + (docs - with + 0.5) / (with + 0.5)).ln();
    // Three trails have a user, two of them this one; the fuzzy word is one of four letters away.
    let root = idf(3.0, 2.0) / 2.2 * (3.0 + 0.75);
    let db = idf(3.0, 1.0) / 2.2;
    let ranks: Vec<f64> = best.hits.iter().map(|(_, hit)| hit.rank).collect();
    let expected = [root, root, db];
    assert_eq!(ranks.len(), expected.len());
    assert!(
        ranks.iter().zip(expected).all(|(rank, expected)| (rank - expected).abs() < 1e-7),
        "{ranks:?} {expected:?}"
    );
}

#[test]
fn a_minimum_of_optional_clauses_must_hold_at_once() {
    let parsed = trail_query::parse("passwd changed nothing user:root", Mode::Screentrail).unwrap();
    let found = |minimum: &str| {
        let language = Language { minimum_should_match: Some(minimum.to_owned()), ..Mode::Screentrail.into() };
        let searcher = Searcher::new(source(), Options::new(language));
        let answer = searcher.prepare(&parsed.query)?.search_all(Order::Trail, None)?;
        Ok(answer.hits.iter().map(|(trail, hit)| (*trail, hit.records.begin.0)).collect())
    };
    let is = |minimum: &str, expected: &[(usize, u64)]| {
        let found: Result<Vec<(usize, u64)>, Error> = found(minimum);
        assert_eq!(found.unwrap(), expected, "{minimum}");
    };
    is("3", &[(0, 1), (0, 3)]);
    is("50%", &[(0, 1), (0, 3), (1, 1), (1, 3), (2, 1), (2, 3)]);
    is("5", &[]);
    assert!(matches!(found("x"), Err(Error::BadMinimum { .. })));
}
