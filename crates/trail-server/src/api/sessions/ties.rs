//! What a caller of a limited role is shown of the order of documents that are alike.
//!
//! A tiebreaker says where a document lies among all others, and documents that are alike come in that order. To one who may
//! not see all of them both would tell how many the others are. So such callers get alike documents by their keys, and
//! tiebreakers under a permutation that only this process knows and that is another one for each snapshot.

use trail_catalog::index::{IndexError, SearchRequest, Snapshot, SortKey, SortValue};

use crate::call::Call;

/// Bits of each half of a tiebreaker: segments and documents are fewer, and the whole stays a positive number of 64 bits.
const HALF_BITS: u32 = 31;
const HALF: u64 = (1 << HALF_BITS) - 1;
/// Rounds of the permutation.
const ROUNDS: u8 = 4;

/// The permutation of one snapshot's tiebreakers.
pub(super) struct Ties {
    key: [u8; 32],
}

impl Ties {
    /// That of a snapshot.
    pub(super) fn of(call: &Call, snapshot: &str) -> Ties {
        Ties { key: *blake3::keyed_hash(&call.app.secret, snapshot.trim_matches('"').as_bytes()).as_bytes() }
    }

    /// What is asked of the documents: those alike by key, and the cursor as it was before it was shown.
    pub(super) fn hide(&self, frozen: &Snapshot, mut request: SearchRequest) -> Result<SearchRequest, IndexError> {
        request.sort.push(SortKey::parse("key"));
        if let Some(cursor) = &mut request.after {
            cursor.tiebreaker = self.meant(cursor.tiebreaker).ok_or(IndexError::BadCursor)?;
            cursor.values.push(Some(SortValue::Text(frozen.key_at(cursor.tiebreaker)?)));
        }
        Ok(request)
    }

    /// A tiebreaker as it is shown.
    pub(super) fn shown(&self, tiebreaker: u64) -> u64 {
        let (mut left, mut right) = (tiebreaker >> 32 & HALF, tiebreaker & HALF);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.mixed(round, right));
        }
        left << HALF_BITS | right
    }

    /// The tiebreaker that was shown so; nothing if none can have been.
    fn meant(&self, shown: u64) -> Option<u64> {
        let (mut left, mut right) = (shown >> HALF_BITS, shown & HALF);
        if left > HALF {
            return None;
        }
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.mixed(round, left), left);
        }
        Some(left << 32 | right)
    }

    fn mixed(&self, round: u8, half: u64) -> u64 {
        let mut input = [0; 9];
        input[0] = round;
        input[1..].copy_from_slice(&half.to_le_bytes());
        let hash = blake3::keyed_hash(&self.key, &input);
        let first = hash.as_bytes().iter().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        first & HALF
    }
}

#[cfg(test)]
mod tests {
    use super::Ties;

    #[test]
    fn what_is_shown_is_what_was_meant() {
        let ties = Ties { key: [7; 32] };
        let mut shown = std::collections::BTreeSet::new();
        for segment in [0_u64, 1, 2, 77, (1 << 31) - 1] {
            for doc in [0_u64, 1, 2, 100_000, (1 << 31) - 1] {
                let tiebreaker = segment << 32 | doc;
                assert_eq!(ties.meant(ties.shown(tiebreaker)), Some(tiebreaker));
                assert!(ties.shown(tiebreaker) < 1 << 62);
                shown.insert(ties.shown(tiebreaker));
            }
        }
        assert_eq!(shown.len(), 25);
        assert_eq!(ties.meant(u64::MAX), None);
        assert_ne!(ties.shown(0), Ties { key: [8; 32] }.shown(0));
    }
}
