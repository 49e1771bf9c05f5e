//! Pictures of screens: golden hashes, and what must be true of every picture.

use trail_model::{CellRect, Size};
use trail_render::{CELL_HEIGHT, CELL_WIDTH, RENDERER_VERSION, RenderOptions, Rendered, Renderer, Theme, render};
use trail_screen::Terminal;

fn screen(cols: u16, rows: u16, output: &str) -> Terminal {
    let mut terminal = Terminal::new(Size { cols, rows });
    terminal.feed(output.as_bytes());
    terminal
}

/// A screen with every attribute, colour form and kind of glyph.
fn sampler() -> Terminal {
    let mut output = String::from("\x1b[1mbold\x1b[m \x1b[2mdim\x1b[m \x1b[3mitalic\x1b[m \x1b[1;3mboth\x1b[m ");
    output += "\x1b[4munder\x1b[m \x1b[4:2mdouble\x1b[m \x1b[4:3;58;5;196mcurly\x1b[m \x1b[4:4mdot\x1b[m \x1b[4:5mdash\x1b[m\r\n";
    output += "\x1b[7minverse\x1b[m \x1b[8mconcealed\x1b[m \x1b[9mstrike\x1b[m \x1b[5mblink\x1b[m\r\n";
    for color in 0..16 {
        output += &format!("\x1b[48;5;{color}m{color:>3} \x1b[m");
    }
    output += "\r\n";
    for color in (16..232).step_by(4) {
        output += &format!("\x1b[48;5;{color}m \x1b[m");
    }
    output += "\r\n";
    for level in (0..=255).step_by(6) {
        output += &format!("\x1b[38;2;{level};{};128m#\x1b[m", 255 - level);
    }
    output += "\r\n東京 日本語 한글 😀🚀 e\u{301}a\u{308} Ωжא\r\n";
    output += "┌─┬┐ ╔═╦╗ ┏━┳┓ ╭─╮ ╒╤╕ ░▒▓█ ▁▂▃▄▅▆▇\r\n├─┼┤ ╠═╬╣ ┣━╋┫ │⣿│ ╞╪╡ ▀▄▌▐ ▖▗▘▝▚▞\r\n└─┴┘ ╚═╩╝ ┗━┻┛ ╰─╯ ╘╧╛ ┄┅┆┇ ╱╲╳\r\n";
    output += "no glyph: \u{10fffd}";
    screen(64, 12, &output)
}

fn check_golden(name: &str, rendered: &Rendered) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/png");
    let path = format!("{folder}/{name}.png");
    let png = rendered.to_png().unwrap();
    if std::env::var_os("TRAIL_BLESS").is_some() {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(&path, &png).unwrap();
    }
    let golden = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}; make it with TRAIL_BLESS=1"));
    assert!(golden == png, "{path} is another picture; look at both, then run with TRAIL_BLESS=1");
}

#[test]
fn every_attribute_and_kind_of_glyph() {
    let rendered = render(&sampler(), &RenderOptions::default());
    assert_eq!(rendered.missing_glyphs, 1);
    check_golden("sampler-dark", &rendered);
    check_golden("sampler-light", &render(&sampler(), &RenderOptions { theme: Theme::LIGHT, ..Default::default() }));
}

#[test]
fn marks_frame_the_match() {
    let terminal = screen(40, 3, "$ cat /etc/passwd\r\nroot:x:0:0:root:/root:/bin/bash\r\n$ ");
    let marks = vec![CellRect { row: 0, column: 11, width: 6 }, CellRect { row: 1, column: 0, width: 4 }];
    check_golden("marks", &render(&terminal, &RenderOptions { marks, ..Default::default() }));
}

#[test]
fn the_decoded_png_is_the_picture_and_says_who_drew_it() {
    let rendered = render(&sampler(), &RenderOptions::default());
    let png = rendered.to_png().unwrap();
    let decoded = image::load_from_memory(&png).unwrap().to_rgb8();
    assert_eq!((decoded.width() as usize, decoded.height() as usize), (64 * CELL_WIDTH, 12 * CELL_HEIGHT));
    assert_eq!(decoded.into_raw(), rendered.picture.pixels().as_flattened());
    let text = String::from_utf8_lossy(&png).into_owned();
    assert!(text.contains(&format!("Screentrail renderer {RENDERER_VERSION}")));
    assert!(text.contains(&rendered.hash()));
}

#[test]
fn a_used_renderer_draws_what_a_new_one_draws() {
    let mut renderer = Renderer::new();
    let other = screen(20, 5, "\x1b[1mother 東京");
    renderer.render(&other, &RenderOptions::default());
    let again = renderer.render(&sampler(), &RenderOptions::default());
    assert!(again.picture == render(&sampler(), &RenderOptions::default()).picture);
}

#[test]
fn more_than_256_colours_are_kept() {
    let mut output = String::new();
    for n in 0..400 {
        output += &format!("\x1b[48;2;{};{};7m ", n % 256, n / 2 % 256);
    }
    let rendered = render(&screen(80, 6, &output), &RenderOptions::default());
    let decoded = image::load_from_memory(&rendered.to_png().unwrap()).unwrap().to_rgb8();
    assert_eq!(decoded.into_raw(), rendered.picture.pixels().as_flattened());
}

#[test]
fn concealed_text_shows_only_when_revealed() {
    let hidden = screen(10, 1, "\x1b[?25l\x1b[8msecret");
    let blank = screen(10, 1, "\x1b[?25l");
    let plain = render(&hidden, &RenderOptions::default());
    assert!(plain.picture == render(&blank, &RenderOptions::default()).picture);
    let revealed = render(&hidden, &RenderOptions { reveal: true, ..Default::default() });
    assert!(revealed.picture != plain.picture);
}

#[test]
fn the_program_may_change_the_palette() {
    let changed = render(&screen(4, 1, "\x1b[?25l\x1b]4;1;rgb:12/34/56\x07\x1b[41m x"), &RenderOptions::default());
    assert!(changed.picture.pixels().contains(&[0x12, 0x34, 0x56]));
}
