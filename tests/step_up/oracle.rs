//! What an answer to an upload gives away beside its words: nothing by its time, its length, its headers.

use std::{
    collections::BTreeMap,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use facestep::flows::ceremony::AnswerBeat;
use reqwest::StatusCode;

use crate::{
    scene::{CONDITION, Scene, settings},
    support::{
        browser::Answer,
        capture::{Actor, CapturePage, Ending, obedient},
        scripted::{ADAM, CLARA, Scripted},
    },
};

/// A scene whose answers come at a beat. The enrolment is not timed.
async fn enrolled_with_beat(beat: Duration) -> Scene {
    let mut settings = settings();
    settings.face.answers = AnswerBeat::every(beat);
    Scene::enrolled_with(settings).await
}

/// A capture that is ready to be sent, with the frames that `shown` makes while the hints obey.
async fn ready<'a>(scene: &'a Scene, interaction: &str, shown: Actor, base: Scripted) -> CapturePage<'a> {
    let mut page = scene.capture_page(interaction).await;
    let mut socket = page.connect().await.unwrap();
    assert_eq!(page.play_with(&mut socket, obedient, shown, base).await, Ending::Upload);
    page.close(socket).await;
    page
}

/// How a capture may fail for a reason that nobody is told: its cause in the audit log and its answer.
async fn failures(scene: &Scene, interaction: &str) -> Vec<(String, Answer)> {
    let adam = Scripted::of(ADAM);
    let still: Actor = |_, seen| seen;
    let mut failures = Vec::new();
    let captures = [
        (obedient as Actor, Scripted::of(CLARA)),
        (obedient, Scripted { live: 0.2, ..adam }),
        (obedient, Scripted { flat: true, ..adam }),
        (still, adam),
    ];
    for (shown, base) in captures {
        let page = ready(scene, interaction, shown, base).await;
        failures.push(page.upload().await);
    }
    let page = ready(scene, interaction, obedient, adam).await;
    failures.push(page.send("not.a.jwe".into()).await);
    let mut exchanged = ready(scene, interaction, obedient, adam).await;
    exchanged.frames.swap(2, 3);
    failures.push(exchanged.upload().await);
    let broken: Actor = |asked, seen| Scripted { decodes: false, ..obedient(asked, seen) };
    failures.push(ready(scene, interaction, broken, adam).await.upload().await);
    scene.app.analyzer.crowded.store(1, Ordering::SeqCst);
    failures.push(ready(scene, interaction, obedient, adam).await.upload().await);
    let causes = scene.audit().await.into_iter().filter(|(kind, _)| kind == "ceremony_concluded");
    let causes: Vec<String> =
        causes.filter_map(|(_, details)| Some(details["cause"].as_str()?.to_owned())).collect();
    causes.into_iter().zip(failures).collect()
}

/// Everything about an answer but the moment, its request's number and its cookies.
fn visible(answer: &Answer) -> (StatusCode, BTreeMap<String, String>) {
    let headers =
        answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let of_its_own = ["date", "set-cookie", "x-request-id"];
    (answer.status, headers.filter(|(name, _)| !of_its_own.contains(&name.as_str())).collect())
}

#[tokio::test]
async fn whatever_was_wrong_with_a_capture_the_answer_is_the_same_byte_for_byte() {
    let mut patient = settings();
    patient.face.attempts.free_failures = 10;
    let scene = Scene::enrolled_with(patient).await;
    let interaction = scene.begin(&[CONDITION]).await;
    let failures = failures(&scene, &interaction).await;
    let causes: Vec<&str> = failures.iter().map(|(cause, _)| cause.as_str()).collect();
    let expected =
        ["mismatch", "attack", "planar", "challenge", "unreadable", "frames", "unreadable", "not_judged"];
    assert_eq!(causes, expected);
    let (_, first) = failures.first().unwrap();
    assert_eq!(first.json()["outcome"], "refused");
    for (cause, answer) in &failures {
        assert_eq!(answer.body, first.body, "{cause}");
        assert_eq!(visible(answer), visible(first), "{cause}");
        assert!(answer.cookies().is_empty(), "{cause}");
    }
}

