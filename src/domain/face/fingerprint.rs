//! What a frame's picture is like, in a few bytes: near for two copies of one picture, far for two pictures of one scene.
//!
//! It says that a picture was seen before, never whose face is in it. Two difference hashes alone would not do: somebody who
//! sits at the same desk every day gives nearly the same ones. What a living head never repeats is its place, to the pixel,
//! in frame after frame; so a copy is what agrees in both.

use super::observation::{ObservedFace, Pose};

/// How many blocks of the ground are compared: 8 across and 6 down.
pub const BLOCKS: usize = 48;
/// The bytes of what is kept of a frame.
pub const KEPT_BYTES: usize = 26;
/// Parts of a pixel, and of a degree, that a place is kept in.
const STEPS: f32 = 8.0;

/// A difference hash of a picture's luma: one bit for each of 64 neighbours, whether the right one is brighter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PictureHash(pub u64);

impl PictureHash {
    /// How many bits differ.
    fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

/// What was computed of a frame's pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Of the whole frame.
    pub whole: PictureHash,
    /// Of the face and its nearest surroundings.
    pub face: PictureHash,
    /// A hash of the exact pixels of each block of the ground; `None` where the face may be, and where all is of one
    /// brightness, as an overexposed window is.
    pub ground: [Option<u32>; BLOCKS],
}

impl Fingerprint {
    /// The share of the ground that is the same in both frames to the last bit; `None` where little ground can be compared.
    /// A lens and a sensor never give the same pixels twice.
    pub(super) fn same_ground(&self, other: &Self) -> Option<f32> {
        let both = self.ground.iter().zip(&other.ground).filter_map(|(a, b)| Some((*a)?.eq(&(*b)?)));
        let (compared, same) = both.fold((0, 0), |(all, same), is| (all + 1, same + usize::from(is)));
        (compared >= BLOCKS / 6).then(|| same as f32 / compared as f32)
    }
}

/// How near two frames must be to count as copies of one picture. Each number is from the measurements in
/// `docs/biometrics.md`.
#[derive(Clone, Copy, Debug)]
pub struct CopyBounds {
    /// Bits of the whole frame's hash.
    pub whole: u32,
    /// Bits of the face's hash.
    pub face: u32,
    /// Pixels that the middle of the mesh may be away, across and down, and that its spread may differ.
    pub pixels: f32,
    /// Degrees of yaw and of pitch.
    pub degrees: f32,
}

impl Default for CopyBounds {
    fn default() -> Self {
        Self { whole: 6, face: 12, pixels: 0.375, degrees: 0.75 }
    }
}

/// What is kept of a frame, to know it again in a later capture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeptPrint {
    whole: PictureHash,
    face: PictureHash,
    /// The middle of the mesh, across and down, the spread of its points, yaw and pitch, in steps.
    place: [i16; 5],
}

impl KeptPrint {
    /// Of a frame with one measured face.
    pub fn of(fingerprint: &Fingerprint, face: &ObservedFace) -> Self {
        let Pose { yaw, pitch, .. } = face.pose;
        let [x, y, spread] = place_of(&face.mesh);
        // A float beyond the range becomes the nearest end of it: a place that no frame has.
        let place = [x, y, spread, yaw, pitch].map(|value| (value * STEPS).round() as i16);
        Self { whole: fingerprint.whole, face: fingerprint.face, place }
    }

    /// Whether one is a copy of the other.
    pub fn is_copy_of(&self, other: &Self, bounds: &CopyBounds) -> bool {
        self.whole.distance(other.whole) <= bounds.whole
            && self.face.distance(other.face) <= bounds.face
            && self.is_in_place_of(other, bounds.pixels, bounds.degrees)
    }

    fn is_in_place_of(&self, other: &Self, pixels: f32, degrees: f32) -> bool {
        let limits = [pixels, pixels, pixels, degrees, degrees];
        let apart = self.place.iter().zip(other.place).map(|(a, b)| f32::from(a.abs_diff(b)) / STEPS);
        apart.zip(limits).all(|(apart, most)| apart <= most)
    }

