//! `trail grep`: searches recordings where they lie.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result};
use rayon::prelude::*;
use trail_content::ContentFile;
use trail_convert::trail_id_of;
use trail_import::ImportOptions;
use trail_model::{Timestamp, TrailId};
use trail_search::{ScanSource, Searcher};

use crate::args::{GrepArgs, ReadArgs};
use crate::cache::{Cache, Facts};
use crate::coverage;
use crate::filter::Filter;
use crate::hits::{Printer, Session};
use crate::outcome::Outcome;
use crate::pixels::PixelEngine;
use crate::query;
use crate::recording::{self, Found};
use crate::ui::Ui;

/// Content of all recordings together that may be held as it is; what comes beyond is held packed.
const LOOSE_LEN: usize = 256 << 20;

pub(crate) fn run(args: &GrepArgs, ui: &Ui) -> Result<Outcome> {
    query::check_not_empty(&args.query)?;
    let mut parsed = query::parse(&args.query, args.output.mode, &args.output.limits, ui)?;
    let filter = Filter::new(&args.filter)?;
    let options = recording::import_options(&args.read)?;
    let pixels = PixelEngine::new(&args.read.pixels)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads).build().context("failed to start threads")?;
    let mut damaged = false;
    let found = recording::find(&args.paths, &options, |problem| {
        damaged = true;
        ui.error(&problem);
    });
    let cache = if args.no_cache { None } else { Cache::open() };
    let reader = Reader {
        args: &args.read,
        options: &options,
        pixels: &pixels,
        cache: cache.as_ref(),
        loose_len: AtomicUsize::new(0),
        has_written: AtomicBool::new(false),
    };
    let bar = ui.bar(found.len() as u64, "reading");
    let loaded: Vec<Result<Loaded>> = pool.install(|| {
        let load = |found: &Found| {
            let loaded = reader.load(found);
            bar.inc(1);
            loaded
        };
        found.par_iter().map(load).collect()
    });
    bar.finish_and_clear();
    if let Some(failure) = pixels.failure() {
        damaged = true;
        ui.error(&failure);
    }

    let mut sessions = Vec::new();
    let mut contents = Vec::new();
    let mut infos = Vec::new();
    let mut covered = Vec::new();
    for (found, loaded) in found.iter().zip(loaded) {
        match loaded {
            Ok(loaded) => {
                for finding in &loaded.facts.findings {
                    ui.error(finding);
                }
                damaged |= loaded.facts.damaged;
                if filter.admits(&loaded.facts.meta()) {
                    covered.push((found.path.clone(), coverage::of_content(&loaded.content)));
                    contents.push((Arc::new(loaded.content), loaded.facts.totals()));
                    infos.push(loaded.facts.session.clone());
                    sessions.push(session(found, &loaded.facts));
                }
            }
            Err(error) => {
                damaged = true;
                ui.error(&format!("{error:#}"));
            }
        }
    }
    parsed.options.language.reads_pixels =
        contents.iter().any(|(content, _)| !matches!(content.reader(), "" | trail_content::NO_READER));
    let searcher = Searcher::new(ScanSource::with_totals(contents).with_sessions(infos), parsed.options.clone());
    let mut out = io::BufWriter::new(io::stdout());
    let open = |index: usize| sessions[index].1.open(&options).map(|recording| recording.trail);
    let summaries: Vec<Session> = sessions.iter().map(|(session, _)| session.clone()).collect();
    let printer = Printer::new(&args.output, ui, &filter, &summaries, &open)?;
    let report = pool.install(|| printer.run(&searcher, &parsed, &mut out))?;
    coverage::tell(&args.output, ui, &covered, &mut out)?;
    out.flush()?;
    if let Some(cache) = cache.as_ref().filter(|_| reader.has_written.load(Ordering::Relaxed)) {
        cache.trim();
    }
    for failure in &report.failures {
        ui.error(failure);
    }
    damaged |= !report.failures.is_empty();
    Ok(Outcome { found: report.hits > 0, damaged: damaged && !args.read.tolerate })
}

fn session<'f>(found: &'f Found, facts: &Facts) -> (Session, &'f Found) {
    let trail_id = TrailId::parse(&facts.trail_id).unwrap_or(TrailId([0; 16]));
    (Session { path: found.path.clone(), trail_id, start: facts.session.start_ns.map(Timestamp) }, found)
}

/// Reads recordings into content, through the cache.
struct Reader<'a> {
    args: &'a ReadArgs,
    options: &'a ImportOptions,
    pixels: &'a PixelEngine,
    cache: Option<&'a Cache>,
    /// Bytes of content that is held as it is.
    loose_len: AtomicUsize,
    /// Something was put into the cache.
    has_written: AtomicBool,
}

struct Loaded {
    facts: Facts,
    content: ContentFile,
}

impl Reader<'_> {
    fn load(&self, found: &Found) -> Result<Loaded> {
        let Some(cache) = self.cache else { return self.extract(found, found.trail_id()?) };
        let digest = found.digest()?;
        let key = Cache::key(&digest, self.args);
        if let Some((facts, content)) = cache.get(&key, &self.pixels.reader) {
            return Ok(Loaded { facts: facts.with_path(&found.path), content });
        }
        let loaded = self.extract(found, trail_id_of(&digest))?;
        // What was written to while it was read must not stand for what it was before.
        if found.digest()? != digest {
            return Ok(loaded);
        }
        self.has_written.store(true, Ordering::Relaxed);
        // A cache that cannot be written is a slower search, not a failed one.
        let _ = cache.put(&key, &loaded.facts.clone().without_path(&found.path), &loaded.content.to_quick_bytes()?);
        Ok(loaded)
    }

    fn extract(&self, found: &Found, id: TrailId) -> Result<Loaded> {
        let extracted = found.extract_as(id, self.options, &self.pixels.reader)?;
        let facts = Facts::new(&extracted)?;
        let mut content = extracted.content;
        let len = content.loose_len();
        if self.loose_len.fetch_add(len, Ordering::Relaxed) + len > LOOSE_LEN {
            self.loose_len.fetch_sub(len, Ordering::Relaxed);
            content = ContentFile::open(content.to_bytes()?)?;
        }
        Ok(Loaded { facts, content })
    }
}
