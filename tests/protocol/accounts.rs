//! Several accounts in one browser: each has a session of its own, and a request goes on with the one that is named or chosen.

use facestep::domain::oidc::client::ClientAuthentication;
use serde_json::Value;
use url::form_urlencoded;

use crate::support::{
    TestApp,
    browser::{Answer, TestBrowser},
    clients::{SECRET, authorize, bank, confidential},
    people::PASSWORD,
};

/// Ada and bob signed in, in this order, in one browser; bob's session is the current one.
struct Both {
    app: TestApp,
    browser: TestBrowser,
    ada: Tokens,
    bob: Tokens,
}

struct Tokens {
    sub: String,
    sid: String,
    id_token: String,
}

async fn both() -> Both {
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    app.add_user("bob", None).await;
    let browser = app.browser();
    let ada = browser.sign_in(&authorize(&[]), "ada", PASSWORD).await.code();
    let ada = redeemed(&app, &ada).await;
    app.clock.advance(1);
    let bob = browser.sign_in(&authorize(&[("prompt", "login")]), "bob", PASSWORD).await.code();
    let bob = redeemed(&app, &bob).await;
    Both { app, browser, ada, bob }
}

async fn redeemed(app: &TestApp, code: &str) -> Tokens {
    let id_token = app.redeem(code, &[]).await.json()["id_token"].clone();
    let claims = crate::support::clients::claims(&id_token);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Tokens { sub: text(&claims["sub"]), sid: text(&claims["sid"]), id_token: text(&id_token) }
}

async fn now_signed_in(both: &Both, changes: &[(&str, &str)]) -> String {
    let code = both.browser.get(&authorize(changes)).await.code();
    redeemed(&both.app, &code).await.sub
}

async fn choose(browser: &TestBrowser, page: &str, name: &str) -> Answer {
    let shown = browser.get(page).await;
    let button = shown.body.split("<button").find(|part| part.contains(&format!(">{name}</button>")));
    let session = button.unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    browser.post(page, &[("csrf_token", &shown.csrf()), ("account", &session)]).await
}

#[tokio::test]
async fn a_sid_never_passes_to_another_user_and_survives_the_renewal_of_the_cookie() {
    // OpenID Connect Back-Channel Logout 1.0 §2.1
    let both = both().await;
    assert_ne!(both.ada.sid, both.bob.sid);
    assert_ne!(both.ada.sub, both.bob.sub);
    both.app.clock.advance(1);
    let again = both.browser.sign_in(&authorize(&[("prompt", "login")]), "ada", PASSWORD).await.code();
    let again = redeemed(&both.app, &again).await;
    assert_eq!((again.sub, again.sid), (both.ada.sub, both.ada.sid));
}

#[tokio::test]
async fn select_account_shows_the_browsers_accounts_and_goes_on_with_the_chosen_one() {
    // OpenID Connect Core 1.0 §3.1.2.1, prompt=select_account
    let both = both().await;
    let page = both.browser.get(&authorize(&[("prompt", "select_account")])).await.location();
    assert!(page.ends_with("/select-account"), "{page}");
    let shown = both.browser.get(&page).await.body;
    assert!(shown.contains("id=\"account-1\"") && shown.contains("id=\"account-2\""), "{shown}");
    let code = choose(&both.browser, &page, "ada").await.code();
    let chosen = redeemed(&both.app, &code).await;
    assert_eq!((&chosen.sub, &chosen.sid), (&both.ada.sub, &both.ada.sid));
    assert_eq!(now_signed_in(&both, &[("prompt", "none")]).await, both.ada.sub);
    let page = both.browser.get(&authorize(&[("prompt", "select_account")])).await.location();
    let code = choose(&both.browser, &page, "bob").await.code();
    assert_eq!(redeemed(&both.app, &code).await.sub, both.bob.sub);
    // Whoever takes another account is asked for its password, and has chosen by that.
    both.app.add_user("eve", None).await;
    let page = both.browser.get(&authorize(&[("prompt", "select_account")])).await.location();
    assert!(both.browser.get(&page).await.body.contains("id=\"another-account\""));
    let sign_in = page.replace("select-account", "sign-in");
    both.browser.submit(&sign_in, &[("username", "eve"), ("password", PASSWORD)]).await.code();
}

