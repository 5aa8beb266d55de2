//! Whole ceremonies: processor time beside the model runs that the verdict needed, throughput, and time to the verdict.

use std::time::Instant;

use facestep::{domain::face::examination::Worth, inference::verify::Models};

use crate::{
    Failure, analyzer,
    capture::{self, Capture, Looked},
    clock::{Sample, ms, of_process},
    memory,
    report::Report,
    stages::Bare,
};

/// Ceremonies that are measured one after the other.
const CEREMONIES: u8 = 12;
/// Ceremonies that are measured for throughput, two at a time.
const PAIRS: u8 = 6;

/// Measures with one and with two workers.
pub fn measure(models: &Models, bare: &Bare, report: &mut Report) -> Result<(), Failure> {
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    for workers in [1, 2] {
        tokio.block_on(with_workers(models, bare, workers, report))?;
    }
    Ok(())
}

async fn with_workers(
    models: &Models,
    bare: &Bare,
    workers: usize,
    report: &mut Report,
) -> Result<(), Failure> {
    let analyzer = analyzer(models, workers)?;
    let enrolled = capture::enrolled(&analyzer).await?;
    report.memory(&format!("{workers} workers, warm"), memory::resident());
    let (mut processor, mut passed) = (Sample::default(), Sample::default());
    let mut runs = None;
    for serial in 0..CEREMONIES {
        let capture = Capture::play("collins", serial)?;
        let (begun, spent) = (Instant::now(), of_process());
        let looked = capture.judge(&analyzer, &enrolled).await?;
        let (took, cost) = (ms(begun.elapsed()), of_process() - spent);
        if !looked.passed {
            return Err("an obedient actor was refused".into());
        }
        // The first one warms caches and arenas.
        if serial > 0 {
            passed.take(took);
            processor.take(cost);
        }
        runs = Some(looked);
    }
    report.memory(&format!("{workers} workers, after {CEREMONIES} ceremonies"), memory::resident());
    let begun = Instant::now();
    for serial in 0..PAIRS {
        let (one, other) = (Capture::play("collins", serial)?, Capture::play("obama", serial)?);
        let (one, other) = tokio::join!(one.judge(&analyzer, &enrolled), other.judge(&analyzer, &enrolled));
        one?;
        other?;
    }
    let a_second = f64::from(2 * PAIRS) / begun.elapsed().as_secs_f64();
    report.memory(&format!("{workers} workers, after {}", CEREMONIES + 2 * PAIRS), memory::resident());
    let needed = needed(&runs.ok_or("no ceremony was measured")?, bare);
    report.whole(workers, &processor, &needed, a_second, &passed);
    Ok(())
}

/// The model runs that a verdict needed: stage, how many, and what so many bare runs cost.
fn needed(looked: &Looked, bare: &Bare) -> Vec<(&'static str, usize, f64)> {
    let everything = looked.closer.iter().filter(|face| face.worth == Worth::Everything).count();
    let counts = [
        ("detect_roughly", looked.observed),
        ("mesh", looked.observed),
        ("detect", everything),
        ("detect_around", looked.closer.len() - everything),
        ("attack", everything),
        ("embed", looked.closer.len()),
    ];
    counts
        .into_iter()
        .map(|(stage, count)| (stage, count, count as f64 * bare.get(stage).copied().unwrap_or(f64::NAN)))
        .collect()
}
