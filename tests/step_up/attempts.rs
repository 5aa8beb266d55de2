//! How many tries there are, on known and on unknown devices, and over all accounts.

use std::sync::atomic::Ordering;

use facestep::app::Settings;

use crate::{
    scene::{CONDITION, Scene, settings},
    support::{
        browser::{Answer, TestBrowser},
        capture::{CapturePage, Ending, obedient},
        scripted::{ADAM, CLARA, Scripted},
    },
};

/// One try with the wrong face in some browser; `None` where no capture was opened.
async fn fail_in(scene: &Scene, browser: &TestBrowser) -> Option<serde_json::Value> {
    let interaction = scene.begin_as(browser, "adam", &[CONDITION]).await;
    let address = crate::scene::act(browser, &interaction, "step-up", "begin", &[]).await.location();
    if !address.starts_with("/step-up/") {
        return None;
    }
    let mut page = CapturePage::open(&scene.app, browser, &address).await;
    Some(page.capture(obedient, Scripted::of(CLARA)).await)
}

/// Pauses only as long as a test wants to.
fn with_most(most: i32) -> Settings {
    let mut settings = settings();
    settings.face.attempts.most_failures = most;
    settings
}

#[tokio::test]
async fn after_five_failures_each_next_try_waits_30_seconds() {
    // NIST SP 800-63B-4 §3.2.3
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    for _ in 0..5 {
        assert_eq!(scene.look_as(&interaction, Scripted::of(CLARA)).await["outcome"], "refused");
    }
    let outcome = format!("/interaction/{interaction}/outcome");
    assert_eq!(scene.begin_capture(&interaction).await, outcome);
    let page = scene.browser.get(&outcome).await;
    assert!(page.body.contains("30 seconds") || page.body.contains("29 seconds"), "{}", page.body);
    scene.app.clock.advance(30);
    assert_eq!(scene.look_as(&interaction, Scripted::of(CLARA)).await["outcome"], "refused");
    assert_eq!(scene.begin_capture(&interaction).await, outcome);
    scene.app.clock.advance(30);
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
}

#[tokio::test]
async fn a_success_begins_the_count_again() {
    let scene = Scene::enrolled().await;
    for _ in 0..2 {
        let interaction = scene.begin(&[CONDITION]).await;
        for _ in 0..4 {
            scene.look_as(&interaction, Scripted::of(CLARA)).await;
        }
        assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
        scene.app.clock.advance(3_600);
    }
}

#[tokio::test]
async fn the_last_failure_suspends_and_the_client_is_told_that_attempts_are_exhausted() {
    let scene = Scene::enrolled_with(with_most(3)).await;
    let interaction = scene.begin(&[CONDITION]).await;
    for _ in 0..3 {
        scene.look_as(&interaction, Scripted::of(CLARA)).await;
    }
    assert_eq!(scene.count("face_suspended").await, 1);
    let page = scene.browser.get(&format!("/interaction/{interaction}/outcome")).await;
    assert!(page.body.contains("paused"), "{}", page.body);
    let expected = ("unmet_authentication_requirements".to_owned(), "attempts_exhausted".to_owned());
    assert_eq!(scene.give_up(&interaction, "outcome").await.error(), expected);
    // The next request is refused at once, without a camera.
    let answer = scene.browser.get(&crate::support::clients::authorize(&[CONDITION])).await;
    assert_eq!(answer.error(), expected);
}

#[tokio::test]
async fn a_stranger_with_the_password_cannot_shut_the_owner_out() {
    let scene = Scene::enrolled_with(with_most(3)).await;
    let stranger = scene.app.browser();
    for _ in 0..3 {
        assert!(fail_in(&scene, &stranger).await.is_some());
    }
    let third = scene.app.browser();
    let address = crate::support::clients::authorize(&[CONDITION]);
    let answer = third.sign_in(&address, "adam", crate::support::people::PASSWORD).await;
    assert_eq!(answer.error().1, "attempts_exhausted");
    // The owner's own device, on which the enrolment succeeded, has tries of its own.
    let interaction = scene.begin(&[CONDITION]).await;
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
}

