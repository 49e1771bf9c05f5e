//! The decoders on bytes put together by hand from the specification's words.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{Message, RfbError, Session};
use crate::Surface;

/// Handshake of version 3.3 for a screen of 4 × 2 pixels, 32 bits, then `messages`.
fn session(messages: &[u8]) -> Vec<u8> {
    let mut bytes = b"RFB 003.003\n".to_vec();
    bytes.extend_from_slice(&[0, 0, 0, 1, 0, 4, 0, 2, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);
    bytes.extend_from_slice(&[0, 0, 0, 1, b'x']);
    bytes.extend_from_slice(messages);
    bytes
}

/// An update of one rectangle over the whole screen.
fn update(encoding: i32, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0, 2];
    bytes.extend_from_slice(&encoding.to_be_bytes());
    bytes.extend_from_slice(data);
    bytes
}

/// The screen after all messages, one letter for each pixel.
fn screen(messages: &[u8]) -> Result<String, RfbError> {
    let bytes = session(messages);
    let (mut session, _) = Session::new(&bytes[..], None)?;
    let mut surface = Surface::new();
    while let Some(message) = session.next_message()? {
        if let Message::Frame(bodies) = message {
            bodies.iter().for_each(|body| surface.apply(body));
        }
    }
    assert_eq!(session.at(), bytes.len() as u64);
    let letter = |pixel: &u32| match pixel & 0xff_ffff {
        0xff => 'r',
        0xff00 => 'g',
        0xff_0000 => 'b',
        0 => '.',
        _ => '?',
    };
    Ok(surface.flatten(false).as_slice().iter().map(letter).collect())
}

/// Pixels as the session's format has them: blue in the lowest byte.
const RED: [u8; 4] = [0, 0, 255, 0];
const GREEN: [u8; 4] = [0, 255, 0, 0];
const BLUE: [u8; 4] = [255, 0, 0, 0];

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.flush().expect("memory takes it");
    encoder.get_ref().clone()
}

fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

#[test]
fn every_encoding_gives_the_same_picture() {
    let expected = "rrggrrbb";
    let raw = [RED, RED, GREEN, GREEN, RED, RED, BLUE, BLUE].concat();
    let rre = [&[0, 0, 0, 2][..], &RED, &GREEN, &[0, 2, 0, 0, 0, 2, 0, 1], &BLUE, &[0, 2, 0, 1, 0, 2, 0, 1]].concat();
    let corre = [&[0, 0, 0, 2][..], &RED, &GREEN, &[2, 0, 2, 1], &BLUE, &[2, 1, 2, 1]].concat();
    // Background, coloured rectangles: places and sizes less one in halves of bytes.
    let hextile = [&[2 | 8 | 16][..], &RED, &[2], &GREEN, &[0x20, 0x10], &BLUE, &[0x21, 0x10]].concat();
    // A palette of three colours, two bits for each pixel, rows in whole bytes.
    let packed = [&[3][..], &RED[..3], &GREEN[..3], &BLUE[..3], &[0b0000_0101, 0b0000_1010]].concat();
    let plain_runs = [&[128][..], &RED[..3], &[1], &GREEN[..3], &[1], &RED[..3], &[1], &BLUE[..3], &[1]].concat();
    let palette_runs = [&[131][..], &RED[..3], &GREEN[..3], &BLUE[..3], &[128, 1, 129, 1, 0, 0, 130, 1]].concat();
    let zrle_raw = [
        &[0][..],
        &[RED, RED, GREEN, GREEN, RED, RED, BLUE, BLUE].map(|pixel| [pixel[0], pixel[1], pixel[2]]).concat(),
    ]
    .concat();
    // Tight sends red first. Palette of three, one byte for each pixel, too short to be compressed.
    let tight = [&[0x40, 1, 2][..], &[255, 0, 0, 0, 255, 0, 0, 0, 255], &[0, 0, 1, 1, 0, 0, 2, 2]].concat();
    let rgb =
        [[255, 0, 0], [255, 0, 0], [0, 255, 0], [0, 255, 0], [255, 0, 0], [255, 0, 0], [0, 0, 255], [0, 0, 255u8]]
            .concat();
    let copied = zlib(&rgb);
    let tight_copy = [&[0][..], &[copied.len() as u8], &copied].concat();
    let cases: [(&str, i32, Vec<u8>); 11] = [
        ("raw", 0, raw.clone()),
        ("RRE", 2, rre),
        ("CoRRE", 4, corre),
        ("hextile", 5, hextile),
        ("zlib", 6, prefixed(&zlib(&raw))),
        ("ZRLE packed palette", 16, prefixed(&zlib(&packed))),
        ("ZRLE runs", 16, prefixed(&zlib(&plain_runs))),
        ("ZRLE palette runs", 16, prefixed(&zlib(&palette_runs))),
        ("ZRLE raw", 16, prefixed(&zlib(&zrle_raw))),
        ("tight palette", 7, tight),
        ("tight copy", 7, tight_copy),
    ];
    for (name, encoding, data) in cases {
        assert_eq!(screen(&update(encoding, &data)).as_deref(), Ok(expected), "{name}");
        let cut = screen(&update(encoding, &data[..data.len() - 1]));
        assert!(cut.is_err(), "{name} without its last byte: {cut:?}");
    }
}

