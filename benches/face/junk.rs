//! What a person waits while others send junk that fills half a core.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use facestep::{
    domain::face::renewal::ProtectedReference, inference::verify::Models, ports::face::FaceAnalyzer,
};
use tokio::time::MissedTickBehavior;

use crate::{
    Failure, analyzer,
    capture::{self, Capture},
    clock::{Sample, ms, of_process},
    intake::Sealed,
    report::Report,
};

/// Captures of a person that are measured, with and without junk.
const CAPTURES: u8 = 40;
/// Junk that is measured alone, to learn how much of it fills half a core.
const ALONE: u32 = 4;

/// Measures p50 and p99 from upload to verdict, without and with junk, two workers.
pub fn measure(models: &Models, report: &mut Report) -> Result<(), Failure> {
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    tokio.block_on(async {
        let analyzer: Arc<dyn FaceAnalyzer> = Arc::new(analyzer(models, 2)?);
        let enrolled = Arc::new(capture::enrolled(analyzer.as_ref()).await?);
        let junk = Arc::new(Sealed::new(Capture::without_a_face(9)?)?);
        upload(&junk, analyzer.as_ref(), &enrolled).await?;
        let spent = of_process();
        for _ in 0..ALONE {
            upload(&junk, analyzer.as_ref(), &enrolled).await?;
        }
        let each = (of_process() - spent) / f64::from(ALONE);
        let quiet = people(&analyzer, &enrolled).await?;
        let background = tokio::spawn(send_junk(junk, analyzer.clone(), enrolled.clone(), each));
        let disturbed = people(&analyzer, &enrolled).await?;
        background.abort();
        report.junk(each, &quiet, &disturbed);
        Ok(())
    })
}

/// From a sealed capture to its verdict; whether it passed. Opening takes place off the async threads, as in the flow.
async fn upload(
    sealed: &Arc<Sealed>,
    analyzer: &dyn FaceAnalyzer,
    enrolled: &ProtectedReference,
) -> Result<bool, Failure> {
    let opening = sealed.clone();
    let opened = tokio::task::spawn_blocking(move || opening.open()).await?;
    opened.ok_or("a capture did not open")?;
    Ok(sealed.capture.judge(analyzer, enrolled).await?.passed)
}

/// People, one after the other, each with a moment in between.
async fn people(analyzer: &Arc<dyn FaceAnalyzer>, enrolled: &ProtectedReference) -> Result<Sample, Failure> {
    let mut waited = Sample::default();
    for serial in 0..CAPTURES {
        let sealed = Arc::new(Sealed::new(Capture::play("collins", serial)?)?);
        tokio::time::sleep(Duration::from_millis(50 + u64::from(serial) * 37 % 100)).await;
        let begun = Instant::now();
        if !upload(&sealed, analyzer.as_ref(), enrolled).await? {
            return Err("an obedient actor was refused".into());
        }
        waited.take(ms(begun.elapsed()));
    }
    Ok(waited)
}

/// Uploads without a face, one begun every twice the time that one costs; on a machine that does not keep up, one after the
/// other, so that they never fill the queue by themselves.
async fn send_junk(
    junk: Arc<Sealed>,
    analyzer: Arc<dyn FaceAnalyzer>,
    enrolled: Arc<ProtectedReference>,
    each: f64,
) {
    let mut next = tokio::time::interval(Duration::from_secs_f64(2.0 * each / 1e3));
    next.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        next.tick().await;
        // What becomes of it is nothing to those who send it.
        let _ = upload(&junk, analyzer.as_ref(), &enrolled).await;
    }
}
