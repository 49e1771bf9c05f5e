//! How often words stand near each other in a text, as Lucene counts it.

/// One word of a phrase in one text: where it stands, and which place it has in the phrase.
struct Head<'a> {
    positions: &'a [u32],
    next: usize,
    place: i64,
    /// Where the phrase would begin if this occurrence is the word's.
    position: i64,
    /// The first word of the phrase with the same text; words with one text may not share an occurrence.
    group: usize,
}

impl Head<'_> {
    fn advance(&mut self, end: &mut i64) -> bool {
        let Some(position) = self.positions.get(self.next) else { return false };
        self.next += 1;
        self.position = i64::from(*position) - self.place;
        *end = (*end).max(self.position);
        true
    }

    fn occurrence(&self) -> i64 {
        self.position + self.place
    }
}

/// The frequency of a phrase: `positions` of each of its words in order, `groups` the first word of the same text.
pub(crate) fn frequency(positions: &[Vec<u32>], groups: &[usize], slop: u32) -> f64 {
    if slop == 0 { exact(positions) } else { sloppy(positions, groups, slop) }
}

fn exact(positions: &[Vec<u32>]) -> f64 {
    let Some((first, rest)) = positions.split_first() else { return 0.0 };
    let stands_at = |start: u32, place: usize, positions: &[u32]| {
        start.checked_add(place as u32).is_some_and(|position| positions.binary_search(&position).is_ok())
    };
    let starts = first
        .iter()
        .filter(|start| rest.iter().enumerate().all(|(at, positions)| stands_at(**start, at + 1, positions)));
    starts.count() as f64
}

/// The smallest head advances until it passes the next; each time the least length on the way counts, if it is short
/// enough, as 1 / (1 + length).
fn sloppy(positions: &[Vec<u32>], groups: &[usize], slop: u32) -> f64 {
    let mut end = i64::MIN;
    let mut heads: Vec<Head<'_>> = Vec::with_capacity(positions.len());
    for (place, (positions, group)) in positions.iter().zip(groups).enumerate() {
        // The second use of a word begins at its second occurrence, and so on.
        let uses = groups[..place].iter().filter(|other| *other == group).count();
        let mut head = Head { positions, next: uses, place: place as i64, position: 0, group: *group };
        if !head.advance(&mut end) {
            return 0.0;
        }
        heads.push(head);
    }
    let mut frequency = 0.0;
    let mut count = |length: i64| {
        if length <= i64::from(slop) {
            frequency += 1.0 / (1.0 + length as f64);
        }
    };
    let mut least = smallest(&heads);
    let mut next = second(&heads, least);
    let mut length = end - heads[least].position;
    while heads[least].advance(&mut end) && part(&mut heads, least, &mut end) {
        if heads[least].position > next {
            count(length);
            least = smallest(&heads);
            next = second(&heads, least);
            length = end - heads[least].position;
        } else {
            length = length.min(end - heads[least].position);
        }
    }
    count(length);
    frequency
}

/// Moves heads of one text apart: of two at one occurrence the lesser goes on. `false` if it cannot.
fn part(heads: &mut [Head<'_>], moved: usize, end: &mut i64) -> bool {
    let mut at = moved;
    loop {
        let here = &heads[at];
        let shares = |(other, head): (usize, &Head<'_>)| {
            (other != at && head.group == here.group && head.occurrence() == here.occurrence()).then_some(other)
        };
        let Some(other) = heads.iter().enumerate().find_map(shares) else { return true };
        let key = |at: usize| (heads[at].position, heads[at].place);
        at = if key(at) < key(other) { at } else { other };
        if !heads[at].advance(end) {
            return false;
        }
    }
}

fn smallest(heads: &[Head<'_>]) -> usize {
    let key = |at: &usize| (heads[*at].position, heads[*at].place);
    (0..heads.len()).min_by_key(key).unwrap_or_default()
}

fn second(heads: &[Head<'_>], least: usize) -> i64 {
    let others = heads.iter().enumerate().filter(|(at, _)| *at != least);
    others.map(|(_, head)| head.position).min().unwrap_or(i64::MAX)
}
