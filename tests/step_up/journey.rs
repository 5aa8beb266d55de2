//! The way through: parent, child, code.

use facestep::app::Settings;
use serde_json::json;

use crate::{
    scene::{CONDITION, Scene, WISH, settings},
    support::{
        capture::obedient,
        clients::claims,
        scripted::{ADAM, Scripted},
    },
};

#[tokio::test]
async fn a_new_user_goes_through_parent_and_child_and_the_client_gets_the_face_context() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.enrol(&interaction, ADAM).await;
    assert_eq!(scene.resume(&interaction).await.location(), format!("/interaction/{interaction}/step-up"));
    scene.app.clock.advance(5);
    let answer = scene.look_as(&interaction, Scripted::of(ADAM)).await;
    assert_eq!(answer, json!({ "outcome": "done", "next": format!("/interaction/{interaction}/resume") }));
    let passed_at = scene.app.clock.now_seconds();
    let code = scene.resume(&interaction).await.code();
    let tokens = scene.app.redeem(&code, &[]).await.json();
    let claims = claims(&tokens["id_token"]);
    assert_eq!(claims["acr"], "urn:facestep:acr:face");
    assert_eq!(claims["amr"], json!(["face", "mfa", "pwd"]));
    assert_eq!(claims["auth_time"], passed_at);
    assert_eq!(claims["sub"], scene.adam.id.as_str());
}

#[tokio::test]
async fn the_next_step_up_needs_only_the_child() {
    let scene = Scene::enrolled().await;
    scene.app.clock.advance(3_600);
    let interaction = scene.begin(&[CONDITION]).await;
    scene.look_as(&interaction, Scripted::of(ADAM)).await;
    assert!(!scene.resume(&interaction).await.code().is_empty());
    let opened = scene.audit().await;
    let workflows: Vec<_> = opened.iter().filter(|(kind, _)| kind == "run_opened").collect();
    assert_eq!(workflows.last().unwrap().1["workflow"], "child");
    assert_eq!(scene.count("enrolled").await, 1);
}

#[tokio::test]
async fn the_parents_own_ceremony_counts_where_policy_says_so() {
    let mut counts: Settings = settings();
    counts.face.parent_ceremony_counts = true;
    let scene = Scene::set_with(counts).await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.enrol(&interaction, ADAM).await;
    assert!(!scene.resume(&interaction).await.code().is_empty());
}

#[tokio::test]
async fn the_session_is_renewed_and_the_device_is_known_after_a_success() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let before = scene.browser.cookie_header();
    scene.enrol(&interaction, ADAM).await;
    assert!(scene.browser.cookie_header().contains("facestep-device="));
    scene.resume(&interaction).await;
    scene.look_as(&interaction, Scripted::of(ADAM)).await;
    let stale = scene.app.browser().moved_to(&scene.app.address);
    let session = before.split("; ").find(|cookie| cookie.starts_with("facestep=")).unwrap();
    assert!(!scene.browser.cookie_header().contains(session));
    // The cookie from before is worth nothing any more.
    stale.adopt(session);
    let page = stale.get(&format!("/interaction/{interaction}/resume")).await;
    assert_eq!(page.status, 403);
}

#[tokio::test]
async fn a_person_who_declines_gets_their_own_context_and_a_condition_gets_an_error() {
    for (request, page) in [(WISH, "enrol"), (CONDITION, "enrol")] {
        let scene = Scene::set().await;
        let interaction = scene.begin(&[request]).await;
        let fields = [("decision", "decline")];
        let answer = scene.act(&interaction, "consent", &fields).await;
        if request == WISH {
            let tokens = scene.app.redeem(&answer.code(), &[]).await.json();
            assert_eq!(claims(&tokens["id_token"])["acr"], "urn:facestep:acr:pwd");
        } else {
            let expected = ("unmet_authentication_requirements".to_owned(), "consent_required".to_owned());
            assert_eq!(answer.error(), expected);
        }
        assert_eq!(scene.last("declined").await["reason"], "consent_required", "{page}");
    }
}

#[tokio::test]
async fn hints_guide_a_person_before_anything_is_revealed() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    let cases = [
        (Scripted { faces: 0, ..Scripted::of(ADAM) }, "no_face"),
        (Scripted { faces: 2, ..Scripted::of(ADAM) }, "several_faces"),
        (Scripted { exposure: 10.0, ..Scripted::of(ADAM) }, "dark"),
    ];
    for (seen, code) in cases {
        page.look(&mut socket, seen).await;
        assert_eq!(page.hints.last().unwrap(), code);
    }
    assert!(page.prompts.is_empty());
    let ending = page.play(&mut socket, obedient, Scripted::of(ADAM)).await;
    assert_eq!(ending, crate::support::capture::Ending::Upload);
    assert_eq!(page.prompts.len(), 6);
    assert_eq!((&*page.prompts[0], &*page.prompts[5]), ("centre", "centre"));
}
