//! RP-Initiated Logout: who is asked, what ends, and where the browser goes.

use facestep::domain::{
    id::ClientId,
    oidc::client::{Client, ClientAuthentication},
};
use url::form_urlencoded;

use crate::support::{
    TestApp,
    browser::{Answer, TestBrowser},
    clients::{SECRET, authorize, bank, confidential},
    people::PASSWORD,
};

const AFTER: &str = "https://bank.example/signed-out?from=bank";

fn client() -> Client {
    let mut client = bank();
    client.metadata.post_logout_redirect_uris = vec![AFTER.into()];
    client
}

async fn signed_in() -> (TestApp, TestBrowser, String) {
    let app = TestApp::start().await;
    app.register(client()).await;
    app.add_ada().await;
    let browser = app.browser();
    let code = app.code_for(&browser, &[]).await;
    let id_token = app.redeem(&code, &[]).await.json()["id_token"].as_str().unwrap().to_owned();
    (app, browser, id_token)
}

fn logout(parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("/logout?{query}")
}

/// Sends the form of the question with one of its buttons.
async fn press(browser: &TestBrowser, shown: &Answer, decision: &str) -> Answer {
    let mut fields: Vec<(String, String)> = Vec::new();
    for input in shown.body.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = input.split_once('"').unwrap();
        let value = rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        fields.push((name.into(), value.replace("&#38;", "&").replace("&#60;", "<")));
    }
    fields.push(("decision".into(), decision.into()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    browser.post("/logout/confirm", &fields).await
}

async fn is_signed_in(browser: &TestBrowser) -> bool {
    let error = browser.get(&authorize(&[("prompt", "none")])).await.error().0;
    assert!(error.is_empty() || error == "login_required", "{error}");
    error.is_empty()
}

fn is_question(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.contains("id=\"log-out\"") && answer.body.contains("id=\"stay\"")
}

#[tokio::test]
async fn a_client_with_its_id_token_signs_its_user_out_and_gets_the_browser_back() {
    // OpenID Connect RP-Initiated Logout 1.0 §2, §3
    let (app, browser, hint) = signed_in().await;
    // An ID token that has lapsed is still a good hint.
    app.clock.advance(600);
    let asked =
        [("id_token_hint", &*hint), ("post_logout_redirect_uri", AFTER), ("state", "s&t ü"), ("x", "y")];
    let answer = browser.get(&logout(&asked)).await;
    assert_eq!(answer.location(), "https://bank.example/signed-out?from=bank&state=s%26t+%C3%BC");
    assert!(answer.cookies().iter().any(|cookie| cookie.contains("Max-Age=0")), "{:?}", answer.cookies());
    assert!(!is_signed_in(&browser).await);
    // It is over already: the browser goes on all the same.
    let again = [("id_token_hint", &*hint), ("post_logout_redirect_uri", AFTER), ("ui_locales", "se")];
    assert_eq!(browser.get(&logout(&again)).await.location(), AFTER);
}

#[tokio::test]
async fn a_posted_request_comes_back_by_get() {
    // OpenID Connect RP-Initiated Logout 1.0 §2: GET and POST
    let (_app, browser, hint) = signed_in().await;
    let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", AFTER), ("state", "s")];
    let kept = browser.post("/logout", &fields).await.location();
    assert!(kept.starts_with("/logout?"), "{kept}");
    assert!(is_signed_in(&browser).await);
    assert_eq!(browser.get(&kept).await.location(), format!("{AFTER}&state=s"));
    assert!(!is_signed_in(&browser).await);
}

#[tokio::test]
async fn without_an_id_token_of_the_one_who_is_signed_in_the_person_is_asked() {
    // OpenID Connect RP-Initiated Logout 1.0 §2: the question MUST be asked
    let (app, browser, _) = signed_in().await;
    app.add_user("bob", None).await;
    let other = app.browser();
    let code = other.sign_in(&authorize(&[]), "bob", PASSWORD).await.code();
    let bobs = app.redeem(&code, &[]).await.json()["id_token"].as_str().unwrap().to_owned();
    for asked in [
        vec![],
        vec![("state", "s")],
        vec![("client_id", "bank")],
        vec![("client_id", "bank"), ("post_logout_redirect_uri", AFTER)],
        vec![("id_token_hint", &*bobs)],
        vec![("logout_hint", "ada")],
    ] {
        let answer = browser.get(&logout(&asked)).await;
        assert!(is_question(&answer), "{asked:?}: {}", answer.body);
        assert!(answer.body.contains("ada"), "{asked:?}");
        assert!(is_signed_in(&browser).await, "{asked:?}");
    }
}

#[tokio::test]
async fn the_answer_is_a_form_of_ours_and_ends_the_session_or_does_not() {
    // OpenID Connect RP-Initiated Logout 1.0 §2, §3
    let (_app, browser, _) = signed_in().await;
    let asked = [("client_id", "bank"), ("post_logout_redirect_uri", AFTER), ("state", "s<&")];
    let shown = browser.get(&logout(&asked)).await;
    let policy = shown.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https://bank.example;"), "{policy}");
    assert_eq!(press(&browser, &shown, "stay").await.location(), "/account");
    assert!(is_signed_in(&browser).await);
    assert_eq!(browser.post("/logout/confirm", &[("decision", "log-out")]).await.status, 403);
    assert!(is_signed_in(&browser).await);
    assert_eq!(press(&browser, &shown, "log-out").await.location(), format!("{AFTER}&state=s%3C%26"));
    assert!(!is_signed_in(&browser).await);
}

#[tokio::test]
async fn a_logout_without_an_address_ends_on_a_page_that_says_so() {
    // OpenID Connect RP-Initiated Logout 1.0 §2
    let (_app, browser, _) = signed_in().await;
    let shown = browser.get("/logout").await;
    let done = press(&browser, &shown, "log-out").await.location();
    assert!(browser.get(&done).await.body.contains("id=\"signed-out\""));
    assert!(!is_signed_in(&browser).await);
    assert!(browser.get("/logout").await.body.contains("id=\"signed-out\""));
    // An address that no ID token vouches for is offered, not gone to.
    let offered = browser.get(&logout(&[("client_id", "bank"), ("post_logout_redirect_uri", AFTER)])).await;
    assert!(offered.body.contains("id=\"onward\"") && offered.body.contains(AFTER), "{}", offered.body);
}

#[tokio::test]
async fn a_request_that_is_wrong_ends_nothing_and_leads_nowhere() {
    // OpenID Connect RP-Initiated Logout 1.0 §2, §3, §4
    let (app, browser, hint) = signed_in().await;
    app.register(Client { id: ClientId::parse("other").unwrap(), ..client() }).await;
    let (head, rest) = hint.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
    let swapped = format!("{head}.{payload}.{}", signature.chars().rev().collect::<String>());
    let near = format!("{AFTER}&foo=bar");
    let code = app.code_for(&app.browser(), &[]).await;
    let access = app.redeem(&code, &[]).await.json()["access_token"].as_str().unwrap().to_owned();
    let cases: [(&[(&str, &str)], &str); 10] = [
        (&[("id_token_hint", &unsigned), ("post_logout_redirect_uri", AFTER)], "id_token_hint"),
        (&[("id_token_hint", &swapped), ("post_logout_redirect_uri", AFTER)], "id_token_hint"),
        (&[("id_token_hint", "x")], "id_token_hint"),
        (&[("id_token_hint", &access)], "id_token_hint"),
        (&[("id_token_hint", &hint), ("client_id", "other")], "client_mismatch"),
        (&[("client_id", "nobody")], "unknown_client"),
        (&[("post_logout_redirect_uri", AFTER)], "client_missing"),
        (&[("id_token_hint", &hint), ("post_logout_redirect_uri", &near)], "post_logout_redirect_uri"),
        (
            &[("client_id", "bank"), ("post_logout_redirect_uri", "https://evil.example/")],
            "post_logout_redirect_uri",
        ),
        (&[("client_id", "bank"), ("client_id", "bank")], "repeated_parameter"),
    ];
    for (asked, reason) in cases {
        let answer = browser.get(&logout(asked)).await;
        assert_eq!(answer.status, 400, "{asked:?}");
        assert!(answer.body.contains(&format!("<dd id=\"error-reason\">{reason}</dd>")), "{}", answer.body);
        assert!(is_signed_in(&browser).await, "{asked:?}");
    }
}

#[tokio::test]
async fn what_was_granted_in_the_session_ends_with_it_but_for_what_was_to_outlive_it() {
    // OpenID Connect Core 1.0 §11: offline_access is for when the person is not there
    let app = TestApp::start().await;
    let mut shop = confidential(ClientAuthentication::ClientSecretPost);
    shop.metadata.first_party = true;
    app.register(shop).await;
    app.add_ada().await;
    let browser = app.browser();
    let code = app.code_for(&browser, &[]).await;
    let secret = [("client_secret", SECRET)];
    let tokens = app.redeem(&code, &secret).await.json();
    let page = browser.get(&authorize(&[("scope", "openid offline_access"), ("prompt", "consent")])).await;
    let page = page.location();
    let shown = browser.get(&page).await;
    let asked = shown.body.split("name=\"asked\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("csrf_token", &*shown.csrf()), ("asked", asked), ("decision", "allow")];
    let code = browser.post(&page, &fields).await.code();
    let offline = app.redeem(&code, &secret).await.json();
    let user_info = async |tokens: &serde_json::Value| {
        let token = tokens["access_token"].as_str().unwrap();
        let asked = app.program(reqwest::Method::GET, "/userinfo").bearer_auth(token);
        Answer::of(asked).await.status
    };
    assert_eq!(
        (user_info(&tokens).await, user_info(&offline).await),
        (200.try_into().unwrap(), 200.try_into().unwrap())
    );
    let hint = tokens["id_token"].as_str().unwrap();
    browser.get(&logout(&[("id_token_hint", hint)])).await.location();
    assert_eq!(
        (user_info(&tokens).await, user_info(&offline).await),
        (401.try_into().unwrap(), 200.try_into().unwrap())
    );
}

#[tokio::test]
async fn discovery_tells_where_a_logout_begins() {
    // OpenID Connect RP-Initiated Logout 1.0 §2.1, Back-Channel Logout 1.0 §2.1
    let app = TestApp::start().await;
    let told = app.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(told["end_session_endpoint"], app.issuer.address("/logout"));
    assert_eq!(told["backchannel_logout_supported"], true);
    assert_eq!(told["backchannel_logout_session_supported"], true);
}
