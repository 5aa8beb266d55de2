//! No score leaves the face core: not at the most talkative level of the log, not in the audit log, not in an answer.

use std::{
    io::{self, Write},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tracing_subscriber::{Layer, filter::dynamic_filter_fn, fmt, layer::SubscriberExt, registry};

use crate::{
    scene::{CONDITION, Scene},
    support::{
        capture::obedient,
        scripted::{ADAM, CLARA, Scripted},
    },
};

/// Whether what is logged is kept; other tests run beside this one.
static LISTENING: AtomicBool = AtomicBool::new(false);
/// What was logged meanwhile.
static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Logbook;

impl Write for Logbook {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LOGGED.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How far the live face is from the enrolled one, as the sine of their angle.
const ASKEW: f32 = 0.314_15;
const LIVE: f32 = 0.876_543;
const EXPOSURE: f32 = 87.123_43;

/// Everything that the models say of these frames, in numbers that mean nothing else: the passive score, the cosine of a
/// comparison and its distance, the sine, the parts of the embedding, the light, and where the head points.
fn scores() -> Vec<f64> {
    let (askew, norm) = (f64::from(ASKEW), 12.5);
    let cosine = (1.0 - askew * askew).sqrt();
    let poses = [24.318_57, 13.294_73];
    [f64::from(LIVE), cosine, 1.0 - cosine, askew, norm * askew, norm * cosine, f64::from(EXPOSURE)]
        .into_iter()
        .chain(poses)
        .collect()
}

/// The ways in which a number may be written: six digits of it, as it is or as a percentage, cut off or rounded. Six, because
/// the log tells milliseconds with three decimals, and one of them may be anything.
fn written(score: f64) -> Vec<String> {
    [score, 100.0 * score]
        .into_iter()
        .flat_map(|value| {
            let decimals = usize::try_from(5 - value.abs().log10().floor() as i32).unwrap();
            let cut = (value * 10_f64.powi(decimals as i32)).floor() / 10_f64.powi(decimals as i32);
            [format!("{cut:.decimals$}"), format!("{value:.decimals$}")]
        })
        .collect()
}

#[tokio::test]
async fn no_log_at_any_level_no_audit_event_and_no_answer_has_a_score() {
    // NIST SP 800-63B-4 §3.2.3 and ISO/IEC 24745 §7: a comparison score lets a stranger climb towards a face.
    let layer = fmt::layer()
        .with_ansi(false)
        .without_time()
        .with_writer(|| Logbook)
        .with_filter(dynamic_filter_fn(|_, _| LISTENING.load(Ordering::SeqCst)));
    tracing::subscriber::set_global_default(registry().with(layer)).unwrap();

    LISTENING.store(true, Ordering::SeqCst);
    let scene = Scene::enrolled().await;
    let odd = Scripted { askew: ASKEW, live: LIVE, exposure: EXPOSURE, ..Scripted::of(ADAM) };
    let turned = |asked: &str, seen| {
        let whole = obedient(asked, seen);
        let odd = |angle: f32, odd: f32| if angle == 0.0 { 0.0 } else { odd.copysign(angle) };
        Scripted { yaw: odd(whole.yaw, 24.318_57), pitch: odd(whole.pitch, 13.294_73), ..whole }
    };
    let interaction = scene.begin(&[CONDITION]).await;
    let mut told = String::new();
    for (base, outcome) in [
        (Scripted { person: CLARA, ..odd }, "refused"),
        (Scripted { exposure: 20.0, ..odd }, "again"),
        (odd, "done"),
    ] {
        let mut page = scene.capture_page(&interaction).await;
        let hinted = |asked: &str, seen: Scripted| Scripted { exposure: EXPOSURE, ..obedient(asked, seen) };
        let mut socket = page.connect().await.unwrap();
        page.play_with(&mut socket, hinted, turned, base).await;
        page.close(socket).await;
        let answer = page.upload().await;
        assert_eq!(answer.json()["outcome"], outcome);
        told += &answer.body;
    }
    LISTENING.store(false, Ordering::SeqCst);

    let logged = String::from_utf8(LOGGED.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("TRACE") && logged.contains("/step-up/"), "nothing was heard");
    let audit = scene.app.store.read(|db| db.unsealed_events(1_000)).await.unwrap();
    let audit: String = audit.into_iter().map(|(_, event)| event).collect();
    assert!(audit.contains("mismatch"));
    for score in scores() {
        for text in written(score) {
            for (place, all) in [("the log", &logged), ("the audit log", &audit), ("an answer", &told)] {
                assert!(!all.contains(&text), "{text} is in {place}");
            }
        }
    }
}

#[test]
fn a_score_is_recognised_however_it_is_written() {
    let all = written(0.949_373_7);
    for text in [0.949_373_7_f32.to_string(), "0.949374".into(), "94.93737%".into()] {
        assert!(all.iter().any(|known| text.starts_with(known.as_str())), "{text}: {all:?}");
    }
}
