use std::fs;

use serde_json::Value;

use crate::program::{Bench, interval_around, number};

const LIST: &str = "left,right,same\n\
    collins/front.jpg,collins/yaw_+10.jpg,1\n\
    collins/front.jpg,collins/pitch_+10.jpg,1\n\
    obama/front.jpg,obama/yaw_-10.jpg,1\n\
    obama/front.jpg,obama/pitch_-10.jpg,1\n\
    collins/front.jpg,obama/front.jpg,0\n\
    collins/yaw_+10.jpg,obama/yaw_+10.jpg,0\n\
    collins/front.jpg,biden/1.jpg,0\n\
    obama/front.jpg,biden/1.jpg,0\n";

/// The shape that issue and docs promise, whatever was compared.
pub fn has_the_promised_shape(report: &Value) {
    for key in ["genuine", "impostor", "failure_to_acquire"] {
        assert!(report[key].as_u64().is_some(), "{key}: {report}");
    }
    for key in ["accuracy", "eer"] {
        assert!((0.0..=1.0).contains(&number(report, &format!("/{key}"))), "{key}");
    }
    let points = report["operating_points"].as_array().unwrap();
    let targets: Vec<f64> = points.iter().map(|point| number(point, "/fmr")).collect();
    assert_eq!(targets, [1e-2, 1e-3, 1e-4, 1e-5]);
    for point in points {
        assert!(number(point, "/measured_fmr") <= number(point, "/fmr") * 1.000_001);
        assert!((-1.0..=1.0).contains(&number(point, "/threshold")));
        interval_around(point, "/fnmr_ci95", number(point, "/fnmr"));
        interval_around(point, "/fnmr_by_identity_ci95", number(point, "/fnmr_by_identity"));
        let counted = |key: &str| point[key].as_u64().unwrap();
        let is_supported = counted("false_matches") >= 30 && counted("false_match_pairs") >= 10;
        assert_eq!(point["supported"].as_bool(), Some(is_supported));
    }
}

#[test]
fn all_cross_pairs_are_counted_by_the_folders_names() {
    // docs/biometrics.md, "Repeat it on your own data".
    let bench = Bench::with_actors();
    bench.add("faces/no_face.jpg", "collins/none.jpg");
    bench.write("images/obama/broken.jpg", "no picture");
    bench.write("images/obama/notes.txt", "not looked at");
    let report = bench.report(&["verification", "--images", "images", "--all-pairs"]);
    has_the_promised_shape(&report);
    // 15 usable pictures: 2 times 7·6/2 genuine of 105; 17 pictures would have made 2 times 8·7/2 of 136.
    assert_eq!((report["genuine"].as_u64(), report["impostor"].as_u64()), (Some(42), Some(63)));
    assert_eq!(report["failure_to_acquire"].as_u64(), Some(2));
    assert_eq!((number(&report, "/left_out/genuine"), number(&report, "/left_out/impostor")), (14.0, 17.0));
    assert_eq!(number(&report, "/eer"), 0.0, "warps of one portrait are alike, and other people are not");
    assert_eq!(number(&report, "/accuracy"), 1.0);
    let point = &report["operating_points"][3];
    assert_eq!((number(point, "/fnmr"), number(point, "/false_matches")), (0.0, 0.0));
    assert!((number(point, "/fnmr_with_failure_to_acquire") - 14.0 / 56.0).abs() < 1e-12);
}

#[test]
fn a_list_alone_is_measured_and_judged_in_folds() {
    let bench = Bench::with_actors();
    bench.write("pairs.csv", LIST);
    let arguments = ["verification", "--images", "images", "--pairs", "pairs.csv", "--out", "found"];
    let (printed, told) = bench.succeeds(&arguments);
    assert!(printed.contains("| target FMR |") && told.contains("embeddings are kept in"), "{printed}{told}");
    let report: Value = serde_json::from_slice(&fs::read(bench.path("found/report.json")).unwrap()).unwrap();
    has_the_promised_shape(&report);
    assert_eq!((report["genuine"].as_u64(), report["impostor"].as_u64()), (Some(4), Some(4)));
    assert_eq!((number(&report, "/accuracy"), number(&report, "/listed/folds")), (1.0, 4.0));
    assert_eq!(number(&report, "/pictures"), 8.0, "only the pictures of the list are looked at");
    assert!(fs::read_to_string(bench.path("found/det.svg")).unwrap().starts_with("<svg"));
    assert!(fs::read_to_string(bench.path("found/report.md")).unwrap().contains("1e-4"));
    for name in ["report.json", "report.md", "det.svg"] {
        let text = fs::read_to_string(bench.path("found").join(name)).unwrap();
        assert!(!text.contains("collins"), "{name} names nobody");
    }
}

#[test]
fn with_a_list_and_all_pairs_the_points_come_from_all_pairs_and_the_accuracy_from_the_list() {
    let bench = Bench::with_actors();
    bench.write("pairs.csv", LIST);
    let arguments = ["verification", "--images", "images", "--pairs", "pairs.csv", "--all-pairs"];
    let report = bench.report(&arguments);
    assert_eq!((number(&report, "/genuine"), number(&report, "/impostor")), (42.0, 63.0));
    assert_eq!((number(&report, "/listed/genuine"), number(&report, "/listed/impostor")), (4.0, 4.0));
    assert!(report["accuracy_method"].as_str().unwrap().contains("folds"));
    assert_eq!(bench.report(&arguments), report, "the same seed tells the same");
}

#[test]
fn what_cannot_be_measured_is_told_with_its_file_and_line() {
    let bench = Bench::with_actors();
    let told = |arguments: &[&str], parts: &[&str]| {
        let told = bench.fails(arguments);
        parts.iter().for_each(|part| assert!(told.contains(part), "{part} is missing in: {told}"));
    };
    let listed = ["verification", "--images", "images", "--pairs", "pairs.csv"];
    bench.write("pairs.csv", "left,right,same\ncollins/front.jpg,collins/gone.jpg,1\n");
    told(&listed, &["pairs.csv, line 2", "collins/gone.jpg"]);
    bench.write("pairs.csv", "left,right,same\ncollins/front.jpg,obama/front.jpg,no\n");
    told(&listed, &["pairs.csv, line 2", "`same`"]);
    bench.write("pairs.csv", "left;right;same\n");
    told(&listed, &["pairs.csv, line 1", "`left`"]);
    told(&["verification", "--images", "nowhere", "--all-pairs"], &["nowhere", "cannot be read"]);
    told(&["verification", "--images", "images/collins", "--all-pairs"], &["lies in no folder"]);
    let cached = ["verification", "--images", ".", "--all-pairs"];
    told(&cached, &["cache", "lies in the pictures' folder"]);
}

#[test]
fn one_identity_alone_is_too_little() {
    let bench = Bench::empty();
    bench.add("actors/obama/front.jpg", "obama/1.jpg");
    bench.add("actors/obama/yaw_+10.jpg", "obama/2.jpg");
    let told = bench.fails(&["verification", "--images", "images", "--all-pairs"]);
    assert!(told.contains("1 genuine and 0 impostor") && told.contains("two identities"), "{told}");
}
