use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
};

use crate::program::Bench;

const ARGUMENTS: [&str; 4] = ["verification", "--images", "images", "--all-pairs"];

/// How many pictures it says that it knows already.
fn known(told: &str) -> usize {
    let line = told.lines().find(|line| line.contains("pictures are known"));
    line.map_or(0, |line| line.split(' ').next().unwrap().parse().unwrap())
}

#[test]
fn a_measurement_that_is_killed_goes_on_where_it_was() {
    let bench = Bench::with_actors();
    let mut running = bench.program(&ARGUMENTS).spawn().unwrap();
    let mut told = BufReader::new(running.stderr.take().unwrap()).lines();
    assert!(told.any(|line| line.unwrap().starts_with("pictures:")), "it tells how far it is");
    // SIGKILL: nothing can be tidied up.
    running.kill().unwrap();
    running.wait().unwrap();
    let (resumed, told) = bench.succeeds(&ARGUMENTS);
    assert!(known(&told) >= 1, "{told}");
    let (again, told) = bench.succeeds(&ARGUMENTS);
    assert_eq!(known(&told), 15);
    let fresh = Bench::with_actors();
    let (whole, told) = fresh.succeeds(&ARGUMENTS);
    assert_eq!(known(&told), 0);
    assert!(whole == resumed && whole == again, "{whole}\n{resumed}");
}

#[test]
fn what_is_kept_is_for_the_owner_alone_and_is_forgotten_on_request() {
    let bench = Bench::with_actors();
    bench.succeeds(&ARGUMENTS);
    let kept: Vec<_> = fs::read_dir(bench.cache()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(fs::metadata(&kept[0]).unwrap().permissions().mode() & 0o777, 0o600);
    bench.succeeds(&[&ARGUMENTS[..], &["--forget"]].concat());
    assert_eq!(fs::read_dir(bench.cache()).unwrap().count(), 0);
}
