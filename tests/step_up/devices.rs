//! The device key: bound by a passed capture, counted only for whom and what it signed, and revoked by its owner.

use facestep::{
    domain::{
        device::{DeviceStanding, KeyBinding, MOST_KEYS},
        secret::{SecretToken, TokenHash},
        user::User,
    },
    flows::devices::find_device_standing,
};
use serde_json::{Value, json};

use crate::{
    scene::{Scene, WISH, act},
    support::{
        TestApp,
        browser::TestBrowser,
        capture::{CapturePage, Ending, obedient},
        device::{DeviceSigner, behind},
        scripted::{ADAM, CLARA, Scripted},
    },
};

/// A step-up of someone in some browser, with the key that the browser keeps; the answer to the upload.
async fn step_up(
    scene: &Scene,
    browser: &TestBrowser,
    name: &str,
    person: u8,
    key: Option<&DeviceSigner>,
) -> Value {
    let interaction = scene.begin_as(browser, name, &[WISH]).await;
    let address = act(browser, &interaction, "step-up", "begin", &[]).await.location();
    let mut page = CapturePage::open(&scene.app, browser, &address).await;
    page.device = key;
    page.capture(obedient, Scripted::of(person)).await
}

/// A capture of Adam's that was played to its end and is still to be sent.
async fn ready_to_send<'a>(scene: &'a Scene, key: Option<&'a DeviceSigner>) -> CapturePage<'a> {
    let interaction = scene.begin(&[WISH]).await;
    let mut page = scene.capture_page(&interaction).await;
    page.device = key;
    assert_eq!(page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    page
}

async fn keys_of(scene: &Scene, user: &User) -> Vec<KeyBinding> {
    let user = user.id.clone();
    scene.read(move |db| db.device_keys_of(&user)).await
}

fn device_hash(browser: &TestBrowser) -> TokenHash {
    let cookies = browser.cookie_header();
    let secret = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("facestep-device="));
    SecretToken::from_outside(secret.expect("a device cookie")).hash()
}

async fn standing_in(scene: &Scene, browser: &TestBrowser) -> DeviceStanding {
    let (user, hash) = (scene.adam.id.clone(), device_hash(browser));
    scene.read(move |db| find_device_standing(db, &user, Some(&hash))).await
}

/// Lets what a face earned grow old, so that the next request asks again.
fn later(app: &TestApp) {
    app.clock.advance_millis(400_000);
}

#[tokio::test]
async fn the_key_that_signed_a_passed_capture_is_bound_and_the_next_one_uses_it() {
    // RFC 8176 §2, swk
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    assert_eq!(standing_in(&scene, &scene.browser).await, DeviceStanding::Unbound);
    assert_eq!(step_up(&scene, &scene.browser, "adam", ADAM, Some(&key)).await["outcome"], "done");
    let bound = keys_of(&scene, &scene.adam).await;
    assert_eq!(bound.len(), 1);
    assert_eq!((&bound[0].key, bound[0].is_in_force()), (&key.key(), true));
    assert_eq!(scene.last("device_key_bound").await["device_key"], key.thumbprint().as_str());
    let since = bound[0].bound_at;
    let by = bound[0].bound_by.clone();
    assert_eq!(standing_in(&scene, &scene.browser).await, DeviceStanding::Bound { since, by });
    later(&scene.app);
    assert_eq!(step_up(&scene, &scene.browser, "adam", ADAM, Some(&key)).await["outcome"], "done");
    let used = keys_of(&scene, &scene.adam).await;
    assert_eq!((used.len(), used[0].bound_at), (1, since));
    assert!(used[0].last_used_at > since);
    assert_eq!(scene.count("device_key_bound").await, 1);
}

#[tokio::test]
async fn a_parent_runs_own_capture_binds_the_key_that_signed_it() {
    let (scene, key) = (Scene::set().await, DeviceSigner::new());
    let interaction = scene.begin(&[WISH]).await;
    scene.identify(&interaction, "FS-100001").await;
    let mut page = scene.capture_page(&interaction).await;
    page.device = Some(&key);
    assert_eq!(page.capture(obedient, Scripted::of(ADAM)).await["outcome"], "done");
    let bound = keys_of(&scene, &scene.adam).await;
    let user = scene.adam.id.clone();
    let enrolment = scene.read(move |db| db.find_enrolment_of(&user)).await.unwrap();
    assert_eq!((&bound[0].bound_by, bound[0].bound_at), (&enrolment.run, enrolment.completed_at));
}