#[tokio::test]
async fn success_advice_and_refusal_have_one_length_and_the_same_headers() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let adam = Scripted::of(ADAM);
    let dark: Actor = |asked, seen| Scripted { exposure: 20.0, ..obedient(asked, seen) };
    let mut answers = Vec::new();
    for (shown, base) in [(obedient as Actor, Scripted::of(CLARA)), (dark, adam), (obedient, adam)] {
        answers.push(ready(&scene, &interaction, shown, base).await.upload().await);
    }
    let outcomes: Vec<_> = answers.iter().map(|answer| answer.json()["outcome"].clone()).collect();
    assert_eq!(outcomes, ["refused", "again", "done"]);
    for answer in &answers {
        assert_eq!(answer.header("content-length"), "512");
        assert_eq!(visible(answer), visible(&answers[0]));
        // RFC 9111 §5.2.2.6: a proxy that compressed it would tell the lengths apart again.
        assert_eq!(answer.header("cache-control"), "no-store, no-transform");
    }
}

#[tokio::test]
async fn an_answer_comes_at_the_beat_and_a_late_one_at_the_next() {
    let beat = Duration::from_millis(300);
    let scene = enrolled_with_beat(beat).await;
    let interaction = scene.begin(&[CONDITION]).await;
    let still: Actor = |_, seen| seen;
    let captures = [
        (0, obedient as Actor, Scripted::of(CLARA), beat),
        (350, obedient, Scripted::of(CLARA), 2 * beat),
        // A first look that ends shortly before a beat: refused by it or not, the answer comes at the next.
        (200, obedient, Scripted::of(CLARA), 2 * beat),
        (200, still, Scripted::of(CLARA), 2 * beat),
        (0, obedient, Scripted::of(ADAM), beat),
    ];
    for (takes_ms, shown, base, due) in captures {
        scene.app.analyzer.takes_ms.store(takes_ms, Ordering::SeqCst);
        let page = ready(&scene, &interaction, shown, base).await;
        let sealed = page.sealed();
        let sent = Instant::now();
        page.send(sealed).await;
        assert!(sent.elapsed() >= due, "{:?} of {due:?}", sent.elapsed());
    }
    let page = {
        scene.app.clock.advance(3_600);
        let interaction = scene.begin(&[CONDITION]).await;
        ready(&scene, &interaction, obedient, Scripted::of(ADAM)).await
    };
    let sent = Instant::now();
    assert_eq!(page.send("not.a.jwe".into()).await.status, StatusCode::OK);
    assert!(sent.elapsed() >= beat);
}

