use crate::program::{Bench, number};

#[test]
fn each_group_has_its_rates_at_one_threshold_and_the_worst_is_named() {
    // ISO/IEC 19795-10.
    let bench = Bench::with_actors();
    bench.add("actors/obama/yaw_+40.jpg", "hidden/1.jpg");
    bench.write("groups.csv", "identity,group\ncollins,x\nobama,y\nbiden,y\nnobody,x\n");
    let groups = ["groups", "--images", "images", "--groups", "groups.csv"];
    let report = bench.report(&groups);
    assert!(report["threshold_from"].as_str().unwrap().contains("match_picture.standard"), "{report}");
    let of = |group: &str, key: &str| number(&report, &format!("/groups/{group}/{key}"));
    assert_eq!((of("x", "genuine"), of("x", "impostor"), of("x", "fnmr")), (21.0, 0.0, 0.0));
    assert!(report["groups"]["x"]["fmr"].is_null(), "no data is no rate");
    assert_eq!((of("y", "genuine"), of("y", "impostor"), of("y", "fmr")), (21.0, 7.0, 0.0));
    assert_eq!((number(&report, "/overall/genuine"), number(&report, "/overall/identities")), (42.0, 4.0));
    assert_eq!(
        (number(&report, "/within_groups/genuine"), number(&report, "/within_groups/impostor")),
        (42.0, 7.0)
    );
    assert_eq!(number(&report, "/pictures_without_group"), 1.0);
    assert_eq!(number(&report, "/entries_without_pictures"), 1.0);
    // At a threshold that half of all impostors pass, a group has a rate to compare.
    let report = bench.report(&[&groups[..], &["--target-fmr", "0.5"]].concat());
    let worst = &report["worst"]["fmr"];
    assert_eq!(worst["group"], "y");
    let ratio = number(worst, "/rate") / number(worst, "/overall");
    assert!((number(worst, "/ratio") - ratio).abs() < 1e-12);
}

#[test]
fn groups_can_be_of_pictures_and_their_lines_are_checked() {
    let bench = Bench::with_actors();
    let arguments = ["groups", "--images", "images", "--groups", "groups.csv", "--target-fmr", "high"];
    bench.write("groups.csv", "image,group\ncollins/front.jpg,x\ncollins/yaw_+10.jpg,x\nobama/front.jpg,x\n");
    let report = bench.report(&arguments);
    assert_eq!((number(&report, "/groups/x/genuine"), number(&report, "/groups/x/impostor")), (1.0, 2.0));
    bench.write("groups.csv", "image,group\ncollins/front.jpg,x\ncollins/front.jpg,y\n");
    let told = bench.fails(&arguments);
    assert!(told.contains("groups.csv, line 3") && told.contains("line 2"), "{told}");
}
