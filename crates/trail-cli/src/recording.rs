//! Recordings and trails, wherever they lie, opened alike.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use trail_container::format::MAGIC;
use trail_container::{Header, MemoryStorage, Storage, SyncPolicy, TrailReader, TrailWriter, WriterOptions};
use trail_content::{ContentFile, ContentStream, ExtractOptions, PixelReader};
use trail_convert::{EventRecorder, trail_id, write_trail};
use trail_import::{Encoding, ImportOptions, ImportReport, RecordingSource, Severity, SinkError};
use trail_model::{ChannelId, SessionMeta, TrailId};
use trail_replay::Cost;

use crate::args::ReadArgs;

/// Recordings of more raw bytes are kept as trails in a temporary file instead of memory while they are read.
const IN_MEMORY_LEN: u64 = 32 << 20;

/// A recording that was found and not yet read.
pub(crate) struct Found {
    /// Where it lies, for people.
    pub(crate) path: String,
    kind: Kind,
}

enum Kind {
    Trail(PathBuf),
    /// A trail that came through standard input; its copy goes away with this value.
    Piped(tempfile::TempPath),
    Foreign(RecordingSource),
}

/// A recording as a trail.
pub(crate) struct Recording {
    pub(crate) trail: TrailReader,
    /// What is wrong with it, each with its place.
    pub(crate) findings: Vec<String>,
    /// Whether something is missing or could not be understood.
    pub(crate) damaged: bool,
    /// What the import did; nothing for what was a trail already.
    pub(crate) import: Option<(ImportReport, Cost)>,
}

impl Recording {
    /// A trail that was opened, with what opening it found.
    pub(crate) fn from_trail(trail: TrailReader, path: &str) -> Recording {
        let findings = trail.findings();
        let damaged = findings.iter().any(trail_container::Finding::is_damage);
        let findings = findings.iter().map(|finding| format!("{path}: {finding}")).collect();
        Recording { trail, findings, damaged, import: None }
    }
}

/// What could be seen in a recording, without its trail.
pub(crate) struct Extracted {
    pub(crate) content: ContentFile,
    pub(crate) meta: SessionMeta,
    pub(crate) findings: Vec<String>,
    pub(crate) damaged: bool,
}

impl Extracted {
    /// Extracts the content of a trail.
    pub(crate) fn from_recording(recording: Recording, reader: &PixelReader) -> Result<Extracted> {
        let Recording { trail, findings, damaged, .. } = recording;
        let options = ExtractOptions::default().with_reader(Some(reader.clone()));
        let bytes = trail_content::extract(&trail, &options)?.bytes;
        Ok(Extracted { content: ContentFile::open(bytes)?, meta: trail.meta().clone(), findings, damaged })
    }
}

/// What an import did, for `--json`.
pub(crate) fn import_json(report: &ImportReport, cost: &Cost) -> serde_json::Value {
    serde_json::json!({
        "format": report.format,
        "events": report.events,
        "output_bytes": report.output_bytes,
        "input_bytes": report.input_bytes,
        "invalid_utf8_bytes": report.invalid_utf8_bytes,
        "undecodable_bytes": report.undecodable_bytes,
        "clamped_times": report.clamped_times,
        "skipped_records": report.skipped_records,
        "complete": report.complete(),
        "records": cost.records,
        "cuts": cost.cuts,
        "keyframes": cost.keyframes,
    })
}

/// The import options that the command line asks for.
pub(crate) fn import_options(args: &ReadArgs) -> Result<ImportOptions> {
    let mut options = ImportOptions::default();
    options.size = args.size;
    if let Some(name) = &args.encoding {
        let encoding = Encoding::from_label(name)
            .with_context(|| format!("unknown encoding {name:?}; try cp437, latin1, shift_jis, gb18030"))?;
        options.encoding = Some(encoding);
    }
    Ok(options)
}

