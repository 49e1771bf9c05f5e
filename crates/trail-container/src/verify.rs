//! Checks every byte of a trail.

use std::ops::Range;
use std::path::Path;

use trail_model::{SessionMeta, TrailId};

use crate::chunk::ChunkInfo;
use crate::error::{Error, Result, io};
use crate::finding::{Finding, FindingKind};
use crate::footer::{Footer, Statistics};
use crate::format::HEADER_FIXED_LEN;
use crate::header::Header;
use crate::reader::read_header;
use crate::scan::{Chain, Depth, Scan, scan};
use crate::section::Digest;
use crate::source::{MappedFile, Source};

/// What is known of a trail from outside the file.
#[derive(Clone, Copy, Debug, Default)]
pub struct VerifyOptions {
    /// The hash in which the trail is known to end: an anchor that was kept elsewhere. Only with one can a tail that
    /// was cut off at a chunk's end, or written anew with hashes that fit, be told from the real one.
    pub head: Option<Digest>,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The trail's identity, from the header or else from the frames.
    pub trail_id: Option<TrailId>,
    /// Everything that does not hold, in the order of the file.
    pub findings: Vec<Finding>,
    /// The bytes from the start that hold, hash for hash: what the other fields are true of if the file is growing.
    pub sound: Range<u64>,
    /// Hash of the last frame inside `sound`.
    pub head: Option<Digest>,
    /// Chunks that hold, wherever they lie.
    pub chunks: u64,
    /// Counts over those chunks.
    pub statistics: Statistics,
    /// The trail has a footer.
    pub is_closed: bool,
}

impl Report {
    /// Tells whether nothing is damaged. A trail that has not been closed is sound as far as it goes.
    pub fn is_sound(&self) -> bool {
        !self.findings.iter().any(Finding::is_damage)
    }
}

/// Checks the trail in `bytes`.
///
/// # Examples
/// ```
/// let report = trail_container::verify(b"no trail at all").expect("memory can be read");
/// assert_eq!(report.findings[0].kind, trail_container::FindingKind::BadMagic);
/// ```
///
/// # Errors
/// [`Error::Io`]; damage is no error.
pub fn verify(bytes: &[u8]) -> Result<Report> {
    verify_with(&bytes, &VerifyOptions::default())
}

/// Checks the trail at `path`.
///
/// # Errors
/// [`Error::Io`]; damage is no error.
pub fn verify_path(path: impl AsRef<Path>, options: &VerifyOptions) -> Result<Report> {
    verify_with(&MappedFile::open(path.as_ref()).map_err(io("open trail"))?, options)
}

/// Checks the trail in `source`.
///
/// # Errors
/// [`Error::Io`]; damage is no error.
pub fn verify_with(source: &dyn Source, options: &VerifyOptions) -> Result<Report> {
    check(source, options).map(|checked| checked.report)
}

/// A report, and what of the trail can be used.
pub(crate) struct Checked {
    pub(crate) report: Report,
    /// The chunks that hold, in the order of the file.
    pub(crate) chunks: Vec<ChunkInfo>,
    /// Session metadata, as late as it is known.
    pub(crate) meta: Option<SessionMeta>,
}

