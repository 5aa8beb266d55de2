//! The step-up of the person who is enrolled.

use super::support::{
    actor::Actor,
    bank::{Ask, Bank},
    browser::{Browser, Camera},
    processes::{OWNER, Provider},
    visit::Visit,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_step_up_goes_through_parent_and_child_and_the_next_needs_only_the_child() {
    let provider = Provider::start().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    let browser = Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await;
    let person = Visit(&browser.driver);

    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#transfer").await;
    person.enrols_with(OWNER.document).await;
    // The parent's ceremony is done, and the child's follows it.
    person.sees("#enrolled").await;
    person.begins_capture().await;
    person.sees("#done").await;
    assert_eq!(person.sees("#acr").await.text().await.unwrap(), "urn:facestep:acr:face");
    let amr = person.sees("#amr").await.text().await.unwrap();
    assert!(amr.contains("face") && amr.contains("pwd"), "amr was {amr}");
    let first: i64 = person.sees("#auth-time").await.text().await.unwrap().parse().unwrap();
    assert!((seconds_now() - first).abs() < 60, "auth_time was {first}");

    // Within its freshness the face still counts; a bank that asks again after that needs the child alone.
    browser.driver.delete_all_cookies().await.unwrap();
    person.open(&provider.origin).await;
    browser.driver.delete_all_cookies().await.unwrap();
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#transfer").await;
    assert_eq!(person.sees_one_of(&["#agree", "#begin"]).await, "#begin", "no consent, no document again");
    assert!(!person.shows("#enrolled").await);
    person.begins_capture().await;
    person.sees("#done").await;
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_demands_a_face_is_asked_again_once_it_was_shown() {
    // RFC 9470 §2
    let provider = Provider::start_enrolled().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    let browser = Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await;
    let person = Visit(&browser.driver);
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#payout").await;
    person.begins_capture().await;
    person.sees("#done").await;
    assert_eq!(person.sees("#acr").await.text().await.unwrap(), "urn:facestep:acr:face");
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_withdrew_their_consent_is_asked_for_it_again() {
    // GDPR Article 7(3)
    let provider = Provider::start_enrolled().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    provider.command(&["user", "forget-face", OWNER.username], None);
    let browser = Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await;
    let person = Visit(&browser.driver);
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#transfer").await;
    assert_eq!(person.sees_one_of(&["#agree", "#begin"]).await, "#agree");
    browser.quit().await;
}

fn seconds_now() -> i64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_does_not_turn_their_head_steps_up_by_distance() {
    let provider = Provider::start_enrolled().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    let browser = Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await;
    let person = Visit(&browser.driver);
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#transfer").await;
    person.chooses_way("distance").await;
    person.begins_capture().await;
    let mut prompts = person.prompts_until(&["#done", "#outcome", ".trouble:not([hidden])"]).await;
    assert!(person.shows("#done").await, "{}", provider.audit());
    prompts.retain(|prompt| prompt != "centre");
    assert!(!prompts.is_empty() && prompts.iter().all(|prompt| prompt == "nearer" || prompt == "farther"));
    assert!(provider.audit().contains("\"way\":\"distance\""));
    browser.quit().await;
}
