//! The screen: any bytes, in any pieces, lead to one state; and a state that was saved is the same when loaded.

use trail_model::Size;
use trail_screen::Terminal;

/// Bytes to a terminal. The first four choose its size, a resize and the pieces.
pub fn feed(data: &[u8]) {
    let Some((&[cols, rows, resize, piece], bytes)) = data.split_first_chunk::<4>() else { return };
    let side = |byte: u8| u64::from(byte % 60) + 1;
    let (Some(size), Some(other)) = (Size::new(side(cols), side(rows)), Size::new(side(rows), side(resize))) else {
        return;
    };
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let mut whole = Terminal::new(size);
    let mut pieces = Terminal::new(size);
    let mut cut = Terminal::new(size);
    for (part, then) in [(first, Some(other)), (second, None)] {
        whole.feed(part);
        part.chunks(usize::from(piece % 7) + 1).for_each(|piece| pieces.feed(piece));
        feed_cut(&mut cut, part);
        if let Some(size) = then {
            whole.resize(size);
            pieces.resize(size);
            cut.resize(size);
        }
    }
    let saved = state(&whole);
    assert!(saved == state(&pieces), "the state depends on how the bytes were cut into pieces");
    let mut loaded = Terminal::load(&saved).expect("what was saved loads");
    assert!(saved == state(&loaded), "a state changes by being saved and loaded");
    loaded.feed(second);
    whole.feed(second);
    assert!(state(&whole) == state(&loaded), "a loaded state goes another way");
}

/// Feeds with cuts: they must come to an end, and change nothing on the screen.
fn feed_cut(terminal: &mut Terminal, mut bytes: &[u8]) {
    let mut stuck = 0;
    while !bytes.is_empty() {
        let consumed = terminal.feed_until_cut(bytes);
        assert!(consumed <= bytes.len());
        if consumed < bytes.len() {
            terminal.cut();
            stuck = if consumed == 0 { stuck + 1 } else { 0 };
            assert!(stuck < 2, "a cut that does not help");
        }
        bytes = &bytes[consumed..];
    }
}

fn state(terminal: &Terminal) -> Vec<u8> {
    let mut state = Vec::new();
    terminal.save(&mut state);
    state
}

/// Bytes that pretend to be a saved state.
pub fn load(data: &[u8]) {
    let Ok(mut terminal) = Terminal::load(data) else { return };
    terminal.feed(b"\x1b[2;2Hhello\r\n\x1b[?1049h\x1b[3L\x1b[?1049l\x1bM\x1b[999;999Hx\n");
    terminal.resize(Size { cols: 7, rows: 3 });
    let saved = state(&terminal);
    assert!(state(&Terminal::load(&saved).expect("what was saved loads")) == saved);
}
