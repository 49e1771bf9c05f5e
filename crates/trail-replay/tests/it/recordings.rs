//! Real recordings: what is recorded is what was in them, keyframes hold the state, cuts do not depend on chunking.

use std::time::{Duration, Instant};

use trail_container::{RecordBody, TrailReader};
use trail_import::Collected;
use trail_model::{ChannelId, Event, EventKind};
use trail_replay::{Cost, Player, Screen};

use crate::support::{Random, each_recording, record, state};

/// Small, so that short recordings have many chunks and keyframes too.
const CHUNK_LEN: usize = 8 << 10;

fn outputs(events: &[Event], channel: ChannelId) -> Vec<u8> {
    let of_channel = events.iter().filter(|event| event.channel == channel);
    let bytes = of_channel.filter_map(|event| match &event.kind {
        EventKind::Output(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    bytes.collect::<Vec<_>>().concat()
}

/// The output of the channel's records, and where in it the records end.
fn recorded(trail: &TrailReader, channel: ChannelId) -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    for index in 0..trail.chunks().len() {
        for record in trail.chunk(index).unwrap().records().filter(|record| record.channel == channel) {
            if let RecordBody::Output(output) = record.body {
                bytes.extend_from_slice(output);
                ends.push(bytes.len());
            }
        }
    }
    (bytes, ends)
}

/// Plays `channel` from the start, and beside it from each keyframe to the next; compares every `stride`-th state.
fn check_keyframes(name: &str, trail: &TrailReader, channel: ChannelId, stride: u64) -> u64 {
    let mut from_start = Player::new(trail, channel).unwrap();
    let mut from_keyframe: Option<Screen> = None;
    let mut checked = 0;
    for &index in &trail.channel(channel).unwrap().chunks {
        let chunk = trail.chunk(index).unwrap();
        if let Some(keyframe) = chunk.keyframe(channel) {
            assert!(state(from_start.screen()) == keyframe, "{name}: keyframe of chunk {index}");
            from_keyframe = Some(Screen::load(keyframe).unwrap());
        }
        for record in chunk.records().filter(|record| record.channel == channel) {
            let id = from_start.step().unwrap().unwrap().record.id;
            assert_eq!(id, record.id);
            if let Some(screen) = &mut from_keyframe {
                screen.apply(&record.body);
                if id.0.is_multiple_of(stride) {
                    assert!(state(screen) == state(from_start.screen()), "{name}: record {id}");
                    checked += 1;
                }
            }
        }
    }
    checked
}

fn check_recording(name: &str, recording: &Collected, stride: u64) -> u64 {
    let (trail, _) = record(&recording.events, CHUNK_LEN);
    let mut checked = 0;
    let channels: Vec<_> = trail.channels().map(|summary| summary.channel).collect();
    for channel in channels {
        let (bytes, _) = recorded(&trail, channel);
        assert!(bytes == outputs(&recording.events, channel), "{name}: output differs");
        checked += check_keyframes(name, &trail, channel, stride);
    }
    checked
}

#[test]
fn f08_state_from_any_keyframe_is_state_from_the_start() {
    let mut checked = 0;
    let count = each_recording(|name, recording| checked += check_recording(name, &recording, 61));
    println!("{count} recordings, {checked} states compared");
}

#[test]
#[ignore = "long battery: the state after every record of every recording"]
fn state_from_any_keyframe_is_state_from_the_start_for_every_record() {
    let mut checked = 0;
    let count = each_recording(|name, recording| checked += check_recording(name, &recording, 1));
    println!("{count} recordings, {checked} states compared");
}

/// The same events, with output joined and split anew.
fn rechunked(events: &[Event], seed: u64) -> Vec<Event> {
    let mut random = Random(seed);
    let mut out: Vec<Event> = Vec::new();
    for event in events {
        let EventKind::Output(bytes) = &event.kind else {
            out.push(event.clone());
            continue;
        };
        let mut rest = bytes.as_slice();
        if let Some(last) = out.last_mut()
            && last.channel == event.channel
            && let EventKind::Output(before) = &mut last.kind
            && random.below(2) == 0
        {
            let (joined, after) = rest.split_at(random.below(rest.len() as u64 + 1) as usize);
            before.extend_from_slice(joined);
            rest = after;
        }
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(1 + random.below(300) as usize));
            out.push(Event { kind: EventKind::Output(piece.to_vec()), ..event.clone() });
            rest = after;
        }
    }
    out
}

