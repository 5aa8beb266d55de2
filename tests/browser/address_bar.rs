//! What someone can edit in the address bar.

use url::Url;

use super::support::{
    actor::Actor,
    bank::{Ask, Bank},
    browser::{Browser, Camera},
    processes::{OWNER, Provider},
    visit::Visit,
};

/// Asks the bank for a transfer as its form does, and follows its redirect with `acr_values` cut out of the address.
async fn transfers_without_acr_values(person: &Visit<'_>, bank: &Bank) {
    let cookie = person.0.get_named_cookie("harbour-session").await.unwrap().value;
    let csrf = person.sees("#transfer-form input[name=csrf]").await.value().await.unwrap().unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = [("csrf", csrf.as_str()), ("to", "Someone"), ("amount", "10.00"), ("reference", "")];
    let answer = http.post(format!("{}/transfer", bank.origin)).form(&form);
    let answer = answer.header("Cookie", format!("harbour-session={cookie}")).send().await.unwrap();
    let asked = Url::parse(answer.headers()["Location"].to_str().unwrap()).unwrap();
    let mut edited = asked.clone();
    let kept = asked.query_pairs().filter(|(name, _)| name != "acr_values");
    edited.query_pairs_mut().clear().extend_pairs(kept);
    assert_ne!(asked, edited, "the bank asked with acr_values");
    person.open(edited.as_str()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acr_values_edited_out_of_the_address_shows_in_the_token_and_the_bank_refuses() {
    let provider = Provider::start().await;
    let bank = Bank::start(&provider, Ask::AcrValues, &[]).await;
    let browser = Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await;
    let person = Visit(&browser.driver);
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    transfers_without_acr_values(&person, &bank).await;
    person.sees("#refused").await;
    let detail = person.sees("#detail").await.text().await.unwrap();
    assert!(detail.contains("urn:facestep:acr:pwd"), "{detail}");
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clients_minimum_acr_steps_up_whatever_the_address_says() {
    let provider = Provider::start().await;
    let strict = ["--minimum-acr", "urn:facestep:acr:face"];
    let bank = Bank::start(&provider, Ask::AcrValues, &strict).await;
    let browser = Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await;
    let person = Visit(&browser.driver);
    person.open(&bank.origin).await;
    person.presses("#sign-in").await;
    person.signs_in(OWNER.username).await;
    assert_eq!(
        person.sees_one_of(&["#agree", "#greeting"]).await,
        "#agree",
        "even sign-in needs the face here"
    );
    browser.quit().await;
}