#[tokio::test]
async fn select_account_without_any_account_is_a_sign_in() {
    // OpenID Connect Core 1.0 §3.1.2.1, prompt=select_account
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    app.browser().sign_in(&authorize(&[("prompt", "select_account")]), "ada", PASSWORD).await.code();
}

#[tokio::test]
async fn an_account_of_another_browser_cannot_be_chosen() {
    // RFC 9700 §4.7
    let both = both().await;
    let other = both.app.browser();
    other.sign_in(&authorize(&[]), "ada", PASSWORD).await.code();
    let page = other.get(&authorize(&[("prompt", "select_account")])).await.location();
    let token = other.get(&page).await.csrf();
    let theirs = [("csrf_token", token.as_str()), ("account", both.bob.sid.as_str())];
    assert_eq!(other.post(&page, &theirs).await.status, 403);
    assert_eq!(other.post(&page, &[("account", both.bob.sid.as_str())]).await.status, 403);
    assert_eq!(other.post(&page, &[("csrf_token", &token), ("account", "a b")]).await.status, 400);
}

#[tokio::test]
async fn a_hint_at_an_account_beside_the_current_one_is_answered_for_it() {
    // OpenID Connect Core 1.0 §3.1.2.1, id_token_hint, login_hint
    let both = both().await;
    let hinted = [("prompt", "none"), ("id_token_hint", both.ada.id_token.as_str())];
    assert_eq!(now_signed_in(&both, &hinted).await, both.ada.sub);
    let hinted = [("prompt", "none"), ("login_hint", "ada")];
    assert_eq!(now_signed_in(&both, &hinted).await, both.ada.sub);
    // What was answered at once turned nothing in the browser.
    assert_eq!(now_signed_in(&both, &[("prompt", "none")]).await, both.bob.sub);
    assert_eq!(now_signed_in(&both, &[("prompt", "none"), ("login_hint", "nobody")]).await, both.bob.sub);
}

#[tokio::test]
async fn with_accounts_to_choose_from_and_none_current_prompt_none_is_account_selection_required() {
    // OpenID Connect Core 1.0 §3.1.2.6
    let both = both().await;
    let hint = both.bob.id_token.as_str();
    let ended = both.browser.get(&format!("/logout?id_token_hint={hint}")).await;
    assert_eq!(ended.location(), "/logout/done");
    let silent = both.browser.get(&authorize(&[("prompt", "none")])).await;
    let expected = ("account_selection_required".into(), "account_selection_required".into());
    assert_eq!(silent.error(), expected);
    let gone = both.browser.get(&authorize(&[("prompt", "none"), ("id_token_hint", hint)])).await;
    assert_eq!(gone.error().0, "login_required");
    let page = both.browser.get(&authorize(&[])).await.location();
    assert!(page.ends_with("/select-account"), "{page}");
    let code = choose(&both.browser, &page, "ada").await.code();
    assert_eq!(redeemed(&both.app, &code).await.sid, both.ada.sid);
}

#[tokio::test]
async fn a_browser_keeps_five_accounts_beside_the_current_one() {
    // RFC 6265bis §6.1: a cookie has room for a few
    let app = TestApp::start().await;
    app.register(bank()).await;
    let browser = app.browser();
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        app.add_user(name, None).await;
        app.clock.advance(1);
        browser.sign_in(&authorize(&[("prompt", "login")]), name, PASSWORD).await.code();
    }
    let page = browser.get(&authorize(&[("prompt", "select_account")])).await.location();
    let shown = browser.get(&page).await.body;
    assert!(shown.contains("id=\"account-6\"") && !shown.contains("id=\"account-7\""), "{shown}");
    assert!(!shown.contains(">a</button>"), "{shown}");
}