#[tokio::test]
async fn a_capture_that_does_not_pass_binds_nothing() {
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    assert_eq!(step_up(&scene, &scene.browser, "adam", CLARA, Some(&key)).await["outcome"], "refused");
    assert!(keys_of(&scene, &scene.adam).await.is_empty());
}

#[tokio::test]
async fn a_browser_without_a_key_steps_up_all_the_same_and_is_unbound_by_it() {
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    step_up(&scene, &scene.browser, "adam", ADAM, Some(&key)).await;
    later(&scene.app);
    assert_eq!(step_up(&scene, &scene.browser, "adam", ADAM, None).await["outcome"], "done");
    // To ask this browser for its key would be in vain; the key itself is as good as before, should it come back.
    assert_eq!(standing_in(&scene, &scene.browser).await, DeviceStanding::Unbound);
    later(&scene.app);
    step_up(&scene, &scene.browser, "adam", ADAM, Some(&key)).await;
    let bound = keys_of(&scene, &scene.adam).await;
    let (since, by) = (bound[0].bound_at, bound[0].bound_by.clone());
    assert_eq!(standing_in(&scene, &scene.browser).await, DeviceStanding::Bound { since, by });
}

#[tokio::test]
async fn a_signature_over_anything_but_this_capture_refuses_it_as_tampered() {
    // RFC 7515 §5.2
    let (key, other) = (DeviceSigner::new(), DeviceSigner::new());
    for tampering in ["ceremony", "nonce", "bundle", "edited key", "typ", "empty"] {
        let scene = Scene::enrolled().await;
        let page = ready_to_send(&scene, None).await;
        let bundle = page.bundle(&page.frames);
        let mut statement = DeviceSigner::statement(&page.settings, &bundle);
        let mut header = key.header();
        match tampering {
            "ceremony" => statement["ceremony"] = "another".into(),
            "nonce" => statement["nonce"] = page.settings["csrf"].clone(),
            "bundle" => statement = DeviceSigner::statement(&page.settings, b"FSC1 another"),
            "edited key" => header["jwk"] = other.jwk(),
            "typ" => header["typ"] = json!("JWT"),
            _ => {}
        }
        let proof = if tampering == "empty" { String::new() } else { key.proof(&header, &statement) };
        let answer = page.send(page.seal_capture(&behind(&proof, &bundle))).await;
        assert_eq!(answer.json()["outcome"], "refused", "{tampering}");
        assert_eq!(scene.last("ceremony_concluded").await["cause"], "tampered", "{tampering}");
        assert!(keys_of(&scene, &scene.adam).await.is_empty(), "{tampering}");
    }
}

#[tokio::test]
async fn the_proof_of_an_earlier_capture_does_not_sign_a_later_one() {
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    let earlier = ready_to_send(&scene, Some(&key)).await;
    let bundle = earlier.bundle(&earlier.frames);
    let proof = key.proof(&key.header(), &DeviceSigner::statement(&earlier.settings, &bundle));
    let sealed = earlier.sealed();
    assert_eq!(earlier.send(sealed.clone()).await.json()["outcome"], "done");
    // The same upload again is answered as every second upload is.
    assert_eq!(earlier.send(sealed).await.status.as_u16(), 409);
    later(&scene.app);
    let now = ready_to_send(&scene, None).await;
    let answer = now.send(now.seal_capture(&behind(&proof, &now.bundle(&now.frames)))).await;
    assert_eq!(answer.json()["outcome"], "refused");
    assert_eq!(scene.last("ceremony_concluded").await["cause"], "tampered");
}

