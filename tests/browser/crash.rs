//! The server dies in the middle of a step-up.

use super::support::{
    actor::Actor,
    bank::{Ask, Bank},
    browser::{Browser, Camera},
    processes::{OWNER, Provider},
    visit::Visit,
};

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_in_the_middle_of_a_ceremony_the_person_goes_on_and_nothing_passed_twice() {
    let mut provider = Provider::start().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    let browser = Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await;
    let person = Visit(&browser.driver);
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#transfer").await;
    person.enrols_with(OWNER.document).await;
    person.sees("[data-action]:not([data-action=''])").await;
    provider.kill();
    provider.restart().await;
    // The page says that the connection was lost and offers a fresh start; session, consent and document are still there.
    person.sees(".trouble:not([hidden])").await;
    person.presses(".trouble:not([hidden]) button[type=submit]").await;
    person.begins_capture_if_briefed().await;
    person.sees("#enrolled").await;
    person.begins_capture().await;
    person.sees("#done").await;
    let audit = provider.audit();
    assert_eq!(audit.matches("\"kind\":\"enrolled\"").count(), 1, "{audit}");
    assert_eq!(audit.matches("\"kind\":\"consent_given\"").count(), 1, "nothing was lost: {audit}");
    provider.command(&["audit", "verify"], None);
    browser.quit().await;
}
