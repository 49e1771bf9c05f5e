use trail_content::Moment;
use trail_model::{Offset, RecordId};

use super::*;

fn term(text: &str) -> LeafKind {
    LeafKind::Term { text: text.to_owned() }
}

#[test]
fn a_time_means_the_unit_it_is_given_in() {
    let second = |text: &str| text.parse::<jiff::Timestamp>().expect("a time").as_nanosecond();
    let day = written("2026-01-02").expect("a day");
    assert_eq!((day.begin, day.end), (second("2026-01-02T00:00:00Z"), second("2026-01-03T00:00:00Z")));
    for (text, begin, len) in [
        ("2026", "2026-01-01T00:00:00Z", 365 * 86_400 * NS_PER_SECOND),
        ("2024-02", "2024-02-01T00:00:00Z", 29 * 86_400 * NS_PER_SECOND),
        ("2026-01-02T10:35", "2026-01-02T10:35:00Z", 60 * NS_PER_SECOND),
        ("2026-01-02T10:35:20Z", "2026-01-02T10:35:20Z", NS_PER_SECOND),
        ("2026-01-02T10:35:20+02:00", "2026-01-02T08:35:20Z", NS_PER_SECOND),
        ("2026-01-02T10:35:20.25Z", "2026-01-02T10:35:20.25Z", NS_PER_SECOND / 100),
        ("1767350120", "2026-01-02T10:35:20Z", NS_PER_SECOND),
    ] {
        let at = written(text).expect(text);
        assert_eq!((at.begin, at.end), (second(begin), second(begin) + len), "{text}");
    }
    for text in ["", "yesterday", "2026-13-01", "10:35", "+5", "2026-01-02T25:00:00Z"] {
        assert!(written(text).is_none(), "{text}");
    }
}

#[test]
fn lifetimes_that_are_asked_for() {
    let second = NS_PER_SECOND as u64;
    assert_eq!(shown(&term("<2s")), Some(Lifetime { least: 0, most: 2 * second - 1 }));
    assert_eq!(shown(&term(">=1m30s")), Some(Lifetime { least: 90 * second, most: u64::MAX }));
    assert_eq!(shown(&term("2s")), None);
    assert_eq!(shown(&term("<2")), None);
}

#[test]
fn moments_that_meet_a_period() {
    // Moments at 0, 5, 5, 9; the end is 12.
    let moments = [0u64, 5, 5, 9].into_iter().zip(1..).map(|(ns, record)| Moment {
        record: RecordId(record),
        offset: Offset(ns),
        changed: true,
    });
    let moments = Moments::new(moments, Offset(12));
    let of = |from, to| Period { from: Some(Point::Offset(from)), to: Some(Point::Offset(to)) }.moments(&moments, None);
    assert_eq!(of(4, 4), IntervalSet::run(0, 0));
    assert_eq!(of(5, 5), IntervalSet::run(1, 2), "also the one that lasted no time");
    assert_eq!(of(6, 8), IntervalSet::run(2, 2));
    assert_eq!(of(12, 50), IntervalSet::run(3, 3));
    assert_eq!(of(13, 50), IntervalSet::EMPTY);
    assert_eq!(of(8, 3), IntervalSet::EMPTY);
    let wall = Period { from: Some(Point::Wall(1005)), to: None };
    assert_eq!(wall.moments(&moments, None), IntervalSet::EMPTY, "a wall clock is never invented");
    assert_eq!(wall.moments(&moments, Some(Timestamp(1000))), IntervalSet::run(1, 3));
}
