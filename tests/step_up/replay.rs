//! Captures that come twice, elsewhere, late or from someone else.

use crate::{
    scene::{CONDITION, Scene},
    support::{
        capture::{Ending, obedient},
        scripted::{ADAM, Scripted},
    },
};

/// A scene with a capture that was played to its end and is ready to be sent.
macro_rules! ready {
    ($scene:ident, $page:ident) => {
        let $scene = Scene::enrolled().await;
        let interaction = $scene.begin(&[CONDITION]).await;
        let mut $page = $scene.capture_page(&interaction).await;
        assert_eq!($page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    };
}

#[tokio::test]
async fn a_capture_sent_twice_is_judged_once() {
    ready!(scene, page);
    let sealed = page.sealed();
    assert_eq!(page.send(sealed.clone()).await.json()["outcome"], "done");
    let again = page.send(sealed).await;
    assert_eq!((again.status.as_u16(), again.json()["error"].clone()), (409, "already_spent".into()));
    assert_eq!(scene.count("attempt_spent").await, 2, "one for the enrolment, one for the step-up");
}

#[tokio::test]
async fn of_two_uploads_at_once_one_spends_the_attempt() {
    ready!(scene, page);
    let sealed = page.sealed();
    let (one, two) = tokio::join!(page.send(sealed.clone()), page.send(sealed.clone()));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(scene.count("attempt_spent").await, 2);
}

#[tokio::test]
async fn a_capture_sealed_for_another_ceremony_is_refused() {
    ready!(scene, page);
    let interaction = scene.begin(&[CONDITION]).await;
    let mut other = scene.capture_page(&interaction).await;
    assert_eq!(other.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    let answer = other.send(page.sealed()).await;
    assert_eq!(answer.json()["outcome"], "refused");
    assert_eq!(scene.last("ceremony_concluded").await["cause"], "unreadable");
}

#[tokio::test]
async fn a_capture_from_another_browser_is_refused() {
    ready!(scene, page);
    let stranger = scene.app.browser();
    scene.begin_as(&stranger, "clara", &[CONDITION]).await;
    // The stranger even knows the anti-forgery token; the session is not theirs.
    let answer = page.send_by(&stranger, page.sealed()).await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (403, "stale_form".into()));
    let csrf = stranger.csrf_of_session(&scene.app).await;
    let mut settings = page.settings.clone();
    settings["csrf"] = csrf.into();
    let sealed = page.sealed();
    page.settings = settings;
    let answer = page.send_by(&stranger, sealed).await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (404, "other_browser".into()));
    assert_eq!(scene.count("attempt_spent").await, 1, "only the enrolment's");
}

#[tokio::test]
async fn a_capture_after_its_time_is_refused() {
    ready!(scene, page);
    scene.app.clock.advance(300);
    let answer = page.upload().await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (410, "expired".into()));
    assert_eq!(scene.count("attempt_spent").await, 1, "only the enrolment's");
}

#[tokio::test]
async fn frames_that_are_not_those_committed_are_refused() {
    ready!(scene, page);
    page.frames[7] = Scripted { serial: 9_999, ..Scripted::of(ADAM) }.bytes();
    assert_eq!(page.upload().await.json()["outcome"], "refused");
    assert_eq!(scene.last("ceremony_concluded").await["cause"], "frames");
}

#[tokio::test]
async fn frames_in_another_order_are_refused() {
    ready!(scene, page);
    page.frames.swap(3, 4);
    assert_eq!(page.upload().await.json()["outcome"], "refused");
    assert_eq!(scene.last("ceremony_concluded").await["cause"], "frames");
}

#[tokio::test]
async fn an_upload_before_the_challenge_is_complete_is_refused() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let page = scene.capture_page(&interaction).await;
    let answer = page.upload().await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (409, "not_captured".into()));
}

#[tokio::test]
async fn a_capture_whose_person_signed_out_of_the_request_is_refused() {
    ready!(scene, page);
    let interaction = scene.begin(&[CONDITION]).await;
    drop(interaction);
    let own = scene.read({
        let id = facestep::domain::id::CeremonyId::parse(page.ceremony()).unwrap();
        move |db| Ok(db.find_ceremony(&id)?.unwrap().interaction)
    });
    let own = own.await.to_string();
    // They gave up in another tab; what they captured before is not judged any more.
    assert!(!scene.give_up(&own, "step-up").await.error().0.is_empty());
    let answer = page.upload().await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (409, "wrong_step".into()));
}
