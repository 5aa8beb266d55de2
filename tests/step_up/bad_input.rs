//! What is no capture at all: a clear answer, and the ceremony's state right afterwards.

use reqwest::Method;

use crate::{
    scene::{CONDITION, Scene},
    support::{
        browser::Answer,
        capture::{CapturePage, Ending, obedient},
        scripted::{ADAM, Scripted},
    },
};

/// Plays a challenge to its end, then sends something else; the answer, and the cause in the audit log.
async fn sent_instead(make: fn(&CapturePage<'_>) -> String) -> (u16, String, serde_json::Value) {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    assert_eq!(page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    let answer = page.send(make(&page)).await;
    let cause = scene.last("ceremony_concluded").await["cause"].clone();
    let told = answer.json()["outcome"].as_str().unwrap_or_default().to_owned();
    // The attempt is spent, and the person can start afresh.
    assert_eq!(page.upload().await.json()["error"], "already_spent");
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
    (answer.status.as_u16(), told, cause)
}

fn unreadable() -> (u16, String, serde_json::Value) {
    (200, "refused".into(), "unreadable".into())
}

#[tokio::test]
async fn garbage_instead_of_a_sealed_capture() {
    assert_eq!(sent_instead(|_| "not.a.jwe".into()).await, unreadable());
    assert_eq!(sent_instead(|_| String::new()).await, unreadable());
}

#[tokio::test]
async fn a_sealed_capture_with_missing_fields() {
    assert_eq!(sent_instead(|page| page.seal_capture(b"FSC1\0\0\0\x02{}")).await, unreadable());
}

#[tokio::test]
async fn a_sealed_capture_that_was_cut_short() {
    let cut = |page: &CapturePage<'_>| {
        let mut bundle = page.bundle(&page.frames);
        bundle.pop();
        page.seal_capture(&bundle)
    };
    assert_eq!(sent_instead(cut).await, unreadable());
}

#[tokio::test]
async fn committed_frames_that_are_no_pictures() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    let broken = |asked: &str, seen| Scripted { decodes: false, ..obedient(asked, seen) };
    assert_eq!(page.play_with(&mut socket, obedient, broken, Scripted::of(ADAM)).await, Ending::Upload);
    page.close(socket).await;
    assert_eq!(page.upload().await.json()["outcome"], "refused");
    assert_eq!(scene.last("ceremony_concluded").await["cause"], "unreadable");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    assert_eq!(page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    let answer = page.send("x".repeat(9 * 1024 * 1024)).await;
    assert_eq!(answer.status.as_u16(), 413);
    // Nothing was spent, and the capture can still be sent.
    assert_eq!(page.upload().await.json()["outcome"], "done");
}

#[tokio::test]
async fn an_upload_without_its_token_its_type_or_from_another_site_spends_nothing() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    assert_eq!(page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    let path = page.settings["upload"].as_str().unwrap();
    let csrf = page.settings["csrf"].as_str().unwrap();
    let request = || scene.browser.program(Method::POST, path).body(page.sealed());
    let no_token = request().header("content-type", "application/jose");
    let other_type = request().header("content-type", "text/plain").header("x-csrf-token", csrf);
    let other_site = request()
        .header("content-type", "application/jose")
        .header("x-csrf-token", csrf)
        .header("origin", "https://evil.example");
    for (request, status) in [(no_token, 403), (other_type, 400), (other_site, 403)] {
        assert_eq!(Answer::of(request).await.status.as_u16(), status);
    }
    assert_eq!(page.upload().await.json()["outcome"], "done");
}

#[tokio::test]
async fn names_that_do_not_exist_are_not_found() {
    let scene = Scene::enrolled().await;
    for path in ["/step-up/unknown", "/step-up/unknown/socket", "/interaction/unknown/step-up"] {
        let request = scene.browser.program(Method::GET, path).header("origin", &scene.app.address);
        assert!(request.send().await.unwrap().status().is_client_error(), "{path}");
    }
}
