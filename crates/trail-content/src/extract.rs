//! From a trail to its content file.
//!
//! Content blocks are planned first, then extracted independently of each other, each from the nearest keyframe before
//! it, and stitched in order. So the file is the same for every number of threads, and memory is bounded by the blocks
//! in flight.

mod assembly;
mod block;
mod command;
mod draft;
mod input;
mod keys;
mod lines;
mod pixels;
mod plan;
mod prompt;
mod stitch;
mod stream;
mod texts;
mod utf8;

#[cfg(test)]
mod tests;

use std::io::Write;

use rayon::prelude::*;
use trail_container::TrailReader;
use trail_model::RecordId;

use crate::{ContentWriter, Coverage, EncodedBlock, Error, PixelReader};
use assembly::Assembly;
use block::Extracted;
use plan::{BlockPlan, ChannelPlan};
pub use stream::ContentStream;

/// Output of a channel after which a new content block begins, in bytes. Part of the meaning of content files: an item
/// is a distinct text of a block.
pub const BLOCK_OUTPUT_LEN: u64 = 4 << 20;

/// How content is extracted. The result depends on the reader alone.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExtractOptions {
    /// Blocks that are extracted at a time; 0: as many as the thread pool has threads. Memory grows with it, by about
    /// ten times [`BLOCK_OUTPUT_LEN`] each at most for ordinary recordings.
    pub threads: usize,
    /// What reads the pixels of desktops; nothing: they are counted and not read.
    pub reader: Option<PixelReader>,
    /// Instead of [`BLOCK_OUTPUT_LEN`], for tests of what happens at the borders.
    #[doc(hidden)]
    pub block_output_len: u64,
}

impl Default for ExtractOptions {
    fn default() -> ExtractOptions {
        ExtractOptions { threads: 0, reader: None, block_output_len: BLOCK_OUTPUT_LEN }
    }
}

impl ExtractOptions {
    /// Options for that many blocks at a time.
    pub fn with_threads(threads: usize) -> ExtractOptions {
        ExtractOptions { threads, ..ExtractOptions::default() }
    }

    /// The same with a reader of pixels.
    pub fn with_reader(self, reader: Option<PixelReader>) -> ExtractOptions {
        ExtractOptions { reader, ..self }
    }
}

/// What [`extract`] made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extraction {
    /// The content file.
    pub bytes: Vec<u8>,
    /// Its address by content.
    pub digest: [u8; 32],
    /// Summed over the channels.
    pub coverage: Coverage,
}

/// Extracts the content of a trail into memory.
///
/// # Errors
/// [`Error::Write`] if the compressor fails. Damage in the trail is no error: what can be read is extracted, and the
/// coverage says what could not.
pub fn extract(trail: &TrailReader, options: &ExtractOptions) -> Result<Extraction, Error> {
    let (bytes, digest, coverage) = extract_to(trail, options, Vec::new())?;
    Ok(Extraction { bytes, digest, coverage })
}

/// Extracts the content of a trail into `out`, front to back; gives it back with the file's digest and the coverage
/// summed over the channels.
///
/// # Errors
/// As [`extract`], and if `out` fails.
pub fn extract_to<W: Write>(
    trail: &TrailReader,
    options: &ExtractOptions,
    out: W,
) -> Result<(W, [u8; 32], Coverage), Error> {
    let mut writer = ContentWriter::new(out, trail.trail_id())?;
    let mut total = Coverage::default();
    let at_a_time = match options.threads {
        0 => rayon::current_num_threads(),
        threads => threads,
    };
    let channels: Vec<_> = trail.channels().map(|summary| summary.channel).collect();
    for &channel in &channels {
        let block_len = options.block_output_len.max(1);
        let quick = plan::plan_quick(trail, channel, block_len);
        let plan = quick.unwrap_or_else(|| plan::plan(trail, channel, block_len));
        total += &extract_channel(trail, plan, options, at_a_time, &mut writer)?;
    }
    if total.frames > 0 {
        writer.set_reader(&reader_version(options.reader.as_ref()));
    }
    let (out, digest) = writer.finish(RecordId(trail.last_record()), trail.duration())?;
    Ok((out, digest, total))
}

/// What stands in the content of desktops for what read them.
fn reader_version(reader: Option<&PixelReader>) -> String {
    reader.map_or_else(|| NO_READER.to_owned(), PixelReader::version)
}

/// The reader of content whose pixels were not read.
pub const NO_READER: &str = "none";

/// Extracts one channel: batches of blocks in parallel, their seams in order.
fn extract_channel<W: Write>(
    trail: &TrailReader,
    mut plan: ChannelPlan,
    options: &ExtractOptions,
    at_a_time: usize,
    writer: &mut ContentWriter<W>,
) -> Result<Coverage, Error> {
    let mut assembly = Assembly::default();
    let mut first = None;
    if let [block] = plan.blocks[..] {
        let extracted = block::extract(trail, block, options.reader.as_ref());
        if extracted.is_damaged {
            // It was planned without looking.
            plan = plan::plan(trail, plan.channel, options.block_output_len.max(1));
        } else {
            first = Some(extracted);
        }
    }
    let mut is_begun = false;
    for batch in plan.blocks.chunks(at_a_time.max(1)) {
        let mut extracted: Vec<Extracted> = match first.take() {
            Some(block) => vec![block],
            None => map(batch, |block: &BlockPlan| block::extract(trail, *block, options.reader.as_ref())),
        };
        for (block, plan) in extracted.iter_mut().zip(batch) {
            assembly.take(block, plan.after_damage);
        }
        if !std::mem::replace(&mut is_begun, true) {
            writer.add_channel(plan.channel, assembly.kind());
        }
        let finished = map_owned(extracted, |block| {
            let finished = block.finish();
            let encoded = EncodedBlock::new(&finished.block);
            (finished, encoded)
        });
        for ((finished, encoded), plan) in finished.into_iter().zip(batch) {
            writer.add_block(plan.channel, encoded?)?;
            for (block, span, next) in assembly.add(&finished, plan.after_damage) {
                writer.resolve(plan.channel, block, span, next)?;
            }
        }
    }
    if !is_begun {
        writer.add_channel(plan.channel, assembly.kind());
    }
    let (moments, mut coverage) = assembly.finish(trail.duration());
    coverage.damaged_parts = plan.damaged_parts;
    coverage.lost_records = plan.lost_records;
    writer.end_channel(plan.channel, &moments, &coverage)?;
    Ok(coverage)
}

/// One block needs no other thread: handing work over costs more than a short recording takes.
fn map<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    match items {
        [item] => vec![f(item)],
        items => items.par_iter().map(f).collect(),
    }
}

fn map_owned<T: Send, R: Send>(mut items: Vec<T>, f: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    match items.len() {
        1 => items.pop().map(f).into_iter().collect(),
        _ => items.into_par_iter().map(f).collect(),
    }
}
