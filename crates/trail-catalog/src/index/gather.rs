//! Looks up the leaves of a plan and makes the engine's query.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv6Addr;
use std::sync::Arc;

use tantivy::fastfield::Column;
use tantivy::postings::Postings;
use tantivy::query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, EmptyQuery, Query};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, Term};
use trail_query::Occur;

use super::bm25::FieldStats;
use super::matches::{Docs, MatchQuery, Matches, Scores};
use super::{Cancel, IndexError, Result, Snapshot, phrase};
use crate::filter::{FieldId, FieldType, Leaf, Plan, TermTest, distance};

/// The most terms that a fuzzy word becomes.
const FUZZY_TERMS: usize = 50;

/// The most documents, all leaves counted, that a query holds.
const DOCS_MAX: usize = 64 * 1024 * 1024;

/// How many documents or terms are looked at between two looks at the clock.
const STEPS: usize = 1024;

pub(crate) struct Gatherer<'a> {
    snapshot: &'a Snapshot,
    cancel: &'a Cancel,
    held: usize,
    /// Leaves that were looked up already.
    known: Vec<(&'a Leaf, MatchQuery)>,
}

impl<'a> Gatherer<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, cancel: &'a Cancel) -> Gatherer<'a> {
        Gatherer { snapshot, cancel, held: 0, known: Vec::new() }
    }

    /// The engine's query of a plan. Recursion is as deep as the plan, which is as deep as the parser lets it be.
    pub(crate) fn query(&mut self, plan: &'a Plan) -> Result<Box<dyn Query>> {
        Ok(match plan {
            Plan::None => Box::new(EmptyQuery),
            Plan::Boost(plan, factor) => Box::new(BoostQuery::new(self.query(plan)?, *factor)),
            Plan::Best(plans) => {
                let plans = plans.iter().filter(|plan| **plan != Plan::None);
                let queries = plans.map(|plan| self.query(plan)).collect::<Result<Vec<_>>>()?;
                match queries.len() {
                    0 => Box::new(EmptyQuery),
                    _ => Box::new(DisjunctionMaxQuery::new(queries)),
                }
            }
            Plan::Bool { clauses, minimum } => {
                let mut queries = Vec::with_capacity(clauses.len());
                for (occur, plan) in clauses {
                    queries.push((engine_occur(*occur), self.query(plan)?));
                }
                match minimum {
                    _ if queries.is_empty() => Box::new(EmptyQuery),
                    None => Box::new(BooleanQuery::new(queries)),
                    Some(minimum) => Box::new(BooleanQuery::with_minimum_required_clauses(queries, *minimum)),
                }
            }
            Plan::Leaf(leaf) => Box::new(self.leaf(leaf)?),
        })
    }

    fn leaf(&mut self, leaf: &'a Leaf) -> Result<MatchQuery> {
        if let Some((_, query)) = self.known.iter().find(|(known, _)| *known == leaf) {
            return Ok(query.clone());
        }
        self.cancel.check()?;
        let scoring = self.scoring(leaf)?;
        let mut segments = HashMap::new();
        for reader in self.snapshot.segments() {
            let matches = self.matches(leaf, &scoring, reader)?;
            if let Docs::These(docs) = &matches.docs {
                self.held += docs.len();
            }
            if self.held > DOCS_MAX {
                return Err(IndexError::TooLarge { limit: DOCS_MAX });
            }
            segments.insert(reader.segment_id(), Arc::new(matches));
        }
        let query = MatchQuery { segments: Arc::new(segments), cancel: self.cancel.clone() };
        self.known.push((leaf, query.clone()));
        Ok(query)
    }

    /// What the scores of a leaf need to know of all segments.
    fn scoring(&self, leaf: &Leaf) -> Result<Scoring> {
        let none = Scoring { stats: FieldStats::default(), terms: Vec::new() };
        Ok(match leaf {
            Leaf::Term { field, term } => {
                let stats = self.snapshot.stats(*field)?;
                let idf = stats.idf(self.doc_freq(*field, term)?);
                Scoring { stats, terms: vec![(term.clone(), idf)] }
            }
            Leaf::Phrase { field, terms, .. } => {
                let stats = self.snapshot.stats(*field)?;
                let idfs = terms.iter().map(|term| Ok((term.clone(), stats.idf(self.doc_freq(*field, term)?))));
                Scoring { stats, terms: idfs.collect::<Result<_>>()? }
            }
            Leaf::Fuzzy { field, term, edits } => self.fuzzy_terms(*field, term, *edits)?,
            _ => none,
        })
    }

    fn doc_freq(&self, field: FieldId, term: &str) -> Result<u64> {
        let Some(field) = self.snapshot.fields.terms(field) else { return Ok(0) };
        Ok(self.snapshot.searcher.doc_freq(&Term::from_field_text(field, term))?)
    }

    /// The best terms within the distance; each is scored as if it were as frequent as the most frequent of them.
    fn fuzzy_terms(&self, field: FieldId, text: &str, edits: u8) -> Result<Scoring> {
        let query: Vec<char> = text.chars().collect();
        let mut found: BTreeMap<String, (f64, u64)> = BTreeMap::new();
        for reader in self.snapshot.segments() {
            self.each_term(reader, field, "", |term, info| {
                let chars: Vec<char> = term.chars().collect();
                if let Some(edits) = distance(&query, &chars, edits.into()) {
                    let shorter = query.len().min(chars.len());
                    let boost = if edits == 0 { 1.0 } else { 1.0 - edits as f64 / shorter as f64 };
                    let entry = found.entry(term.to_owned()).or_insert((boost, 0));
                    entry.1 += u64::from(info.doc_freq);
                }
                Ok(true)
            })?;
        }
        let mut best: Vec<(String, (f64, u64))> = found.into_iter().collect();
        // Equal boosts stay in the order of the terms' bytes.
        best.sort_by(|(_, (a, _)), (_, (b, _))| b.total_cmp(a));
        best.truncate(FUZZY_TERMS);
        let stats = self.snapshot.stats(field)?;
        let doc_freq = best.iter().map(|(_, (_, doc_freq))| *doc_freq).max().unwrap_or_default();
        let idf = stats.idf(doc_freq);
        let terms = best.into_iter().map(|(term, (boost, _))| (term, idf * boost.max(0.0))).collect();
        Ok(Scoring { stats, terms })
    }

    fn matches(&self, leaf: &Leaf, scoring: &Scoring, reader: &SegmentReader) -> Result<Matches> {
        match leaf {
            Leaf::Term { field, .. } | Leaf::Fuzzy { field, .. } => self.scored(*field, scoring, reader),
            Leaf::Phrase { field, slop, .. } => self.phrase(*field, *slop, scoring, reader),
            Leaf::Terms { field, test } => self.tested(*field, test, reader),
            Leaf::Integers { field, low, high } => match self.snapshot.fields.column(*field) {
                Some((_, name)) => {
                    let column = reader.fast_fields().column_opt::<i64>(name)?;
                    self.between(column, reader, |value| (*low..=*high).contains(&value))
                }
                None => Ok(Matches::default()),
            },
            Leaf::Doubles { field, low, high } => match self.snapshot.fields.column(*field) {
                Some((_, name)) => {
                    let column = reader.fast_fields().column_opt::<f64>(name)?;
                    self.between(column, reader, |value| (*low..=*high).contains(&value))
                }
                None => Ok(Matches::default()),
            },
            Leaf::Addresses { field, low, high } => match self.snapshot.fields.column(*field) {
                Some((_, name)) => {
                    let column = reader.fast_fields().column_opt::<Ipv6Addr>(name)?;
                    self.between(column, reader, |value| (*low..=*high).contains(&value))
                }
                None => Ok(Matches::default()),
            },
            Leaf::Exists { field } => self.existing(*field, reader),
            Leaf::Keys(keys) => self.keyed(keys, reader),
            Leaf::All => Ok(Matches { docs: Docs::All(reader.max_doc()), scores: Scores::One(1.0) }),
        }
    }

    /// Documents with one of the terms; the scores of several add up.
    fn scored(&self, field: FieldId, scoring: &Scoring, reader: &SegmentReader) -> Result<Matches> {
        let Some(terms_field) = self.snapshot.fields.terms(field) else { return Ok(Matches::default()) };
        let index = reader.inverted_index(terms_field)?;
        let lengths = self.lengths(field, reader)?;
        let mut scores: Vec<(DocId, f32)> = Vec::new();
        for (text, idf) in &scoring.terms {
            let term = Term::from_field_text(terms_field, text);
            let record = if lengths.is_some() { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
            let Some(mut postings) = index.read_postings(&term, record)? else { continue };
            let mut steps = 0;
            while postings.doc() != TERMINATED {
                self.step(&mut steps)?;
                let doc = postings.doc();
                let score = match &lengths {
                    Some(lengths) => {
                        let length = lengths.first(doc).unwrap_or_default();
                        scoring.stats.score(*idf, f64::from(postings.term_freq()), length)
                    }
                    None => scoring.stats.keyword_score(*idf),
                };
                scores.push((doc, score));
                postings.advance();
            }
        }
        if scoring.terms.len() > 1 {
            scores.sort_unstable_by_key(|(doc, _)| *doc);
            scores.dedup_by(|(doc, score), (kept, sum)| {
                let same = doc == kept;
                if same {
                    *sum += *score;
                }
                same
            });
        }
        let (docs, scores) = scores.into_iter().unzip();
        Ok(Matches { docs: Docs::These(docs), scores: Scores::Each(scores) })
    }

    /// The column of a text field's lengths; `None` for fields without.
    fn lengths(&self, field: FieldId, reader: &SegmentReader) -> Result<Option<Column<u64>>> {
        if self.snapshot.fields.schema.field(field).kind != FieldType::Text {
            return Ok(None);
        }
        let Some((_, name)) = self.snapshot.fields.column(field) else { return Ok(None) };
        Ok(reader.fast_fields().column_opt::<u64>(name)?)
    }

    fn phrase(&self, field: FieldId, slop: u32, scoring: &Scoring, reader: &SegmentReader) -> Result<Matches> {
        let Some(terms_field) = self.snapshot.fields.terms(field) else { return Ok(Matches::default()) };
        let Some(lengths) = self.lengths(field, reader)? else { return Ok(Matches::default()) };
        let index = reader.inverted_index(terms_field)?;
        let mut lists = Vec::new();
        for (text, _) in &scoring.terms {
            let term = Term::from_field_text(terms_field, text);
            match index.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)? {
                Some(postings) => lists.push(postings),
                None => return Ok(Matches::default()),
            }
        }
        let groups: Vec<usize> = scoring
            .terms
            .iter()
            .map(|(term, _)| scoring.terms.iter().position(|(other, _)| other == term).unwrap_or_default())
            .collect();
        let idf: f64 = scoring.terms.iter().map(|(_, idf)| idf).sum();
        let (mut docs, mut scores) = (Vec::new(), Vec::new());
        let mut positions = vec![Vec::new(); lists.len()];
        let mut steps = 0;
        let mut doc = lists.first().map_or(TERMINATED, DocSet::doc);
        while doc != TERMINATED {
            self.step(&mut steps)?;
            let ahead = lists.iter_mut().map(|list| if list.doc() < doc { list.seek(doc) } else { list.doc() }).max();
            let ahead = ahead.unwrap_or(TERMINATED);
            if ahead != doc {
                doc = lists[0].seek(ahead);
                continue;
            }
            for (list, positions) in lists.iter_mut().zip(&mut positions) {
                list.positions(positions);
            }
            let frequency = phrase::frequency(&positions, &groups, slop);
            if frequency > 0.0 {
                docs.push(doc);
                scores.push(scoring.stats.score(idf, frequency, lengths.first(doc).unwrap_or_default()));
            }
            doc = lists[0].advance();
        }
        Ok(Matches { docs: Docs::These(docs), scores: Scores::Each(scores) })
    }

    /// Documents with a term that passes a test.
    fn tested(&self, field: FieldId, test: &TermTest, reader: &SegmentReader) -> Result<Matches> {
        let Some(terms_field) = self.snapshot.fields.terms(field) else { return Ok(Matches::default()) };
        let index = reader.inverted_index(terms_field)?;
        let mut is_match = vec![false; reader.max_doc() as usize];
        let (mut count, mut steps) = (0, 0);
        let start = match test {
            TermTest::Range { lower: Some((lower, _)), .. } => lower,
            test => test.prefix(),
        };
        self.each_term(reader, field, start, |term, info| {
            if !test.passes(term).map_err(|limit| IndexError::TooComplex { limit })? {
                return Ok(may_go_on(test, term));
            }
            count += 1;
            if count > self.snapshot.expansions_max {
                let field = self.snapshot.fields.schema.field(field).name.clone();
                return Err(IndexError::TooManyTerms { field, limit: self.snapshot.expansions_max });
            }
            let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
            while postings.doc() != TERMINATED {
                self.step(&mut steps)?;
                is_match[postings.doc() as usize] = true;
                postings.advance();
            }
            Ok(true)
        })?;
        let docs = (0..reader.max_doc()).filter(|doc| is_match[*doc as usize]).collect();
        Ok(Matches { docs: Docs::These(docs), scores: Scores::One(1.0) })
    }

    /// Gives the terms of a field from `start` on, in order, until told to stop.
    fn each_term(
        &self,
        reader: &SegmentReader,
        field: FieldId,
        start: &str,
        mut f: impl FnMut(&str, &tantivy::postings::TermInfo) -> Result<bool>,
    ) -> Result<()> {
        let Some(field) = self.snapshot.fields.terms(field) else { return Ok(()) };
        let index = reader.inverted_index(field)?;
        let mut stream = index.terms().range().ge(start.as_bytes()).into_stream()?;
        let mut steps = 0;
        let part = self.snapshot.part_of(reader);
        while stream.advance() {
            self.step(&mut steps)?;
            if let Some(part) = part {
                // A term that only others have is none.
                let mut postings = index.read_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)?;
                while postings.doc() != TERMINATED && !part[postings.doc() as usize] {
                    self.step(&mut steps)?;
                    postings.advance();
                }
                if postings.doc() == TERMINATED {
                    continue;
                }
            }
            let Ok(term) = std::str::from_utf8(stream.key()) else { continue };
            if !f(term, stream.value())? {
                break;
            }
        }
        Ok(())
    }

    fn between<T>(
        &self,
        column: Option<Column<T>>,
        reader: &SegmentReader,
        inside: impl Fn(T) -> bool,
    ) -> Result<Matches>
    where
        T: PartialOrd + Copy + std::fmt::Debug + Send + Sync + 'static,
    {
        let Some(column) = column else { return Ok(Matches::default()) };
        self.filtered(reader, |doc| column.values_for_doc(doc).any(&inside))
    }

    fn filtered(&self, reader: &SegmentReader, passes: impl Fn(DocId) -> bool) -> Result<Matches> {
        let (mut docs, mut steps) = (Vec::new(), 0);
        for doc in 0..reader.max_doc() {
            self.step(&mut steps)?;
            if passes(doc) {
                docs.push(doc);
            }
        }
        Ok(Matches { docs: Docs::These(docs), scores: Scores::One(1.0) })
    }

    fn existing(&self, field: FieldId, reader: &SegmentReader) -> Result<Matches> {
        match self.snapshot.column_index(field, reader)? {
            Some(index) => self.filtered(reader, |doc| index.has_value(doc)),
            None => Ok(Matches::default()),
        }
    }

    fn keyed(&self, keys: &[String], reader: &SegmentReader) -> Result<Matches> {
        let index = reader.inverted_index(self.snapshot.fields.key)?;
        let (mut docs, mut steps) = (Vec::new(), 0);
        for key in keys {
            self.step(&mut steps)?;
            let term = Term::from_field_text(self.snapshot.fields.key, key);
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else { continue };
            while postings.doc() != TERMINATED {
                docs.push(postings.doc());
                postings.advance();
            }
        }
        docs.sort_unstable();
        docs.dedup();
        Ok(Matches { docs: Docs::These(docs), scores: Scores::One(1.0) })
    }

    fn step(&self, steps: &mut usize) -> Result<()> {
        *steps += 1;
        if steps.is_multiple_of(STEPS) { self.cancel.check() } else { Ok(()) }
    }
}

/// What the scores of a leaf need to know of all segments: the field, and the terms with their weights.
struct Scoring {
    stats: FieldStats,
    terms: Vec<(String, f64)>,
}

/// Whether terms after one that failed can still pass.
fn may_go_on(test: &TermTest, failed: &str) -> bool {
    match test {
        TermTest::Range { upper: Some((upper, _)), .. } => failed <= upper.as_str(),
        TermTest::Range { upper: None, .. } => true,
        test => failed.starts_with(test.prefix()),
    }
}

fn engine_occur(occur: Occur) -> tantivy::query::Occur {
    match occur {
        Occur::Must => tantivy::query::Occur::Must,
        Occur::Should => tantivy::query::Occur::Should,
        Occur::MustNot => tantivy::query::Occur::MustNot,
    }
}
