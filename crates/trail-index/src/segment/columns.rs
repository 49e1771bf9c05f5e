//! Numbers by document in a file that is mapped, not read: a segment of any size is open at once.
//!
//! ```text
//! file    := count:u32 columns:u32 len{columns} header{columns x blocks} data{columns} 0{8}
//! len     := u64, bytes of a column's data
//! header  := least:u64 at:u32 width:u32
//! ```
//!
//! Little-endian. A block is 128 values, each stored as its difference from the block's `least` in `width` bits, so that its
//! data is `16 * width` bytes, `16 * at` bytes into its column's. What is behind the last value counts nothing.

use tantivy::directory::OwnedBytes;

const BLOCK_LEN: usize = 128;
const FILE_HEADER_LEN: usize = 8;
const HEADER_LEN: usize = 16;

/// What a block's data is a multiple of: a bit of each of its values.
const UNIT: usize = BLOCK_LEN / 8;

/// Values of more bits take all 64: a value then never lies in more than eight bytes.
const WIDTH_MAX: u32 = 57;

/// A column as it is gathered.
#[derive(Debug, Default)]
pub(super) struct ColumnBuilder {
    headers: Vec<u8>,
    data: Vec<u8>,
    /// Of the block that is not full.
    pending: Vec<u64>,
}

impl ColumnBuilder {
    pub(super) fn push(&mut self, value: u64) {
        self.pending.push(value);
        if self.pending.len() == BLOCK_LEN {
            self.pack();
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.headers.capacity() + self.data.capacity() + BLOCK_LEN * size_of::<u64>()
    }

    fn pack(&mut self) {
        let least = self.pending.iter().copied().min().unwrap_or(0);
        let most = self.pending.iter().copied().max().unwrap_or(0);
        let needed = u64::BITS - (most - least).leading_zeros();
        let width = if needed > WIDTH_MAX { u64::BITS } else { needed } as usize;
        let start = self.data.len();
        self.headers.extend_from_slice(&least.to_le_bytes());
        self.headers.extend_from_slice(&((start / UNIT) as u32).to_le_bytes());
        self.headers.extend_from_slice(&(width as u32).to_le_bytes());
        self.data.resize(start + UNIT * width, 0);
        let block = &mut self.data[start..];
        for (at, value) in self.pending.drain(..).enumerate() {
            let bit = at * width;
            // At most seven bits before it and 57 of it, or all 64 of it: eight bytes.
            let shifted = ((value - least) << (bit % 8)).to_le_bytes();
            for (byte, part) in block[bit / 8..].iter_mut().zip(shifted) {
                *byte |= part;
            }
        }
    }
}

/// The bytes of columns of `count` values each.
pub(super) fn to_bytes(columns: &mut [ColumnBuilder], count: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&(columns.len() as u32).to_le_bytes());
    for column in columns.iter_mut().filter(|column| !column.pending.is_empty()) {
        column.pack();
    }
    columns.iter().for_each(|column| bytes.extend_from_slice(&(column.data.len() as u64).to_le_bytes()));
    columns.iter().for_each(|column| bytes.extend_from_slice(&column.headers));
    columns.iter().for_each(|column| bytes.extend_from_slice(&column.data));
    bytes.extend_from_slice(&[0; 8]);
    bytes
}

/// Columns of a segment.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    bytes: OwnedBytes,
    count: u32,
    /// For each column where its headers and its data begin.
    starts: Vec<(usize, usize)>,
}

