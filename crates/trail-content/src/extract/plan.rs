//! Where the content blocks of a channel begin.

use rayon::prelude::*;
use trail_container::{RecordBody, TrailReader};
use trail_model::{ChannelId, RecordId};

/// One content block, to be extracted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockPlan {
    pub(super) channel: ChannelId,
    /// The channel's first record in the block.
    pub(super) first_record: RecordId,
    /// The last record that can belong to it; the channel's last in the block is this one or one before.
    pub(super) last_record: RecordId,
    /// Ordinal of the first record.
    pub(super) first: u32,
    /// A damaged part of the trail lies before it: nothing reaches into it.
    pub(super) after_damage: bool,
}

/// What a channel has, and where its blocks begin.
#[derive(Debug)]
pub(super) struct ChannelPlan {
    pub(super) channel: ChannelId,
    pub(super) blocks: Vec<BlockPlan>,
    /// Chunks that could not be read and hold, or may hold, records of the channel.
    pub(super) damaged_parts: u64,
    pub(super) lost_records: u64,
}

/// Plans a channel that is surely one block, without reading its records; nothing if it may be more.
pub(super) fn plan_quick(trail: &TrailReader, channel: ChannelId, block_len: u64) -> Option<ChannelPlan> {
    let summary = trail.channel(channel)?;
    let chunks = summary.chunks.iter().map(|&index| trail.chunks().get(index)?.channel(channel));
    // Heads included, so more than the output.
    let bytes = chunks.map(|entry| entry.map(|entry| u64::from(entry.record_bytes))).sum::<Option<u64>>()?;
    let block = BlockPlan {
        channel,
        first_record: summary.first_record,
        last_record: summary.last_record,
        first: 0,
        after_damage: false,
    };
    (bytes < block_len).then(|| ChannelPlan { channel, blocks: vec![block], damaged_parts: 0, lost_records: 0 })
}

/// Output and records of a channel in one chunk.
#[derive(Clone, Copy, Debug, Default)]
struct Amount {
    output: u64,
    records: u32,
}

/// Plans the blocks of a channel: a new one begins with the first record at which the channel's output up to and
/// including it reaches the next multiple of `block_len`.
pub(super) fn plan(trail: &TrailReader, channel: ChannelId, block_len: u64) -> ChannelPlan {
    let mut plan = ChannelPlan { channel, blocks: Vec::new(), damaged_parts: 0, lost_records: 0 };
    let Some(summary) = trail.channel(channel) else { return plan };
    let chunks = &summary.chunks;
    let amounts: Vec<Option<Amount>> = chunks.par_iter().map(|&index| amount(trail, index, channel)).collect();
    let (mut output, mut first) = (0, 0_u32);
    let mut begins = true;
    let mut after_damage = false;
    for (&index, amount) in chunks.iter().zip(amounts) {
        let entry = trail.chunks().get(index).and_then(|chunk| chunk.channel(channel));
        let Some(amount) = amount else {
            plan.damaged_parts += 1;
            plan.lost_records += entry.map_or(0, |entry| u64::from(entry.records));
            (begins, after_damage) = (true, true);
            continue;
        };
        let goes_over = (output + amount.output) / block_len > output / block_len;
        if begins || goes_over {
            split(trail, index, block_len, &mut plan, Split { output, first, begins, after_damage });
            (begins, after_damage) = (false, false);
        }
        output += amount.output;
        first += amount.records;
    }
    for i in 1..plan.blocks.len() {
        plan.blocks[i - 1].last_record = RecordId(plan.blocks[i].first_record.0 - 1);
    }
    if let Some(last) = plan.blocks.last_mut() {
        last.last_record = summary.last_record;
    }
    plan
}

/// Output and records of `channel` in a chunk; nothing if it cannot be read.
fn amount(trail: &TrailReader, index: usize, channel: ChannelId) -> Option<Amount> {
    let chunk = trail.chunk(index).ok()?;
    let mut amount = Amount::default();
    for record in chunk.records().filter(|record| record.channel == channel) {
        amount.records += 1;
        amount.output += output_len(&record.body);
    }
    Some(amount)
}

struct Split {
    output: u64,
    first: u32,
    begins: bool,
    after_damage: bool,
}

/// Finds the blocks that begin in a chunk.
fn split(trail: &TrailReader, index: usize, block_len: u64, plan: &mut ChannelPlan, mut at: Split) {
    let Ok(chunk) = trail.chunk(index) else { return };
    for record in chunk.records().filter(|record| record.channel == plan.channel) {
        let before = at.output;
        at.output += output_len(&record.body);
        if at.begins || at.output / block_len > before / block_len {
            plan.blocks.push(BlockPlan {
                channel: plan.channel,
                first_record: record.id,
                last_record: record.id,
                first: at.first,
                after_damage: at.after_damage,
            });
            (at.begins, at.after_damage) = (false, false);
        }
        at.first += 1;
    }
}

fn output_len(body: &RecordBody<'_>) -> u64 {
    match body {
        RecordBody::Output(bytes) => bytes.len() as u64,
        _ => 0,
    }
}
