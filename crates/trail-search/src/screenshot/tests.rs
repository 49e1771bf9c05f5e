use proptest::prelude::*;
use trail_content::Moment;
use trail_model::{Offset, RecordId};

use super::*;

proptest! {
    #[test]
    fn longest_is_what_comparing_every_moment_gives(
        steps in prop::collection::vec((0u64..4, any::<bool>()), 1..60),
        tail in 0u64..4,
        runs in prop::collection::vec((0u32..60, 0u32..20), 1..4),
    ) {
        let mut time = 0;
        let mut table = Vec::new();
        for (i, &(pause, changed)) in steps.iter().enumerate() {
            time += pause;
            table.push(Moment { record: RecordId(i as u64 + 1), offset: Offset(time), changed });
        }
        let end = time + tail;
        let moments = Moments::new(table.clone(), Offset(end));
        let last = table.len() as u32 - 1;
        let candidates: IntervalSet = runs.into_iter().map(|(begin, len)| (begin.min(last), (begin + len).min(last))).collect();

        let lasted = |at: usize| {
            let next = table[at + 1..].iter().find(|moment| moment.changed);
            next.map_or(end, |next| next.offset.0) - table[at].offset.0
        };
        let expected = (0..=last).filter(|&at| candidates.contains(at)).rev().max_by_key(|&at| lasted(at as usize));
        prop_assert_eq!(Stillness::of_all(&moments).longest(&candidates), expected);
        let plain = Stillness { moments: &moments, begins: None, best: Vec::new() };
        prop_assert_eq!(plain.longest(&candidates), expected);
    }
}

#[test]
fn a_channel_without_moments_has_none() {
    assert_eq!(Stillness::new(&Moments::default(), 0, 0).longest(&IntervalSet::EMPTY), None);
}
