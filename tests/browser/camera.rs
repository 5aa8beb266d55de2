//! A camera that is not to be had.

use super::support::{
    actor::Actor,
    bank::{Ask, Bank},
    browser::{Browser, Camera, before_every_page},
    processes::{OWNER, Provider},
    visit::Visit,
};

/// Comes to the capture page with a camera that fails as `script` says, and reads what the page says to do next.
async fn words_when(camera: Camera, script: &str) -> String {
    let provider = Provider::start().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    let browser = Browser::start(camera).await;
    before_every_page(&browser.driver, script).await;
    let person = Visit(&browser.driver);
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#transfer").await;
    person.enrols_with(OWNER.document).await;
    person.sees(".trouble:not([hidden])").await;
    let words = person.words().await;
    // There is always a way on: give up, and the bank is told.
    person.presses("#decline button").await;
    person.sees("#refused").await;
    let detail = person.sees("#detail").await.text().await.unwrap();
    assert!(detail.contains("camera_unavailable"), "{detail}");
    browser.quit().await;
    words
}

fn actor() -> Camera {
    Camera::Actor(Actor::obeying(OWNER.actor))
}

fn failing(name: &str) -> String {
    format!("navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', {name:?}));")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_in_which_a_camera_fails_says_what_to_do_next() {
    let denied = words_when(Camera::Denied, "").await;
    let none = words_when(actor(), &failing("NotFoundError")).await;
    let busy = words_when(actor(), &failing("NotReadableError")).await;
    let insecure = words_when(actor(), "delete Navigator.prototype.mediaDevices;").await;
    let all = [denied, none, busy, insecure];
    for (i, words) in all.iter().enumerate() {
        assert!(words.to_lowercase().contains("camera"), "{words}");
        assert!(all.iter().skip(i + 1).all(|other| other != words), "each has words of its own: {words}");
    }
}
