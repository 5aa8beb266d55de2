//! Proofing anew: a context may demand an enrolment of the last days. An older one stays in force until a parent run, with all
//! of its steps, has put another in its place.

use facestep::domain::workflow::enrolment::Enrolment;
use jiff::SignedDuration;

use crate::{
    scene::{CONDITION, Scene},
    support::{
        clients::claims,
        scripted::{ADAM, CLARA, Scripted},
    },
};

/// A condition of an enrolment that is at most 30 days old.
const PROOFED: (&str, &str) =
    ("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:facestep:acr:face+proofed"}}}"#);
const DAY: i64 = 86_400;

fn unmet(reason: &str) -> (String, String) {
    ("unmet_authentication_requirements".into(), reason.into())
}

/// Adam, enrolled 31 days ago.
async fn enrolled_long_ago() -> (Scene, Enrolment) {
    let scene = Scene::enrolled().await;
    let enrolment = in_force(&scene).await;
    scene.app.clock.advance(31 * DAY);
    (scene, enrolment)
}

async fn in_force(scene: &Scene) -> Enrolment {
    let user = scene.adam.id.clone();
    scene.read(move |db| db.find_enrolment_of(&user)).await.expect("an enrolment")
}

/// Steps up to the plain face and says which enrolments were made for it: none.
async fn steps_up_plainly(scene: &Scene) {
    let before = scene.count("run_opened").await;
    let interaction = scene.begin(&[CONDITION]).await;
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
    assert!(!scene.resume(&interaction).await.code().is_empty());
    assert_eq!(scene.count("run_opened").await, before + 1);
    assert_eq!(scene.last("run_opened").await["workflow"], "child");
}

#[tokio::test]
async fn a_young_enrolment_meets_the_context_and_the_token_says_until_when() {
    let scene = Scene::enrolled().await;
    scene.app.clock.advance(29 * DAY);
    let interaction = scene.begin(&[PROOFED]).await;
    scene.look_as(&interaction, Scripted::of(ADAM)).await;
    let tokens = scene.app.redeem(&scene.resume(&interaction).await.code(), &[]).await.json();
    assert_eq!(claims(&tokens["id_token"])["acr"], "urn:facestep:acr:face+proofed");
    assert_eq!(scene.count("enrolled").await, 1);
}

#[tokio::test]
async fn an_enrolment_that_is_too_old_is_put_in_place_of_and_then_the_context_is_met() {
    let (scene, old) = enrolled_long_ago().await;
    let interaction = scene.begin(&[PROOFED]).await;
    scene.identify(&interaction, "FS-100001").await;
    assert_eq!(in_force(&scene).await, old, "the old one is in force until the run is complete");
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
    let new = in_force(&scene).await;
    assert_ne!(new.id, old.id);
    assert!(new.completed_at.duration_since(old.completed_at) >= SignedDuration::from_hours(24 * 31));
    let kept = scene.read(move |db| db.find_enrolment(&old.id)).await.unwrap();
    assert!(kept.revoked_at == Some(new.completed_at) && kept.sealed_template.is_empty());
    assert_eq!(scene.last("enrolment_replaced").await["enrolment"], kept.id.as_str());
    assert_eq!(scene.count("consent_given").await, 2, "consent is asked for as ever");
    assert_eq!(scene.resume(&interaction).await.location(), format!("/interaction/{interaction}/step-up"));
    scene.look_as(&interaction, Scripted::of(ADAM)).await;
    let tokens = scene.app.redeem(&scene.resume(&interaction).await.code(), &[]).await.json();
    assert_eq!(claims(&tokens["id_token"])["acr"], "urn:facestep:acr:face+proofed");
    scene.app.clock.advance(3_600);
    steps_up_plainly(&scene).await;
}

#[tokio::test]
async fn whoever_needs_no_young_enrolment_is_not_asked_for_one_whatever_address_they_open() {
    let (scene, old) = enrolled_long_ago().await;
    steps_up_plainly(&scene).await;
    scene.app.clock.advance(3_600);
    // The address of the parent's pages shows the step that was decided upon.
    let interaction = scene.begin(&[CONDITION]).await;
    let page = scene.browser.get(&format!("/interaction/{interaction}/enrol")).await;
    assert!(page.body.contains("id=\"begin\"") && !page.body.contains("id=\"agree\""), "{}", page.body);
    assert_eq!(in_force(&scene).await, old);
}

