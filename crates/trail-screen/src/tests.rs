//! What cannot be seen from outside.

use unicode_width::UnicodeWidthChar;

use crate::attributes::{Attributes, Color, Style, StyleTable, Underline};
use crate::cell::Cell;
use crate::grid::RowMeta;
use crate::parser::printable_len;
use crate::print::width;

#[test]
fn hot_types_stay_small() {
    assert_eq!(size_of::<Cell>(), 8);
    assert!(size_of::<RowMeta>() <= 24);
    assert_eq!(size_of::<Style>(), 4);
}

#[test]
fn widths_are_those_of_the_table() {
    for c in '\0'..=char::MAX {
        assert_eq!(width(c), c.width().map(|width| width.min(2)), "{c:?}");
    }
}

#[test]
fn styles_stand_for_their_attributes() {
    let mut table = StyleTable::default();
    let colors = [Color::Default, Color::Indexed(0), Color::Indexed(255), Color::Rgb(1, 2, 3)];
    for fg in colors {
        for bg in colors {
            for flags in 0..128u8 {
                let set = |bit: u8| flags >> bit & 1 != 0;
                for underline in Underline::ALL {
                    let attributes = Attributes {
                        fg,
                        bg,
                        underline_color: None,
                        underline,
                        bold: set(0),
                        dim: set(1),
                        italic: set(2),
                        blink: set(3),
                        inverse: set(4),
                        conceal: set(5),
                        strike: set(6),
                    };
                    let style = table.style(&attributes);
                    assert_eq!(table.attributes(style), attributes);
                    assert_eq!(table.style(&attributes), style);
                    let erased = table.background_of(style);
                    assert_eq!(table.attributes(erased), Attributes { bg, ..Attributes::default() });
                    if style.index().is_none() {
                        assert_eq!(Style::from_packed(style.0), Some(style));
                    }
                }
            }
        }
    }
    assert_eq!(Style::from_packed(u32::MAX), None);
}

#[test]
fn printable_runs_end_at_the_first_other_byte() {
    for len in 0..40 {
        for other in [0, 0x1b, 0x1f, 0x7f, 0x80, 0xff] {
            let mut bytes = vec![b' '; len];
            bytes.extend([other, b'~', 0x7e, 0x20, other, 1, 2, 3, 4, 5, 6, 7, 8]);
            assert_eq!(printable_len(&bytes), len, "{other:#x}");
            assert_eq!(printable_len(&bytes[..len]), len);
        }
    }
}
