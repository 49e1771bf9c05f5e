//! Which moment of a hit shows it best.

use trail_content::Moments;

use crate::intervals::IntervalSet;

/// Each look may also go through the stretch in which it ends.
const FEW_LOOKS: usize = 32;

/// A plain look at every stretch costs about this share of preparing for many looks.
const FEW_SHARE: u64 = 2;

/// The stretches of a channel during which text and attributes of the screen did not change, for asking again and again
/// which of a run of moments lasted longest.
pub(crate) struct Stillness<'a> {
    moments: &'a Moments,
    /// The moment each stretch begins with, rising. The first is moment 0. Nothing where they are looked for each time.
    begins: Option<Vec<u32>>,
    /// A segment tree over the stretches: at `len + i` stretch `i`, at `n` the best of `2n` and `2n + 1`.
    best: Vec<u32>,
}

impl<'a> Stillness<'a> {
    /// Prepares for so many looks at runs of so many moments together: where both are few, nothing is to be gained from
    /// going through all.
    pub(crate) fn new(moments: &'a Moments, looks: usize, looked_at: u64) -> Stillness<'a> {
        if looks <= FEW_LOOKS && looked_at < moments.len() as u64 / FEW_SHARE {
            return Stillness { moments, begins: None, best: Vec::new() };
        }
        Stillness::of_all(moments)
    }

    /// Goes through the moments of a channel once.
    fn of_all(moments: &'a Moments) -> Stillness<'a> {
        let mut begins = Vec::new();
        let mut at = if moments.is_empty() { None } else { Some(0) };
        while let Some(begin) = at {
            begins.push(begin);
            at = moments.next_change(begin);
        }
        let len = begins.len();
        let mut stillness = Stillness { moments, begins: Some(begins), best: vec![0; 2 * len] };
        for i in 0..len {
            stillness.best[len + i] = i as u32;
        }
        for i in (1..len).rev() {
            stillness.best[i] = stillness.better(stillness.best[2 * i], stillness.best[2 * i + 1]);
        }
        stillness
    }

    /// The moment of `candidates` after which the screen stayed as it was longest; among equals the earliest. Nothing for
    /// the empty set.
    pub(crate) fn longest(&self, candidates: &IntervalSet) -> Option<u32> {
        let mut best: Option<(u64, u32)> = None;
        let mut consider = |moment: u32, lasted: u64| {
            if best.is_none_or(|(longest, _)| lasted > longest) {
                best = Some((lasted, moment));
            }
        };
        let Some(begins) = &self.begins else {
            for &(begin, end) in candidates.runs() {
                let mut at = Some(begin);
                while let Some(moment) = at.filter(|&at| at <= end) {
                    at = self.moments.next_change(moment);
                    let until = at.map_or(self.moments.end(), |next| self.moments.start_time(next));
                    consider(moment, until.0.saturating_sub(self.moments.start_time(moment).0));
                }
            }
            return best.map(|(_, moment)| moment);
        };
        for &(begin, end) in candidates.runs() {
            // The run may begin inside a stretch; in every later stretch its first moment lasts longest.
            consider(begin, self.lasted_from(begins, begin));
            let first = begins.partition_point(|&at| at <= begin);
            let after = begins.partition_point(|&at| at <= end);
            if first < after {
                let stretch = self.best_of(first, after);
                consider(begins[stretch as usize], self.lasted(stretch));
            }
        }
        best.map(|(_, moment)| moment)
    }

    /// How long the screen stayed as it was at `moment`.
    fn lasted_from(&self, begins: &[u32], moment: u32) -> u64 {
        let next = begins.partition_point(|&at| at <= moment);
        let end = begins.get(next).map_or(self.moments.end(), |&next| self.moments.start_time(next));
        end.0.saturating_sub(self.moments.start_time(moment).0)
    }

    fn lasted(&self, stretch: u32) -> u64 {
        let begins = self.begins.as_deref().unwrap_or_default();
        let start = |i: usize| begins.get(i).map(|&begin| self.moments.start_time(begin));
        let end = start(stretch as usize + 1).unwrap_or(self.moments.end());
        start(stretch as usize).map_or(0, |start| end.0.saturating_sub(start.0))
    }

    /// The longest of the stretches `first..after`.
    fn best_of(&self, first: usize, after: usize) -> u32 {
        let len = self.best.len() / 2;
        let (mut low, mut high) = (first + len, after + len);
        let mut best = first as u32;
        while low < high {
            if low % 2 == 1 {
                best = self.better(best, self.best[low]);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                best = self.better(best, self.best[high]);
            }
            low /= 2;
            high /= 2;
        }
        best
    }

    fn better(&self, a: u32, b: u32) -> u32 {
        let key = |stretch: u32| (self.lasted(stretch), std::cmp::Reverse(stretch));
        if key(b) > key(a) { b } else { a }
    }
}

#[cfg(test)]
mod tests;
