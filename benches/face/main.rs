//! `make bench-face`: what the face check costs on this machine, stage by stage and as a whole, each beside the bare model
//! runs in the same process. A table for people, and JSON on the last line.
//!
//! Costs are processor time, which other work on the machine disturbs least; every measurement of ours is taken turn by
//! turn with the bare run that it is held against. What passes between an upload and its verdict is time on the clock.
//! The frames are those of the sample actors (`tests/fixtures/actors`): one person, 640x480, about 50 kB each.

mod capture;
mod clock;
mod intake;
mod junk;
mod memory;
mod report;
mod stages;
mod whole;

use std::{alloc::System, num::NonZeroUsize, path::Path};

use facestep::inference::{
    analyzer::{Analyzer, AnalyzerSettings},
    verify::{Models, verify_models},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use report::Report;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut report = Report::begin();
    let models = verify_models(&project().join("models/built"))?;
    report.memory("models verified", memory::resident());
    let bare = stages::measure(&models, &mut report)?;
    stages::allocations(&models, &mut report)?;
    whole::measure(&models, &bare, &mut report)?;
    intake::measure(&models, &mut report)?;
    junk::measure(&models, &mut report)?;
    report.end();
    Ok(())
}

/// The project's folder.
fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An analyzer with so many threads.
fn analyzer(models: &Models, threads: usize) -> Result<Analyzer, Failure> {
    let threads = NonZeroUsize::new(threads).ok_or("no threads")?;
    Ok(Analyzer::start(models, &AnalyzerSettings { threads, ..AnalyzerSettings::default() })?)
}
