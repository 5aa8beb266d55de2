//! The socket: whose it is, how often, and what it is told.

use serde_json::json;

use crate::{
    scene::{CONDITION, Scene},
    support::{
        capture::{CapturePage, Ending, obedient, say},
        scripted::{ADAM, Scripted},
    },
};

async fn stop_after(scene: &Scene, message: serde_json::Value) -> Option<Ending> {
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    say(&mut socket, &message).await;
    page.listen(&mut socket).await
}

#[tokio::test]
async fn a_ceremony_has_one_socket_ever() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let page = scene.capture_page(&interaction).await;
    let first = page.connect().await.unwrap();
    assert_eq!(page.connect().await.err().map(|status| status.as_u16()), Some(409));
    page.close(first).await;
    assert_eq!(page.connect().await.err().map(|status| status.as_u16()), Some(409));
}

#[tokio::test]
async fn a_socket_of_another_origin_or_none_is_refused_and_uses_nothing_up() {
    // RFC 6455 §10.2
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let page = scene.capture_page(&interaction).await;
    for origin in [Some("https://evil.example"), Some("null"), None] {
        assert_eq!(page.connect_from(origin).await.err().map(|status| status.as_u16()), Some(403));
    }
    assert!(page.connect().await.is_ok());
}

#[tokio::test]
async fn a_request_that_is_no_handshake_uses_nothing_up() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let page = scene.capture_page(&interaction).await;
    let path = page.settings["socket"].as_str().unwrap();
    let plain = scene.browser.program(reqwest::Method::GET, path).header("origin", &scene.app.address);
    assert!(plain.send().await.unwrap().status().is_client_error());
    assert!(page.connect().await.is_ok());
}

#[tokio::test]
async fn a_socket_of_another_browser_is_refused() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let page = scene.capture_page(&interaction).await;
    let stranger = scene.app.browser();
    scene.begin_as(&stranger, "clara", &[CONDITION]).await;
    let theirs = page.seen_by(&stranger);
    assert_eq!(theirs.connect().await.err().map(|status| status.as_u16()), Some(404));
}

#[tokio::test]
async fn what_the_protocol_does_not_know_ends_the_capture() {
    let scene = Scene::enrolled().await;
    let messages = [
        json!({ "t": "prompt" }),
        json!({ "t": "hashes" }),
        json!({ "t": "hashes", "h": ["short"] }),
        json!({ "t": "hint", "jwe": "a.b.c.d.e" }),
        json!({ "t": "ready" }),
        json!({ "t": "ready", "v": 1 }),
        json!({ "t": "ready", "v": 2, "and": "more" }),
        json!([]),
    ];
    for message in messages {
        assert_eq!(stop_after(&scene, message).await, Some(Ending::Stop("protocol".into())));
    }
}

#[tokio::test]
async fn what_a_page_says_it_can_do_besides_is_read_and_passed_over() {
    // docs/capture-protocol.md, "Versions": room for further channels.
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    say(&mut socket, &json!({ "t": "ready", "v": 2, "can": ["light"] })).await;
    assert_eq!(page.play(&mut socket, obedient, Scripted::of(ADAM)).await, Ending::Upload);
}

#[tokio::test]
async fn hint_frames_that_come_too_fast_end_the_capture() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    for _ in 0..20 {
        say(&mut socket, &page.hint_message(Scripted { faces: 0, ..Scripted::of(ADAM) })).await;
    }
    let mut ending = None;
    while ending.is_none() {
        ending = page.listen(&mut socket).await;
    }
    assert_eq!(ending, Some(Ending::Stop("hint_budget".into())));
}

#[tokio::test]
async fn a_person_who_answers_too_late_starts_afresh_and_loses_no_attempt() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    while page.prompts.len() < 3 {
        let asked = page.prompts.last().cloned().unwrap_or_default();
        page.look(&mut socket, obedient(&asked, Scripted::of(ADAM))).await;
    }
    scene.app.clock.advance(13);
    let ending = page.play(&mut socket, obedient, Scripted::of(ADAM)).await;
    assert_eq!(ending, Ending::Stop("too_slow".into()));
    page.close(socket).await;
    assert_eq!(scene.count("attempt_spent").await, 1, "only the enrolment's");
    // The page that was used leads back to the briefing, from where a fresh challenge is drawn.
    let address = format!("/step-up/{}", page.ceremony());
    let next = scene.browser.get(&address).await.location();
    assert_eq!(next, format!("/interaction/{interaction}/resume"));
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
}

#[tokio::test]
async fn captures_that_break_off_after_a_movement_was_shown_slow_the_account_down() {
    // Otherwise a recording could be played until the challenge happens to ask for what it shows.
    let scene = Scene::enrolled().await;
    let mut refused = None;
    for round in 0..20 {
        let interaction = scene.begin(&[CONDITION]).await;
        let address = scene.begin_capture(&interaction).await;
        if !address.starts_with("/step-up/") {
            refused = Some((round, address.clone()));
            break;
        }
        let mut page = CapturePage::open(&scene.app, &scene.browser, &address).await;
        let mut socket = page.connect().await.unwrap();
        while page.prompts.len() < 2 {
            page.look(&mut socket, Scripted::of(ADAM)).await;
        }
        page.close(socket).await;
    }
    let (round, address) = refused.expect("no pause");
    assert_eq!(round, 10);
    assert!(address.ends_with("/outcome"), "{address}");
}
