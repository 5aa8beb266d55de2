//! How a capture page packs its frames before it seals them, version 1: the bytes `FSC1`, the header's length (u32, big
//! endian), the header (JSON), then the JPEGs one after the other. See `docs/capture-protocol.md`.
//!
//! It was made by a stranger's program: every length is checked before it is used, and nothing may be left over.

use serde::Deserialize;

use super::{
    capture::{CaptureBundle, CaptureNonce, EncodedFrame},
    injection::camera::Claims,
};
use crate::domain::id::CeremonyId;

const MAGIC: &[u8] = b"FSC1";
/// What a bundle with the proof of a device key begins with.
const SIGNED_MAGIC: &[u8] = b"FSD1";
/// The longest proof: its header with the key, its statement and its signature are about 600 bytes.
const LONGEST_PROOF: usize = 2 * 1024;
/// The longest header: 64 lengths and a camera's name are below 2 kB.
const LONGEST_HEADER: usize = 8 * 1024;
/// The most frames.
pub const MOST_FRAMES: usize = 64;
/// The largest frame: 640 × 480 at quality 0.85 takes 30 to 80 kB.
pub const LARGEST_FRAME: usize = 512 * 1024;
/// The smallest thing that can be a JPEG at all.
const SMALLEST_FRAME: usize = 4;

/// Why a bundle is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleRefusal {
    /// It is not packed as version 1 is.
    #[error("the bundle is malformed")]
    Malformed,
    /// There are too many frames, or one is too large.
    #[error("the bundle is too large")]
    TooLarge,
}

/// What the header says. What it says of the camera proves nothing; it is held against the pictures (`injection`).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    v: u32,
    ceremony: String,
    nonce: String,
    frames: Vec<usize>,
    #[serde(default)]
    camera: Option<Camera>,
    #[serde(default)]
    taken: Vec<f64>,
}

#[derive(Deserialize)]
struct Camera {
    width: u32,
    height: u32,
    #[serde(default)]
    label: Option<String>,
}

impl Header {
    fn claims(&mut self) -> Claims {
        let camera = self.camera.take();
        Claims {
            size: camera.as_ref().map(|camera| (camera.width, camera.height)),
            label: camera.and_then(|camera| camera.label),
            taken_at: std::mem::take(&mut self.taken),
        }
    }
}

/// Unpacks a bundle.
pub fn parse(bytes: &[u8]) -> Result<CaptureBundle, BundleRefusal> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(BundleRefusal::Malformed)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(BundleRefusal::Malformed)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| BundleRefusal::TooLarge)?;
    if length > LONGEST_HEADER {
        return Err(BundleRefusal::TooLarge);
    }
    let (header, mut rest) = rest.split_at_checked(length).ok_or(BundleRefusal::Malformed)?;
    let mut header: Header = serde_json::from_slice(header).map_err(|_| BundleRefusal::Malformed)?;
    if header.v != 1 {
        return Err(BundleRefusal::Malformed);
    }
    if header.frames.len() > MOST_FRAMES || header.frames.iter().any(|length| *length > LARGEST_FRAME) {
        return Err(BundleRefusal::TooLarge);
    }
    let claims = header.claims();
    let mut frames = Vec::with_capacity(header.frames.len());
    for length in header.frames {
        let (frame, after) = rest.split_at_checked(length).ok_or(BundleRefusal::Malformed)?;
        if length < SMALLEST_FRAME {
            return Err(BundleRefusal::Malformed);
        }
        frames.push(EncodedFrame::new(frame.to_vec()));
        rest = after;
    }
    if frames.is_empty() || !rest.is_empty() {
        return Err(BundleRefusal::Malformed);
    }
    Ok(CaptureBundle {
        ceremony: CeremonyId::parse(&header.ceremony).ok_or(BundleRefusal::Malformed)?,
        nonce: CaptureNonce::parse(&header.nonce).ok_or(BundleRefusal::Malformed)?,
        frames,
        claims,
        signed_by: None,
    })
}

/// What a page seals: a bundle, alone or behind the proof of a device key. The proof is over every byte of the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent<'a> {
    /// The proof, a compact JWS.
    pub proof: Option<&'a str>,
    /// The bundle.
    pub bundle: &'a [u8],
}

