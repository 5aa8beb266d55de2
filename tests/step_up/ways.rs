//! Equal ways: each leads to the face context where policy admits it, and to nothing where it does not.

use facestep::{
    app::Settings,
    domain::{
        authn::ledger::{Evidence, Method},
        face::way::Way,
    },
};
use serde_json::json;

use crate::{
    scene::{CONDITION, Scene, settings},
    support::{
        capture::{CapturePage, Ending, obedient},
        clients::claims,
        scripted::{ADAM, CLARA, Scripted},
    },
};

/// Settings under which every way is offered.
fn every_way() -> Settings {
    let mut every = settings();
    every.face.ways.offered = Way::ALL.into_iter().collect();
    every.face.ways.counted = every.face.ways.offered;
    every.face.ways.still_with = [Method::Pwd].into_iter().collect();
    every
}

/// Chooses a way on the page before the camera opens; where it leads.
async fn choose(scene: &Scene, interaction: &str, way: &str) -> String {
    scene.act(interaction, "begin", &[("way", way)]).await.location()
}

async fn capture_by<'a>(scene: &'a Scene, interaction: &str, way: Way) -> CapturePage<'a> {
    let address = choose(scene, interaction, way.name()).await;
    CapturePage::open(&scene.app, &scene.browser, &address).await
}

#[tokio::test]
async fn each_way_leads_to_the_face_context_and_ledger_and_audit_name_it() {
    for way in Way::ALL {
        let scene = Scene::enrolled_with(every_way()).await;
        let interaction = scene.begin(&[CONDITION]).await;
        let mut page = capture_by(&scene, &interaction, way).await;
        assert_eq!((&page.settings["version"], &page.settings["way"]), (&json!(2), &json!(way.name())));
        assert_eq!(page.capture(obedient, Scripted::of(ADAM)).await["outcome"], "done");
        assert_eq!(page.prompts.len(), way.movements() + 2);
        for kind in ["ceremony_opened", "attempt_spent", "ceremony_concluded"] {
            assert_eq!(scene.last(kind).await["way"], way.name());
        }
        let session = scene.browser.session_hash().unwrap();
        let session = scene.read(move |db| db.find_session(&session)).await.unwrap();
        let face = session.ledger.latest(Method::Face).unwrap();
        assert!(matches!(&face.evidence, Evidence::ChildRun(showing) if showing.way == way));
        let code = scene.resume(&interaction).await.code();
        let tokens = scene.app.redeem(&code, &[]).await.json();
        let claims = claims(&tokens["id_token"]);
        assert_eq!(claims["acr"], "urn:facestep:acr:face");
        assert_eq!(claims["amr"], json!(["face", "mfa", "pwd"]));
    }
}

#[tokio::test]
async fn an_enrolment_can_be_made_in_each_way() {
    for way in Way::ALL {
        let scene = Scene::set_with(every_way()).await;
        let interaction = scene.begin(&[CONDITION]).await;
        scene.identify(&interaction, "FS-100001").await;
        let mut page = capture_by(&scene, &interaction, way).await;
        assert_eq!(page.capture(obedient, Scripted::of(ADAM)).await["outcome"], "done");
        assert_eq!(scene.count("enrolled").await, 1);
    }
}

#[tokio::test]
async fn the_page_before_the_camera_offers_what_policy_admits_and_turns_first() {
    let offered = async |settings: Settings| {
        let scene = Scene::enrolled_with(settings).await;
        let interaction = scene.begin(&[CONDITION]).await;
        let page = scene.browser.get(&format!("/interaction/{interaction}/step-up")).await.body;
        let is_there = |way: &Way| page.contains(&format!("name=\"way\" id=\"way-{}\"", way.name()));
        let ways: Vec<Way> = Way::ALL.into_iter().filter(is_there).collect();
        let first = page.contains("value=\"turns\" aria-describedby=\"way-turns-about\" checked");
        (ways, first, page.contains("type=\"hidden\" name=\"way\" value=\"turns\""))
    };
    assert_eq!(offered(settings()).await, (vec![Way::Turns, Way::Distance], true, false));
    assert_eq!(offered(every_way()).await, (Way::ALL.to_vec(), true, false));
    let mut only = settings();
    only.face.ways.counted = [Way::Turns].into_iter().collect();
    assert_eq!(offered(only).await, (vec![], false, true));
}

