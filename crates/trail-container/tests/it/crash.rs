//! Storage that stops at the n-th write or sync, for every n, then reopen.

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex};

use trail_container::{
    Error, MemoryStorage, RecordBody, Storage, SyncPolicy, TrailReader, TrailWriter, WriterOptions, verify,
};
use trail_model::{ChannelId, Offset};

use crate::support::{Flat, Random, header, records, records_before_damage};

/// How the medium fails.
#[derive(Clone, Copy, Debug)]
enum Failure {
    /// Nothing of the write arrives.
    Nothing,
    /// Half of the write arrives.
    Half,
    /// All of it arrives, and the answer is still an error.
    All,
}

/// Memory that outlives its writer, and fails once `left` operations have been done.
#[derive(Clone)]
struct Faulty {
    memory: Arc<Mutex<MemoryStorage>>,
    left: Arc<Mutex<u64>>,
    failure: Failure,
    /// Bytes that a sync has put out of danger.
    synced: Arc<Mutex<usize>>,
}

impl Faulty {
    fn new(left: u64, failure: Failure) -> Faulty {
        let memory = Arc::new(Mutex::new(MemoryStorage::default()));
        Faulty { memory, left: Arc::new(Mutex::new(left)), failure, synced: Arc::default() }
    }

    fn fails(&self) -> bool {
        let mut left = self.left.lock().unwrap();
        match left.checked_sub(1) {
            Some(less) => {
                *left = less;
                false
            }
            None => true,
        }
    }
}

impl Storage for Faulty {
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let mut memory = self.memory.lock().unwrap();
        if !self.fails() {
            return memory.write_at(at, bytes);
        }
        let arrived = match self.failure {
            Failure::Nothing => 0,
            Failure::Half => bytes.len() / 2,
            Failure::All => bytes.len(),
        };
        memory.write_at(at, &bytes[..arrived])?;
        Err(io::Error::other("no space left"))
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.fails() {
            return Err(io::Error::other("input/output error"));
        }
        *self.synced.lock().unwrap() = self.memory.lock().unwrap().bytes.len();
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Storage::len(&*self.memory.lock().unwrap())
    }

    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.memory.lock().unwrap().read_at(at, bytes)
    }

    fn set_aside(&mut self, at: u64) -> io::Result<()> {
        self.memory.lock().unwrap().set_aside(at)
    }
}

const OPTIONS: WriterOptions = WriterOptions { chunk_len: 100, sync: SyncPolicy::EachChunk, live: None };

/// Writes a session and gives the records that the writer had acknowledged as flushed when it failed or closed.
fn write(storage: Faulty, options: WriterOptions) -> (u64, Result<(), Error>) {
    let flushed = RefCell::new(0);
    let run = || {
        let mut writer = TrailWriter::with_storage(storage, &header(), options)?;
        let mut random = Random(3);
        for index in 0..40 {
            let channel = ChannelId(1 + index % 2);
            if writer.wants_keyframe(channel) {
                writer.put_keyframe(channel, b"keyframe")?;
            }
            let text = random.text(40);
            let result = writer.append(channel, Offset(u64::from(index)), &RecordBody::Output(&text));
            if let Err(error) = result {
                check_poisoned(&mut writer);
                return Err(error);
            }
            if index % 7 == 6 {
                if let Err(error) = writer.flush() {
                    check_poisoned(&mut writer);
                    return Err(error);
                }
                *flushed.borrow_mut() = writer.next_record().0 - 1;
            }
        }
        let closed = writer.close();
        if closed.is_err() {
            check_poisoned(&mut writer);
        }
        closed.map(|_| *flushed.borrow_mut() = writer.next_record().0 - 1)
    };
    let result = run();
    (flushed.into_inner(), result)
}

/// After a failed write the writer only answers errors, and writes nothing more.
fn check_poisoned(writer: &mut TrailWriter<Faulty>) {
    let text = RecordBody::Output(b"after the failure");
    assert!(matches!(writer.append(ChannelId(1), Offset(1 << 40), &text), Err(Error::Poisoned)));
    assert!(matches!(writer.put_keyframe(ChannelId(1), b""), Err(Error::Poisoned)));
    assert!(matches!(writer.flush(), Err(Error::Poisoned)));
    assert!(matches!(writer.sync(), Err(Error::Poisoned)));
    assert!(matches!(writer.checkpoint(Vec::new()), Err(Error::Poisoned)));
    assert!(matches!(writer.close(), Err(Error::Poisoned)));
}

