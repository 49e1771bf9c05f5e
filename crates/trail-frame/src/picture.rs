//! Encoded pictures to pixels.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};

use crate::limits::{MAX_IMAGE_LEN, MAX_PIXELS, MAX_SIDE};
use crate::mask::premultiplied;
use crate::pixels::{Pixels, is_possible_size};

/// Why a picture was not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Its bytes are no PNG, JPEG or WebP that can be decoded.
    #[error("the picture cannot be decoded")]
    Undecodable,
    /// It is larger than any screen.
    #[error("the picture is larger than {MAX_SIDE} pixels a side, {MAX_PIXELS} in all or {MAX_IMAGE_LEN} bytes")]
    TooLarge,
}

/// Memory that decoding may take in addition to the picture: twice its size at four bytes a pixel.
const MAX_DECODER_LEN: u64 = 8 * MAX_PIXELS;

/// Decodes a PNG, JPEG or WebP, told by its first bytes.
///
/// # Errors
/// [`PictureError`]. The size is compared with the limits before any pixel is decoded.
pub fn decode_picture(data: &[u8]) -> Result<Pixels, PictureError> {
    if data.len() > MAX_IMAGE_LEN {
        return Err(PictureError::TooLarge);
    }
    let reader = || {
        let reader = ImageReader::new(Cursor::new(data)).with_guessed_format().ok()?;
        let known = matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP));
        known.then_some(reader)
    };
    let size = reader().and_then(|reader| reader.into_dimensions().ok()).ok_or(PictureError::Undecodable)?;
    if !is_possible_size(size.0, size.1) {
        return Err(PictureError::TooLarge);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODER_LEN);
    let mut reader = reader().ok_or(PictureError::Undecodable)?;
    reader.limits(limits);
    let picture = reader.decode().map_err(|_| PictureError::Undecodable)?.into_rgba8();
    let pixels = picture.pixels().map(|pixel| premultiplied(pixel.0)).collect();
    Pixels::from_rows(picture.width(), pixels).ok_or(PictureError::TooLarge)
}
