//! Who is let in.

use facestep::domain::admin::role::Role;

use crate::{desk::Desk, support::people::PASSWORD};

/// Whether an address is the way in, and back to a page.
fn leads_in(address: &str, back: &str) -> bool {
    let url = url::Url::parse("http://x").unwrap().join(address).unwrap();
    let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    url.path() == "/authorize" && query["client_id"] == "facestep-console" && query["state"] == back
}

#[tokio::test]
async fn nobody_sees_the_console_without_signing_in_first() {
    let desk = Desk::set().await;
    let stranger = desk.app.browser();
    for page in ["/admin", "/admin/nowhere", "/admin?x=1"] {
        assert!(leads_in(&stranger.get(page).await.location(), page), "{page}");
    }
}

#[tokio::test]
async fn the_way_in_asks_for_the_face_context_and_leads_back() {
    // RFC 9470 §4: the session is not enough, so the person is sent to make it so.
    let desk = Desk::set().await;
    let browser = desk.app.browser();
    let way_in = browser.get("/admin").await.location();
    let sign_in = browser.get(&way_in).await.location();
    let fields = [("username", "olivia"), ("password", PASSWORD)];
    let answer = browser.submit(&sign_in, &fields).await;
    // The account was never verified, so no face can be enrolled: the client is told, and is the console itself.
    let callback = answer.location();
    assert!(callback.starts_with(&desk.app.url("/admin/callback?")), "{callback}");
    let page = browser.get(&callback).await;
    assert!(page.body.contains("Your face is not enrolled"), "{}", page.body);
    desk.app.prove_face(browser.session_hash().unwrap()).await;
    let back = browser.get(&browser.get(&way_in).await.location()).await.location();
    assert_eq!(back, "/admin");
    assert_eq!(browser.get("/admin").await.status.as_u16(), 200);
}

#[tokio::test]
async fn an_account_without_a_role_is_turned_away_whatever_its_face_proves() {
    let desk = Desk::set().await;
    desk.app.add_user("ada", None).await;
    let browser = desk.app.browser();
    desk.enter(&browser, "ada").await;
    let page = browser.get("/admin").await;
    assert_eq!(page.status.as_u16(), 403);
    assert!(page.body.contains("no administrator"), "{}", page.body);
}

#[tokio::test]
async fn a_face_older_than_an_hour_reads_nothing() {
    let desk = Desk::set().await;
    desk.app.clock.advance(3600);
    assert_eq!(desk.browser.get("/admin").await.status.as_u16(), 200);
    desk.app.clock.advance(1);
    assert!(leads_in(&desk.browser.get("/admin").await.location(), "/admin"));
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_at_the_next_request() {
    let desk = Desk::set().await;
    let (colleague, browser) = desk.colleague("vera", Role::Viewer).await;
    assert_eq!(browser.get("/admin").await.status.as_u16(), 200);
    desk.app.store.transact(move |db| db.remove_administrator(&colleague.id)).await.unwrap();
    assert_eq!(browser.get("/admin").await.status.as_u16(), 403);
}

#[tokio::test]
async fn what_there_is_not_is_said_in_the_consoles_own_page() {
    let desk = Desk::set().await;
    let page = desk.browser.get("/admin/nowhere").await;
    assert_eq!(page.status.as_u16(), 404);
    assert!(page.body.contains("id=\"who\"") && page.body.contains("no such page"), "{}", page.body);
}

#[tokio::test]
async fn the_built_in_client_is_put_back_at_each_start() {
    let desk = Desk::set().await;
    let found = desk.app.store.read(|db| db.clients()).await.unwrap();
    let console = found.into_iter().find(|client| client.id.as_str() == "facestep-console").unwrap();
    assert_eq!(console.minimum_acr.unwrap().0, "urn:facestep:acr:face");
    assert_eq!(console.redirect_uris, [desk.app.url("/admin/callback")]);
    assert!(console.metadata.first_party);
}