/// A client that is not the operator's own, allowed by ada; gives what it was granted.
async fn allowed_shop(app: &TestApp, browser: &TestBrowser) -> Value {
    let mut shop = confidential(ClientAuthentication::ClientSecretPost);
    shop.metadata.first_party = false;
    shop.metadata.initiate_login_uri = Some("http://127.0.0.1:8081/start?x=1".into());
    app.register(shop).await;
    app.add_ada().await;
    let page = browser.sign_in(&authorize(&[]), "ada", PASSWORD).await.location();
    let shown = browser.get(&page).await;
    let asked = shown.body.split("name=\"asked\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("csrf_token", &*shown.csrf()), ("asked", asked), ("decision", "allow")];
    let code = browser.post(&page, &fields).await.code();
    app.redeem(&code, &[("client_secret", SECRET)]).await.json()
}

#[tokio::test]
async fn what_was_allowed_is_listed_and_taken_back_with_all_that_was_granted() {
    // GDPR Article 7(3), RFC 7009 §1: whoever allowed it can take it back
    let app = TestApp::start().await;
    let browser = app.browser();
    let tokens = allowed_shop(&app, &browser).await;
    let user_info = async || {
        let token = tokens["access_token"].as_str().unwrap();
        Answer::of(app.program(reqwest::Method::GET, "/userinfo").bearer_auth(token)).await.status.as_u16()
    };
    assert_eq!(user_info().await, 200);
    let account = browser.get("/account").await;
    assert!(
        account.body.contains("id=\"revoke-1\"") && account.body.contains("Example Bank"),
        "{}",
        account.body
    );
    let unproven = browser.post("/account/services/revoke", &[("client", "bank")]).await;
    assert_eq!((unproven.status.as_u16(), user_info().await), (403, 200));
    let fields = [("csrf_token", &*account.csrf()), ("client", "bank")];
    let done = browser.post("/account/services/revoke", &fields).await.location();
    assert_eq!((&*done, user_info().await), ("/account?revoked", 401));
    let after = browser.get(&done).await.body;
    assert!(after.contains("id=\"revoked\"") && !after.contains("id=\"revoke-1\""), "{after}");
    assert!(browser.get(&authorize(&[])).await.location().ends_with("/allow"));
}

#[tokio::test]
async fn a_client_is_opened_at_its_own_address_with_our_issuer() {
    // OpenID Connect Core 1.0 §4
    let app = TestApp::start().await;
    let browser = app.browser();
    allowed_shop(&app, &browser).await;
    let issuer: String = form_urlencoded::byte_serialize(app.issuer.as_str().as_bytes()).collect();
    let start = format!("href=\"http://127.0.0.1:8081/start?x=1&#38;iss={issuer}\" id=\"open-1\"");
    let account = browser.get("/account").await.body;
    assert!(account.contains(&start), "{account}");
}

#[tokio::test]
async fn the_account_page_turns_to_another_account_and_signs_each_out() {
    // NIST SP 800-63B-4 §5.1: a session ends when its person says so
    let both = both().await;
    let press = async |path: &str, session: &str| {
        let token = both.browser.get("/account").await.csrf();
        both.browser.post(path, &[("csrf_token", &*token), ("account", session)]).await.location()
    };
    let shown = async || both.browser.get("/account").await.body;
    assert!(shown().await.contains("masthead-client\">bob<"));
    assert_eq!(press("/account/switch", &both.ada.sid).await, "/account");
    assert!(shown().await.contains("masthead-client\">ada<"));
    assert_eq!(press("/account/sign-out", &both.bob.sid).await, "/account");
    assert!(!shown().await.contains("bob"));
    assert_eq!(press("/account/sign-out", &both.bob.sid).await, "/account");
    assert_eq!(press("/account/sign-out", &both.ada.sid).await, "/logout/done");
    assert_eq!(both.browser.get("/account").await.location(), "/account/sign-in");
}

#[tokio::test]
async fn where_the_current_session_is_over_the_account_page_shows_the_next_one() {
    // NIST SP 800-63B-4 §5.1
    let both = both().await;
    let token = both.browser.get("/account").await.csrf();
    let fields = [("csrf_token", &*token), ("account", &*both.bob.sid)];
    both.browser.post("/account/sign-out", &fields).await.location();
    assert!(both.browser.get("/account").await.body.contains("masthead-client\">ada<"));
}
