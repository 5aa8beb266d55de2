use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::Value;

use crate::program::{Bench, number};

const TURNING: [&str; 10] = [
    "front",
    "pitch_+05",
    "pitch_-05",
    "yaw_+10",
    "yaw_-10",
    "yaw_+30",
    "yaw_+40",
    "yaw_-30",
    "yaw_-40",
    "pitch_-20",
];

/// One live person who turns, one picture held still, a video file, and a species that nobody has yet.
fn captured() -> Bench {
    let bench = Bench::empty();
    for (number, frame) in TURNING.iter().enumerate() {
        bench.add(&format!("actors/collins/{frame}.jpg"), &format!("bona_fide/collins_1/{number:02}.jpg"));
    }
    for number in 0..4 {
        bench.add("actors/collins/front.jpg", &format!("attack/still/collins_a/{number}.jpg"));
    }
    bench.write("images/attack/replay/collins_b.mp4", "what ffmpeg reads");
    fs::create_dir_all(bench.path("images/attack/mask")).unwrap();
    bench
}

/// A folder with a command that stands for ffmpeg: it writes an actor's frames one after the other.
fn ffmpeg(bench: &Bench) -> String {
    let frames = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/actors/collins");
    let command =
        bench.write("bin/ffmpeg", &format!("#!/bin/sh\ncat '{frames}'/front.jpg '{frames}'/yaw_+30.jpg\n"));
    fs::set_permissions(&command, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:/usr/bin:/bin", bench.path("bin").display())
}

fn measured(bench: &Bench) -> Value {
    let mut program = bench.program_without_cache(&["attack", "--captures", "images", "--out", "found"]);
    let output = program.env("PATH", ffmpeg(bench)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("mask | 0 | APCER no data"), "{printed}");
    serde_json::from_slice(&fs::read(bench.path("found/report.json")).unwrap()).unwrap()
}

#[test]
fn attacks_are_told_by_species_for_the_models_the_geometry_and_the_verdict() {
    // ISO/IEC 30107-3: APCER by species, BPCER, and those that had no response apart.
    let report = measured(&captured());
    for column in ["passive", "geometry", "verdict"] {
        assert_eq!(number(&report, &format!("/{column}/bona_fide/n")), 1.0);
        let rate = number(&report, &format!("/{column}/bona_fide/bpcer"));
        let ends: Vec<f64> =
            (0..2).map(|end| number(&report, &format!("/{column}/bona_fide/ci95/{end}"))).collect();
        assert!(ends[0] <= rate && rate <= ends[1], "{column}");
        for (species, n) in [("mask", 0.0), ("replay", 1.0), ("still", 1.0)] {
            assert_eq!(number(&report, &format!("/{column}/attacks/{species}/n")), n);
            assert_eq!(report[column]["attacks"][species]["apcer"].is_null(), n == 0.0, "no data is no rate");
        }
    }
    assert_eq!(number(&report, "/geometry/bona_fide/bpcer"), 0.0, "the actor's warped turns have depth");
    assert_eq!(
        number(&report, "/geometry/attacks/still/no_response"),
        1.0,
        "what never turns shows no depth"
    );
    assert_eq!(number(&report, "/verdict/attacks/still/apcer"), 0.0);
    assert_eq!(number(&report, "/geometry/attacks/replay/no_response"), 0.0, "the video was read and turns");
    assert_eq!(report["comparison"], "assumed");
    assert_eq!(number(&report, "/iapar/still/n"), 1.0);
}

#[test]
fn with_enrolled_people_a_presentation_has_to_match() {
    let bench = captured();
    bench.add("faces/obama_official_2012.jpg", "enrol/collins/1.jpg");
    let report = measured(&bench);
    assert_eq!((report["comparison"].as_str(), number(&report, "/frr/rate")), (Some("enrolled"), 1.0));
    assert_eq!(number(&report, "/riapar/rate"), 1.0);
}

#[test]
fn without_ffmpeg_a_video_is_told_by_its_name() {
    let bench = captured();
    let mut program = bench.program_without_cache(&["attack", "--captures", "images"]);
    let output = program.env("PATH", "/nonexistent").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("collins_b.mp4") && told.contains("ffmpeg"), "{told}");
}
