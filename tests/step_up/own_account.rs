//! An account's owner: what they see of their face check, and how they withdraw from it.

use actix_web::http::StatusCode;

use crate::{
    scene::{Scene, WISH},
    support::people::PASSWORD,
};

#[tokio::test]
async fn nobody_sees_an_account_without_signing_in_and_sign_in_leads_back() {
    let scene = Scene::set().await;
    let stranger = scene.app.browser();
    assert_eq!(stranger.get("/account").await.location(), "/account/sign-in");
    assert_eq!(stranger.get("/account/withdraw").await.location(), "/account/sign-in");
    let wrong =
        stranger.submit("/account/sign-in", &[("username", "adam"), ("password", "not his password")]).await;
    assert_eq!(wrong.status.as_u16(), StatusCode::UNPROCESSABLE_ENTITY.as_u16());
    let before = stranger.cookie_header();
    let right = stranger.submit("/account/sign-in", &[("username", "adam"), ("password", PASSWORD)]).await;
    assert_eq!(right.location(), "/account");
    // OWASP session fixation: the cookie is another one now.
    assert_ne!(stranger.cookie_header(), before);
    let page = stranger.get("/account").await;
    assert!(page.body.contains("No face check is set up") && !page.body.contains("/account/withdraw"));
}

#[tokio::test]
async fn a_withdrawn_consent_wipes_the_enrolment_and_the_next_request_finds_none() {
    // GDPR Article 7(3)
    let scene = Scene::enrolled().await;
    let page = scene.browser.get("/account").await;
    assert!(page.body.contains("Set up on") && page.body.contains("/account/withdraw"));
    // The challenge turned the face to each side that it asked for; the drawing tells, and the words tell the same.
    assert!(page.body.contains("<svg") && page.body.contains("Straight ahead: seen"));
    let user = scene.adam.id.clone();
    let enrolment = scene.read(move |db| db.find_enrolment_of(&user)).await.unwrap();
    let done = scene.browser.submit("/account/withdraw", &[]).await;
    assert_eq!(done.location(), "/account?withdrawn");
    assert!(scene.browser.get("/account?withdrawn").await.body.contains("id=\"withdrawn\""));
    let revoked = scene.read(move |db| db.find_enrolment(&enrolment.id)).await.unwrap();
    assert!(revoked.revoked_at.is_some() && revoked.sealed_template.is_empty());
    assert_eq!(scene.count("face_forgotten").await, 1);
    let next = scene.browser.get(&crate::support::clients::authorize(&[WISH])).await;
    assert!(next.location().ends_with("/enrol"), "a new face check begins with its consent");
}

#[tokio::test]
async fn a_withdrawal_from_elsewhere_is_refused() {
    // OWASP cross-site request forgery
    let scene = Scene::enrolled().await;
    let refused = scene.browser.post("/account/withdraw", &[("csrf_token", "guessed")]).await;
    assert_eq!(refused.status.as_u16(), StatusCode::FORBIDDEN.as_u16());
    let user = scene.adam.id.clone();
    assert!(scene.read(move |db| db.find_enrolment_of(&user)).await.is_some());
}
