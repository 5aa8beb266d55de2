//! Those who are not the person who is enrolled, or are not there.

use std::path::PathBuf;

use facestep::domain::face::way::Way;

use super::support::{
    actor::{Actor, Plan},
    bank::{Ask, Bank},
    browser::{Browser, Camera},
    processes::{OWNER, Provider, STRANGER},
    recording,
    visit::Visit,
};

/// Presses Transfer with an enrolled account in front of this camera, and tries until the provider gives up or the person
/// does; returns what the bank shows.
async fn refused_at_the_bank(camera: Camera) -> String {
    refused_by(camera, "turns").await.0
}

/// The same in some way; and the provider's audit log.
async fn refused_by(camera: Camera, way: &str) -> (String, String) {
    let provider = Provider::start_enrolled().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    let before = provider.face_grants();
    let browser = Browser::start(camera).await;
    let person = Visit(&browser.driver);
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#transfer").await;
    person.chooses_way(way).await;
    person.begins_capture().await;
    person.gives_up_after_refusal().await;
    person.sees("#refused").await;
    let detail = person.sees("#detail").await.text().await.unwrap();
    assert_eq!(provider.face_grants(), before, "no code for a face");
    browser.quit().await;
    (detail, provider.audit())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_person_at_the_account_is_refused_and_the_bank_is_told_what_it_can_act_on() {
    // OpenID Connect Core 1.0 §5.5.1.1: an essential acr that is not met is an error.
    let detail = refused_at_the_bank(Camera::Actor(Actor::obeying(STRANGER.actor))).await;
    assert!(detail.contains("unmet_authentication_requirements"), "{detail}");
    assert!(detail.contains("face_not_verified"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_still_photograph_is_refused() {
    let photograph = Actor { name: OWNER.actor, plan: Plan::Still };
    let detail = refused_at_the_bank(Camera::Actor(photograph)).await;
    assert!(detail.contains("unmet_authentication_requirements"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_that_is_held_nearer_and_farther_is_refused_for_want_of_depth() {
    let photograph = Actor { name: OWNER.actor, plan: Plan::Held };
    let (detail, audit) = refused_by(Camera::Actor(photograph), "distance").await;
    assert!(detail.contains("face_not_verified"), "{detail}");
    assert!(audit.contains("\"cause\":\"planar\""), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_that_turns_the_wrong_way_is_refused() {
    let wrong = Actor { name: OWNER.actor, plan: Plan::WrongWay };
    let detail = refused_at_the_bank(Camera::Actor(wrong)).await;
    assert!(detail.contains("unmet_authentication_requirements"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_a_genuine_ceremony_cannot_know_this_challenge() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("genuine.y4m");
    let poses = ["front", "yaw_+30", "pitch_-20", "yaw_+30", "pitch_-20", "front"];
    recording::write(&path, OWNER.actor, &poses, 2);
    // 2 of the challenges ask for what the recording shows, left and up by turns: then it is played again.
    let fits = |turns: &[String]| {
        turns.len() == Way::Turns.movements()
            && turns.iter().all(|turn| turn == "turn_left" || turn == "look_up")
    };
    let mut played = 0;
    loop {
        let (turns, detail) = play(path.clone()).await;
        played += 1;
        match detail {
            Some(detail) => return assert!(detail.contains("unmet_authentication_requirements"), "{detail}"),
            None => {
                assert!(fits(&turns) && played < 4, "passed a challenge that it does not show: {turns:?}")
            }
        }
    }
}

/// Plays a recording at an enrolled account; the turns that were asked for, and what the bank says when it was refused.
async fn play(recording: PathBuf) -> (Vec<String>, Option<String>) {
    let provider = Provider::start_enrolled().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    let browser = Browser::start(Camera::Recording(recording)).await;
    let person = Visit(&browser.driver);
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#transfer").await;
    person.begins_capture().await;
    let mut prompts = person.prompts_until(&["#done", "#outcome", ".trouble:not([hidden])"]).await;
    prompts.retain(|prompt| prompt != "centre");
    let refusal = if person.shows("#done").await {
        None
    } else {
        person.presses("#decline button").await;
        Some(person.sees("#detail").await.text().await.unwrap())
    };
    browser.quit().await;
    (prompts, refusal)
}
