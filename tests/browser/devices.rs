//! The key that a browser keeps.

use super::support::{
    actor::Actor,
    bank::{Ask, Bank},
    browser::{Browser, Camera},
    processes::{OWNER, Provider},
    visit::Visit,
};

/// The owner's browser with a fresh profile.
async fn fresh_browser() -> Browser {
    Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await
}

/// Signs in anew, as on another day, and steps up.
async fn steps_up(browser: &Browser, provider: &Provider, bank: &Bank) {
    let person = Visit(&browser.driver);
    for origin in [&bank.origin, &provider.origin] {
        person.open(origin).await;
        browser.driver.delete_all_cookies().await.unwrap();
    }
    person.signs_in_at_the_bank(bank, OWNER.username).await;
    person.presses("#transfer").await;
    person.begins_capture().await;
    person.sees("#done").await;
}

/// The thumbprints of the keys that were bound, in order.
fn bound(provider: &Provider) -> Vec<String> {
    let events = provider.audit();
    let events = events.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let bound = events.filter(|event| event["event"]["kind"] == "device_key_bound");
    bound.map(|event| event["event"]["details"]["device_key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_keeps_its_key_from_one_step_up_to_the_next_and_another_profile_does_not_have_it() {
    // RFC 8176 §2, swk; Web Cryptography API §13.4: a key that is not extractable stays where it is.
    let provider = Provider::start_enrolled().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    let browser = fresh_browser().await;
    let before = bound(&provider);
    steps_up(&browser, &provider, &bank).await;
    let first = bound(&provider);
    assert_eq!(first.len(), before.len() + 1, "the first step-up in a profile binds its key");
    steps_up(&browser, &provider, &bank).await;
    assert_eq!(bound(&provider), first, "the second uses the same one");
    let person = Visit(&browser.driver);
    person.open(&format!("{}/account", provider.origin)).await;
    assert_eq!(person.sees("#device-1 h3").await.text().await.unwrap(), "This browser");
    browser.quit().await;

    let other = fresh_browser().await;
    steps_up(&other, &provider, &bank).await;
    let all = bound(&provider);
    assert_eq!(all.len(), first.len() + 1, "another profile has no key of the first");
    assert!(!first.contains(all.last().unwrap()));

    // Its owner removes it here, and it gets another at the next step-up.
    let person = Visit(&other.driver);
    person.open(&format!("{}/account", provider.origin)).await;
    person.presses("#revoke-device-1").await;
    person.sees("#device-revoked").await;
    steps_up(&other, &provider, &bank).await;
    assert_eq!(bound(&provider).len(), all.len() + 1);
    assert!(!provider.audit().contains("device_key_refused"), "the page does not sign with a revoked key");
    other.quit().await;
}
