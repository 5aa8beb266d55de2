//! What the network brings is only ever refused: no panic, and memory in proportion to the input. Every kept input of
//! `fuzz/corpus` is tried again, and made-up ones beside it; `docs/fuzzing.md` tells how the corpus was found.

use std::{
    alloc::System,
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use proptest::{prelude::*, test_runner::Config};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

mod targets;

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The largest body of an ordinary request.
const LARGEST: usize = 65_536;
/// Bytes that may be allocated whatever the input.
const AT_REST: usize = 512 * 1024;
/// Bytes that may be allocated for each byte of the input.
const PER_BYTE: usize = 256;

/// One test at a time, since all of them count the same memory.
static TURN: Mutex<()> = Mutex::new(());

fn bounded(target: fn(&[u8]), input: &[u8]) {
    let region = Region::new(MEMORY);
    target(input);
    let used = region.change().bytes_allocated;
    let most = AT_REST + PER_BYTE * input.len();
    assert!(used <= most, "{used} bytes were allocated for an input of {}", input.len());
}

fn kept(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let kept: Vec<_> = files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(!kept.is_empty(), "{} is empty", folder.display());
    kept
}

/// Tries what is kept, what is kept with a part repeated to the largest size, and what is made up.
fn holds(name: &str, target: fn(&[u8])) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    target(b"");
    for input in kept(name) {
        bounded(target, &input);
        let large: Vec<u8> = input.iter().copied().cycle().take(LARGEST).collect();
        bounded(target, &large);
    }
    let texts = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..512),
        "\\PC{0,256}".prop_map(String::into_bytes),
        "[a-z_]{0,24}=[%&=+{}\\[\\]\":,.a-zA-Z0-9 -]{0,96}(&[a-z_]{0,24}=[%a-zA-Z0-9:/.]{0,64}){0,8}"
            .prop_map(String::into_bytes),
    ];
    proptest!(Config::with_cases(512), |(input in texts)| bounded(target, &input));
}

macro_rules! each_is_held {
    ($($name:ident),+) => {$(
        #[test]
        fn $name() {
            holds(stringify!($name), targets::$name);
        }
    )+};
}

each_is_held!(
    authorization_request,
    claims,
    request_object,
    client_assertion,
    registration,
    form,
    cookies,
    capture
);