#[tokio::test]
async fn a_way_that_is_not_offered_opens_no_capture() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let before = scene.count("ceremony_opened").await;
    for way in ["still", "dance"] {
        assert_eq!(choose(&scene, &interaction, way).await, format!("/interaction/{interaction}/resume"));
    }
    assert_eq!(scene.count("ceremony_opened").await, before);
}

#[tokio::test]
async fn a_face_shown_by_distance_is_asked_for_again_where_the_context_demands_turns() {
    let mut only_turns = settings();
    only_turns.face.ways.counted = [Way::Turns].into_iter().collect();
    let scene = Scene::enrolled_with(only_turns).await;
    scene.app.prove_face_by(Way::Distance, scene.browser.session_hash().unwrap()).await;
    let interaction = scene.begin(&[CONDITION]).await;
    assert_eq!(scene.last("decided").await["decision"]["step_up"], "face-step-up");
    // What would not count cannot be chosen either.
    assert_eq!(choose(&scene, &interaction, "distance").await, format!("/interaction/{interaction}/resume"));
    let mut page = capture_by(&scene, &interaction, Way::Turns).await;
    assert_eq!(page.capture(obedient, Scripted::of(ADAM)).await["outcome"], "done");
    assert!(!scene.resume(&interaction).await.code().is_empty());
    // Where either counts, the same ledger suffices.
    let scene = Scene::enrolled().await;
    scene.app.prove_face_by(Way::Distance, scene.browser.session_hash().unwrap()).await;
    let answer = scene.browser.get(&crate::support::clients::authorize(&[CONDITION])).await;
    assert!(!answer.code().is_empty());
}

#[tokio::test]
async fn another_try_is_in_the_way_that_was_chosen() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = capture_by(&scene, &interaction, Way::Distance).await;
    let answer = page.capture(obedient, Scripted::of(CLARA)).await;
    assert_eq!(answer["next"], format!("/interaction/{interaction}/outcome?way=distance"));
    let outcome = scene.browser.get(answer["next"].as_str().unwrap()).await;
    assert!(outcome.body.contains("name=\"way\" value=\"distance\""), "{}", outcome.body);
    // A picture that was too poor brings a fresh challenge of the same way.
    let mut page = capture_by(&scene, &interaction, Way::Distance).await;
    let mut socket = page.connect().await.unwrap();
    let dark = |asked: &str, seen| Scripted { exposure: 20.0, ..obedient(asked, seen) };
    assert_eq!(page.play_with(&mut socket, obedient, dark, Scripted::of(ADAM)).await, Ending::Upload);
    page.close(socket).await;
    let answer = page.upload().await.json();
    let fresh = CapturePage::open(&scene.app, &scene.browser, answer["next"].as_str().unwrap()).await;
    assert_eq!(fresh.settings["way"], "distance");
}

#[tokio::test]
async fn a_flat_photo_that_is_held_nearer_and_farther_is_refused() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = capture_by(&scene, &interaction, Way::Distance).await;
    let photo = Scripted { flat: true, ..Scripted::of(ADAM) };
    assert_eq!(page.capture(obedient, photo).await["outcome"], "refused");
    assert_eq!(scene.last("ceremony_concluded").await["cause"], "planar");
}

#[tokio::test]
async fn who_only_turns_has_not_walked_and_who_only_walks_has_not_turned() {
    for (way, stiff) in [(Way::Distance, true), (Way::Turns, false)] {
        let scene = Scene::enrolled().await;
        let interaction = scene.begin(&[CONDITION]).await;
        let mut page = capture_by(&scene, &interaction, way).await;
        let actor: crate::support::capture::Actor = match stiff {
            true => |asked, seen| Scripted { scale: 1.0, ..obedient(asked, seen) },
            false => |asked, seen| Scripted { yaw: 0.0, pitch: 0.0, ..obedient(asked, seen) },
        };
        let ending = page.perform(actor, Scripted::of(ADAM)).await;
        assert_eq!(ending, Ending::Stop("too_slow".into()), "{way:?}");
    }
}
