//! Which data file belongs to which timing file.

use std::collections::HashMap;
use std::io::Read;

use serde_json::{Map, Value};
use trail_model::Size;

use super::timing::{self, Kind, Record};
use super::{ADVANCED, ASCIINEMA, CLASSIC, GUACAMOLE, header};
use crate::emit::Emitter;
use crate::folder::{Folder, TIMING_WORDS, own_words, plain_name, words};
use crate::importer::Group;
use crate::json::{message, to_text};
use crate::lines::Place;
use crate::options::Limits;
use crate::source::{Part, Recording};
use crate::store::{Blob, HEAD_LEN};

/// Finds the timing files of a folder by their content, and the data file of each by its name.
pub(super) fn group(folder: &Folder, limits: &Limits) -> Vec<Group> {
    let kinds: Vec<Option<Kind>> = folder.entries.iter().map(|entry| timing_kind(entry, limits)).collect();
    if kinds.iter().all(Option::is_none) {
        return Vec::new();
    }
    let names = Names::new(folder, &kinds);
    let mut taken: Vec<bool> = kinds.iter().map(Option::is_some).collect();
    let mut groups = Vec::new();
    for (timing, kind) in kinds.iter().enumerate() {
        let group = match kind {
            Some(Kind::Advanced) => advanced(folder, &names, timing, &taken, limits),
            Some(Kind::Classic) => classic(folder, &names, timing, &taken, limits),
            None => None,
        };
        if let Some(group) = group {
            group.entries.iter().for_each(|&entry| taken[entry] = true);
            groups.push(group);
        }
    }
    groups
}

fn timing_kind(entry: &Blob, limits: &Limits) -> Option<Kind> {
    let head = entry.unwrapped(limits).head(HEAD_LEN, limits).ok()?;
    Kind::of(&head)
}

fn part(role: &'static str, folder: &Folder, entry: usize) -> Part {
    Part { role, blob: folder.entries[entry].clone() }
}

fn make(format: &'static str, folder: &Folder, parts: Vec<(&'static str, usize)>) -> Group {
    let main = &folder.entries[parts[0].1];
    let mut entries: Vec<usize> = parts.iter().map(|&(_, entry)| entry).collect();
    entries.sort_unstable();
    entries.dedup();
    let recording = Recording {
        path: main.path.clone(),
        name: main.name.clone(),
        format,
        parts: parts.into_iter().map(|(role, entry)| part(role, folder, entry)).collect(),
        selection: None,
    };
    Group { entries, recording, whole_folder: false }
}

/// The header records name the files, by the recorder's paths. If those are gone, the files' own names must do.
fn advanced(folder: &Folder, names: &Names, timing: usize, taken: &[bool], limits: &Limits) -> Option<Group> {
    let head = folder.entries[timing].unwrapped(limits).head(HEAD_LEN, limits).ok()?;
    let logged = |wanted: &str| {
        let mut records = head.split(|&byte| byte == b'\n').filter_map(timing::advanced);
        let value = records.find_map(|record| match record {
            Record::Header { name, value } if name == wanted => Some(value),
            _ => None,
        })?;
        value.rsplit('/').next().map(str::to_owned)
    };
    let (output, input) = (logged("OUTPUT_LOG"), logged("INPUT_LOG"));
    let one_file = output.is_some() && output == input;
    let named = |name: &Option<String>| {
        let entry = folder.find(name.as_deref()?)?;
        (!taken[entry] && looks_like_data(&folder.entries[entry], limits)).then_some(entry)
    };
    let mut parts = match (named(&output), named(&input)) {
        (Some(both), _) if one_file => vec![("both", both)],
        (output, input) => {
            output.map(|entry| ("output", entry)).into_iter().chain(input.map(|entry| ("input", entry))).collect()
        }
    };
    if parts.is_empty() {
        let fits = |entry: &Blob| looks_like_data(entry, limits);
        let near = names.all_data_of(&folder.entries[timing].name, folder, taken, fits);
        parts = match (near.as_slice(), one_file) {
            ([], _) => return None,
            ([both, ..], true) => vec![("both", *both)],
            ([only], false) => vec![(if output.is_none() && input.is_some() { "input" } else { "output" }, *only)],
            (several, false) => {
                let is_input = |entry: &&usize| {
                    words(&folder.entries[**entry].name).iter().any(|word| INPUT_WORDS.contains(&word.as_str()))
                };
                let output = several.iter().find(|entry| !is_input(entry)).map(|&entry| ("output", entry));
                let input = several.iter().find(is_input).map(|&entry| ("input", entry));
                output.into_iter().chain(input).collect()
            }
        };
    }
    parts.push(("timing", timing));
    Some(make(ADVANCED, folder, parts))
}