/// A gradient of the filter: the difference from left + above - above left.
#[test]
fn tight_gradient_foretells_by_neighbours() {
    // Differences that make red 255 once, then nothing changes; the second row takes blue from above the same way.
    let differences = [[255, 0, 0], [0; 3], [1, 255, 0], [0; 3], [0; 3], [0; 3], [0, 1, 255], [0u8; 3]].concat();
    let stored = zlib(&differences);
    let data = [&[0x40, 2][..], &[stored.len() as u8], &stored].concat();
    assert_eq!(screen(&update(7, &data)).as_deref(), Ok("rrggrrbb"));
}

#[test]
fn the_compressed_stream_goes_on_from_update_to_update() {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let mut messages = Vec::new();
    let mut before = 0;
    for pixels in [[GREEN; 8].concat(), [RED, RED, GREEN, GREEN, RED, RED, BLUE, BLUE].concat()] {
        encoder.write_all(&pixels).expect("memory takes it");
        encoder.flush().expect("memory takes it");
        messages.extend(update(6, &prefixed(&encoder.get_ref()[before..])));
        before = encoder.get_ref().len();
    }
    assert_eq!(screen(&messages).as_deref(), Ok("rrggrrbb"));
}

#[test]
fn copies_resizes_and_last_rectangles() {
    let raw = [RED, GREEN, BLUE, BLUE, RED, GREEN, BLUE, BLUE].concat();
    let mut messages = update(0, &raw);
    // Copies two columns from the left over the right; then a last rectangle ends an update without a count.
    messages.extend_from_slice(&[0, 0, 255, 255, 0, 2, 0, 0, 0, 2, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0]);
    messages.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0]);
    messages.extend_from_slice(&(-224i32).to_be_bytes());
    assert_eq!(screen(&messages).as_deref(), Ok("rgrgrgrg"));
    messages.extend_from_slice(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 3, 0, 1]);
    messages.extend_from_slice(&(-223i32).to_be_bytes());
    assert_eq!(screen(&messages).as_deref(), Ok("rgr"));
}

#[test]
fn bombs_and_absurd_sizes_are_refused() {
    let refused = |messages: &[u8]| matches!(screen(messages), Err(RfbError::Malformed { .. }));
    let bomb = zlib(&vec![0; 1 << 20]);
    for encoding in [6, 16] {
        assert!(refused(&update(encoding, &prefixed(&bomb))), "{encoding}");
    }
    let tight = [&[0][..], &[bomb.len() as u8 | 0x80, (bomb.len() >> 7) as u8], &bomb].concat();
    assert!(refused(&update(7, &tight)));
    let mut large = vec![0, 0, 0, 1, 0, 0, 0, 0, 255, 255, 255, 255];
    large.extend_from_slice(&[0, 0, 0, 5]);
    assert!(refused(&large));
    assert!(refused(&update(0x7654, &[])));
}
