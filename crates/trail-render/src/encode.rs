//! Pictures to PNG files.

use std::collections::HashMap;

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use crate::canvas::{Picture, Rgb};
use crate::{Error, RENDERER_VERSION};

/// Encodes a picture: with a palette where its colours fit one (a quarter of the size and time), else as RGB.
///
/// Text chunks: `Software` names the renderer and its version, `Picture-BLAKE3` is the hash of width, height (u32le)
/// and pixels, by which two parties can agree on a picture whatever encoder wrote it.
pub(crate) fn encode(picture: &Picture) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    let mut encoder = Encoder::new(&mut out, width, height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    // Unfiltered rows of text repeat exactly, which deflate finds; any filter hides that.
    encoder.set_filter(Filter::NoFilter);
    encoder.add_text_chunk("Software".into(), format!("Screentrail renderer {RENDERER_VERSION}"))?;
    encoder.add_text_chunk("Picture-BLAKE3".into(), picture_hash(picture))?;
    let indexed = index_colours(picture.pixels());
    let data = match &indexed {
        Some((palette, indices)) => {
            encoder.set_color(ColorType::Indexed);
            encoder.set_palette(palette.concat());
            indices.as_slice()
        }
        None => {
            encoder.set_color(ColorType::Rgb);
            picture.pixels().as_flattened()
        }
    };
    let mut writer = encoder.write_header()?;
    writer.write_image_data(data)?;
    writer.finish()?;
    Ok(out)
}

/// The hash that stands in the PNG: BLAKE3 over width and height (u32le) and all pixels, as hexadecimal digits.
pub(crate) fn picture_hash(picture: &Picture) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(picture.width() as u32).to_le_bytes());
    hasher.update(&(picture.height() as u32).to_le_bytes());
    hasher.update(picture.pixels().as_flattened());
    hasher.finalize().to_hex().to_string()
}

/// Numbers the colours in order of appearance; nothing if there are more than 256.
fn index_colours(pixels: &[Rgb]) -> Option<(Vec<Rgb>, Vec<u8>)> {
    let mut palette = Vec::new();
    let mut numbers: HashMap<Rgb, u8> = HashMap::new();
    let mut indices = Vec::with_capacity(pixels.len());
    // Runs of one colour are long: the last one's number is at hand.
    let mut last = (*pixels.first()?, 0);
    palette.push(last.0);
    numbers.insert(last.0, 0);
    for &pixel in pixels {
        if pixel != last.0 {
            let number = match numbers.get(&pixel) {
                Some(&number) => number,
                None => {
                    let number = u8::try_from(palette.len()).ok()?;
                    palette.push(pixel);
                    numbers.insert(pixel, number);
                    number
                }
            };
            last = (pixel, number);
        }
        indices.push(last.1);
    }
    Some((palette, indices))
}