fn classic(folder: &Folder, names: &Names, timing: usize, taken: &[bool], limits: &Limits) -> Option<Group> {
    let sum = std::cell::OnceCell::new();
    let fits = |entry: &Blob| {
        looks_like_data(entry, limits)
            || adds_up(entry, *sum.get_or_init(|| sum_of(&folder.entries[timing], limits)), limits)
    };
    let output = names.data_of(&folder.entries[timing].name, folder, taken, fits)?;
    let meta = folder.find("meta.json").filter(|&entry| !taken[entry] && entry != output);
    let is_triple =
        plain_name(&folder.entries[timing].name) == format!("{}.time", plain_name(&folder.entries[output].name));
    match meta {
        Some(meta) if is_triple && is_asciinema_meta(&folder.entries[meta], limits) => {
            let mut group = make(ASCIINEMA, folder, vec![("output", output), ("timing", timing), ("meta", meta)]);
            // Three files with names that are always the same: the folder is what tells it from others.
            group.recording.path.clone_from(&folder.path);
            group.recording.name = folder.path.rsplit(['/', '!']).next().unwrap_or_default().to_owned();
            Some(group)
        }
        _ => {
            let head = folder.entries[output].unwrapped(limits).head(header::GUACAMOLE_BEGIN.len(), limits);
            let guacamole = head.is_ok_and(|head| head == header::GUACAMOLE_BEGIN);
            Some(make(
                if guacamole { GUACAMOLE } else { CLASSIC },
                folder,
                vec![("output", output), ("timing", timing)],
            ))
        }
    }
}

fn looks_like_data(entry: &Blob, limits: &Limits) -> bool {
    let head = entry.unwrapped(limits).head(header::GUACAMOLE_BEGIN.len(), limits).unwrap_or_default();
    head.starts_with(header::SCRIPT_BEGIN) || head.starts_with(header::GUACAMOLE_BEGIN)
}

/// Bytes that header and footer may add to what the timing file counts.
const SLACK: u64 = 4096;

/// Tells whether a file without a known header has as many bytes as the timing file counts.
fn adds_up(entry: &Blob, sum: u64, limits: &Limits) -> bool {
    let Ok(stream) = entry.unwrapped(limits).open(limits) else { return false };
    let most = sum.saturating_add(SLACK);
    let len = std::io::copy(&mut stream.take(most + 1), &mut std::io::sink()).unwrap_or(0);
    sum > 0 && (sum..=most).contains(&len)
}

fn sum_of(timing: &Blob, limits: &Limits) -> u64 {
    super::classic::count(&timing.unwrapped(limits), limits).unwrap_or(0)
}

/// The data files of a folder by what of their names says which recording they are of.
struct Names {
    by_words: HashMap<Vec<String>, Vec<usize>>,
    /// The only file that is no timing file, if there is only one.
    only: Option<usize>,
}

impl Names {
    fn new(folder: &Folder, kinds: &[Option<Kind>]) -> Names {
        let mut by_words: HashMap<_, Vec<usize>> = HashMap::new();
        let mut data = (0..folder.entries.len()).filter(|&entry| kinds[entry].is_none());
        for entry in data.clone() {
            by_words.entry(own_words(&folder.entries[entry].name)).or_default().push(entry);
        }
        let only = data.next().filter(|_| data.next().is_none());
        Names { by_words, only }
    }