#[tokio::test]
async fn a_revoked_key_does_not_count_and_is_not_bound_again() {
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    step_up(&scene, &scene.browser, "adam", ADAM, Some(&key)).await;
    let page = scene.browser.get("/account").await;
    assert!(page.body.contains("This browser is bound since"), "{}", page.body);
    let thumbprint = key.thumbprint();
    let fields = [("csrf_token", page.csrf()), ("device", thumbprint.as_str().to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let done = scene.browser.post("/account/devices/revoke", &fields).await;
    assert_eq!(done.location(), "/account?device-revoked");
    assert!(scene.browser.get("/account?device-revoked").await.body.contains("id=\"device-revoked\""));
    assert_eq!(scene.last("device_key_revoked").await["by"], "person");
    assert_eq!(standing_in(&scene, &scene.browser).await, DeviceStanding::Unbound);
    later(&scene.app);
    let next = ready_to_send(&scene, Some(&key)).await;
    assert_eq!(
        next.settings["device"]["revoked"],
        json!([thumbprint.as_str()]),
        "the page is told to make another"
    );
    assert_eq!(next.upload().await.json()["outcome"], "done", "the face is as good as before");
    assert_eq!(scene.last("device_key_refused").await["cause"], "revoked");
    assert_eq!(standing_in(&scene, &scene.browser).await, DeviceStanding::Unbound);
    assert!(!keys_of(&scene, &scene.adam).await[0].is_in_force());
    later(&scene.app);
    let fresh = DeviceSigner::new();
    step_up(&scene, &scene.browser, "adam", ADAM, Some(&fresh)).await;
    assert!(matches!(standing_in(&scene, &scene.browser).await, DeviceStanding::Bound { .. }));
}

#[tokio::test]
async fn another_accounts_key_does_not_count() {
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    step_up(&scene, &scene.browser, "adam", ADAM, Some(&key)).await;
    let browser = scene.app.browser();
    let interaction = scene.begin_as(&browser, "clara", &[WISH]).await;
    let agree = [("decision", "agree"), ("text_version", facestep::web::pages::ConsentPage::TEXT_VERSION)];
    act(&browser, &interaction, "enrol", "consent", &agree).await;
    act(&browser, &interaction, "enrol", "identity", &[("document_number", "FS-100002")]).await;
    let address = act(&browser, &interaction, "enrol", "begin", &[]).await.location();
    let mut page = CapturePage::open(&scene.app, &browser, &address).await;
    page.device = Some(&key);
    assert_eq!(page.capture(obedient, Scripted::of(CLARA)).await["outcome"], "done");
    assert_eq!(scene.last("device_key_refused").await["cause"], "other_account");
    let kept = keys_of(&scene, &scene.adam).await;
    assert_eq!((kept.len(), &kept[0].user), (1, &scene.adam.id));
}

#[tokio::test]
async fn nobody_revokes_anothers_key_nor_from_elsewhere() {
    // OWASP cross-site request forgery
    let (scene, key) = (Scene::enrolled().await, DeviceSigner::new());
    step_up(&scene, &scene.browser, "adam", ADAM, Some(&key)).await;
    let thumbprint = key.thumbprint();
    let forged = [("csrf_token", "guessed"), ("device", thumbprint.as_str())];
    assert_eq!(scene.browser.post("/account/devices/revoke", &forged).await.status.as_u16(), 403);
    let clara = scene.app.browser();
    scene.begin_as(&clara, "clara", &[]).await;
    let csrf = clara.get("/account").await.csrf();
    let hers = [("csrf_token", csrf.as_str()), ("device", thumbprint.as_str())];
    assert_eq!(clara.post("/account/devices/revoke", &hers).await.location(), "/account");
    assert!(keys_of(&scene, &scene.adam).await[0].is_in_force());
}

#[tokio::test]
async fn an_account_keeps_so_many_keys_and_the_one_unused_for_longest_goes() {
    let scene = Scene::enrolled().await;
    let keys: Vec<DeviceSigner> = (0..=MOST_KEYS).map(|_| DeviceSigner::new()).collect();
    for (n, key) in keys.iter().enumerate() {
        let browser = scene.app.browser();
        step_up(&scene, &browser, "adam", ADAM, Some(key)).await;
        later(&scene.app);
        if n == MOST_KEYS - 1 {
            // The first is used again, so the second is the oldest.
            step_up(&scene, &browser, "adam", ADAM, Some(&keys[0])).await;
            later(&scene.app);
        }
    }
    let kept: Vec<_> = keys_of(&scene, &scene.adam).await.iter().map(|kept| kept.key.thumbprint()).collect();
    assert_eq!(kept.len(), MOST_KEYS);
    assert!(kept.contains(&keys[0].thumbprint()) && !kept.contains(&keys[1].thumbprint()));
    assert_eq!(scene.last("device_key_dropped").await["dropped"], keys[1].thumbprint().as_str());
}

#[tokio::test]
async fn the_page_is_told_a_name_for_the_key_that_is_the_accounts_alone_and_is_not_its_id() {
    let scene = Scene::enrolled().await;
    let name = async |browser: &TestBrowser| {
        let interaction = scene.begin_as(browser, "adam", &[WISH]).await;
        let address = act(browser, &interaction, "step-up", "begin", &[]).await.location();
        CapturePage::open(&scene.app, browser, &address).await.settings["device"]["name"].clone()
    };
    let first = name(&scene.browser).await;
    let again = name(&scene.app.browser()).await;
    assert_eq!(first, again);
    assert_ne!(first, scene.adam.id.as_str());
}
