//! Puts small segments of a partition together, and those of which much is dead.
//!
//! A segment is a pure function of content files, so its live items are indexed again from there.

use std::collections::{BTreeMap, HashMap};

use trail_content::ContentFile;
use trail_model::{ChannelId, TrailId};

use super::IndexOptions;
use super::generation::Generation;
use crate::content;
use crate::error::Error;
use crate::manifest::{SegmentEntry, TrailEntry};
use crate::segment::{DocTable, SegmentBuilder};

/// So many segments of one order of magnitude are put together: each document is then indexed again once for every
/// such factor that its segment grows by.
const FAN_IN: usize = 8;
/// Most documents of a segment that is put together; it is built in memory. Segments with more than this divided by
/// [`FAN_IN`] are left as they are.
const MERGED_DOCS_MAX: u64 = 1 << 17;

/// A segment that could be put together with others.
struct Small {
    name: String,
    partition: String,
    live: u64,
    is_mostly_dead: bool,
}

pub(super) fn compact(generation: &mut Generation, options: &IndexOptions) -> Result<(), Error> {
    if options.purge {
        purge(generation, options)?;
    }
    while let Some(names) = next_group(generation) {
        if !merge(generation, &names, options)? {
            return Ok(());
        }
    }
    Ok(())
}

/// Writes every segment anew that has something dead in it.
fn purge(generation: &mut Generation, options: &IndexOptions) -> Result<(), Error> {
    let live = live_docs(generation);
    let has_dead = |(name, entry): (&String, &SegmentEntry)| {
        (live.get(name).copied().unwrap_or(0) < entry.docs).then(|| name.clone())
    };
    let names: Vec<String> = generation.manifest.segments.iter().filter_map(has_dead).collect();
    for name in names {
        merge(generation, std::slice::from_ref(&name), options)?;
    }
    Ok(())
}

/// How many documents of each segment count.
fn live_docs(generation: &Generation) -> HashMap<String, u64> {
    let mut live: HashMap<String, u64> = HashMap::new();
    for (name, docs) in generation.manifest.trails.iter().flat_map(|entry| &entry.segments) {
        *live.entry(name.clone()).or_default() += docs;
    }
    live
}

/// Segments that should become one.
fn next_group(generation: &Generation) -> Option<Vec<String>> {
    let mut groups: BTreeMap<(String, u32), Vec<Small>> = BTreeMap::new();
    for small in small_segments(generation) {
        let order = (small.live + 1).ilog2() / FAN_IN.ilog2();
        groups.entry((small.partition.clone(), order)).or_default().push(small);
    }
    let is_due = |group: &Vec<Small>| group.len() >= FAN_IN || group.iter().any(|small| small.is_mostly_dead);
    let mut group = groups.into_values().find(is_due)?;
    group.sort_by_key(|small| !small.is_mostly_dead);
    let mut docs = 0;
    let fits = |small: &Small| {
        docs += small.live;
        docs <= MERGED_DOCS_MAX
    };
    Some(group.into_iter().take_while(fits).map(|small| small.name).collect())
}

fn small_segments(generation: &Generation) -> Vec<Small> {
    let manifest = &generation.manifest;
    let live = live_docs(generation);
    let small = manifest.segments.iter().map(|(name, entry)| {
        let live = live.get(name.as_str()).copied().unwrap_or(0);
        Small { name: name.clone(), partition: entry.partition.clone(), live, is_mostly_dead: live * 2 < entry.docs }
    });
    small.filter(|small| small.live <= MERGED_DOCS_MAX / FAN_IN as u64).collect()
}

/// Indexes the live items of some segments again as one, and commits. Tells whether it could be done.
fn merge(generation: &mut Generation, names: &[String], options: &IndexOptions) -> Result<bool, Error> {
    let Some(partition) = names.first().and_then(|name| generation.manifest.segments.get(name)) else {
        return Ok(false);
    };
    let partition = partition.partition.clone();
    let entries = generation.manifest.trails.iter().filter_map(|entry| Some((entry.trail?, entry)));
    let by_trail: HashMap<TrailId, &TrailEntry> = entries.filter(|(_, entry)| !entry.segments.is_empty()).collect();
    let mut builder = SegmentBuilder::new(options.common_docs);
    let mut contents: HashMap<TrailId, ContentFile> = HashMap::new();
    for name in names {
        let folder = generation.data.generation_dir(&generation.name).join(&partition).join(name);
        let docs = DocTable::load(&folder)?;
        for docs in &docs.trails {
            let entry = by_trail.get(&docs.trail).filter(|entry| entry.segments.contains_key(name));
            let Some(entry) = entry else { continue };
            let Some(content) = &entry.content else { continue };
            let content = match contents.entry(docs.trail) {
                std::collections::hash_map::Entry::Occupied(content) => content.into_mut(),
                std::collections::hash_map::Entry::Vacant(place) => {
                    // Small segments are a convenience: without the content they stay.
                    let Ok(content) = content::open(&generation.data.content_path(content)) else { return Ok(false) };
                    place.insert(content)
                }
            };
            for run in &docs.runs {
                let channel = content.channel(ChannelId(run.channel));
                let Some(Ok(block)) = channel.map(|channel| channel.block(run.block as usize)) else {
                    return Ok(false);
                };
                let moments = channel.and_then(|channel| channel.moments().ok()).cloned();
                let (first, end) = (run.first_item as usize, (run.first_item + run.docs) as usize);
                if end > block.len() {
                    return Ok(false);
                }
                let mut at = first;
                while at < end {
                    at = builder.add_items(
                        docs.trail,
                        ChannelId(run.channel),
                        run.block,
                        &block,
                        moments.as_deref(),
                        at..end,
                    );
                }
            }
        }
    }
    if !builder.is_empty() {
        let segment = generation.write_segment(&partition, builder, options)?;
        generation.manifest.segments.insert(segment.name.clone(), segment.entry);
        for entry in &mut generation.manifest.trails {
            let before = entry.segments.len();
            let mut moved = 0;
            for name in names {
                moved += entry.segments.remove(name).unwrap_or(0);
            }
            if entry.segments.len() < before {
                entry.segments.insert(segment.name.clone(), moved);
            }
        }
    }
    generation.commit(options)?;
    Ok(true)
}