    /// The file that belongs to a timing file, of those that `fits` accepts.
    fn data_of(&self, timing: &str, folder: &Folder, taken: &[bool], fits: impl Fn(&Blob) -> bool) -> Option<usize> {
        self.ranked(timing, folder, taken)
            .into_iter()
            .map(|(_, entry)| entry)
            .find(|&entry| fits(&folder.entries[entry]))
    }

    /// The files that belong to a timing file: all whose names are equally near.
    fn all_data_of(&self, timing: &str, folder: &Folder, taken: &[bool], fits: impl Fn(&Blob) -> bool) -> Vec<usize> {
        let mut ranked = self.ranked(timing, folder, taken);
        ranked.retain(|&(_, entry)| fits(&folder.entries[entry]));
        let nearest = ranked.first().map(|&(rank, _)| rank);
        ranked.into_iter().filter(|&(rank, _)| Some(rank) == nearest).map(|(_, entry)| entry).collect()
    }

    /// Files whose names say the same recording, nearest first.
    fn ranked(&self, timing: &str, folder: &Folder, taken: &[bool]) -> Vec<(u8, usize)> {
        let alike = self.by_words.get(&own_words(timing)).map_or(&[][..], Vec::as_slice);
        let free = alike.iter().copied().filter(|&entry| !taken[entry]);
        let mut ranked: Vec<(u8, usize)> =
            free.map(|entry| (distance(timing, &folder.entries[entry].name), entry)).collect();
        ranked.sort_unstable();
        if ranked.is_empty() {
            ranked.extend(self.only.filter(|&only| !taken[only]).map(|only| (u8::MAX, only)));
        }
        ranked
    }
}

/// Words in the name of a file that holds input.
const INPUT_WORDS: [&str; 3] = ["in", "input", "stdin"];

/// How far the name of a data file is from the timing file's, which says the same recording.
fn distance(timing: &str, data: &str) -> u8 {
    let (mut stem, data) = (words(timing), words(data));
    stem.retain(|word| !TIMING_WORDS.contains(&word.as_str()));
    match data.split_last() {
        // `stdout.time` of `stdout`, `x.typescript.timing` of `x.typescript`.
        _ if stem == data => 0,
        // `x.timing` of `x.typescript`.
        Some((_, rest)) if stem == rest => 1,
        _ => 2,
    }
}

/// Bytes in a `meta.json`.
const MAX_META_LEN: u64 = 1 << 20;

fn meta_json(blob: &Blob, limits: &Limits) -> Result<Map<String, Value>, String> {
    let mut bytes = Vec::new();
    let stream = blob.open(limits).map_err(|error| error.to_string())?;
    stream.take(MAX_META_LEN).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| message(&error))
}

fn is_asciinema_meta(entry: &Blob, limits: &Limits) -> bool {
    meta_json(&entry.unwrapped(limits), limits)
        .is_ok_and(|meta| meta.contains_key("term") || meta.contains_key("duration"))
}

/// Reads the `meta.json` of asciinema 0.9; returns the size.
pub(super) fn read_meta(blob: &Blob, emitter: &mut Emitter<'_>) -> Option<Size> {
    let meta = match meta_json(blob, &emitter.options.limits) {
        Ok(meta) => meta,
        Err(error) => {
            emitter.damage(&blob.path, Some(Place { byte: 0, line: 1 }), format!("expected a JSON object: {error}"));
            return None;
        }
    };
    let mut size = None;
    for (key, value) in &meta {
        match (key.as_str(), value) {
            (_, Value::Null) => {}
            ("term", Value::Object(term)) => {
                let side = |key| term.get(key).and_then(Value::as_u64);
                size = side("columns").zip(side("lines")).and_then(|(cols, rows)| Size::new(cols, rows));
                emitter.meta.term = term.get("type").and_then(Value::as_str).map(str::to_owned);
            }
            ("title", Value::String(title)) => emitter.meta.title = Some(title.clone()),
            ("command", Value::String(command)) => emitter.meta.command = Some(command.clone()),
            ("username", Value::String(user)) => emitter.meta.user = Some(user.clone()),
            _ => {
                emitter.meta.extra.insert(key.clone(), to_text(value));
            }
        }
    }
    size
}