/// Finds the recordings and trails under `paths`, in order. What is neither, and was named by the caller, or cannot be
/// read, is told to `problem`.
pub(crate) fn find(paths: &[PathBuf], options: &ImportOptions, mut problem: impl FnMut(String)) -> Vec<Found> {
    let mut found = Vec::new();
    let mut parts = Vec::new();
    for path in paths {
        let sources: Box<dyn Iterator<Item = _>> = if path.as_os_str() == "-" {
            match from_stdin(options) {
                Ok(Some(trail)) => {
                    found.push(trail);
                    continue;
                }
                Ok(None) => continue,
                Err(StdinError::Failed(error)) => {
                    problem(format!("-: {error:#}"));
                    continue;
                }
                Err(StdinError::Foreign(sources)) => sources,
            }
        } else {
            Box::new(trail_import::discover(path, options))
        };
        for source in sources {
            match source {
                Ok(source) => found.push(Found { path: source.path().to_owned(), kind: Kind::Foreign(source) }),
                Err(trail_import::Error::NotARecording { path: other }) => {
                    if is_trail(Path::new(&other)) {
                        found.push(Found { kind: Kind::Trail(PathBuf::from(&other)), path: other });
                    } else if Path::new(&other) == path {
                        problem(format!("{other}: not a recording (see trail grep --help for what is read)"));
                    }
                    // Other files in a folder are none of our business, as binaries are none of grep's.
                }
                Err(error @ trail_import::Error::PartOf { .. }) => parts.push(error),
                Err(error) => problem(chain(&error)),
            }
        }
    }
    // A glob names timing files beside their recordings: they are told only where the recording itself is not read.
    for error in parts {
        let trail_import::Error::PartOf { recording, .. } = &error else { continue };
        if !found.iter().any(|found| found.path == *recording) {
            problem(chain(&error));
        }
    }
    found
}

enum StdinError {
    Failed(anyhow::Error),
    Foreign(Box<dyn Iterator<Item = Result<RecordingSource, trail_import::Error>>>),
}

/// Reads standard input: a trail, or recordings (handed back through the error side, as they are many).
fn from_stdin(options: &ImportOptions) -> Result<Option<Found>, StdinError> {
    let mut head = Vec::new();
    let mut stdin = io::stdin().lock();
    let failed = |error: io::Error| StdinError::Failed(error.into());
    (&mut stdin).take(MAGIC.len() as u64).read_to_end(&mut head).map_err(failed)?;
    if head == MAGIC {
        let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
        io::copy(&mut head.as_slice().chain(stdin), &mut file).map_err(failed)?;
        return Ok(Some(Found { path: "-".to_owned(), kind: Kind::Piped(file.into_temp_path()) }));
    }
    match RecordingSource::from_reader("-", head.as_slice().chain(stdin), options) {
        Ok(sources) => Err(StdinError::Foreign(Box::new(sources))),
        Err(error) => Err(StdinError::Failed(error.into())),
    }
}

fn is_trail(path: &Path) -> bool {
    let mut head = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == MAGIC
}

impl Found {
    /// The one recording that `target` names.
    pub(crate) fn one(target: &Path, options: &ImportOptions) -> Result<Found> {
        let mut problems = Vec::new();
        let mut found = find(&[target.to_owned()], options, |problem| problems.push(problem));
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => Err(problems
                .into_iter()
                .next()
                .map_or_else(|| anyhow!("{}: no recording", target.display()), |p| anyhow!(p))),
            n => Err(anyhow!("{}: {n} recordings; name one of them", target.display())),
        }
    }

    /// A hash of everything that decides what the recording says, but not of the options.
    pub(crate) fn digest(&self) -> Result<[u8; 32]> {
        match self.as_trail() {
            Err(source) => Ok(source.digest()?),
            Ok(path) => {
                let mut hasher = blake3::Hasher::new();
                hasher.update(b"trail\0");
                let file = File::open(path).with_context(|| format!("failed to open {}", self.path))?;
                hasher.update_reader(file).with_context(|| format!("failed to read {}", self.path))?;
                Ok(*hasher.finalize().as_bytes())
            }
        }
    }

    /// Reads it, whatever it is, as a trail.
    pub(crate) fn open(&self, options: &ImportOptions) -> Result<Recording> {
        match self.as_trail() {
            Ok(path) => {
                let trail = TrailReader::open(path).with_context(|| format!("failed to open {}", self.path))?;
                Ok(Recording::from_trail(trail, &self.path))
            }
            Err(source) => import_scratch(source, options),
        }
    }

    /// Reads what could be seen in it. A recording that is no trail becomes none on the way.
    pub(crate) fn extract(&self, options: &ImportOptions, reader: &PixelReader) -> Result<Extracted> {
        self.extract_as(self.trail_id()?, options, reader)
    }

    /// The same where it is known which trail it is or becomes.
    pub(crate) fn extract_as(&self, id: TrailId, options: &ImportOptions, reader: &PixelReader) -> Result<Extracted> {
        let failed = || format!("failed to read the screens of {}", self.path);
        match self.as_trail() {
            Err(source) => {
                let mut sink = EventRecorder::new(|_| Ok(ContentStream::new(id).with_reader(Some(reader.clone()))));
                let report = source.import(options, &mut sink).with_context(|| source.path().to_owned())?;
                let (recorder, meta) = sink.finish().map_err(anyhow::Error::from_boxed)?;
                let (findings, damaged) = findings_of(&report);
                let content = recorder.into_writer().finish().with_context(failed)?;
                Ok(Extracted { content, meta, findings, damaged })
            }
            Ok(_) => Extracted::from_recording(self.open(options)?, reader).with_context(failed),
        }
    }

    /// Writes it as a trail to `path`, which must not exist; a trail is copied as it is.
    pub(crate) fn write_trail(&self, path: &Path, options: &ImportOptions, more: &SessionMeta) -> Result<Imported> {
        match self.as_trail() {
            Ok(from) => {
                std::fs::copy(from, path).with_context(|| format!("failed to copy {}", self.path))?;
                let recording = self.open(options)?;
                Ok(Imported { findings: recording.findings, damaged: recording.damaged, import: None })
            }
            Err(source) => {
                let written = write_trail(source, trail_id(source)?, path, options, more);
                let (report, cost) = written.with_context(|| source.path().to_owned())?;
                let (findings, damaged) = findings_of(&report);
                Ok(Imported { findings, damaged, import: Some((report, cost)) })
            }
        }
    }

    /// The identity of the trail that it is or becomes: a function of its bytes, so that importing it twice is noticed.
    pub(crate) fn trail_id(&self) -> Result<TrailId> {
        match self.as_trail() {
            Ok(path) => Ok(TrailReader::open(path)?.trail_id()),
            Err(source) => Ok(trail_id(source)?),
        }
    }

    /// The trail's path, or the recording that is no trail yet.
    fn as_trail(&self) -> Result<&Path, &RecordingSource> {
        match &self.kind {
            Kind::Trail(path) => Ok(path),
            Kind::Piped(path) => Ok(path),
            Kind::Foreign(source) => Err(source),
        }
    }
}

