//! Box drawing, block elements, Braille and Powerline separators, drawn from geometry so that they join across cells.

use crate::mask::{CELL_HEIGHT, CELL_WIDTH, FULL, Mask};

/// Weight of the arms up, right, down and left (one hexadecimal digit each, from the top) of U+2500 to U+257F, as their
/// Unicode names say: 0 none, 1 light, 2 heavy, 3 double. Dashes, arcs and diagonals are 0 here and drawn apart.
const ARMS: [u16; 128] = [
    0x0101, 0x0202, 0x1010, 0x2020, 0x0000, 0x0000, 0x0000, 0x0000, 0x0000, 0x0000, 0x0000, 0x0000, 0x0110, 0x0210,
    0x0120, 0x0220, 0x0011, 0x0012, 0x0021, 0x0022, 0x1100, 0x1200, 0x2100, 0x2200, 0x1001, 0x1002, 0x2001, 0x2002,
    0x1110, 0x1210, 0x2110, 0x1120, 0x2120, 0x2210, 0x1220, 0x2220, 0x1011, 0x1012, 0x2011, 0x1021, 0x2021, 0x2012,
    0x1022, 0x2022, 0x0111, 0x0112, 0x0211, 0x0212, 0x0121, 0x0122, 0x0221, 0x0222, 0x1101, 0x1102, 0x1201, 0x1202,
    0x2101, 0x2102, 0x2201, 0x2202, 0x1111, 0x1112, 0x1211, 0x1212, 0x2111, 0x1121, 0x2121, 0x2112, 0x2211, 0x1122,
    0x1221, 0x2212, 0x1222, 0x2122, 0x2221, 0x2222, 0x0000, 0x0000, 0x0000, 0x0000, 0x0303, 0x3030, 0x0310, 0x0130,
    0x0330, 0x0013, 0x0031, 0x0033, 0x1300, 0x3100, 0x3300, 0x1003, 0x3001, 0x3003, 0x1310, 0x3130, 0x3330, 0x1013,
    0x3031, 0x3033, 0x0313, 0x0131, 0x0333, 0x1303, 0x3101, 0x3303, 0x1313, 0x3131, 0x3333, 0x0000, 0x0000, 0x0000,
    0x0000, 0x0000, 0x0000, 0x0000, 0x0001, 0x1000, 0x0100, 0x0010, 0x0002, 0x2000, 0x0200, 0x0020, 0x0201, 0x1020,
    0x0102, 0x2010,
];

const W: i32 = CELL_WIDTH as i32;
const H: i32 = CELL_HEIGHT as i32;
/// Column and row of the light line through the middle of a cell.
const MID_X: i32 = W / 2;
const MID_Y: i32 = H / 2;

/// Draws `c` into a mask of one cell, if it is one of the characters drawn from geometry.
pub(crate) fn draw(c: char) -> Option<Mask> {
    let code = u32::from(c);
    let mut mask = Mask::new(1);
    match code {
        0x2504..=0x250B | 0x254C..=0x254F => dashes(&mut mask, code),
        0x256D..=0x2570 => arc(&mut mask, code),
        0x2571..=0x2573 => diagonals(&mut mask, code),
        0x2500..=0x257F => arms(&mut mask, ARMS[(code - 0x2500) as usize]),
        0x2580..=0x259F => block(&mut mask, code),
        0x2800..=0x28FF => braille(&mut mask, code - 0x2800),
        0xE0B0 | 0xE0B2 => separator(&mut mask, code == 0xE0B0),
        _ => return None,
    }
    Some(mask)
}

