//! A recording for Chromium's file-fed camera: raw Y4M, 4:2:0, as that keeps its frame rate.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use zune_jpeg::{JpegDecoder, zune_core::bytestream::ZCursor};

use super::actor::frame;

/// Frames a second of the recording.
const RATE: usize = 10;

/// Writes a recording in which each pose is held for `seconds`.
pub fn write(path: &Path, actor: &str, poses: &[&str], seconds: usize) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "YUV4MPEG2 W640 H480 F{RATE}:1 Ip A1:1 C420jpeg").unwrap();
    for pose in poses {
        let planes = planes_of(&frame(actor, pose));
        for _ in 0..RATE * seconds {
            file.write_all(b"FRAME\n").unwrap();
            file.write_all(&planes).unwrap();
        }
    }
}

/// Full-range BT.601 planes of a 640x480 JPEG, chroma at every second pixel.
fn planes_of(jpeg: &[u8]) -> Vec<u8> {
    let rgb = JpegDecoder::new(ZCursor::new(jpeg)).decode().unwrap();
    let pixel = |x: usize, y: usize| {
        let at = (y * 640 + x) * 3;
        [f32::from(rgb[at]), f32::from(rgb[at + 1]), f32::from(rgb[at + 2])]
    };
    let everywhere = |step: usize, f: fn([f32; 3]) -> f32| {
        let rows = (0..480).step_by(step);
        rows.flat_map(move |y| (0..640).step_by(step).map(move |x| f(pixel(x, y)) as u8)).collect::<Vec<u8>>()
    };
    let luma = everywhere(1, |[r, g, b]| 0.299 * r + 0.587 * g + 0.114 * b);
    let blue = everywhere(2, |[r, g, b]| 128.0 - 0.168_736 * r - 0.331_264 * g + 0.5 * b);
    let red = everywhere(2, |[r, g, b]| 128.0 + 0.5 * r - 0.418_688 * g - 0.081_312 * b);
    [luma, blue, red].concat()
}
