//! What reaches over the border between two blocks.

use super::block::Extracted;
use super::lines::{Border, BorderChain};
use crate::block::NONE;
use crate::{Kind, SpanBuf};

/// Carries commands and growth from block to block, in order.
#[derive(Debug, Default)]
pub(super) struct Stitcher {
    /// Commands whose lines stood at the end of the last block.
    commands: Vec<LiveCommand>,
    /// By line at the end of the last block, in screen order: the spans whose next different text is still to come.
    waiting: Vec<Vec<(usize, u32)>>,
    /// Blocks so far.
    blocks: usize,
}

/// A command that could still be seen at the end of a block.
#[derive(Debug)]
pub(super) struct LiveCommand {
    pub(super) text: String,
    pub(super) confidence: u8,
    /// The lines that still stand, by their place in screen order, and what they have to go on saying.
    pub(super) parts: Vec<(u32, String)>,
}

impl Stitcher {
    /// Gives a block the commands that were run before it and can still be seen in it.
    pub(super) fn carry_commands(&mut self, block: &mut Extracted, after_damage: bool) {
        let mut carried = Vec::new();
        for command in self.commands.drain(..).filter(|_| !after_damage) {
            let mut end = None;
            let mut parts = Vec::new();
            for (line, part) in command.parts {
                let (last, outgoing) = follow(block, line, &part);
                end = end.max(last);
                if outgoing != NONE {
                    parts.push((outgoing, part));
                }
            }
            if let Some(end) = end {
                let span = SpanBuf { confidence: command.confidence, ..SpanBuf::new(block.first, end) };
                block.draft.add(Kind::Command, &command.text, span.as_span(), NONE);
            }
            if !parts.is_empty() {
                carried.push(LiveCommand { parts, ..command });
            }
        }
        carried.append(&mut block.live_commands);
        self.commands = carried;
    }

    /// Tells which spans of earlier blocks have now been seen to grow, and by what: (block, span, first character).
    pub(super) fn carry_growth(
        &mut self,
        outgoing: &[u32],
        border: &Border,
        after_damage: bool,
    ) -> Vec<(usize, u32, char)> {
        let mut before = std::mem::take(&mut self.waiting);
        let mut waiting = vec![Vec::new(); outgoing.len()];
        let mut resolved = Vec::new();
        // The first text of each line is the one that stood at the border.
        let mut seen = vec![after_damage; before.len()];
        for chain in &border.chains {
            let Some(seen) = seen.get_mut(chain.line as usize) else { continue };
            if std::mem::replace(seen, true) {
                continue;
            }
            let spans = std::mem::take(&mut before[chain.line as usize]);
            if let Some(next) = chain.next {
                resolved.extend(spans.into_iter().map(|(block, span)| (block, span, next)));
            } else if let Some(waiting) = waiting.get_mut(chain.outgoing as usize) {
                waiting.extend(spans);
            }
        }
        for (waiting, &span) in waiting.iter_mut().zip(outgoing) {
            waiting.push((self.blocks, span));
        }
        self.waiting = waiting;
        self.blocks += 1;
        resolved
    }
}

/// Follows a line from the border as long as it says `part`: the last moment of the block at which it does, if any, and
/// which line it is at the block's end if it still does.
fn follow(block: &Extracted, line: u32, part: &str) -> (Option<u32>, u32) {
    let mut end = None;
    for chain in block.border.chains.iter().filter(|chain| chain.line == line) {
        let BorderChain { text: Some(text), initial_len, .. } = *chain else { continue };
        if !block.draft.text(text)[..initial_len as usize].contains(part) {
            return (end, NONE);
        }
        end = Some(chain.end);
        if chain.outgoing != NONE {
            return (end, chain.outgoing);
        }
    }
    (end, NONE)
}