/// What writing a trail brought to light.
pub(crate) struct Imported {
    pub(crate) findings: Vec<String>,
    pub(crate) damaged: bool,
    pub(crate) import: Option<(ImportReport, Cost)>,
}

fn findings_of(report: &ImportReport) -> (Vec<String>, bool) {
    let mut findings: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Damage)
        .map(ToString::to_string)
        .collect();
    if report.findings_omitted > 0 {
        findings.push(format!("and {} more findings", report.findings_omitted));
    }
    (findings, report.damaged)
}

/// Imports into memory, or into a temporary file if it is large.
fn import_scratch(source: &RecordingSource, options: &ImportOptions) -> Result<Recording> {
    let id = trail_id(source)?;
    let writer_options = WriterOptions { sync: SyncPolicy::Never, ..WriterOptions::default() };
    if source.raw_len()? > IN_MEMORY_LEN {
        let folder = tempfile::tempdir().context("failed to make a temporary folder")?;
        let path = folder.path().join("scratch.trail");
        let mut sink =
            EventRecorder::new(|meta| Ok(TrailWriter::create(&path, &Header::with_id(id, meta), writer_options)?));
        let report = source.import(options, &mut sink).with_context(|| source.path().to_owned())?;
        let cost = close(sink)?.1;
        // The open file stays readable; its name goes with the folder.
        let trail = TrailReader::open(&path)?;
        return Ok(recording(trail, report, cost));
    }
    let mut sink = EventRecorder::new(|meta| {
        Ok(TrailWriter::with_storage(MemoryStorage::default(), &Header::with_id(id, meta), writer_options)?)
    });
    let report = source.import(options, &mut sink).with_context(|| source.path().to_owned())?;
    let (writer, cost) = close(sink)?;
    let trail = TrailReader::from_bytes(writer.into_storage().bytes)?;
    Ok(recording(trail, report, cost))
}

/// Closes the trail that events went to.
fn close<S: Storage, F: FnMut(SessionMeta) -> Result<TrailWriter<S>, SinkError>>(
    events: EventRecorder<TrailWriter<S>, F>,
) -> Result<(TrailWriter<S>, Cost)> {
    let (mut recorder, meta) = events.finish().map_err(anyhow::Error::from_boxed)?;
    recorder.writer_mut().set_meta(meta);
    Ok(recorder.close()?)
}

fn recording(trail: TrailReader, report: ImportReport, cost: Cost) -> Recording {
    let (findings, damaged) = findings_of(&report);
    Recording { trail, findings, damaged, import: Some((report, cost)) }
}

/// The channel asked for, or the first one with a screen.
pub(crate) fn screen_channel(trail: &TrailReader, wanted: Option<u32>) -> Result<ChannelId> {
    if let Some(wanted) = wanted {
        let channel = ChannelId(wanted);
        return trail.channel(channel).map(|_| channel).with_context(|| format!("no channel {wanted}"));
    }
    Ok(trail_convert::screen_channel(trail)?)
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
