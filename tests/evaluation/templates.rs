use crate::{
    program::{Bench, number},
    verification::has_the_promised_shape,
};

#[test]
fn means_are_compared_with_disjoint_means() {
    let bench = Bench::with_actors();
    let of = |enrol: &str, probe: &str| {
        bench.report(&["templates", "--images", "images", "--enrol", enrol, "--probe", probe])
    };
    let report = of("3", "3");
    has_the_promised_shape(&report);
    // Seven frames make two means of three: one genuine comparison for each of two actors, and 2·2 impostor ones.
    assert_eq!((number(&report, "/genuine"), number(&report, "/impostor")), (2.0, 4.0));
    assert_eq!(report["weighting"], "identities");
    assert_eq!(number(&report, "/operating_points/2/fnmr"), 0.0);
    // A portrait against means of three: seven against two, less the three that each mean is made of; eight impostor
    // comparisons with the third person's picture, and 2·7·2 between the actors.
    let report = of("1", "3");
    assert_eq!((number(&report, "/genuine"), number(&report, "/impostor")), (16.0, 32.0));
    let told = bench.fails(&["templates", "--images", "images", "--enrol", "4", "--probe", "4"]);
    assert!(told.contains("8 usable pictures"), "{told}");
}
