//! BM25 with Lucene's parameters and length encoding, and with the factor k1 + 1 that Elasticsearch 7 keeps.

/// How much repetition counts.
const K1: f64 = 1.2;

/// How much length counts.
const B: f64 = 0.75;

/// What a score needs to know of a field.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct FieldStats {
    /// Documents that have a term there.
    pub(crate) docs: u64,
    /// All terms there.
    pub(crate) terms: u64,
}

impl FieldStats {
    /// Counts a document with so many terms.
    pub(crate) fn add(&mut self, terms: u64) {
        self.docs += u64::from(terms > 0);
        self.terms += terms;
    }

    /// How rare a term is that stands in so many documents.
    pub(crate) fn idf(self, doc_freq: u64) -> f64 {
        let (docs, doc_freq) = (self.docs.max(doc_freq) as f64, doc_freq as f64);
        (1.0 + (docs - doc_freq + 0.5) / (doc_freq + 0.5)).ln()
    }

    /// The score of a term in a text of so many words.
    pub(crate) fn score(self, idf: f64, freq: f64, length: u64) -> f32 {
        let average = if self.docs == 0 { 1.0 } else { self.terms as f64 / self.docs as f64 };
        let norm = K1 * (1.0 - B + B * kept_length(length) as f64 / average);
        (idf * (K1 + 1.0) * freq / (freq + norm)) as f32
    }

    /// The score of a value of a field that keeps neither lengths nor repetitions: each value counts as one word. Where
    /// documents have several values the average is above one.
    pub(crate) fn keyword_score(self, idf: f64) -> f32 {
        self.score(idf, 1.0, 1)
    }
}

/// The length that Lucene's one byte keeps: exact to 40, then four significant bits of what is above 24.
pub(crate) fn kept_length(length: u64) -> u64 {
    let above = length.saturating_sub(24);
    if above < 16 {
        return length;
    }
    let dropped = above.ilog2() - 3;
    24 + ((above >> dropped) << dropped)
}
