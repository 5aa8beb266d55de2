//! What is decoded and what is not, and what the pipeline says of pictures that show no single face.

use facestep::inference::{
    image::{Limits, Undecodable, decode},
    pipeline::UnusablePortrait,
};

use crate::support::{frame, pipeline};

/// A real JPEG whose header claims other sizes.
fn claiming(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = frame("no_face.jpg").bytes().to_vec();
    let header = bytes.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    bytes[header + 5..header + 7].copy_from_slice(&height.to_be_bytes());
    bytes[header + 7..header + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

fn refusal(bytes: &[u8]) -> Option<Undecodable> {
    decode(bytes, &Limits::PICTURE).err()
}

#[test]
fn a_header_that_claims_gigabytes_is_refused_before_memory_is_taken() {
    let before = peak_memory_in_kb();
    assert_eq!(refusal(&claiming(60_000, 60_000)), Some(Undecodable::TooManyPixels));
    assert_eq!(refusal(&claiming(65_535, 40)), Some(Undecodable::TooManyPixels));
    assert_eq!(refusal(&claiming(2_500, 2_500)), Some(Undecodable::TooManyPixels));
    let grown = peak_memory_in_kb() - before;
    assert!(grown < 1_000_000, "memory grew by {grown} kB; the claimed picture alone has 10.8 GB");
}

fn peak_memory_in_kb() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn a_picture_of_too_many_bytes_is_refused_unread() {
    assert_eq!(refusal(&vec![0xff; Limits::PICTURE.bytes + 1]), Some(Undecodable::TooManyBytes));
}

#[test]
fn a_picture_too_small_to_show_a_face_is_refused() {
    assert_eq!(refusal(&claiming(16, 480)), Some(Undecodable::TooFewPixels));
}

#[test]
fn a_frame_larger_than_the_page_was_told_to_send_is_refused_and_a_portrait_of_that_size_is_not() {
    // docs/capture-protocol.md
    let refusal = |limits: &Limits, width, height| decode(&claiming(width, height), limits).err();
    for (width, height) in [(641, 480), (640, 481), (481, 640), (1_280, 720), (1_920, 1_920), (1_000, 32)] {
        assert_eq!(refusal(&Limits::FRAME, width, height), Some(Undecodable::TooManyPixels));
        assert_ne!(refusal(&Limits::PICTURE, width, height), Some(Undecodable::TooManyPixels));
    }
    for (width, height) in [(640, 480), (480, 640), (600, 450), (360, 480)] {
        assert_ne!(refusal(&Limits::FRAME, width, height), Some(Undecodable::TooManyPixels));
    }
}

#[test]
fn garbage_is_refused_and_never_panics() {
    assert_eq!(refusal(b""), Some(Undecodable::NotReadable));
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\n"), Some(Undecodable::NotReadable));
    assert_eq!(refusal(&[0xff; 4096]), Some(Undecodable::NotReadable));
    let whole = frame("no_face.jpg");
    for length in (0..whole.bytes().len()).step_by(97) {
        let _ = decode(&whole.bytes()[..length], &Limits::PICTURE);
    }
    for at in (0..whole.bytes().len()).step_by(53) {
        let mut damaged = whole.bytes().to_vec();
        damaged[at] ^= 0x5a;
        let _ = decode(&damaged, &Limits::PICTURE);
    }
}

#[test]
fn a_picture_without_a_face_shows_none() {
    let glance = pipeline().glance(&frame("no_face.jpg")).unwrap();
    assert_eq!(glance.faces, 0);
    assert!(glance.face.is_none());
    assert!((20.0..235.0).contains(&glance.exposure));
    assert!(matches!(pipeline().embed_portrait(&frame("no_face.jpg")), Err(UnusablePortrait::NoFace)));
}

#[test]
fn a_picture_of_two_people_shows_two_faces_and_makes_no_template() {
    assert_eq!(pipeline().glance(&frame("two_faces.jpg")).unwrap().faces, 2);
    assert!(matches!(
        pipeline().embed_portrait(&frame("two_faces.jpg")),
        Err(UnusablePortrait::SeveralFaces)
    ));
}

#[test]
fn a_glance_tells_place_size_and_pose_as_shares_of_the_frame() {
    let glance = pipeline().glance(&frame("synth_collins_nasa_yaw+35.jpg")).unwrap();
    let face = glance.face.unwrap();
    assert!((face.height - 102.9 / 512.0).abs() < 0.01);
    assert!((face.centre.x - 235.6 / 512.0).abs() < 0.01 && (face.centre.y - 118.3 / 512.0).abs() < 0.01);
    assert!((face.pose.yaw - 25.0).abs() < 3.0);
}
