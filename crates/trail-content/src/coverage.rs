//! What was read of a channel, and what was not.

use std::ops::AddAssign;

use crate::{Block, Kind};

macro_rules! coverage {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts for one channel: what was decoded, what became of it, and what was left out and why.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Coverage {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Coverage {
            /// The counts by name, in the order of the content file.
            pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)*].into_iter()
            }

            /// The counts, to be set in the same order.
            pub(crate) fn counts_mut(&mut self) -> impl Iterator<Item = &mut u64> {
                [$(&mut self.$name,)*].into_iter()
            }
        }

        impl AddAssign<&Coverage> for Coverage {
            fn add_assign(&mut self, other: &Coverage) {
                $(self.$name += other.$name;)*
            }
        }
    };
}

coverage! {
    /// Records of the channel.
    records,
    /// Records of screen output.
    output_records,
    /// Bytes of screen output.
    output_bytes,
    /// Bytes of output that are not valid UTF-8; each maximal bad part is shown as U+FFFD.
    invalid_bytes,
    /// Records of input.
    input_records,
    /// Resizes.
    resizes,
    /// Vendor records that were kept and skipped.
    opaque_records,
    /// Records of kinds that this extractor does not read.
    skipped_records,
    /// Records in damaged parts of the trail, as far as their number is known.
    lost_records,
    /// Damaged parts of the trail in which the channel had or may have had records.
    damaged_parts,
    /// Content blocks.
    blocks,
    /// Line items, summed over blocks.
    line_items,
    /// Title items, summed over blocks.
    title_items,
    /// Command items, summed over blocks.
    command_items,
    /// Input items, summed over blocks.
    input_items,
    /// Clipboard items, summed over blocks.
    clipboard_items,
    /// Spans of all items.
    spans,
    /// Bytes of text of all items.
    text_bytes,
    /// Inputs that were not shown, or not surely, and therefore left out.
    input_not_shown,
    /// What was put on the clipboard of a desktop and did not surely stand on it: its text was left out.
    clipboard_not_shown,
    /// Presses of Enter at which it could not be told whether they ran a command.
    commands_in_doubt,
    /// Spans with concealed text.
    concealed_spans,
    /// Finished frames of a desktop.
    frames,
    /// Frames whose picture is not known: the source drew by instructions that are not understood.
    unknown_frames,
    /// Pictures, packed pixels and frames that could not be decoded.
    undecodable_drawings,
    /// Drawing instructions beyond a limit of size or memory.
    refused_drawings,
    /// Pixels of frames that differ from those before.
    changed_pixels,
    /// Frames of which some pixels went away before they had come to rest, and were not read.
    unsettled_frames,
    /// Nanoseconds during which some pixels had not come to rest and were not read later either.
    unsettled_ns,
    /// Pixels of squares that changed again before they had come to rest, and were not read.
    unsettled_pixels,
    /// Lines of text found in pixels, counted each time the place they stand at changed.
    found_lines,
    /// Lines that the engine was asked to read: those of pixels not seen before.
    read_lines,
    /// Lines beyond the number that is read of one frame.
    skipped_lines,
    /// Lines in which the engine saw no text, or none it was sure of.
    unsure_lines,
    /// Times that the engine failed on a frame or a line, which then was not read.
    reader_failures,
}

impl Coverage {
    /// Counts what a finished block holds.
    pub(crate) fn count_block(&mut self, block: &Block) {
        self.blocks += 1;
        for (kind, count) in [
            (Kind::Line, &mut self.line_items),
            (Kind::Title, &mut self.title_items),
            (Kind::Command, &mut self.command_items),
            (Kind::Input, &mut self.input_items),
            (Kind::Clipboard, &mut self.clipboard_items),
        ] {
            *count += block.range_of(kind).len() as u64;
        }
        self.spans += block.spans.len() as u64;
        self.concealed_spans += block.spans.iter().filter(|span| span.concealed).count() as u64;
        self.text_bytes += block.items.iter().map(|item| u64::from(item.len)).sum::<u64>();
    }
}