    /// The bytes that are sealed.
    pub fn to_bytes(self) -> [u8; KEPT_BYTES] {
        let mut bytes = [0; KEPT_BYTES];
        let hashes = [self.whole.0, self.face.0].into_iter().flat_map(u64::to_le_bytes);
        let place = self.place.into_iter().flat_map(i16::to_le_bytes);
        bytes.iter_mut().zip(hashes.chain(place)).for_each(|(to, from)| *to = from);
        bytes
    }

    /// Reads back what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8; KEPT_BYTES]) -> Self {
        let (whole, rest) = bytes.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        let (face, rest) = rest.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        let mut place = [0; 5];
        let steps = rest.chunks_exact(2).filter_map(|two| two.try_into().ok()).map(i16::from_le_bytes);
        place.iter_mut().zip(steps).for_each(|(to, from)| *to = from);
        Self {
            whole: PictureHash(u64::from_le_bytes(*whole)),
            face: PictureHash(u64::from_le_bytes(*face)),
            place,
        }
    }
}

/// The middle of a mesh, and how far its points lie from it: a mean of hundreds of points is ten times steadier than any of
/// them, and than the detector's eyes, when a picture is compressed again.
fn place_of(mesh: &[[f32; 3]]) -> [f32; 3] {
    let count = mesh.len().max(1) as f32;
    let sum = mesh.iter().fold([0.0, 0.0], |[x, y], [px, py, _]| [x + px, y + py]);
    let [x, y] = sum.map(|sum: f32| sum / count);
    let squares: f32 = mesh.iter().map(|[px, py, _]| (px - x).powi(2) + (py - y).powi(2)).sum();
    [x, y, (squares / count).sqrt()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::sample::head;

    fn print(whole: u64, face: u64) -> Fingerprint {
        Fingerprint { whole: PictureHash(whole), face: PictureHash(face), ground: [None; BLOCKS] }
    }

    fn kept(whole: u64, face: u64, moved: f32) -> KeptPrint {
        let mut observed = head(3.0, -2.0);
        observed.mesh.iter_mut().for_each(|[x, ..]| *x += moved);
        KeptPrint::of(&print(whole, face), &observed)
    }

    #[test]
    fn a_copy_agrees_in_picture_and_place() {
        let bounds = CopyBounds { whole: 2, face: 2, pixels: 1.0, degrees: 1.0 };
        let first = kept(0b1111, 0b1010, 0.0);
        assert!(first.is_copy_of(&kept(0b1100, 0b1001, 0.9), &bounds));
        assert!(!first.is_copy_of(&kept(0b1000, 0b1010, 0.0), &bounds), "another picture");
        assert!(!first.is_copy_of(&kept(0b1111, 0b0101, 0.0), &bounds), "another face");
        assert!(!first.is_copy_of(&kept(0b1111, 0b1010, 1.3), &bounds), "another place");
        let turned = KeptPrint::of(&print(0b1111, 0b1010), &head(4.2, -2.0));
        assert!(!first.is_copy_of(&turned, &bounds), "another pose");
    }

    #[test]
    fn what_is_sealed_is_read_back() {
        let print = kept(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, 11.3);
        assert!(KeptPrint::from_bytes(&print.to_bytes()) == print);
    }

    #[test]
    fn ground_counts_where_both_frames_show_some() {
        let mut one = print(0, 0);
        let mut other = print(0, 0);
        for (n, (a, b)) in one.ground.iter_mut().zip(&mut other.ground).enumerate().take(16) {
            (*a, *b) = (Some(7), (n < 12).then_some(if n < 9 { 7 } else { 8 }));
        }
        assert_eq!(one.same_ground(&other), Some(0.75));
        other.ground.iter_mut().skip(6).for_each(|block| *block = None);
        assert_eq!(one.same_ground(&other), None, "too little of it");
    }
}