/// Checks the trail in `source`.
pub(crate) fn check(source: &dyn Source, options: &VerifyOptions) -> Result<Checked> {
    let mut findings = Vec::new();
    let mut statistics = Statistics::default();
    let Some((chain, header)) = begin(source, &mut findings)? else {
        let report =
            Report { trail_id: None, findings, sound: 0..0, head: None, chunks: 0, statistics, is_closed: false };
        return Ok(Checked { report, chunks: Vec::new(), meta: None });
    };
    let mut found = scan(source, chain, Depth::Payloads, |chunk| {
        chunk.records().for_each(|record| statistics.count_record(&record.body));
        statistics.count_chunk(chunk.info());
    })?;
    let header_holds = findings.is_empty();
    check_footer(&found, &statistics, header_holds, &mut findings);
    findings.append(&mut found.findings);
    findings.sort_by_key(|finding| (finding.range.start, finding.range.end));
    let (sound, head) = match &found.footer {
        // What does not hold, if anything, lies behind the footer.
        Some(footer) if findings.iter().all(|finding| finding.range.start >= footer.range.end) => {
            (footer.range.end, found.chain.head)
        }
        _ if header_holds => (found.sound.at, found.sound.head),
        _ => (0, None),
    };
    if options.head.is_some_and(|expected| head != Some(expected)) {
        findings.push(Finding::new(FindingKind::HeadMismatch, 0..sound));
    }
    let report = Report {
        trail_id: found.chain.trail_id,
        findings,
        sound: 0..sound,
        head,
        chunks: statistics.chunks,
        statistics,
        is_closed: found.footer.is_some(),
    };
    let of_footer = found.footer.and_then(|footer| footer.content).and_then(|content| content.meta);
    Ok(Checked { report, chunks: found.chunks, meta: of_footer.or(header.map(|header| header.meta)) })
}

/// Reads the header and finds where the frames begin. Nothing if the file is no trail or needs another reader.
fn begin(source: &dyn Source, findings: &mut Vec<Finding>) -> Result<Option<(Chain, Option<Header>)>> {
    let len = source.len().map_err(io("read length of trail"))?;
    let what = match read_header(source) {
        Ok((header, hash, header_len)) => {
            return Ok(Some((Chain::begin(header_len, header.trail_id, hash), Some(header))));
        }
        Err(error @ Error::Io { .. }) => return Err(error),
        Err(error @ (Error::UnsupportedVersion { .. } | Error::Unsupported { .. })) => {
            findings.push(Finding::new(FindingKind::Unsupported { what: error.to_string() }, 0..len));
            return Ok(None);
        }
        Err(error) => error,
    };
    // The first frame, if one can be found, ends the header.
    let search = Chain::unknown(HEADER_FIXED_LEN.min(len as usize) as u64);
    let mut first = None;
    let probe = scan(source, search, Depth::Headers, |_| {})?;
    for finding in &probe.findings {
        if finding.range.start == HEADER_FIXED_LEN as u64 && finding.range.end < len {
            first = Some(finding.range.end);
        }
    }
    let kind = match what {
        Error::NotATrail => FindingKind::BadMagic,
        Error::TruncatedHeader { .. } if first.is_none() => FindingKind::TruncatedHeader,
        Error::TruncatedHeader { .. } => FindingKind::DamagedHeader { what: "impossible length".to_owned() },
        error => FindingKind::DamagedHeader { what: error.to_string() },
    };
    findings.push(Finding::new(kind, 0..first.unwrap_or(len)));
    Ok(first.map(|at| (Chain::unknown(at), None)))
}

/// Compares the footer with what is there.
fn check_footer(found: &Scan, statistics: &Statistics, header_holds: bool, findings: &mut Vec<Finding>) {
    let Some(footer) = &found.footer else {
        let end = found.chain.at;
        findings.push(Finding::new(FindingKind::NoFooter, end..end));
        return;
    };
    let Some(Footer { statistics: stated, chunks: Some(table), .. }) = &footer.content else {
        return;
    };
    let mut report = |what| findings.push(Finding::new(FindingKind::FooterMismatch { what }, footer.range.clone()));
    let in_table = |chunk: &ChunkInfo| {
        let index = table.binary_search_by_key(&chunk.number, |entry| entry.number);
        index.ok().and_then(|index| table.get(index)) == Some(chunk)
    };
    if !found.chunks.iter().all(in_table) {
        report("a chunk is not the one in the chunk table");
    }
    let nothing_missing = header_holds && found.findings.is_empty();
    if nothing_missing && table.len() != found.chunks.len() {
        report("the chunk table has another number of chunks");
    }
    if nothing_missing && stated.is_some_and(|stated| stated != *statistics) {
        report("statistics differ from the records");
    }
}
