//! Where the context cannot be had: one round, and then a page that says so.

use url::Url;

use crate::{
    bank::Bank,
    scene::{Scene, named_interaction},
    support::browser::Answer,
};

/// The page on which it ends: it leads nowhere by itself.
fn ends(answer: &Answer, detail: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (403, String::new()));
    let told = answer.body.replace("&quot;", "\"");
    assert!(told.contains("id=\"refused\"") && told.contains(detail), "{}", answer.body);
}

#[tokio::test]
async fn a_provider_that_cannot_meet_the_context_ends_it_in_the_first_round() {
    // RFC 9470 §5: unmet_authentication_requirements
    let scene = Scene::enrolled().await;
    let bank = Bank::signed_in(&scene).await;
    let to_provider = bank.pays_out().await.location();
    let interaction = named_interaction(&scene.browser.get(&to_provider).await.location());
    let back = scene.give_up(&interaction, "step-up").await;
    assert_eq!(back.error(), ("unmet_authentication_requirements".into(), "user_declined".into()));
    ends(&bank.comes_back(&back.location()).await, "unmet_authentication_requirements: user_declined");
    assert_eq!(bank.balance().await, "€12,480.55");
}

#[tokio::test]
async fn a_new_token_that_still_does_not_do_ends_it_after_one_round() {
    // RFC 9470 §2, §9: the question went through the browser, which could change it
    let scene = Scene::enrolled().await;
    let bank = Bank::signed_in(&scene).await;
    let asked = Url::parse(&bank.pays_out().await.location()).unwrap();
    let mut edited = asked.clone();
    let kept = asked.query_pairs().filter(|(name, _)| name != "acr_values");
    edited.query_pairs_mut().clear().extend_pairs(kept);
    assert_ne!(asked, edited);
    let back = scene.browser.get(edited.as_str()).await;
    assert!(!back.code().is_empty(), "the provider gives what was asked of it: a token of a password");
    let answer = bank.comes_back(&back.location()).await;
    ends(&answer, "error=\"insufficient_user_authentication\"");
    assert_eq!(bank.balance().await, "€12,480.55");
}

#[tokio::test]
async fn another_persons_face_pays_nothing_out() {
    // ADR 0008: a client checks for itself
    let scene = Scene::enrolled().await;
    let bank = Bank::signed_in(&scene).await;
    let asked = Url::parse(&bank.pays_out().await.location()).unwrap();
    let mut edited = asked.clone();
    let kept = asked.query_pairs().filter(|(name, _)| name != "acr_values");
    edited.query_pairs_mut().clear().extend_pairs(kept);
    let stranger = scene.app.browser();
    let back = stranger.sign_in(edited.as_str(), "clara", crate::support::people::PASSWORD).await;
    ends(&bank.comes_back(&back.location()).await, "sub differs");
    assert_eq!(bank.balance().await, "€12,480.55");
}
