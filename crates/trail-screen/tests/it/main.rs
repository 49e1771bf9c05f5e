//! The crate's contract: the screen against other emulators, and its own promises.

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "tests say what they measured and skipped")]

mod corpus;
mod cuts;
mod departures;
mod expected;
mod generated;
mod recordings;
mod reference;
mod states;
mod streams;

use trail_model::Size;
use trail_screen::{Damage, Terminal};

#[test]
fn smoke() {
    let mut t = Terminal::new(Size { cols: 10, rows: 3 });
    t.feed(b"hello world\r\n\x1b[1;31mred\x1b[0m \xe4\xbd\xa0\xe5\xa5\xbd\r\nx");
    let mut texts = Vec::new();
    t.logical_lines(|line| texts.push((line.first_row(), line.text(), line.above_len())));
    assert_eq!(texts, [(-1, "hello world".to_owned(), 10), (1, "red 你好".to_owned(), 0), (2, "x".to_owned(), 0)]);
    let mut damage = Damage::new();
    t.take_damage(&mut damage);
    assert_eq!(damage.rows, [0, 1, 2]);
    let mut saved = Vec::new();
    t.save(&mut saved);
    let u = Terminal::load(&saved).unwrap();
    let mut again = Vec::new();
    u.save(&mut again);
    assert_eq!(saved, again);
    let mut t = Terminal::new(Size { cols: 10, rows: 3 });
    assert_eq!(t.feed_until_cut(b"secret\r      "), 7);
}
