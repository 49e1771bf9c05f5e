//! Hits of random queries over random screens are those of the oracle: runs, ranks and screenshots.

use proptest::prelude::*;
use trail_query::{Clause, Leaf, LeafKind, Mode, Node, Occur, Query};
use trail_search::{Hit, HitKind, Options, ScanSource, Searcher};

use crate::oracle::{Expected, Oracle};
use crate::world::{WORDS, World, worlds};

fn leaf() -> impl Strategy<Value = Query> {
    let field = prop_oneof![4 => Just(None), 1 => Just(Some("screen")), 1 => Just(Some("title"))];
    let words = || prop::sample::select(WORDS);
    let term = words().prop_map(|text| LeafKind::Term { text: text.into() });
    let prefix = "s|su|a|/e|x|\\.|日".prop_map(|text| LeafKind::Prefix { text });
    let phrase = (words(), words()).prop_map(|(a, b)| LeafKind::Phrase { text: format!("{a} {b}"), slop: None });
    let kind = prop_oneof![5 => term, 1 => prefix, 1 => phrase, 1 => Just(LeafKind::MatchAll)];
    (field, kind).prop_map(|(field, kind)| {
        let field = if kind == LeafKind::MatchAll { None } else { field };
        Query::leaf(field, kind)
    })
}

fn query() -> impl Strategy<Value = Query> {
    leaf().prop_recursive(3, 10, 3, |inner| {
        let occur = prop_oneof![3 => Just(Occur::Should), 2 => Just(Occur::Must), 2 => Just(Occur::MustNot)];
        let clause = (occur, inner.clone()).prop_map(|(occur, query)| Clause::new(occur, query));
        let group = prop::collection::vec(clause, 1..4).prop_map(|clauses| match &clauses[..] {
            // What the parser makes of it: one bare clause is itself.
            [Clause { occur: Occur::Should, query, .. }] => query.clone(),
            _ => Query::bool(clauses),
        });
        let boosted = (inner, 0u8..4).prop_map(|(query, factor)| Query {
            span: query.span,
            node: Node::Boost { query: Box::new(query), factor: f32::from(factor) / 2.0 },
        });
        prop_oneof![5 => group, 1 => boosted]
    })
}

/// The mode's queries that lose nothing to analysis: the oracle does not know what drops out.
fn survives(query: &Query, mode: Mode) -> bool {
    let mut all = true;
    query.visit_leaves(&mut |leaf: &Leaf, _, _| {
        if let LeafKind::Term { text } | LeafKind::Phrase { text, .. } = &leaf.kind {
            let words = trail_index::analyzer::words(text).len();
            // In `lucene` mode a bare text of several words is several clauses.
            all &= mode != Mode::Lucene || words == 1 || (words > 1 && matches!(leaf.kind, LeafKind::Phrase { .. }));
        }
    });
    all
}

fn hits(world: &World, query: &Query, mode: Mode) -> Vec<Hit> {
    let options = Options::new(mode);
    let searcher = Searcher::new(ScanSource::new([world.content()]), options);
    searcher.prepare(query).unwrap().search_trail(0).unwrap()
}

fn check(world: &World, query: &Query, mode: Mode) {
    let oracle = Oracle::new(world, mode);
    let hits = hits(world, query, mode);

    let holds: Vec<u32> = (0..world.len()).filter(|&at| oracle.holds(query, at)).collect();
    let mut covered: Vec<u32> = hits.iter().flat_map(|hit| hit.moments.0..=hit.moments.1).collect();
    covered.sort_unstable();
    covered.dedup();
    assert_eq!(covered, holds, "the moments of {query:?}");

    let mut expected = oracle.hits(query);
    for hit in &hits {
        let item = match hit.kind {
            HitKind::Item(kind) => Some((kind, hit.texts[0].item_text().to_owned())),
            HitKind::Screen => None,
        };
        let at = expected.iter().position(|expected| (&expected.item, expected.run) == (&item, hit.moments));
        let at = at.unwrap_or_else(|| panic!("unexpected {hit:#?}\nof {query:?}\nexpected {expected:#?}"));
        let Expected { rank, shot, .. } = expected.swap_remove(at);
        assert!((hit.rank - rank).abs() < 1e-9, "rank {} of {hit:#?}, expected {rank}, {query:?}", hit.rank);
        let moment = |at: u32| world.moments[at as usize];
        assert_eq!(hit.for_screenshot, moment(shot).record, "{hit:#?} {query:?}");
        assert_eq!(hit.records.begin, moment(hit.moments.0).record);
        assert_eq!(hit.records.end, moment(hit.moments.1).record);
        assert_eq!(hit.span.start, moment(hit.moments.0).offset);
        let after = world.moments.get(hit.moments.1 as usize + 1).map_or(world.end, |moment| moment.offset);
        assert_eq!(hit.span.end, after);
    }
    assert!(expected.is_empty(), "missing {expected:#?}\nof {query:?}");
    assert!(hits.is_sorted_by(|a, b| a.by_rank(b).is_le()));
}

/// So many cases, unless `PROPTEST_CASES` asks for more.
fn cases(count: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(asked.unwrap_or(count))
}

proptest! {
    #![proptest_config(cases(96))]
    #[test]
    fn hits_are_those_of_every_moment_by_itself(world in worlds(), queries in prop::collection::vec(query(), 6)) {
        for query in &queries {
            for mode in [Mode::Screentrail, Mode::Lucene, Mode::Sps] {
                if survives(query, mode) {
                    check(&world, query, mode);
                }
            }
        }
    }

}

proptest! {
    #![proptest_config(cases(32))]
    #[test]
    fn every_word_is_found_in_every_state(world in worlds()) {
        for word in WORDS {
            check(&world, &Query::leaf(None, LeafKind::Term { text: (*word).into() }), Mode::Screentrail);
        }
    }
}
