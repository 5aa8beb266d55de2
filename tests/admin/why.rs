//! Why was somebody challenged? The page of a known interaction tells what happened in it.

use facestep::domain::authn::acr::Acr;

use crate::{
    desk::Desk,
    support::{
        clients::{authorize, bank},
        people::PASSWORD,
    },
};

#[tokio::test]
async fn the_page_of_an_interaction_tells_what_was_asked_what_was_proven_and_what_came_of_it() {
    // RFC 9470 §5: the client's registration makes the context necessary; this account cannot reach it.
    let desk = Desk::set().await;
    desk.app
        .register(facestep::domain::oidc::client::Client { minimum_acr: Some(Acr::face()), ..bank() })
        .await;
    desk.app.add_user("ada", None).await;
    let browser = desk.app.browser();
    let sign_in = browser.get(&authorize(&[("max_age", "600")])).await.location();
    let interaction = sign_in.split('/').nth(2).unwrap().to_owned();
    let answer = browser.submit(&sign_in, &[("username", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(answer.error().1, "face_not_enrolled");

    let page = desk.see(&format!("/admin/why/{interaction}")).await.body;
    let order = [
        "Nothing: nobody was signed in",
        "They must sign in: nobody was signed in.",
        "The client was told that its condition cannot be met: There is no enrolment, and none could be made.",
    ];
    let cards: Vec<&str> = page.split("class=\"decision decision-").skip(1).collect();
    assert_eq!(cards.len(), 2, "{page}");
    assert!(cards[0].contains(order[0]) && cards[0].contains(order[1]), "{}", cards[0]);
    assert!(cards[1].contains(order[2]), "{}", cards[1]);
    for words in [
        "The client’s registration demands “Password, and a live face just now” (urn:facestep:acr:face).",
        "10 minutes",
        "A password at ",
        "a live face of the last 5 minutes: nothing of the kind was proven in this session",
        "Not enrolled, and cannot be",
        "Decided by the policies that ship.",
    ] {
        assert!(cards[1].contains(words), "{words}: {}", cards[1]);
    }
    assert!(
        page.contains(">ada</a>") && page.contains("bank got an error in place of a sign-in of ada."),
        "{page}"
    );
}

#[tokio::test]
async fn an_interaction_is_reached_by_its_name_and_an_unknown_one_is_told_as_such() {
    let desk = Desk::set().await;
    let found = desk.browser.get("/admin/why?interaction=i7Qx2mNv").await;
    assert_eq!(found.location(), "/admin/why/i7Qx2mNv");
    for page in ["/admin/why/i7Qx2mNv", "/admin/why?interaction=not%20one"] {
        assert!(desk.see(page).await.body.contains("Nothing is known of this interaction."), "{page}");
    }
}
