//! From trails to a committed index: ours beside the naive pipeline, and where our time goes.
//!
//! The recordings are those of all sets and those of `testdata/recordings`, every one of them another. Ours starts from
//! trails on disk, the naive pipeline from events in memory; both write their index to disk. CPU time of the process, one
//! job; in each repetition both run, in turn; the best counts.
//!
//! ```text
//! cargo run --release --bin pipeline -- [--inputs FOLDER] [--testdata FOLDER] [--reps 3]
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bench_peers::arguments::Arguments;
use bench_peers::clock::{best, process_cpu};
use bench_peers::inputs::{Recording, casts, recordings};
use bench_peers::naive;
use bench_peers::table::{mb_per_s, ms, percent, row, times, verdict};
use trail_container::{Header, TrailReader, WriterOptions};
use trail_content::{ContentFile, ExtractOptions, extract};
use trail_import::{ImportOptions, discover};
use trail_index::{DataDir, IndexOptions, IndexReader};
use trail_replay::{Cost, record_events};

const SPEED_TARGET: f64 = 5.0;
const INDEX_PERCENT_MAX: u64 = 40;
const CONTENT_PERCENT_MAX: u64 = 15;

fn main() -> Result<()> {
    let arguments = Arguments::read(&["inputs", "testdata", "reps"])?;
    let reps: usize = arguments.get("reps", 3)?;
    let testdata = arguments.get("testdata", PathBuf::from("testdata/recordings"))?;
    let mut paths = casts(&arguments.inputs()?)?;
    paths.push(testdata);

    let (read, import) = process_cpu(|| -> Result<Vec<Recording>> {
        let lists: Result<Vec<_>> = paths.iter().map(|path| recordings(path)).collect();
        Ok(lists?.into_iter().flatten().collect())
    });
    let recordings = read?;
    let output: u64 = recordings.iter().map(Recording::output_len).sum();
    let raw: u64 = paths.iter().map(|path| raw_len(path)).sum();
    println!("{} recordings, {:.1} MB of output, {:.1} MB of files", recordings.len(), mb(output), mb(raw));

    let folder = tempfile::tempdir()?;
    let data = DataDir::create(folder.path().join("data"))?;
    let (cost, record) = process_cpu(|| record_all(&data, &recordings));
    let cost = cost?;

    let [mut extracts, mut indexes, mut ours, mut theirs] = [const { Vec::new() }; 4];
    let mut documents = 0;
    let options = {
        let mut options = IndexOptions::default();
        options.jobs = 1;
        options
    };
    for _ in 0..reps {
        extracts.push(extract_all(&data)?);

        clear(&data)?;
        let (report, time) = process_cpu(|| trail_index::update(&data, &options));
        let report = report?;
        ensure!(report.failed.is_empty() && report.items > 0, "the index is not whole");
        ours.push(time);

        // The content files stay: what is left is indexing.
        fs::remove_dir_all(data.index_dir())?;
        fs::create_dir_all(data.index_dir())?;
        let (report, time) = process_cpu(|| trail_index::update(&data, &options));
        ensure!(report?.extracted == 0, "content was extracted again");
        indexes.push(time);

        let naive = tempfile::tempdir()?;
        let events = recordings.iter().map(|recording| recording.events.as_slice());
        let (outcome, time) = process_cpu(|| naive::index(naive.path(), events));
        documents = outcome?.documents;
        theirs.push(time);
    }

    let items = IndexReader::open(&data)?.manifest().trails.iter().map(|entry| entry.items()).sum::<u64>();
    let (ours, theirs) = (best(&ours), best(&theirs));
    row(["", "CPU time", "of output", "documents"]);
    row(["trail to index".into(), ms(ours), mb_per_s(output, ours), items.to_string()]);
    row(["naive pipeline".into(), ms(theirs), mb_per_s(output, theirs), documents.to_string()]);
    let ratio = times(ours, theirs);
    println!("ratio: {ratio:.2} ({})", verdict(ratio >= SPEED_TARGET, ">= 5"));

    println!("\nwhere the time of a recording goes, from its file to the committed index:");
    let stages = [("import", import), ("record", record), ("extract", best(&extracts)), ("index", best(&indexes))];
    let total: Duration = stages.iter().map(|(_, time)| *time).sum();
    row(["stage", "CPU time", "of output", "share"]);
    for (name, time) in stages {
        row([
            name.into(),
            ms(time),
            mb_per_s(output, time),
            percent(time.as_micros() as u64, total.as_micros() as u64),
        ]);
    }
    row(["all".into(), ms(total), mb_per_s(output, total), String::new()]);
    println!(
        "cuts: {} events became {} records ({} cuts), {} keyframes of {:.1} MB before compression",
        cost.0.events,
        cost.0.records,
        cost.0.cuts,
        cost.0.keyframes,
        mb(cost.0.keyframe_bytes)
    );

    println!("\nbytes on disk, as shares of {:.1} MB of output:", mb(output));
    let sizes = [
        ("trails", folder_len(&data.trails_dir())?, None),
        ("content files", folder_len(&data.content_dir())?, Some(CONTENT_PERCENT_MAX)),
        ("index", folder_len(&data.index_dir())?, Some(INDEX_PERCENT_MAX)),
    ];
    for (name, len, most) in sizes {
        let verdict =
            most.map_or_else(String::new, |most| verdict(len * 100 <= output * most, &format!("<= {most} %")));
        row([name.into(), format!("{:.2} MB", mb(len)), percent(len, output), verdict]);
    }
    let (texts, blocks) = content_counts(&data)?;
    println!("{items} items in {blocks} blocks, {:.2} MB of text ({} of output)", mb(texts), percent(texts, output));
    Ok(())
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn raw_len(path: &Path) -> u64 {
    let sources = discover(path, &ImportOptions::default()).filter_map(Result::ok);
    sources.filter_map(|source| source.raw_len().ok()).sum()
}

/// The costs of all recorders, in sum.
struct Costs(Cost);

fn record_all(data: &DataDir, recordings: &[Recording]) -> Result<Costs> {
    let mut costs = Costs(Cost::default());
    for (number, recording) in recordings.iter().enumerate() {
        let header = Header::new(recording.meta.clone())?;
        let path = data.trail_path(&format!("session-{number:04}"));
        let recorded = record_events(&path, &header, WriterOptions::default(), &recording.events, None);
        let (_, cost) = recorded.with_context(|| recording.path.clone())?;
        costs.0.events += cost.events;
        costs.0.records += cost.records;
        costs.0.cuts += cost.cuts;
        costs.0.keyframes += cost.keyframes;
        costs.0.keyframe_bytes += cost.keyframe_bytes;
    }
    Ok(costs)
}

fn trails(data: &DataDir) -> Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(data.trails_dir())?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "trail"));
    paths.sort();
    Ok(paths)
}