fn all_records() -> Flat {
    let storage = Faulty::new(u64::MAX, Failure::Nothing);
    write(storage.clone(), OPTIONS).1.unwrap();
    let bytes = storage.memory.lock().unwrap().bytes.clone();
    records(&TrailReader::from_bytes(bytes).unwrap())
}

/// What is on the medium is a prefix of what was written, holds all that was acknowledged, and can be gone on with.
fn check_reopened(bytes: Vec<u8>, flushed: u64, all: &Flat, context: &str) {
    let trail = match TrailReader::from_bytes(bytes.clone()) {
        Ok(trail) => trail,
        Err(Error::NotATrail | Error::TruncatedHeader { .. } | Error::DamagedHeader { .. }) if flushed == 0 => return,
        Err(error) => panic!("{context}: {error}"),
    };
    let kept = records_before_damage(&trail);
    assert_eq!(kept, all[..kept.len()], "{context}");
    assert!(kept.len() as u64 >= flushed, "{context}: {} of {flushed} flushed records", kept.len());
    if trail.is_closed() && trail.findings().is_empty() {
        assert_eq!(kept.len(), all.len());
        return;
    }
    let storage = MemoryStorage { bytes, aside: Vec::new() };
    let mut writer = TrailWriter::resume_storage(storage, OPTIONS).unwrap_or_else(|error| panic!("{context}: {error}"));
    let time = writer.last_time();
    writer.append(ChannelId(1), time, &RecordBody::Output(b"on it goes")).unwrap();
    writer.close().unwrap();
    let bytes = writer.into_storage().bytes;
    assert_eq!(verify(&bytes).unwrap().findings, [], "{context}");
    let again = records(&TrailReader::from_bytes(bytes).unwrap());
    assert_eq!(again[..kept.len()], kept, "{context}");
    assert_eq!(again.len(), kept.len() + 1, "{context}");
}

#[test]
fn f02_a_failure_at_any_write_or_sync_loses_nothing_that_was_flushed() {
    let all = all_records();
    for failure in [Failure::Nothing, Failure::Half, Failure::All] {
        for left in 0.. {
            let storage = Faulty::new(left, failure);
            let (flushed, result) = write(storage.clone(), OPTIONS);
            let bytes = storage.memory.lock().unwrap().bytes.clone();
            check_reopened(bytes, flushed, &all, &format!("{failure:?} at operation {left}"));
            if result.is_ok() {
                assert!(left > 20, "too few operations to have tested anything");
                break;
            }
        }
    }
}

/// Power fails: of the bytes behind the last sync any prefix may be there, and zeros may stand for the rest.
#[test]
fn f02_a_power_failure_loses_nothing_that_was_flushed() {
    let all = all_records();
    for left in 0..70 {
        let storage = Faulty::new(left, Failure::All);
        let (flushed, _) = write(storage.clone(), OPTIONS);
        let bytes = storage.memory.lock().unwrap().bytes.clone();
        let synced = *storage.synced.lock().unwrap();
        for kept in (synced..=bytes.len()).step_by(13) {
            check_reopened(bytes[..kept].to_vec(), flushed, &all, &format!("cut at {kept}, operation {left}"));
            let mut zeroed = bytes.clone();
            zeroed[kept..].fill(0);
            check_reopened(zeroed, flushed, &all, &format!("zeros from {kept}, operation {left}"));
        }
    }
}

/// Power fails before a conversion has synced anything: many chunks may be zeros.
#[test]
fn f02_a_power_failure_without_syncs_leaves_a_prefix() {
    let all = all_records();
    let options = WriterOptions { sync: SyncPolicy::OnClose, ..OPTIONS };
    for left in 1..40 {
        let storage = Faulty::new(left, Failure::Half);
        let _ = write(storage.clone(), options);
        let bytes = storage.memory.lock().unwrap().bytes.clone();
        let header_len = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
        for kept in (header_len..=bytes.len()).step_by(31) {
            let mut zeroed = bytes.clone();
            zeroed[kept..].fill(0);
            check_reopened(zeroed, 0, &all, &format!("zeros from {kept}, operation {left}"));
        }
    }
}