impl<'a> Sent<'a> {
    /// Takes a proof off: the bytes `FSD1`, its length (u32, big endian), the proof, then the bundle. What begins
    /// otherwise is a bundle alone.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BundleRefusal> {
        let Some(rest) = bytes.strip_prefix(SIGNED_MAGIC) else {
            return Ok(Self { proof: None, bundle: bytes });
        };
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(BundleRefusal::Malformed)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| BundleRefusal::TooLarge)?;
        if length > LONGEST_PROOF {
            return Err(BundleRefusal::TooLarge);
        }
        let (proof, bundle) = rest.split_at_checked(length).ok_or(BundleRefusal::Malformed)?;
        let proof = std::str::from_utf8(proof).map_err(|_| BundleRefusal::Malformed)?;
        Ok(Self { proof: Some(proof), bundle })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn pack(header: &Value, frames: &[Vec<u8>]) -> Vec<u8> {
        let header = header.to_string().into_bytes();
        let mut bytes = MAGIC.to_vec();
        bytes.extend((header.len() as u32).to_be_bytes());
        bytes.extend(header);
        frames.iter().for_each(|frame| bytes.extend(frame));
        bytes
    }

    fn header(lengths: &[usize]) -> Value {
        json!({ "v": 1, "ceremony": "c1", "nonce": CaptureNonce::from_random([7; 32]).as_str(), "frames": lengths })
    }

    #[test]
    fn a_bundle_unpacks_into_its_frames_in_order() {
        let mut described = header(&[4, 5]);
        described["camera"] = json!({ "width": 640, "height": 480, "label": "Webcam" });
        described["taken"] = json!([0, 200.5]);
        let bundle = parse(&pack(&described, &[vec![1; 4], vec![2; 5]])).unwrap();
        assert_eq!(bundle.ceremony, CeremonyId::parse("c1").unwrap());
        let frames: Vec<&[u8]> = bundle.frames.iter().map(EncodedFrame::bytes).collect();
        assert_eq!(frames, [&[1; 4][..], &[2; 5][..]]);
        let Claims { size, label, taken_at } = bundle.claims;
        assert_eq!((size, label.as_deref(), taken_at), (Some((640, 480)), Some("Webcam"), vec![0.0, 200.5]));
    }

    #[test]
    fn a_bundle_that_is_not_exactly_as_described_is_refused() {
        let frame = || vec![vec![1; 4]];
        let malformed = [
            b"FSC2\0\0\0\0".to_vec(),
            b"FSC1\0\0".to_vec(),
            b"FSC1\0\0\0\x09{}".to_vec(),
            pack(&json!({}), &frame()),
            pack(&json!({ "v": 2, "ceremony": "c1", "nonce": "x", "frames": [4] }), &frame()),
            pack(&json!({ "v": 1, "ceremony": "c1", "nonce": "x", "frames": [4] }), &frame()),
            pack(&json!({ "v": 1, "ceremony": "c1", "frames": [4] }), &frame()),
            pack(&json!({ "v": 1, "ceremony": "c 1", "nonce": "x", "frames": [-4] }), &frame()),
            pack(&header(&[5]), &frame()),
            pack(&header(&[4]), &[vec![1; 5]]),
            pack(&header(&[3]), &[vec![1; 3]]),
            pack(&header(&[]), &[]),
        ];
        for bytes in malformed {
            assert_eq!(parse(&bytes).err(), Some(BundleRefusal::Malformed));
        }
    }

    #[test]
    fn too_many_or_too_large_frames_are_refused_before_they_are_copied() {
        assert_eq!(parse(&pack(&header(&[4; 65]), &[])).err(), Some(BundleRefusal::TooLarge));
        assert_eq!(parse(&pack(&header(&[LARGEST_FRAME + 1]), &[])).err(), Some(BundleRefusal::TooLarge));
        assert_eq!(parse(b"FSC1\xff\xff\xff\xff").err(), Some(BundleRefusal::TooLarge));
    }

    #[test]
    fn a_proof_is_taken_off_and_the_bundle_behind_it_is_untouched() {
        let bundle = pack(&header(&[4]), &[vec![1; 4]]);
        let signed = [b"FSD1\0\0\0\x03a.b".as_slice(), &bundle].concat();
        assert_eq!(Sent::parse(&signed), Ok(Sent { proof: Some("a.b"), bundle: &bundle }));
        assert_eq!(Sent::parse(&bundle), Ok(Sent { proof: None, bundle: &bundle }));
        for (bytes, refusal) in [
            (b"FSD1\0\0".as_slice(), BundleRefusal::Malformed),
            (b"FSD1\0\0\0\x03ab", BundleRefusal::Malformed),
            (b"FSD1\0\0\0\x01\xff", BundleRefusal::Malformed),
            (b"FSD1\0\0\x08\x01", BundleRefusal::TooLarge),
        ] {
            assert_eq!(Sent::parse(bytes), Err(refusal));
        }
        // One proof and no more: what stands behind it must be a bundle.
        assert_eq!(parse(&signed).err(), Some(BundleRefusal::Malformed));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            drop(parse(&bytes));
            let signed = [SIGNED_MAGIC, &bytes].concat();
            drop(Sent::parse(&signed).map(|sent| parse(sent.bundle)));
            let mut marked = MAGIC.to_vec();
            marked.extend([0, 0, 0, bytes.len().min(200) as u8]);
            marked.extend(&bytes);
            drop(parse(&marked));
        }

        #[test]
        fn a_bundle_cut_short_anywhere_is_refused(cut in 0..100_usize) {
            let whole = pack(&header(&[40, 40]), &[vec![1; 40], vec![2; 40]]);
            let cut = whole.len() - 1 - cut % (whole.len() - 1);
            prop_assert!(parse(&whole[..cut]).is_err());
        }
    }
}