#[tokio::test]
async fn an_abandoned_run_leaves_the_old_enrolment_in_force_and_says_why_the_context_was_missed() {
    let (scene, old) = enrolled_long_ago().await;
    let unasked = scene.begin(&[PROOFED]).await;
    let declined = scene.act(&unasked, "consent", &[("decision", "decline")]).await;
    assert_eq!(declined.error(), unmet("consent_required"));

    let another = scene.begin(&[PROOFED]).await;
    let next = scene.identify(&another, "FS-100002").await.location();
    assert_eq!(next, format!("/interaction/{another}/outcome"), "a document of somebody else's");
    assert_eq!(scene.give_up(&another, "outcome").await.error(), unmet("face_not_enrolled"));

    let before_camera = scene.begin(&[PROOFED]).await;
    scene.identify(&before_camera, "FS-100001").await;
    assert_eq!(scene.give_up(&before_camera, "enrol").await.error(), unmet("user_declined"));

    let refused = scene.begin(&[PROOFED]).await;
    scene.identify(&refused, "FS-100001").await;
    assert_eq!(scene.look_as(&refused, Scripted::of(CLARA)).await["outcome"], "refused");
    assert_eq!(scene.give_up(&refused, "outcome").await.error(), unmet("face_not_verified"));

    assert_eq!(in_force(&scene).await, old);
    assert_eq!(scene.count("enrolment_replaced").await, 0);
    steps_up_plainly(&scene).await;
}

#[tokio::test]
async fn a_run_that_has_just_enrolled_is_not_run_again_by_its_address() {
    let (scene, _) = enrolled_long_ago().await;
    let interaction = scene.begin(&[PROOFED]).await;
    scene.identify(&interaction, "FS-100001").await;
    scene.look_as(&interaction, Scripted::of(ADAM)).await;
    let before = scene.count("run_opened").await;
    let page = scene.browser.get(&format!("/interaction/{interaction}/enrol")).await;
    assert_eq!(page.location(), format!("/interaction/{interaction}/resume"));
    assert_eq!(scene.count("run_opened").await, before);
}

#[tokio::test]
async fn an_enrolment_that_grows_too_old_in_the_middle_ends_the_childs_run_and_begins_the_parents() {
    let scene = Scene::enrolled().await;
    scene.app.clock.advance(30 * DAY - 600);
    let interaction = scene.begin(&[PROOFED]).await;
    let page = scene.browser.get(&format!("/interaction/{interaction}/step-up")).await;
    assert!(page.body.contains("id=\"begin\""));
    scene.app.clock.advance(900);
    assert_eq!(scene.resume(&interaction).await.location(), format!("/interaction/{interaction}/enrol"));
    let page = scene.browser.get(&format!("/interaction/{interaction}/enrol")).await;
    assert!(page.body.contains("id=\"agree\""), "{}", page.body);
    assert_eq!(scene.last("run_ended").await["reason"], "superseded");
    assert_eq!(scene.last("run_opened").await["anew"], true);
}

#[tokio::test]
async fn of_two_windows_that_check_anew_one_replaces_and_the_other_goes_on_with_what_it_made() {
    let (scene, old) = enrolled_long_ago().await;
    let first = scene.begin(&[PROOFED]).await;
    scene.identify(&first, "FS-100001").await;
    let second = scene.begin(&[PROOFED]).await;
    scene.identify(&second, "FS-100001").await;
    assert_eq!(scene.look_as(&first, Scripted::of(ADAM)).await["outcome"], "done");
    let new = in_force(&scene).await;
    let mut page = scene.capture_page(&second).await;
    page.perform(crate::support::capture::obedient, Scripted::of(ADAM)).await;
    assert_eq!(page.upload().await.status.as_u16(), 409);
    assert_eq!(in_force(&scene).await, new);
    assert_ne!(new.id, old.id);
    assert_eq!(scene.resume(&second).await.location(), format!("/interaction/{second}/step-up"));
    assert_eq!(scene.look_as(&second, Scripted::of(ADAM)).await["outcome"], "done");
    assert!(!scene.resume(&second).await.code().is_empty());
}
