//! BM25 on the scale of Lucene 8 and later: without the constant factor `k1 + 1`.
//!
//! `idf = ln(1 + (N - n + 0.5) / (n + 0.5))`, `tf = f / (f + k1 * (1 - b + b * dl / avgdl))`, score `idf * tf`. Without
//! norms `dl = avgdl`, so `tf = f / (f + k1)`.

/// How quickly more occurrences stop counting.
pub(crate) const K1: f64 = 1.2;

/// How much a document's length counts.
pub(crate) const B: f64 = 0.75;

/// What an engine option multiplies ranks with to get the scale of Lucene before 8, which kept this constant.
pub(crate) const K1_PLUS_1: f64 = K1 + 1.0;

/// Returns how much a term says that stands in `doc_freq` of `docs` documents.
pub(crate) fn idf(docs: u64, doc_freq: u64) -> f64 {
    // A frequency above N cannot come from one consistent set of statistics; it must not make a negative logarithm.
    let rest = docs.saturating_sub(doc_freq) as f64;
    (1.0 + (rest + 0.5) / (doc_freq as f64 + 0.5)).ln()
}

/// Returns the share of the idf that `freq` occurrences earn in a document of `len` words where the average is
/// `average_len`. The length counts as Lucene stores it, in one byte.
pub(crate) fn tf(freq: f64, len: u32, average_len: f64) -> f64 {
    let relative = if average_len > 0.0 { f64::from(stored_len(len)) / average_len } else { 1.0 };
    freq / (freq + K1 * (1.0 - B + B * relative))
}

/// Returns the share of the idf that `freq` occurrences earn where lengths do not count.
pub(crate) fn tf_without_norms(freq: f64) -> f64 {
    freq / (freq + K1)
}

/// Returns the length that is left after Lucene's `SmallFloat.intToByte4` and back: exact below 40, then rounded down to
/// four significant bits after subtracting 24.
pub(crate) fn stored_len(len: u32) -> u32 {
    /// Lengths below this are stored as they are: 255 minus the largest code of a four-bit float.
    const EXACT: u32 = 24;
    if len < EXACT {
        return len;
    }
    let rest = len - EXACT;
    let bits = 32 - rest.leading_zeros();
    let dropped = bits.saturating_sub(4);
    EXACT + (rest >> dropped << dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lucene's own code, as published in `SmallFloat.java` (`longToInt4`, `int4ToLong`, `intToByte4`, `byte4ToInt`).
    fn small_float(len: u32) -> u32 {
        fn long_to_int4(i: u64) -> u32 {
            let bits = 64 - i.leading_zeros();
            if bits < 4 {
                i as u32
            } else {
                let shift = bits - 4;
                let encoded = (i >> shift) as u32 & 0x07;
                encoded | (shift + 1) << 3
            }
        }
        fn int4_to_long(i: u32) -> u64 {
            let bits = u64::from(i & 0x07);
            match i >> 3 {
                0 => bits,
                shift => (bits | 0x08) << (shift - 1),
            }
        }
        let free = 255 - long_to_int4(i32::MAX as u64);
        let byte = if len < free { len } else { free + long_to_int4(u64::from(len - free)) };
        if byte < free { byte } else { free + int4_to_long(byte - free) as u32 }
    }

    #[test]
    fn lengths_are_stored_as_lucene_stores_them() {
        let around_powers = (3..31).flat_map(|power| (1u32 << power) - 3..(1u32 << power) + 60);
        for len in (0..70_000).chain(around_powers) {
            assert_eq!(stored_len(len), small_float(len), "{len}");
        }
        assert_eq!([40, 41, 42, 100].map(stored_len), [40, 40, 42, 96]);
    }

    #[test]
    fn a_frequency_above_the_document_count_is_not_negative() {
        assert!(idf(3, 9) >= 0.0);
        assert_eq!(idf(0, 0), 2f64.ln());
    }
}
