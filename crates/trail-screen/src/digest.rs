//! What a row shows, as one number.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::attributes::Color;
use crate::cell::Cell;
use crate::row::RowView;

/// What a row shows, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowDigest {
    /// Equal for rows that show the same characters with the same attributes, whatever their identity; as good as never
    /// equal for others.
    pub fingerprint: u64,
    /// As [`RowView::has_concealed`] says.
    pub concealed: bool,
}

/// Flags that do not show.
const UNSEEN: u64 = Cell::WRAP | Cell::FRESH;
/// A style that is an entry of a table. Entries are renumbered now and then, so that their numbers mean nothing.
const INTERNED: u64 = 1 << 63;
const STYLE: u64 = !0 << 32;
const LANES: usize = 8;
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xf135_7aea_2e62_a9c5;

impl RowView<'_> {
    /// Digests what the row shows: characters, marks and attributes, but not whether it wraps.
    pub fn digest(self) -> RowDigest {
        let grid = &self.terminal.grid;
        let fill = Cell::blank(grid.meta[self.slot].fill);
        let stored = grid.stored(self.slot);
        // Blank cells at the right end are the same whether they are stored or not.
        let end = stored.last().filter(|_| stored.len() == grid.cols).map_or(fill.0, |cell| cell.0 & !UNSEEN);
        let is_blank = Cell(end).without(STYLE) == Cell(' ' as u64);
        let len = match is_blank {
            true => stored.iter().rposition(|cell| cell.0 & !UNSEEN != end).map_or(0, |last| last + 1),
            false => stored.len(),
        };
        let cells = &stored[..len];
        let (seen, hash) = hash_fast(cells, end);
        let fingerprint = match seen & (INTERNED | Cell::CLUSTER) {
            0 => hash,
            _ => self.hash_slow(cells, Cell(end)),
        };
        RowDigest { fingerprint, concealed: seen & STYLE != 0 && self.conceals(cells) }
    }

    fn hash_slow(self, cells: &[Cell], end: Cell) -> u64 {
        let mut hasher = FxHasher::default();
        for &cell in cells.iter().chain([&end]) {
            (cell.0 & Cell::ANY_WIDE).hash(&mut hasher);
            self.terminal.character(cell).hash(&mut hasher);
            self.terminal.styles.attributes(cell.style()).hash(&mut hasher);
        }
        hasher.finish()
    }

    fn conceals(self, cells: &[Cell]) -> bool {
        let mut style = Cell(0).style();
        let mut conceals = false;
        cells.iter().any(|cell| {
            if cell.style() != style {
                style = cell.style();
                let attributes = self.terminal.styles.attributes(style);
                let hidden = attributes.fg == attributes.bg && attributes.fg != Color::Default;
                conceals = attributes.conceal || hidden;
            }
            conceals && self.terminal.character(*cell).0 != ' '
        })
    }
}

/// All bits that are set in some cell, and the hash of the cells if these bits allow to take them as they are.
fn hash_fast(cells: &[Cell], end: u64) -> (u64, u64) {
    let mut lanes = [SEED; LANES];
    let mut seen = end;
    let (groups, rest) = cells.as_chunks::<LANES>();
    for group in groups {
        for (lane, cell) in lanes.iter_mut().zip(group) {
            seen |= cell.0;
            *lane = (lane.rotate_left(5) ^ (cell.0 & !UNSEEN)).wrapping_mul(FACTOR);
        }
    }
    let mix = |hash: u64, value: u64| {
        let mixed = (hash.rotate_left(23) ^ value).wrapping_mul(FACTOR);
        mixed ^ mixed >> 29
    };
    let mut hash = lanes.into_iter().fold(SEED, mix);
    for cell in rest {
        seen |= cell.0;
        hash = mix(hash, cell.0 & !UNSEEN);
    }
    (seen, mix(mix(hash, end), cells.len() as u64))
}