fn arms(mask: &mut Mask, weights: u16) {
    let [up, right, down, left] = [weights >> 12, weights >> 8 & 15, weights >> 4 & 15, weights & 15];
    // How far an arm reaches over the middle: as far as the widest arm across it, so that corners close.
    let reach = |a: u16, b: u16| match a.max(b) {
        2 | 3 => 1,
        _ => 0,
    };
    for (weight, towards_start, across) in [(up, true, reach(left, right)), (down, false, reach(left, right))] {
        let (from, to) = if towards_start { (0, MID_Y + across) } else { (MID_Y - across, H - 1) };
        for x in lines(weight, MID_X) {
            mask.fill(x, from, 1, to - from + 1);
        }
    }
    for (weight, towards_start, across) in [(left, true, reach(up, down)), (right, false, reach(up, down))] {
        let (from, to) = if towards_start { (0, MID_X + across) } else { (MID_X - across, W - 1) };
        for y in lines(weight, MID_Y) {
            mask.fill(from, y, to - from + 1, 1);
        }
    }
    if (up == 3 || down == 3) && (left == 3 || right == 3) {
        hollow(mask, [up, right, down, left]);
    }
}

/// Clears what lies between the two lines of each double arm: where double lines meet, neither runs through the other.
fn hollow(mask: &mut Mask, [up, right, down, left]: [u16; 4]) {
    mask.clear(MID_X, MID_Y, 1, 1);
    if up == 3 {
        mask.clear(MID_X, 0, 1, MID_Y);
    }
    if down == 3 {
        mask.clear(MID_X, MID_Y + 1, 1, H);
    }
    if left == 3 {
        mask.clear(0, MID_Y, MID_X, 1);
    }
    if right == 3 {
        mask.clear(MID_X + 1, MID_Y, W, 1);
    }
}

/// Pixel positions across the direction of an arm.
fn lines(weight: u16, middle: i32) -> impl Iterator<Item = i32> {
    let offsets: &[i32] = match weight {
        1 => &[0],
        2 => &[-1, 0, 1],
        3 => &[-1, 1],
        _ => &[],
    };
    offsets.iter().map(move |offset| middle + offset)
}

fn dashes(mask: &mut Mask, code: u32) {
    let count = match code {
        0x2504..=0x2507 => 3,
        0x2508..=0x250B => 4,
        _ => 2,
    };
    let heavy = code & 1 == 1;
    let vertical = code & 2 == 2;
    let length = if vertical { H } else { W };
    for dash in 0..count {
        let from = length * dash / count;
        let to = (length * (dash + 1) / count - 1).max(from + 1);
        for across in lines(if heavy { 2 } else { 1 }, if vertical { MID_X } else { MID_Y }) {
            match vertical {
                true => mask.fill(across, from, 1, to - from),
                false => mask.fill(from, across, to - from, 1),
            }
        }
    }
}

fn arc(mask: &mut Mask, code: u32) {
    let (down, right) = match code {
        0x256D => (true, true),
        0x256E => (true, false),
        0x256F => (false, false),
        _ => (false, true),
    };
    let radius = MID_X;
    let (straight_from, straight_to) = if down { (MID_Y + radius, H - 1) } else { (0, MID_Y - radius) };
    mask.fill(MID_X, straight_from, 1, straight_to - straight_from + 1);
    // A quarter circle round (centre_x, centre_y), one pixel thick: all pixels whose distance rounds to the radius.
    let centre_x = if right { MID_X + radius } else { MID_X - radius };
    let centre_y = if down { MID_Y + radius } else { MID_Y - radius };
    for y in 0..H {
        for x in 0..W {
            let inside = (if right { x <= centre_x } else { x >= centre_x })
                && (if down { y <= centre_y } else { y >= centre_y });
            let (dx, dy) = (x - centre_x, y - centre_y);
            let distance_doubled_squared = 4 * (dx * dx + dy * dy);
            let (low, high) = (2 * radius - 1, 2 * radius + 1);
            if inside && distance_doubled_squared > low * low && distance_doubled_squared <= high * high {
                mask.fill(x, y, 1, 1);
            }
        }
    }
    match right {
        true => mask.fill(centre_x, MID_Y, W - centre_x, 1),
        false => mask.fill(0, MID_Y, centre_x + 1, 1),
    }
}

