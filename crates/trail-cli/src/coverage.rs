//! What an answer covers: "no hit" is a finding only where everything was read.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};
use trail_content::{ContentFile, Coverage};

use crate::args::OutputArgs;
use crate::ui::{Role, Ui};

/// Counts of what was read of a recording and what was not, by the names of [`Coverage`].
pub(crate) type Counts = BTreeMap<String, u64>;

/// What could not be searched, by its count, as a sentence says it. Times and pixels are told with their frames.
const GAPS: [(&str, &str); 9] = [
    ("lost_records", "records in damaged parts"),
    ("unknown_frames", "frames of a picture that is not known between key frames"),
    ("undecodable_drawings", "drawings that could not be decoded"),
    ("refused_drawings", "drawings beyond the limits of size or memory"),
    ("unread_frames", "frames whose pixels were not read"),
    ("unsettled_frames", "frames that did not come to rest"),
    ("skipped_lines", "lines beyond the number that is read of a frame"),
    ("unsure_lines", "lines that could not be read with certainty"),
    ("reader_failures", "failures of what reads pixels"),
];

/// The counts of a content file, all channels together.
pub(crate) fn of_content(content: &ContentFile) -> Counts {
    let mut sum = Coverage::default();
    content.channels().iter().for_each(|channel| sum += channel.coverage());
    let mut counts: Counts = sum.counts().map(|(name, count)| (name.to_owned(), count)).collect();
    let engine = content.reader().split(';').next().unwrap_or_default();
    if engine == trail_content::NO_READER {
        counts.insert("unread_frames".to_owned(), sum.frames);
    }
    counts
}

/// What of `counts` was not covered, one phrase for each reason.
pub(crate) fn gaps(counts: &Counts) -> Vec<String> {
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    let phrase = |&(name, what): &(&str, &str)| match name {
        "unsettled_frames" => {
            let seconds = count("unsettled_ns") as f64 / 1e9;
            let pixels = count("unsettled_pixels");
            format!("{} of {} {what} ({seconds:.1} s, {pixels} pixels)", count(name), count("frames"))
        }
        _ => format!("{} {what}", count(name)),
    };
    GAPS.iter().filter(|(name, _)| count(name) > 0).map(phrase).collect()
}

/// Tells what an answer about `recordings`, by their names, covers: with `--coverage` of each, in full; else in one line on
/// standard error if something was not covered.
pub(crate) fn tell(args: &OutputArgs, ui: &Ui, recordings: &[(String, Counts)], out: &mut impl Write) -> Result<()> {
    if !args.coverage {
        let mut all = Counts::new();
        for (name, count) in recordings.iter().flat_map(|(_, counts)| counts) {
            *all.entry(name.clone()).or_default() += count;
        }
        let gaps = gaps(&all);
        if !gaps.is_empty() {
            ui.error(&format!("not covered: {}; --coverage says more", gaps.join("; ")));
        }
        return Ok(());
    }
    for (path, counts) in recordings {
        let counted: BTreeMap<&String, &u64> = counts.iter().filter(|(_, count)| **count > 0).collect();
        if args.json {
            let covered: Value = json!({ "path": path, "coverage": counted, "not_covered": gaps(counts) });
            writeln!(out, "{covered}")?;
            continue;
        }
        ui.paint(out, Role::Path, &crate::ui::printable(path))?;
        let gaps = gaps(counts);
        writeln!(
            out,
            ": {}",
            if gaps.is_empty() { "all covered".to_owned() } else { format!("not covered: {}", gaps.join("; ")) }
        )?;
        for (name, count) in counted {
            writeln!(out, "  {name}: {count}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_say_what_and_how_much() {
        let counts = |counts: &[(&str, u64)]| counts.iter().map(|&(name, count)| (name.to_owned(), count)).collect();
        assert_eq!(gaps(&counts(&[("frames", 60), ("records", 62)])), Vec::<String>::new());
        let some =
            [("frames", 60), ("unsettled_frames", 45), ("unsettled_ns", 6_193_000_000), ("unsettled_pixels", 640)];
        assert_eq!(gaps(&counts(&some)), ["45 of 60 frames that did not come to rest (6.2 s, 640 pixels)"]);
        let two = [("lost_records", 3), ("refused_drawings", 1)];
        assert_eq!(
            gaps(&counts(&two)),
            ["3 records in damaged parts", "1 drawings beyond the limits of size or memory"]
        );
    }

    #[test]
    fn every_gap_is_a_count_of_the_content_file() {
        let names: Vec<&str> = Coverage::default().counts().map(|(name, _)| name).collect();
        for (name, _) in GAPS.iter().filter(|(name, _)| *name != "unread_frames") {
            assert!(names.contains(name), "{name}");
        }
    }
}
