//! What a client says of its camera, held against the pictures that it sends.

use super::Signal;
use crate::domain::face::examination::Seen;

/// The size that full frames are asked for, the longer side first; a telephone held upright gives it turned over. A larger
/// one is not even decoded (`inference::image::Limits::FRAME`).
pub const FRAME_SIZE: (u32, u32) = (640, 480);

/// Parts of names that programs give the cameras they make. A hint: people meet through such programs, and whoever wants to
/// hide one renames it.
const PROGRAMS: [&str; 20] = [
    "virtual",
    "obs",
    "manycam",
    "xsplit",
    "vcam",
    "snap camera",
    "mmhmm",
    "camtwist",
    "splitcam",
    "youcam",
    "altercam",
    "droidcam",
    "iriun",
    "epoccam",
    "webcamoid",
    "fake",
    "dummy",
    "loopback",
    "unity video",
    "ndi ",
];

/// What a client says. None of it is believed.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// The size that its camera delivers.
    pub size: Option<(u32, u32)>,
    /// Its camera's name.
    pub label: Option<String>,
    /// When it took each frame, in milliseconds of its own clock; empty where it does not say.
    pub taken_at: Vec<f64>,
}

/// What the camera shows.
pub(super) fn signals(claims: &Claims, seen: &Seen) -> Vec<Signal> {
    let label = claims.label.as_deref().unwrap_or_default().to_lowercase();
    let is_program = PROGRAMS.iter().any(|program| label.contains(program));
    let is_odd = seen.iter().flatten().any(|frame| is_odd(frame.size, claims.size));
    let signs = [(is_program, Signal::VirtualCamera), (is_odd, Signal::OddSize)];
    signs.into_iter().filter_map(|(is_there, signal)| is_there.then_some(signal)).collect()
}

/// Whether a frame is larger than asked for, or larger than its camera.
fn is_odd(size: (u32, u32), camera: Option<(u32, u32)>) -> bool {
    let exceeds = |(long, short): (u32, u32), most: (u32, u32)| long > most.0 || short > most.1;
    exceeds(lying(size), FRAME_SIZE) || camera.is_some_and(|camera| exceeds(lying(size), lying(camera)))
}

/// A size with the longer side first, however the camera was held.
pub(super) fn lying((width, height): (u32, u32)) -> (u32, u32) {
    (width.max(height), width.min(height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::sample::Look;

    fn signals_of(label: Option<&str>, camera: Option<(u32, u32)>, frame: (u32, u32)) -> Vec<Signal> {
        let mut seen = Look::at(0.0, 0.0).observe();
        seen.size = frame;
        let claims = Claims { size: camera, label: label.map(str::to_owned), taken_at: Vec::new() };
        signals(&claims, &[Some(seen)])
    }

    #[test]
    fn cameras_that_are_programs_are_known_by_name() {
        for name in
            ["OBS Virtual Camera", "ManyCam Virtual Webcam", "fake_device_0", "Dummy video device (0x0000)"]
        {
            assert_eq!(signals_of(Some(name), None, (640, 480)), [Signal::VirtualCamera], "{name}");
        }
        for name in ["HD Pro Webcam C920 (046d:082d)", "FaceTime HD Camera", "Front Camera", ""] {
            assert_eq!(signals_of(Some(name), None, (640, 480)), [], "{name}");
        }
    }

    #[test]
    fn frames_are_no_larger_than_asked_for_nor_than_their_camera() {
        assert_eq!(signals_of(None, Some((480, 640)), (480, 640)), [], "a telephone held upright");
        assert_eq!(signals_of(None, Some((1280, 720)), (640, 360)), [], "a camera that was scaled down");
        assert_eq!(signals_of(None, Some((640, 480)), (1280, 960)), [Signal::OddSize]);
        assert_eq!(signals_of(None, Some((320, 240)), (640, 480)), [Signal::OddSize]);
    }
}
