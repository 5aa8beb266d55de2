//! The whole round: challenge, step-up, and the same request again (RFC 9470 §2).

use facestep::domain::authn::acr::Acr;

use crate::{
    bank::{Bank, parameters},
    scene::{Scene, named_interaction},
    support::scripted::{ADAM, Scripted},
};

/// Adam shows his face where the provider leads him; where it leads him then.
async fn shows_his_face(scene: &Scene, to_provider: &str) -> String {
    let interaction = named_interaction(&scene.browser.get(to_provider).await.location());
    let answer = scene.look_as(&interaction, Scripted::of(ADAM)).await;
    assert_eq!(answer["outcome"], "done");
    scene.resume(&interaction).await.location()
}

#[tokio::test]
async fn a_challenge_leads_through_one_step_up_to_the_same_request_which_then_succeeds() {
    // RFC 9470 §2, §4, §5; RFC 8707 §2
    let scene = Scene::enrolled().await;
    let bank = Bank::signed_in(&scene).await;
    let to_provider = bank.pays_out().await.location();
    let asked = parameters(&to_provider);
    assert_eq!((&*asked["acr_values"], &*asked["max_age"]), (Acr::FACE, "300"));
    assert_eq!(asked["resource"], bank.api);
    assert_eq!(bank.balance().await, "€12,480.55", "nothing is moved before");
    let back = shows_his_face(&scene, &to_provider).await;
    let receipt = bank.comes_back(&back).await.location();
    let receipt = bank.comes_back(&receipt).await.body;
    assert!(receipt.contains(Acr::FACE) && receipt.contains("€40.00 sent to Island Savings"), "{receipt}");
    assert_eq!(bank.balance().await, "€12,440.55");
    // The code is spent, and so is the question: nothing is paid twice.
    assert_eq!(bank.comes_back(&back).await.status, 403);
    assert_eq!(bank.balance().await, "€12,440.55");
}

#[tokio::test]
async fn a_face_from_the_last_minutes_will_do_and_an_older_one_is_asked_for_again_after_a_refresh() {
    // RFC 9470 §3, §5: a refresh makes no sign-in fresher
    let scene = Scene::enrolled().await;
    let bank = Bank::signed_in(&scene).await;
    let back = shows_his_face(&scene, &bank.pays_out().await.location()).await;
    bank.comes_back(&back).await.location();
    assert_eq!(bank.pays_out().await.location(), "/receipt");
    scene.app.clock.advance(301);
    let to_provider = bank.pays_out().await.location();
    assert_eq!(parameters(&to_provider)["max_age"], "300");
    let back = shows_his_face(&scene, &to_provider).await;
    assert_eq!(bank.comes_back(&back).await.location(), "/receipt");
    assert_eq!(bank.balance().await, "€12,360.55");
}
