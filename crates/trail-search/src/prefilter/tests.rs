use proptest::prelude::*;
use trail_content::{ItemBuf, SpanBuf};
use trail_query::{LeafKind, Mode, Query};

use super::*;
use crate::cancel::Meter;
use crate::occurrences::Scanner;
use crate::plan::Language;

fn block(texts: &[String]) -> Block {
    let item = |text: &String| ItemBuf { kind: Kind::Line, text: text.clone(), spans: vec![SpanBuf::new(0, 0)] };
    Block::from_items(0, 0, &texts.iter().map(item).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn nothing_that_matches_is_passed_over(
        texts in prop::collection::vec("[ab \u{212a}\u{130}k;\u{37e}i日é\u{301}/.-]{0,12}", 1..8),
        query in "[abkKi;日é/.]{1,5}",
    ) {
        let block = block(&texts);
        for mode in [Mode::Screentrail, Mode::Lucene, Mode::Sps] {
            for kind in [LeafKind::Prefix { text: query.clone() }, LeafKind::Phrase { text: query.clone(), slop: None }] {
                let plan = Plan::new(&Query::leaf(None, kind), Language::from(mode)).unwrap();
                let candidates = Prefilter::new(&plan).candidates(&block, &Cancel::never()).unwrap();
                for (index, text) in texts.iter().enumerate() {
                    let found = Scanner::default().scan(&plan, text, false, &mut Meter::endless()).unwrap();
                    let matches = plan.leaves.iter().any(|leaf| {
                        let mut any = false;
                        crate::matcher::matches(leaf, &found, 0, |_| any = true);
                        any
                    });
                    prop_assert!(!matches || candidates.contains(&(index as u32)), "{query:?} in {text:?}");
                }
            }
        }
    }
}

#[test]
fn most_items_are_passed_over() {
    let texts: Vec<String> = (0..100).map(|i| format!("line {i} of a log")).collect();
    let plan =
        Plan::new(&Query::leaf(None, LeafKind::Term { text: "\"Line".into() }), Language::from(Mode::Screentrail));
    assert!(Prefilter::new(&plan.unwrap()).candidates(&block(&texts), &Cancel::never()).unwrap().is_empty());
    let plan = Plan::new(&Query::leaf(None, LeafKind::Term { text: "42".into() }), Language::from(Mode::Screentrail));
    assert_eq!(Prefilter::new(&plan.unwrap()).candidates(&block(&texts), &Cancel::never()).unwrap(), [42]);
}