fn extract_all(data: &DataDir) -> Result<Duration> {
    let paths = trails(data)?;
    let (done, time) = process_cpu(|| -> Result<u64> {
        let mut bytes = 0;
        for path in &paths {
            bytes += extract(&TrailReader::open(path)?, &ExtractOptions::with_threads(1))?.bytes.len() as u64;
        }
        Ok(bytes)
    });
    ensure!(done? > 0, "nothing was extracted");
    Ok(time)
}

/// Removes content and index.
fn clear(data: &DataDir) -> Result<()> {
    for folder in [data.content_dir(), data.index_dir()] {
        fs::remove_dir_all(&folder)?;
        fs::create_dir_all(&folder)?;
    }
    Ok(())
}

fn folder_len(folder: &Path) -> Result<u64> {
    let mut len = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        len += if meta.is_dir() { folder_len(&entry.path())? } else { meta.len() };
    }
    Ok(len)
}

/// Bytes of item texts, and blocks.
fn content_counts(data: &DataDir) -> Result<(u64, usize)> {
    let (mut bytes, mut blocks) = (0, 0);
    for entry in fs::read_dir(data.content_dir())? {
        let content = ContentFile::open(fs::read(entry?.path())?)?;
        for channel in content.channels() {
            for index in 0..channel.block_count() {
                bytes += channel.block(index)?.items().map(|item| item.text().len() as u64).sum::<u64>();
                blocks += 1;
            }
        }
    }
    Ok((bytes, blocks))
}