#[tokio::test]
async fn an_attempt_is_spent_before_the_capture_is_opened_and_a_broken_model_gives_none_back() {
    let scene = Scene::enrolled().await;
    scene.app.analyzer.broken.store(1, Ordering::SeqCst);
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    assert_eq!(page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    assert_eq!(page.upload().await.status.as_u16(), 500);
    assert_eq!(page.upload().await.json()["error"], "already_spent");
    assert_eq!(scene.count("attempt_spent").await, 2, "one for the enrolment, one for this");
}

#[tokio::test]
async fn a_full_queue_is_answered_503_and_the_same_capture_can_be_sent_again() {
    let scene = Scene::enrolled().await;
    scene.app.analyzer.busy.store(1, Ordering::SeqCst);
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    assert_eq!(page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    let sealed = page.sealed();
    let answer = page.send(sealed.clone()).await;
    assert_eq!(answer.status.as_u16(), 503);
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(page.send(sealed).await.json()["outcome"], "done");
    assert_eq!(scene.count("attempt_returned").await, 1);
}

#[tokio::test]
async fn all_accounts_together_have_a_budget_that_successes_do_not_use_up() {
    let mut crowded = settings();
    crowded.face.attempts.population_most = 2;
    let scene = Scene::enrolled_with(crowded).await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut early = scene.capture_page(&interaction).await;
    for _ in 0..2 {
        scene.look_as(&interaction, Scripted::of(CLARA)).await;
    }
    // A capture that was opened before finds no room at its upload, and is told how long.
    assert_eq!(early.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    let left = 3_600 - scene.app.now().as_second().rem_euclid(3_600);
    let is_told = |answer: &Answer| {
        let told: i64 = answer.header("retry-after").parse().unwrap();
        assert!((left..=left + 1).contains(&told), "{told} of {left}");
    };
    let answer = early.upload().await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (503, "busy".into()));
    is_told(&answer);
    // Nobody is let into a capture that could not be judged.
    let answer = scene.act(&interaction, "begin", &[]).await;
    assert_eq!(answer.status.as_u16(), 503);
    is_told(&answer);
    assert!(answer.body.contains("not available right now"), "{}", answer.body);
    scene.app.clock.advance(left);
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
}

#[tokio::test]
async fn two_accounts_in_one_browser_are_both_known_there() {
    // One cookie, one row for each account: the second success does not make the first account a stranger.
    let scene = Scene::enrolled_with(with_most(3)).await;
    let device = |browser: &TestBrowser| {
        let cookies = browser.cookie_header();
        cookies.split("; ").find(|cookie| cookie.starts_with("facestep-device=")).map(str::to_owned)
    };
    let known = device(&scene.browser);
    assert!(known.is_some());
    // Clara, with a session of her own in Adam's browser, enrols.
    let shared = Scene { browser: scene.app.browser(), ..scene };
    shared.browser.adopt(known.as_ref().unwrap());
    let interaction = shared.begin_as(&shared.browser, "clara", &[CONDITION]).await;
    shared.identify(&interaction, "FS-100002").await;
    assert_eq!(shared.look_as(&interaction, Scripted::of(CLARA)).await["outcome"], "done");
    assert_eq!(device(&shared.browser), known);
    // A stranger uses both accounts' tries up elsewhere; in the shared browser both still have theirs.
    for (name, face) in [("adam", ADAM), ("clara", CLARA)] {
        let stranger = shared.app.browser();
        for _ in 0..3 {
            let interaction = shared.begin_as(&stranger, name, &[CONDITION]).await;
            let begun = crate::scene::act(&stranger, &interaction, "step-up", "begin", &[]).await;
            let mut page = CapturePage::open(&shared.app, &stranger, &begun.location()).await;
            assert_eq!(page.capture(obedient, Scripted::of(9)).await["outcome"], "refused");
        }
        let own = shared.app.browser();
        own.adopt(known.as_ref().unwrap());
        let interaction = shared.begin_as(&own, name, &[CONDITION]).await;
        let begun = crate::scene::act(&own, &interaction, "step-up", "begin", &[]).await;
        let mut page = CapturePage::open(&shared.app, &own, &begun.location()).await;
        assert_eq!(page.capture(obedient, Scripted::of(face)).await["outcome"], "done");
    }
}

#[tokio::test]
async fn an_interaction_opens_only_so_many_captures() {
    let mut few = settings();
    few.face.most_ceremonies = 3;
    let scene = Scene::enrolled_with(few).await;
    let interaction = scene.begin(&[CONDITION]).await;
    for _ in 0..3 {
        assert!(scene.begin_capture(&interaction).await.starts_with("/step-up/"));
    }
    let answer = scene.act(&interaction, "begin", &[]).await;
    assert_eq!(answer.error().1, "face_not_verified");
}
