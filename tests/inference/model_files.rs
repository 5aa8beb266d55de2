//! A models folder that is not the one that the program was built for is refused, and the refusal names the file.

use std::{fs, os::unix::fs::symlink, path::Path};

use facestep::domain::face::{operating_point::TargetFmr, policy::VerificationPolicy};
use facestep::inference::{
    manifest::{BUILT_WITH, Manifest},
    verify::{ModelFault, verify_models},
};

use crate::support::{models, models_folder};

/// A copy of the models folder in which one file can be altered: the rest are links.
fn copy_with(altered: &str, alter: impl FnOnce(&mut [u8])) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in fs::read_dir(models_folder()).unwrap().map(|entry| entry.unwrap().file_name()) {
        let (from, to) = (models_folder().join(&file), folder.path().join(&file));
        match file == altered {
            false => symlink(from, to).unwrap(),
            true => fs::copy(from, to).map(drop).unwrap(),
        }
    }
    let path = folder.path().join(altered);
    let mut bytes = fs::read(&path).unwrap();
    alter(&mut bytes);
    fs::write(path, bytes).unwrap();
    folder
}

fn flip_a_bit(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
}

fn refusal(folder: &Path) -> ModelFault {
    verify_models(folder).err().expect("the folder was accepted")
}

#[test]
fn the_built_models_are_accepted_and_reported() {
    let report = models().report();
    assert_eq!(report.files.len(), 7);
    assert!(report.files.iter().all(|(_, sha256, licence)| sha256.len() == 64 && !licence.is_empty()));
    assert_eq!(models().embedder_id().as_str().len(), 64);
}

#[test]
fn one_flipped_bit_in_any_file_is_refused_and_the_file_is_named() {
    let files = [
        "yunet.onnx",
        "mesh.onnx",
        "minifasnet_v2.onnx",
        "minifasnet_v1se.onnx",
        "sface.onnx",
        "mobilefacenet.onnx",
    ];
    for file in files.into_iter().chain(["libonnxruntime.so"]) {
        let folder = copy_with(file, flip_a_bit);
        // A process loads one runtime library; the link in the copy leads to the same file.
        let fault = refusal(folder.path());
        assert!(matches!(fault, ModelFault::OtherBytes { .. }), "{file}: {fault}");
        assert!(fault.to_string().contains(file) && fault.to_string().contains("make models"), "{fault}");
    }
}

#[test]
fn one_flipped_bit_in_the_manifest_is_refused_and_the_manifest_is_named() {
    let folder = copy_with("manifest.toml", flip_a_bit);
    let fault = refusal(folder.path());
    assert!(matches!(fault, ModelFault::OtherManifest { .. }));
    assert!(fault.to_string().contains("manifest.toml"), "{fault}");
}

#[test]
fn a_missing_model_is_refused_with_the_command_that_makes_it() {
    let folder = copy_with("sface.onnx", |_| ());
    fs::remove_file(folder.path().join("sface.onnx")).unwrap();
    let fault = refusal(folder.path()).to_string();
    assert!(fault.contains("sface.onnx") && fault.contains("make models"), "{fault}");
}

#[test]
fn a_golden_answer_that_is_off_is_noticed() {
    let manifest = Manifest::parse(BUILT_WITH).unwrap();
    let golden = &manifest.model.embedders[0].model.golden;
    let mut answer = vec![0.0; 128];
    for (i, value) in golden.outputs["fc1"].iter().enumerate() {
        answer[128 * i / 8] = *value;
    }
    assert!(golden.agrees("fc1", &answer));
    answer[16] += 2.0 * golden.tolerance;
    assert!(!golden.agrees("fc1", &answer));
    assert!(!golden.agrees("fc1", &[]));
    assert!(!golden.agrees("another", &answer));
}

#[test]
fn every_threshold_says_which_error_rates_it_has_and_on_how_many_comparisons() {
    let thresholds = Manifest::parse(BUILT_WITH).unwrap().thresholds;
    assert!(!thresholds.others.is_empty());
    for (name, threshold) in &thresholds.others {
        assert!(!threshold.rates.is_empty(), "{name}");
        for rate in &threshold.rates {
            assert!(rate.n > 0 && (0.0..=1.0).contains(&rate.rate), "{name}");
            assert!(["FMR", "FNMR", "APCER", "BPCER"].contains(&rate.kind.as_str()), "{name}");
        }
    }
    for comparison in [&thresholds.match_picture, &thresholds.match_portrait, &thresholds.match_template] {
        let [standard, high] = [TargetFmr::Standard, TargetFmr::High].map(|target| comparison.at(target));
        for point in [standard, high] {
            // ISO/IEC 19795-1: a rate comes with its number of trials, and keeps its target.
            assert!(point.fmr <= point.target.rate() && (0.0..1.0).contains(&point.fnmr), "{point:?}");
            assert!(point.genuine > 0 && point.impostor > point.false_matches, "{point:?}");
        }
        assert!(standard.threshold < high.threshold && standard.fnmr <= high.fnmr, "{}", comparison.of);
    }
}

#[test]
fn a_verdict_as_it_ships_is_held_to_what_was_measured() {
    let thresholds = Manifest::parse(BUILT_WITH).unwrap().thresholds;
    let policy = VerificationPolicy::default();
    let standard = thresholds.at(TargetFmr::Standard).available().unwrap();
    assert_eq!(policy.match_template, standard.template.threshold);
    assert_eq!(policy.match_portrait, standard.portrait.threshold);
    let used = [("same_throughout", policy.same_throughout), ("live", policy.live)];
    assert_eq!(thresholds.others.len(), used.len());
    for (name, value) in used {
        assert_eq!(thresholds.others[name].value, value, "{name}");
    }
}