fn diagonals(mask: &mut Mask, code: u32) {
    for y in 0..H {
        let x = y * W / H;
        if code != 0x2571 {
            mask.fill(x, y, 1, 1);
        }
        if code != 0x2572 {
            mask.fill(W - 1 - x, y, 1, 1);
        }
    }
}

fn block(mask: &mut Mask, code: u32) {
    // Eighths round so that a half and its complement share a border.
    let eighth_x = |n: i32| (W * n + 4) / 8;
    let eighth_y = |n: i32| (H * n + 4) / 8;
    match code {
        0x2580 => mask.fill(0, 0, W, eighth_y(4)),
        0x2581..=0x2588 => {
            let top = H - eighth_y((code - 0x2580) as i32);
            mask.fill(0, top, W, H - top);
        }
        0x2589..=0x258F => mask.fill(0, 0, eighth_x((0x2590 - code) as i32), H),
        0x2590 => mask.fill(eighth_x(4), 0, W, H),
        0x2591..=0x2593 => mask.shade((code - 0x2590) as u8 * (FULL / 4)),
        0x2594 => mask.fill(0, 0, W, eighth_y(1)),
        0x2595 => mask.fill(eighth_x(7), 0, W, H),
        _ => {
            // Bits: 1 upper left, 2 upper right, 4 lower left, 8 lower right, in the order of the code points.
            const QUADRANTS: [u8; 10] = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14];
            let quadrants = QUADRANTS[(code - 0x2596) as usize];
            let (x, y) = (eighth_x(4), eighth_y(4));
            for (bit, left, top, width, height) in
                [(1, 0, 0, x, y), (2, x, 0, W - x, y), (4, 0, y, x, H - y), (8, x, y, W - x, H - y)]
            {
                if quadrants & bit != 0 {
                    mask.fill(left, top, width, height);
                }
            }
        }
    }
}

fn braille(mask: &mut Mask, dots: u32) {
    // Dots 1-3 and 7 stand in the left column, 4-6 and 8 in the right one (Unicode, Braille Patterns).
    const PLACES: [(i32, i32); 8] = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    for (bit, (column, row)) in PLACES.iter().enumerate() {
        if dots >> bit & 1 == 1 {
            mask.fill(1 + column * 4, 2 + row * 4, 2, 2);
        }
    }
}

fn separator(mask: &mut Mask, points_right: bool) {
    for y in 0..H {
        let from_tip = if y < H / 2 { y } else { H - 1 - y };
        let width = (from_tip + 1) * W / (H / 2);
        mask.fill(if points_right { 0 } else { W - width }, y, width, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_reach_the_edges_that_their_names_say() {
        for (index, weights) in ARMS.iter().enumerate().filter(|(_, weights)| **weights != 0) {
            let c = char::from_u32(0x2500 + index as u32).unwrap();
            let mask = draw(c).unwrap();
            let edge = |weight: u16, pixels: Vec<u8>| {
                let drawn = pixels.iter().filter(|&&p| p != 0).count();
                assert_eq!(drawn, [0, 1, 3, 2][usize::from(weight)], "{c}");
            };
            edge(weights >> 12, (0..W).map(|x| mask.at(x, 0)).collect());
            edge(weights >> 8 & 15, (0..H).map(|y| mask.at(W - 1, y)).collect());
            edge(weights >> 4 & 15, (0..W).map(|x| mask.at(x, H - 1)).collect());
            edge(weights & 15, (0..H).map(|y| mask.at(0, y)).collect());
        }
    }

    #[test]
    fn halves_complement_each_other() {
        for (a, b) in [('▀', '▄'), ('▌', '▐'), ('▘', '▟'), ('▝', '▙'), ('▖', '▜'), ('▗', '▛'), ('▚', '▞')]
        {
            let (a, b) = (draw(a).unwrap(), draw(b).unwrap());
            for y in 0..H {
                for x in 0..W {
                    assert_eq!(a.at(x, y) + b.at(x, y), FULL, "at {x},{y}");
                }
            }
        }
    }
}