impl Columns {
    /// Looks whether `bytes` are `columns` columns of `count` values each. Nothing if they are not.
    pub(super) fn open(bytes: OwnedBytes, columns: usize, count: u32) -> Option<Columns> {
        let blocks = (count as usize).div_ceil(BLOCK_LEN);
        let found = (u32_at(&bytes, 0)?, u32_at(&bytes, 4)?);
        if found != (count, columns as u32) {
            return None;
        }
        let headers = FILE_HEADER_LEN + columns * 8;
        let mut data = headers.checked_add(columns.checked_mul(blocks)?.checked_mul(HEADER_LEN)?)?;
        let mut starts = Vec::with_capacity(columns);
        for column in 0..columns {
            let len = usize::try_from(u64_at(&bytes, FILE_HEADER_LEN + column * 8)?).ok()?;
            let of_column = headers + column * blocks * HEADER_LEN;
            for block in 0..blocks {
                let at = of_column + block * HEADER_LEN;
                let (unit, width) = (u32_at(&bytes, at + 8)? as usize, u32_at(&bytes, at + 12)?);
                let is_width = width <= WIDTH_MAX || width == u64::BITS;
                if !is_width || unit.checked_add(width as usize)?.checked_mul(UNIT)? > len {
                    return None;
                }
            }
            starts.push((of_column, data));
            data = data.checked_add(len)?;
        }
        (data.checked_add(8)? == bytes.len()).then_some(Columns { bytes, count, starts })
    }

    /// The value of document `doc`.
    ///
    /// # Panics
    /// If there is no such document or column.
    pub(super) fn get(&self, column: usize, doc: u32) -> u64 {
        assert!(doc < self.count, "document {doc} of {}", self.count);
        let (headers, data) = self.starts[column];
        let header = &self.bytes[headers + doc as usize / BLOCK_LEN * HEADER_LEN..][..HEADER_LEN];
        let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let least = u64::from(word(0)) | u64::from(word(4)) << 32;
        let (at, width) = (word(8) as usize, word(12));
        if width == 0 {
            return least;
        }
        let bit = doc as usize % BLOCK_LEN * width as usize;
        let bytes = &self.bytes[data + at * UNIT + bit / 8..][..8];
        let value = u64::from_le_bytes(bytes.try_into().unwrap_or_default()) >> (bit % 8);
        least.wrapping_add(value & (u64::MAX >> (u64::BITS - width)))
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(columns: &[Vec<u64>]) -> (Vec<u8>, Option<Columns>) {
        let mut builders: Vec<ColumnBuilder> = columns.iter().map(|_| ColumnBuilder::default()).collect();
        for (builder, values) in builders.iter_mut().zip(columns) {
            values.iter().for_each(|&value| builder.push(value));
        }
        let count = columns[0].len() as u32;
        let bytes = to_bytes(&mut builders, count);
        (bytes.clone(), Columns::open(OwnedBytes::new(bytes), columns.len(), count))
    }

    proptest! {
        #[test]
        fn what_is_saved_is_read(
            values in prop::collection::vec((any::<u64>(), 0_u32..64), 0..700),
            base in any::<u64>(),
        ) {
            let wide: Vec<u64> = values.iter().map(|&(value, shift)| value >> shift).collect();
            let near: Vec<u64> = values.iter().map(|&(value, _)| (base / 2).saturating_add(value % 1000)).collect();
            let (bytes, columns) = open(&[wide.clone(), near.clone()]);
            let columns = columns.unwrap();
            for at in 0..wide.len() {
                prop_assert_eq!(columns.get(0, at as u32), wide[at]);
                prop_assert_eq!(columns.get(1, at as u32), near[at]);
            }
            // Nothing shorter is taken for it, nor more values than there are.
            for cut in [1, 8, bytes.len() / 2] {
                let cut = OwnedBytes::new(bytes[..bytes.len() - cut].to_vec());
                prop_assert!(Columns::open(cut, 2, wide.len() as u32).is_none());
            }
            prop_assert!(Columns::open(OwnedBytes::new(bytes), 2, wide.len() as u32 + 1).is_none());
        }

        #[test]
        fn no_file_makes_it_panic(
            mut bytes in prop::collection::vec(any::<u8>(), 0..300),
            count in 0_u32..300,
            flips in prop::collection::vec((0_usize..2000, any::<u8>()), 0..4),
        ) {
            let (mut good, _) = open(&[(0..u64::from(count)).map(|value| value * value).collect()]);
            for (at, value) in flips {
                let len = good.len();
                good[at % len] = value;
            }
            bytes.splice(0..0, count.to_le_bytes().into_iter().chain(1_u32.to_le_bytes()));
            for bytes in [bytes, good] {
                if let Some(columns) = Columns::open(OwnedBytes::new(bytes), 1, count) {
                    (0..count).for_each(|doc| { columns.get(0, doc); });
                }
            }
        }
    }
}