/// Longer than any test may take: what is answered at all was not kept waiting.
const FOREVER: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn a_full_queue_is_answered_at_once() {
    let scene = not_enrolled_with_endless_beat().await;
    scene.app.analyzer.busy.store(1, Ordering::SeqCst);
    let page = portrait_capture(&scene).await;
    assert_eq!(page.upload().await.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// What a browser is told beside an upload that waits for its answer, without the names that are the scene's own.
async fn told_beside(scene: &Scene, interaction: &str, page: &CapturePage<'_>) -> Vec<(u16, String)> {
    let own = [interaction, page.ceremony(), page.settings["csrf"].as_str().unwrap(), &scene.app.address];
    let mut told = Vec::new();
    let mut keep = |answer: Answer| {
        let location = answer.headers.get("location").map_or("", |address| address.to_str().unwrap());
        let text = own.iter().fold(format!("{location} {}", answer.body), |text, own| text.replace(own, "…"));
        told.push((answer.status.as_u16(), text));
    };
    for path in ["outcome", "resume", "enrol"] {
        keep(scene.browser.get(&format!("/interaction/{interaction}/{path}")).await);
    }
    keep(scene.browser.get(&format!("/step-up/{}", page.ceremony())).await);
    keep(scene.act(interaction, "begin", &[]).await);
    keep(page.upload().await);
    keep(scene.browser.get("/account").await);
    told.push((page.connect().await.err().unwrap().as_u16(), String::new()));
    told
}

#[tokio::test]
async fn until_the_beat_no_page_tells_that_a_verdict_fell_or_which() {
    let dark: Actor = |asked, seen| Scripted { exposure: 20.0, ..obedient(asked, seen) };
    let still: Actor = |_, seen| seen;
    let (adam, clara) = (Scripted::of(ADAM), Scripted::of(CLARA));
    let mut first = None;
    for (shown, base) in [(obedient as Actor, clara), (still, adam), (dark, adam), (obedient, adam)] {
        let mut settings = settings();
        settings.face.answers = AnswerBeat::every(FOREVER);
        // The next try must wait, unless this one is given back: what the page says of that must not change.
        settings.face.attempts.free_failures = 1;
        let scene = Scene::set_with(settings).await;
        let interaction = scene.begin(&[CONDITION]).await;
        scene.identify(&interaction, "FS-100001").await;
        let page = ready(&scene, &interaction, shown, base).await;
        let beside = async {
            while scene.app.analyzer.observed.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
            let told = told_beside(&scene, &interaction, &page).await;
            // By now whatever was to be found has been found.
            assert_eq!(told_beside(&scene, &interaction, &page).await, told);
            told
        };
        let told = tokio::select! {
            answer = page.upload() => panic!("answered: {}", answer.body),
            told = beside => told,
        };
        assert!(told.iter().any(|(_, text)| text.contains("30 seconds")), "{told:?}");
        assert!(told.iter().any(|(status, text)| *status == 409 && text.contains("already_spent")));
        assert_eq!(&told, first.get_or_insert_with(|| told.clone()));
        assert_eq!(scene.count("ceremony_concluded").await, 0);
    }
}

#[tokio::test]
async fn a_verdict_is_recorded_at_the_beat_though_its_client_has_gone_away() {
    let mut settings = settings();
    settings.face.answers = AnswerBeat::every(Duration::from_millis(300));
    let scene = Scene::set_with(settings).await;
    let page = portrait_capture(&scene).await;
    let kept = async |kind: &str| {
        while scene.count(kind).await == 0 {
            tokio::task::yield_now().await;
        }
    };
    let sent = Instant::now();
    tokio::select! {
        answer = page.upload() => panic!("answered: {}", answer.body),
        () = kept("attempt_spent") => {}
    }
    kept("ceremony_concluded").await;
    assert!(sent.elapsed() >= Duration::from_millis(300));
    assert_eq!(scene.last("ceremony_concluded").await["passed"], true);
    assert_eq!(scene.count("enrolled").await, 1);
}

#[tokio::test]
async fn a_second_stage_without_room_is_a_refusal_and_counts_as_a_failure() {
    let mut strict = settings();
    strict.face.attempts.most_failures = 1;
    let scene = Scene::enrolled_with(strict).await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.app.analyzer.crowded.store(1, Ordering::SeqCst);
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "refused");
    assert_eq!(scene.last("ceremony_concluded").await["cause"], "not_judged");
    assert_eq!(scene.count("face_suspended").await, 1);
}

#[tokio::test]
async fn an_enrolment_that_is_withdrawn_before_the_verdict_is_compared_with_nothing() {
    // GDPR Article 7(3)
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let before = ready(&scene, &interaction, obedient, Scripted::of(ADAM)).await;
    let during = ready(&scene, &interaction, obedient, Scripted::of(ADAM)).await;
    let spent = scene.count("attempt_spent").await;
    scene.app.analyzer.held.store(1, Ordering::SeqCst);
    let withdraw = async {
        while scene.count("attempt_spent").await == spent {
            tokio::task::yield_now().await;
        }
        scene.browser.submit("/account/withdraw", &[]).await;
        scene.app.analyzer.held.store(0, Ordering::SeqCst);
    };
    let (answer, ()) = tokio::join!(during.upload(), withdraw);
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (409, "wrong_step".into()));
    let answer = before.upload().await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (409, "wrong_step".into()));
    assert_eq!(scene.count("attempt_spent").await, spent + 1, "nothing is spent on what cannot be compared");
}

/// A scene in which no judged upload is ever answered.
async fn not_enrolled_with_endless_beat() -> Scene {
    let mut settings = settings();
    settings.face.answers = AnswerBeat::every(FOREVER);
    Scene::set_with(settings).await
}

/// The capture of an enrolment, ready to be sent.
async fn portrait_capture(scene: &Scene) -> CapturePage<'_> {
    let interaction = scene.begin(&[CONDITION]).await;
    scene.identify(&interaction, "FS-100001").await;
    ready(scene, &interaction, obedient, Scripted::of(ADAM)).await
}
