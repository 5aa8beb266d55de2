//! What is held up to the camera that is not the enrolled person.

use serde_json::Value;

use crate::{
    scene::{CONDITION, Scene},
    support::{
        capture::{Ending, obedient},
        scripted::{ADAM, CLARA, Scripted},
    },
};

/// A step-up in which `base` does as asked; the cause in the audit log, and what the client is told after giving up.
async fn refused(base: Scripted) -> (Value, (String, String)) {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let answer = scene.look_as(&interaction, base).await;
    assert_eq!(answer["outcome"], "refused");
    assert_eq!(answer["next"], format!("/interaction/{interaction}/outcome"));
    assert_eq!(answer.as_object().unwrap().len(), 2, "nothing else is said");
    let cause = scene.last("ceremony_concluded").await["cause"].clone();
    (cause, scene.give_up(&interaction, "outcome").await.error())
}

fn unmet() -> (String, String) {
    ("unmet_authentication_requirements".into(), "face_not_verified".into())
}

#[tokio::test]
async fn another_person_at_the_account_is_refused_and_the_client_is_told_no_finer_cause() {
    assert_eq!(refused(Scripted::of(CLARA)).await, ("mismatch".into(), unmet()));
}

#[tokio::test]
async fn a_flat_photo_that_turns_is_refused() {
    assert_eq!(refused(Scripted { flat: true, ..Scripted::of(ADAM) }).await, ("planar".into(), unmet()));
}

#[tokio::test]
async fn a_screen_is_refused_by_the_passive_models() {
    assert_eq!(refused(Scripted { live: 0.2, ..Scripted::of(ADAM) }).await, ("attack".into(), unmet()));
}

#[tokio::test]
async fn a_still_photo_never_reaches_the_upload() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let ending = page.perform(|_, seen| seen, Scripted::of(ADAM)).await;
    assert_eq!(ending, Ending::Stop("too_slow".into()));
    assert_eq!(page.upload().await.json()["error"], "over");
    assert_eq!(scene.count("attempt_spent").await, 1, "only the enrolment's");
}

#[tokio::test]
async fn a_video_that_turns_the_wrong_way_never_reaches_the_upload() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mirrored = |asked: &str, seen| {
        let turned = obedient(asked, seen);
        Scripted { yaw: -turned.yaw, pitch: -turned.pitch, scale: 1.0 / turned.scale, ..turned }
    };
    assert_eq!(page.perform(mirrored, Scripted::of(ADAM)).await, Ending::Stop("too_slow".into()));
}

#[tokio::test]
async fn hints_that_obey_and_frames_that_do_not_are_refused() {
    // A page under an attacker's control shows the hints what is asked and commits to other frames.
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    let ending = page.play_with(&mut socket, obedient, |_, seen| seen, Scripted::of(ADAM)).await;
    assert_eq!(ending, Ending::Upload);
    page.close(socket).await;
    assert_eq!(page.upload().await.json()["outcome"], "refused");
    assert_eq!(scene.last("ceremony_concluded").await["cause"], "challenge");
}

#[tokio::test]
async fn poor_pictures_bring_advice_and_a_fresh_challenge_and_count_apart() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    // What is too dark to hint at is stopped before; here only the full frames are.
    let dark = |asked: &str, seen| Scripted { exposure: 20.0, ..obedient(asked, seen) };
    assert_eq!(page.play_with(&mut socket, obedient, dark, Scripted::of(ADAM)).await, Ending::Upload);
    page.close(socket).await;
    let answer = page.upload().await.json();
    assert_eq!(answer["outcome"], "again");
    assert_eq!(answer["advice"], serde_json::json!(["dark"]));
    let next = answer["next"].as_str().unwrap();
    assert!(next.starts_with("/step-up/") && !next.contains(page.ceremony()));
    let mut fresh = crate::support::capture::CapturePage::open(&scene.app, &scene.browser, next).await;
    assert_eq!(fresh.capture(obedient, Scripted::of(ADAM)).await["outcome"], "done");
}

#[tokio::test]
async fn two_faces_and_no_face_in_the_full_frames_are_not_judged() {
    for (faces, advice) in [(0, "no_face"), (2, "several_faces")] {
        let scene = Scene::enrolled().await;
        let interaction = scene.begin(&[CONDITION]).await;
        let mut page = scene.capture_page(&interaction).await;
        let mut socket = page.connect().await.unwrap();
        let base = Scripted::of(ADAM);
        let other: crate::support::capture::Actor = match faces {
            0 => |asked, seen| Scripted { faces: 0, ..obedient(asked, seen) },
            _ => |asked, seen| Scripted { faces: 2, ..obedient(asked, seen) },
        };
        assert_eq!(page.play_with(&mut socket, obedient, other, base).await, Ending::Upload);
        page.close(socket).await;
        let answer = page.upload().await.json();
        assert_eq!(answer["advice"], serde_json::json!([advice]));
    }
}
