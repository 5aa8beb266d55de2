//! The context that needs the browser's key beside the face: earned by a key that was the account's before, and by no other.

use serde_json::{Value, json};

use crate::{
    scene::{CONDITION, Scene},
    support::{
        browser::Answer,
        capture::obedient,
        clients::claims,
        device::DeviceSigner,
        scripted::{ADAM, Scripted},
    },
};

/// A condition of the face beside the browser's key.
const BY_DEVICE: (&str, &str) =
    ("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:facestep:acr:face+device"}}}"#);
/// A wish for it, or else for the face.
const BY_DEVICE_OR_FACE: (&str, &str) = ("acr_values", "urn:facestep:acr:face+device urn:facestep:acr:face");

fn no_way() -> (String, String) {
    ("unmet_authentication_requirements".into(), "policy".into())
}

/// Lets what a face earned grow old, so that the next request asks again.
fn later(scene: &Scene) {
    scene.app.clock.advance(400);
}

/// One whole capture by Adam, signed or not.
async fn look(scene: &Scene, interaction: &str, key: Option<&DeviceSigner>) {
    let mut page = scene.capture_page(interaction).await;
    page.device = key;
    assert_eq!(page.capture(obedient, Scripted::of(ADAM)).await["outcome"], "done");
}

/// A step-up to the plain face by which this browser's key is bound.
async fn bind(scene: &Scene, key: &DeviceSigner) {
    let interaction = scene.begin(&[CONDITION]).await;
    look(scene, &interaction, Some(key)).await;
    scene.resume(&interaction).await.code();
    later(scene);
}

/// What the client is answered at once, without any page.
async fn answered(scene: &Scene, request: &[(&str, &str)]) -> Answer {
    scene.browser.get(&crate::support::clients::authorize(request)).await
}

async fn id_token(scene: &Scene, code: &str) -> serde_json::Map<String, Value> {
    claims(&scene.app.redeem(code, &[]).await.json()["id_token"])
}

#[tokio::test]
async fn a_face_by_a_key_that_was_bound_before_earns_the_context_with_swk() {
    // RFC 8176 §2: swk, a software-secured key; mfa beside two distinct factors.
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    bind(&scene, &key).await;
    let interaction = scene.begin(&[BY_DEVICE]).await;
    look(&scene, &interaction, Some(&key)).await;
    let claims = id_token(&scene, &scene.resume(&interaction).await.code()).await;
    assert_eq!(claims["acr"], "urn:facestep:acr:face+device");
    assert_eq!(claims["amr"], json!(["face", "mfa", "pwd", "swk"]));
    let decided = scene.last("decided").await;
    let faces = decided["ledger"].as_array().unwrap().iter().filter(|entry| entry["method"] == "face");
    let by: Vec<_> = faces.map(|entry| entry["device_key"]["thumbprint"].clone()).collect();
    assert!(by.contains(&json!(key.thumbprint().as_str())), "{decided}");
}

#[tokio::test]
async fn a_browser_that_holds_no_key_is_told_so_before_anybody_shows_their_face() {
    let scene = Scene::enrolled().await;
    assert_eq!(answered(&scene, &[BY_DEVICE]).await.error(), no_way());
    // Another browser's key is of no use in this one.
    let key = DeviceSigner::new();
    bind(&scene, &key).await;
    let elsewhere = Scene { browser: scene.app.browser(), ..scene };
    let address = crate::support::clients::authorize(&[BY_DEVICE]);
    let answer = elsewhere.browser.sign_in(&address, "adam", crate::support::people::PASSWORD).await;
    assert_eq!(answer.error(), no_way());
}

#[tokio::test]
async fn a_key_that_a_step_up_binds_does_not_count_in_its_own_request_but_in_the_next() {
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    let interaction = scene.begin(&[BY_DEVICE_OR_FACE]).await;
    look(&scene, &interaction, Some(&key)).await;
    let claims = id_token(&scene, &scene.resume(&interaction).await.code()).await;
    assert_eq!(claims["acr"], "urn:facestep:acr:face", "one face was asked for, and it is worth this");
    assert_eq!(claims["amr"], json!(["face", "mfa", "pwd"]));
    scene.app.clock.advance(1);
    let next = scene.begin(&[BY_DEVICE_OR_FACE]).await;
    look(&scene, &next, Some(&key)).await;
    let claims = id_token(&scene, &scene.resume(&next).await.code()).await;
    assert_eq!(claims["acr"], "urn:facestep:acr:face+device");
}

#[tokio::test]
async fn a_key_that_the_parent_run_bound_counts_at_once() {
    let (scene, key) = (Scene::set().await, DeviceSigner::new());
    let interaction = scene.begin(&[BY_DEVICE]).await;
    scene.identify(&interaction, "FS-100001").await;
    look(&scene, &interaction, Some(&key)).await;
    scene.app.clock.advance(5);
    assert_eq!(scene.resume(&interaction).await.location(), format!("/interaction/{interaction}/step-up"));
    look(&scene, &interaction, Some(&key)).await;
    let claims = id_token(&scene, &scene.resume(&interaction).await.code()).await;
    assert_eq!(claims["acr"], "urn:facestep:acr:face+device");
}

#[tokio::test]
async fn a_browser_that_lost_its_key_is_asked_for_one_face_and_then_told() {
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    bind(&scene, &key).await;
    let interaction = scene.begin(&[BY_DEVICE]).await;
    look(&scene, &interaction, None).await;
    assert_eq!(scene.resume(&interaction).await.error(), no_way());
    // A key that it made anew is bound by that face, and counts next time.
    later(&scene);
    bind(&scene, &key).await;
    let interaction = scene.begin(&[BY_DEVICE]).await;
    let fresh = DeviceSigner::new();
    look(&scene, &interaction, Some(&fresh)).await;
    assert_eq!(scene.resume(&interaction).await.error(), no_way());
    later(&scene);
    let next = scene.begin(&[BY_DEVICE]).await;
    look(&scene, &next, Some(&fresh)).await;
    assert!(!scene.resume(&next).await.code().is_empty());
}

#[tokio::test]
async fn a_face_by_a_key_that_was_revoked_since_is_a_plain_face() {
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    bind(&scene, &key).await;
    let interaction = scene.begin(&[BY_DEVICE]).await;
    look(&scene, &interaction, Some(&key)).await;
    scene.resume(&interaction).await.code();
    // Within the face's freshness the context is the session's own …
    assert!(!answered(&scene, &[BY_DEVICE]).await.code().is_empty());
    let csrf = scene.browser.get("/account").await.csrf();
    let thumbprint = key.thumbprint();
    let fields = [("csrf_token", csrf.as_str()), ("device", thumbprint.as_str())];
    scene.browser.post("/account/devices/revoke", &fields).await.location();
    // … until its key is revoked; the face itself is as good as before.
    assert_eq!(answered(&scene, &[BY_DEVICE]).await.error(), no_way());
    let claims = id_token(&scene, &answered(&scene, &[CONDITION]).await.code()).await;
    assert_eq!(claims["amr"], json!(["face", "mfa", "pwd"]));
}
