use proptest::prelude::*;

use super::*;

const LEN: u32 = 60;

/// The score at each of the first moments, which is what every operation is checked on.
fn points(steps: &Steps) -> Vec<Option<f64>> {
    assert!(steps.steps.windows(2).all(|pair| pair[0].end < pair[1].begin), "{steps:?}");
    (0..LEN)
        .map(|at| steps.steps.iter().find(|step| step.begin <= at && at <= step.end).map(|step| step.score))
        .collect()
}

fn step() -> impl Strategy<Value = Step> {
    (0..LEN - 12, 0u32..12, 0u8..4).prop_map(|(begin, len, score)| Step {
        begin,
        end: begin + len,
        score: score.into(),
    })
}

fn overlapping() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 0..14)
}

proptest! {
    #[test]
    fn maximum_is_the_best_at_each_moment(steps in overlapping()) {
        let expected: Vec<Option<f64>> = (0..LEN)
            .map(|at| {
                let standing = steps.iter().filter(|step| step.begin <= at && at <= step.end);
                standing.map(|step| step.score).max_by(f64::total_cmp)
            })
            .collect();
        let maximum = Steps::maximum(steps);
        prop_assert_eq!(points(&maximum), expected);
    }

    #[test]
    fn sum_adds_what_stands(a in overlapping(), b in overlapping(), c in overlapping()) {
        let parts: Vec<Steps> = [a, b, c].into_iter().map(Steps::maximum).collect();
        let each: Vec<Vec<Option<f64>>> = parts.iter().map(points).collect();
        let sum = points(&Steps::sum(parts, &mut Meter::endless()).unwrap());
        for at in 0..LEN as usize {
            let standing: Vec<f64> = each.iter().filter_map(|points| points[at]).collect();
            prop_assert_eq!(sum[at], (!standing.is_empty()).then(|| standing.iter().sum()));
        }
    }

    #[test]
    fn inside_and_best(steps in overlapping(), begin in 0..LEN, len in 0u32..30) {
        let all = Steps::maximum(steps);
        let set = IntervalSet::run(begin, (begin + len).min(LEN - 1));
        let inside = all.inside(&set);
        for at in 0..LEN {
            let expected = points(&all)[at as usize].filter(|_| set.contains(at));
            prop_assert_eq!(points(&inside)[at as usize], expected);
        }
        let best = points(&inside).into_iter().flatten().max_by(f64::total_cmp);
        prop_assert_eq!(inside.best().map(|(best, _)| best), best);
        if let Some((best, moments)) = inside.best() {
            for at in 0..LEN {
                prop_assert_eq!(moments.contains(at), points(&inside)[at as usize] == Some(best));
            }
        }
    }
}
