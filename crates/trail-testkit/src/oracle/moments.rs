//! Sets of moments.

/// A set of moment ordinals as runs `[begin, end)`, ordered, apart from each other and not empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moments(Vec<(u32, u32)>);

impl Moments {
    /// None.
    pub fn none() -> Moments {
        Moments::default()
    }

    /// The first `count`.
    pub fn all(count: u32) -> Moments {
        Moments::from_runs(vec![(0, count)])
    }

    /// Those of any of the runs `[begin, end)`, in any order.
    pub fn from_runs(mut runs: Vec<(u32, u32)>) -> Moments {
        runs.retain(|run| run.0 < run.1);
        runs.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(runs.len());
        for run in runs {
            match joined.last_mut() {
                Some(last) if run.0 <= last.1 => last.1 = last.1.max(run.1),
                _ => joined.push(run),
            }
        }
        Moments(joined)
    }

    /// The runs.
    pub fn runs(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// How many moments.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|run| u64::from(run.1 - run.0)).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those in either.
    pub fn or(&self, other: &Moments) -> Moments {
        Moments::from_runs(self.0.iter().chain(&other.0).copied().collect())
    }

    /// Those in both.
    pub fn and(&self, other: &Moments) -> Moments {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut runs = Vec::new();
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            let run = (x.0.max(y.0), x.1.min(y.1));
            if run.0 < run.1 {
                runs.push(run);
            }
            if x.1 < y.1 {
                a.next();
            } else {
                b.next();
            }
        }
        Moments(runs)
    }

    /// Those of the first `count` that are not in it.
    pub fn not(&self, count: u32) -> Moments {
        let mut runs = Vec::with_capacity(self.0.len() + 1);
        let mut begin = 0;
        for run in &self.0 {
            runs.push((begin, run.0));
            begin = run.1;
        }
        runs.push((begin, count));
        Moments::from_runs(runs)
    }
}