/// Where cuts are: the ends of records that are not ends of events.
fn cuts(events: &[Event], channel: ChannelId) -> (Vec<usize>, Vec<usize>) {
    let (trail, _) = record(events, 64 << 10);
    let (_, ends) = recorded(&trail, channel);
    let mut place = 0;
    let mut event_ends = Vec::new();
    for event in events.iter().filter(|event| event.channel == channel) {
        if let EventKind::Output(bytes) = &event.kind {
            place += bytes.len();
            event_ends.push(place);
        }
    }
    (ends, event_ends)
}

#[test]
fn cuts_of_real_recordings_do_not_depend_on_chunking() {
    let count = each_recording(|name, recording| {
        let Some(channel) = recording.events.first().map(|event| event.channel) else { return };
        let (ends, event_ends) = cuts(&recording.events, channel);
        let (other_ends, other_event_ends) = cuts(&rechunked(&recording.events, 99), channel);
        // A place that is an end of an event in one of them says nothing: a record ends there anyway.
        let only_cuts = |ends: Vec<usize>| -> Vec<usize> {
            let is_event_end =
                |end: &usize| event_ends.binary_search(end).is_ok() || other_event_ends.binary_search(end).is_ok();
            ends.into_iter().filter(|end| !is_event_end(end)).collect()
        };
        assert_eq!(only_cuts(ends), only_cuts(other_ends), "{name}");
    });
    println!("{count} recordings");
}

/// What cutting costs, for the record: run with `--ignored --nocapture`.
#[test]
#[ignore = "measurement"]
fn what_cuts_cost() {
    println!(
        "| recording | events | records | cuts per event | trail bytes / output bytes | of which keyframes | replay time |"
    );
    let mut total = Cost::default();
    let mut all = (Duration::ZERO, Duration::ZERO);
    each_recording(|name, recording| {
        let (trail, cost) = record(&recording.events, trail_container::format::CHUNK_LEN);
        if cost.output_bytes < 50_000 {
            return;
        }
        let Some(summary) = trail.channels().next() else { return };
        let time = |f: &dyn Fn()| {
            let start = Instant::now();
            (0..3).for_each(|_| f());
            start.elapsed() / 3
        };
        let channel = summary.channel;
        let with_cuts = time(&|| {
            let mut player = Player::new(&trail, channel).unwrap();
            while player.step().unwrap().is_some() {}
        });
        let without = time(&|| {
            let mut screen = Screen::new();
            for event in recording.events.iter().filter(|event| event.channel == channel) {
                screen.apply(&RecordBody::from_event(&event.kind));
            }
        });
        let statistics = trail.statistics().unwrap();
        println!(
            "| {} | {} | {} | {:.2} | {:.3} | {:.3} | {:.1?} against {:.1?} |",
            name.rsplit('/').next().unwrap_or(name),
            cost.events,
            cost.records,
            cost.cuts as f64 / cost.events as f64,
            statistics.stored_bytes as f64 / cost.output_bytes as f64,
            statistics.keyframe_bytes as f64 / statistics.raw_bytes as f64,
            with_cuts,
            without,
        );
        total.events += cost.events;
        total.records += cost.records;
        total.cuts += cost.cuts;
        total.output_bytes += cost.output_bytes;
        all = (all.0 + with_cuts, all.1 + without);
    });
    println!("{total:?} {all:?}");
}
