//! Signing keys in the console: who may replace and withdraw them, and what comes of it.

use facestep::domain::admin::role::Role;

use crate::desk::{Desk, act};

const ROTATE: &str = "/admin/keys/rotate?alg=ES256";
const RETIRE: &str = "/admin/keys/shared-ES256/retire";

#[tokio::test]
async fn an_owner_replaces_a_key_and_says_why() {
    let desk = Desk::set().await;
    let answer = desk.act(ROTATE, "/admin/keys/rotate", &[("alg", "ES256"), ("reason", "a new year")]).await;
    assert_eq!(answer.location(), "/admin/keys?done=key-rotated");
    let told = desk.last("key_made").await;
    assert_eq!((&told["alg"], &told["reason"]), (&"ES256".into(), &"a new year".into()));
    assert_eq!(told["by"], format!("operator:{}", desk.owner.id));
    let page = desk.see("/admin/keys?done=key-rotated").await;
    assert!(page.body.contains(">Next</span>") && page.body.contains("A new key was made."), "{}", page.body);
    let again = desk.act(ROTATE, "/admin/keys/rotate", &[("alg", "ES256"), ("reason", "again")]).await;
    assert_eq!(again.location(), "/admin/keys?done=key-was-waiting");
}

#[tokio::test]
async fn a_withdrawn_key_leaves_the_key_set_once() {
    let desk = Desk::set().await;
    let page = desk.see(RETIRE).await;
    assert!(page.body.contains("cannot be undone") && page.body.contains("Another key signs from now on"));
    let answer = desk.act(RETIRE, RETIRE, &[("reason", "it leaked")]).await;
    assert_eq!(answer.location(), "/admin/keys?done=key-retired");
    assert!(!desk.app.browser().get("/jwks").await.body.contains("shared-ES256"));
    let again = desk.act(RETIRE, RETIRE, &[("reason", "it leaked")]).await;
    assert!(again.body.contains("out of the key set before"), "{}", again.body);
}

#[tokio::test]
async fn nobody_below_an_owner_touches_a_key_or_is_shown_how() {
    let desk = Desk::set().await;
    for (name, role) in [("vera", Role::Viewer), ("oscar", Role::Operator)] {
        let (_, browser) = desk.colleague(name, role).await;
        let list = browser.get("/admin/keys").await;
        assert!(list.status.is_success() && !list.body.contains("/retire") && !list.body.contains("rotate"));
        for page in [ROTATE, RETIRE] {
            assert_eq!(browser.get(page).await.status.as_u16(), 403, "{page}");
        }
        let csrf = browser.csrf_of_session(&desk.app).await;
        let fields = [("csrf_token", csrf.as_str()), ("alg", "ES256")];
        for target in ["/admin/keys/rotate", RETIRE] {
            assert_eq!(browser.post(target, &fields).await.status.as_u16(), 403, "{target}");
        }
    }
    assert!(desk.events("key_retired").await.is_empty());
}

#[tokio::test]
async fn a_form_without_its_token_or_with_an_old_face_changes_nothing() {
    // OWASP ASVS 5.0 §3.5.1
    let desk = Desk::set().await;
    let before = desk.events("key_made").await.len();
    let fields = [("alg", "ES256"), ("csrf_token", "another")];
    assert_eq!(desk.browser.post("/admin/keys/rotate", &fields).await.status.as_u16(), 403);
    desk.app.clock.advance(301);
    assert!(
        desk.browser.get(ROTATE).await.location().contains("state=%2Fadmin%2Fkeys%2Frotate%3Falg%3DES256")
    );
    let answer = act(&desk.browser, "/account", "/admin/keys/rotate", &[("alg", "ES256")]).await;
    assert!(answer.location().starts_with("/authorize?"), "{}", answer.location());
    assert_eq!(desk.events("key_made").await.len(), before);
}

#[tokio::test]
async fn what_there_is_no_key_of_has_no_page() {
    let desk = Desk::set().await;
    for page in ["/admin/keys/rotate", "/admin/keys/rotate?alg=none", "/admin/keys/nobody/retire"] {
        assert_eq!(desk.browser.get(page).await.status.as_u16(), 404, "{page}");
    }
}
