//! The frames of a presentation: JPEG files as they are, anything else through the `ffmpeg` command. What ffmpeg makes of a
//! video stays in memory.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    domain::face::capture::EncodedFrame,
    evaluation::{EvaluationFault, pictures::is_jpeg},
};

/// Most frames of a presentation that are looked at: as many as a capture may have. Of more, an even spread is taken.
const MOST: usize = 64;
/// Frames per second of a video, and most of them.
const RATE: &str = "fps=10";
const MOST_OF_A_VIDEO: &str = "600";
/// Endings of files that ffmpeg is asked to read.
const PICTURES: [&str; 4] = ["png", "bmp", "webp", "tiff"];
const VIDEOS: [&str; 10] = ["mp4", "mov", "m4v", "avi", "mkv", "webm", "mpg", "mpeg", "3gp", "mjpeg"];

/// Whether a file can be a presentation.
pub(super) fn is_readable(file: &Path) -> bool {
    is_jpeg(&file.to_string_lossy()) || has_ending(file, &PICTURES) || has_ending(file, &VIDEOS)
}

/// Reads the frames of a folder, a picture or a video, in order.
pub(super) fn read(path: &Path) -> Result<Vec<EncodedFrame>, EvaluationFault> {
    if has_ending(path, &VIDEOS) && path.is_file() {
        return Ok(spread(through_ffmpeg(path)?));
    }
    let files = if path.is_dir() { pictures_of(path)? } else { vec![path.to_owned()] };
    let frames: Vec<EncodedFrame> = spread(files)
        .iter()
        .map(|file| match is_jpeg(&file.to_string_lossy()) {
            true => fs::read(file)
                .map(EncodedFrame::new)
                .map(|frame| vec![frame])
                .map_err(|error| EvaluationFault::file(file, format!("cannot be read ({error})"))),
            false => through_ffmpeg(file),
        })
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    if frames.is_empty() {
        return Err(EvaluationFault::file(path, "holds no frames (.jpg, .jpeg, or .png through ffmpeg)"));
    }
    Ok(frames)
}

fn pictures_of(folder: &Path) -> Result<Vec<PathBuf>, EvaluationFault> {
    let unreadable = |error| EvaluationFault::file(folder, format!("cannot be read ({error})"));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if is_jpeg(&file.to_string_lossy()) || has_ending(&file, &PICTURES) {
            files.push(file);
        }
    }
    files.sort_unstable();
    Ok(files)
}

fn has_ending(file: &Path, endings: &[&str]) -> bool {
    let own = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    endings.iter().any(|ending| own.eq_ignore_ascii_case(ending))
}

/// At most [`MOST`], evenly spread.
fn spread<T>(all: Vec<T>) -> Vec<T> {
    let count = all.len();
    if count <= MOST {
        return all;
    }
    let mut next = 0;
    let is_chosen = |place: usize, next: &mut usize| {
        let chosen = *next < MOST && place == *next * count / MOST;
        *next += usize::from(chosen);
        chosen
    };
    all.into_iter()
        .enumerate()
        .filter(|(place, _)| is_chosen(*place, &mut next))
        .map(|(_, item)| item)
        .collect()
}

/// Has ffmpeg turn a file into JPEG frames, none larger than the product decodes.
fn through_ffmpeg(file: &Path) -> Result<Vec<EncodedFrame>, EvaluationFault> {
    let scale = "scale=w='min(1920,iw)':h='min(1920,ih)':force_original_aspect_ratio=decrease";
    let filter = if has_ending(file, &VIDEOS) { format!("{RATE},{scale}") } else { scale.to_owned() };
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(file)
        .args(["-vf", &filter, "-frames:v", MOST_OF_A_VIDEO, "-c:v", "mjpeg", "-q:v", "2", "-f", "image2pipe", "-"])
        .stdin(Stdio::null())
        .output()
        .map_err(|_| {
            let reason = "is read through the ffmpeg command, which is not installed; install it, or give a folder of \
                          JPEG frames";
            EvaluationFault::file(file, reason)
        })?;
    let frames = split(&output.stdout);
    if !output.status.success() || frames.is_empty() {
        let told = String::from_utf8_lossy(&output.stderr);
        let reason = format!("cannot be read by ffmpeg: {}", told.lines().last().unwrap_or("no frames"));
        return Err(EvaluationFault::file(file, reason));
    }
    Ok(frames)
}

/// Divides a stream of JPEG pictures. Inside one, 0xFF is never followed by 0xD9 (ITU-T T.81 §B.1.1.5), and ffmpeg embeds no
/// thumbnails.
fn split(stream: &[u8]) -> Vec<EncodedFrame> {
    let mut frames = Vec::new();
    let mut rest = stream;
    while let Some(end) = rest.windows(2).position(|pair| pair == [0xFF, 0xD9]) {
        let (frame, after) = rest.split_at(end + 2);
        frames.push(EncodedFrame::new(frame.to_vec()));
        rest = after;
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_divided_at_the_end_of_each_picture() {
        let frames = split(&[0xFF, 0xD8, 1, 0xFF, 0xD9, 0xFF, 0xD8, 2, 0xFF, 0, 0xFF, 0xD9, 0xFF, 0xD8]);
        let bytes: Vec<_> = frames.iter().map(EncodedFrame::bytes).collect();
        assert_eq!(bytes, [&[0xFF, 0xD8, 1, 0xFF, 0xD9][..], &[0xFF, 0xD8, 2, 0xFF, 0, 0xFF, 0xD9]]);
    }

    #[test]
    fn of_many_frames_an_even_spread_is_taken() {
        assert_eq!(spread((0..10).collect()), (0..10).collect::<Vec<_>>());
        let chosen = spread((0..640).collect::<Vec<_>>());
        assert_eq!(chosen, (0..64).map(|n| n * 10).collect::<Vec<_>>());
    }
}
