//! Decodes a JPEG within bounds that are checked before memory is taken.
//!
//! A few hundred bytes can claim a picture of gigabytes, so the header is read first and judged alone.

use zeroize::Zeroizing;
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

use crate::domain::face::injection::camera::FRAME_SIZE;

/// What may be decoded.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most bytes of an encoded picture.
    pub bytes: usize,
    /// Longest side in pixels.
    pub side: usize,
    /// Most pixels in all.
    pub pixels: usize,
    /// Shortest side in pixels; a smaller picture shows no face that could be judged.
    pub least_side: usize,
    /// Most scans of a progressive JPEG: each costs a pass over all pixels.
    pub scans: usize,
}

impl Limits {
    /// For frames of a capture: as long, and as many pixels, as the page is told to send, either way up. What the
    /// camera is asked for at the end is smaller. Whoever sends larger ones would choose how long looking at them takes.
    pub const FRAME: Self = Self {
        bytes: 512 << 10,
        side: FRAME_SIZE.0 as usize,
        pixels: FRAME_SIZE.0 as usize * FRAME_SIZE.1 as usize,
        ..Self::PICTURE
    };
    /// For portraits, and pictures that are measured: up to 1920x1920 pixels in 4 MB.
    pub const PICTURE: Self =
        Self { bytes: 4 << 20, side: 2560, pixels: 1920 * 1920, least_side: 32, scans: 24 };
}

/// Why a picture is not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// More bytes than allowed.
    #[error("too many bytes")]
    TooManyBytes,
    /// The header claims more pixels than allowed.
    #[error("too many pixels")]
    TooManyPixels,
    /// The header claims too few pixels to show a face.
    #[error("too few pixels")]
    TooFewPixels,
    /// Not a JPEG, or a damaged one.
    #[error("not a readable JPEG")]
    NotReadable,
}

impl Undecodable {
    /// The reason in words that may be shown to whoever sent the picture.
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooManyBytes => "too many bytes",
            Self::TooManyPixels => "too many pixels",
            Self::TooFewPixels => "too few pixels",
            Self::NotReadable => "not a readable JPEG",
        }
    }
}

/// A decoded picture: rows of red, green, blue. Wiped when dropped, never printed.
pub struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Zeroizing<Vec<u8>>,
}

impl zeroize::ZeroizeOnDrop for Picture {}

impl Picture {
    /// Takes rows of red, green, blue; `None` when their number does not fit the sizes.
    pub fn from_rgb(width: usize, height: usize, pixels: Vec<u8>) -> Option<Self> {
        let pixels = Zeroizing::new(pixels);
        let fits = width > 0 && height > 0 && width.checked_mul(height)?.checked_mul(3)? == pixels.len();
        fits.then_some(Self { width, height, pixels })
    }

    /// The memory of a picture that is looked at no more, as it is: whoever takes it fills it anew or wipes it.
    pub fn into_memory(mut self) -> Vec<u8> {
        std::mem::take(&mut self.pixels)
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Rows of red, green, blue.
    pub fn rgb(&self) -> &[u8] {
        &self.pixels
    }

    /// One row of red, green, blue; empty below the picture.
    pub fn row(&self, y: usize) -> &[u8] {
        let start = y.saturating_mul(self.width * 3);
        self.pixels.get(start..start.saturating_add(self.width * 3)).unwrap_or_default()
    }
}

/// Decodes a JPEG, grey or colour, to red, green, blue.
pub fn decode(encoded: &[u8], limits: &Limits) -> Result<Picture, Undecodable> {
    decode_into(encoded, limits, Vec::new())
}

/// The same in memory that was used before ([`Picture::into_memory`]).
pub fn decode_into(encoded: &[u8], limits: &Limits, memory: Vec<u8>) -> Result<Picture, Undecodable> {
    let mut pixels = Zeroizing::new(memory);
    if encoded.len() > limits.bytes {
        return Err(Undecodable::TooManyBytes);
    }
    let options = DecoderOptions::default()
        .set_max_width(u16::MAX.into())
        .set_max_height(u16::MAX.into())
        .set_strict_mode(false)
        .jpeg_set_max_scans(limits.scans)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(encoded), options);
    decoder.decode_headers().map_err(|_| Undecodable::NotReadable)?;
    let (width, height) = decoder.dimensions().ok_or(Undecodable::NotReadable)?;
    if width.max(height) > limits.side || width * height > limits.pixels {
        return Err(Undecodable::TooManyPixels);
    }
    if width.min(height) < limits.least_side {
        return Err(Undecodable::TooFewPixels);
    }
    let size = decoder.output_buffer_size().ok_or(Undecodable::NotReadable)?;
    if decoder.output_colorspace() != Some(ColorSpace::RGB) || size != width * height * 3 {
        return Err(Undecodable::NotReadable);
    }
    pixels.resize(size, 0);
    decoder.decode_into(&mut pixels).map_err(|_| Undecodable::NotReadable)?;
    Ok(Picture { width, height, pixels })
}
