//! What comes back from the authorization endpoint itself, and by which way.

use std::collections::BTreeMap;

use facestep::{
    app::Settings,
    domain::{
        authn::acr::Acr,
        keys::SigningAlgorithm,
        oidc::{
            client::Client,
            request::{RequestPolicy, response::ResponseType},
            tokens::hash_of,
        },
        user::Username,
    },
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{CALLBACK, authorization_parameters, authorize, bank, claims},
    people::PASSWORD,
};

/// A client that may ask for everything.
fn eager() -> Client {
    let mut client = bank();
    client.metadata.response_types = ResponseType::ALL.map(|one| one.name().to_owned()).to_vec();
    client
}

/// Where everything is offered, and `ada` and the client are known.
async fn with_every_type() -> TestApp {
    let requests =
        RequestPolicy { response_types: ResponseType::ALL.into_iter().collect(), ..Default::default() };
    let app = TestApp::start_with(Settings { requests, ..Settings::default() }, None).await;
    app.register(eager()).await;
    app.add_ada().await;
    app
}

fn names(told: &BTreeMap<String, String>) -> Vec<&str> {
    told.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn each_response_type_brings_what_it_names_in_the_fragment_bound_together() {
    // OpenID Connect Core 1.0 §3.2.2.5, §3.2.2.10, §3.3.2.5, §3.3.2.11; RFC 9207 §2
    let app = with_every_type().await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    for one in ResponseType::ALL.into_iter().filter(|one| *one != ResponseType::Code) {
        let answer = browser.get(&authorize(&[("response_type", one.name())])).await;
        assert!(answer.parameters().is_empty(), "{one:?}");
        let told = answer.fragment();
        assert_eq!(told["state"], "st te+&");
        assert_eq!(told["iss"], app.issuer.as_str());
        let mut expected = vec!["iss", "state"];
        expected.extend(one.gives_code().then_some("code"));
        expected.extend(one.gives_id_token().then_some("id_token"));
        if one.gives_access_token() {
            expected.extend(["access_token", "expires_in", "scope", "token_type"]);
            assert_eq!((told["token_type"].as_str(), told["expires_in"].as_str()), ("Bearer", "300"));
        }
        expected.sort_unstable();
        assert_eq!(names(&told), expected, "{one:?}");
        if one.gives_id_token() {
            let id_token = claims(&json!(told["id_token"]));
            let hash = |name: &str| told.get(name).map(|text| json!(hash_of(SigningAlgorithm::ES256, text)));
            assert_eq!(id_token.get("at_hash").cloned(), hash("access_token"), "{one:?}");
            assert_eq!(id_token.get("c_hash").cloned(), hash("code"), "{one:?}");
            assert_eq!(id_token["nonce"], "n-0S6_WzA2Mj");
            assert_eq!(id_token["aud"], "bank");
            assert_eq!((&id_token["acr"], &id_token["amr"]), (&json!(Acr::PWD), &json!(["pwd"])));
        }
    }
}

#[tokio::test]
async fn both_id_tokens_of_a_hybrid_request_name_one_person_and_one_sign_in() {
    // OpenID Connect Core 1.0 §3.3.3.6
    let app = with_every_type().await;
    let asked = authorize(&[("response_type", "code id_token token")]);
    let told = app.browser().sign_in(&asked, "ada", PASSWORD).await.fragment();
    let first = claims(&json!(told["id_token"]));
    let tokens = app.redeem(&told["code"], &[]).await.json();
    let second = claims(&tokens["id_token"]);
    for name in ["iss", "sub", "aud", "sid", "acr", "auth_time"] {
        assert_eq!(first[name], second[name], "{name}");
    }
    assert_eq!(second.get("c_hash"), None);
    for access in [&told["access_token"], tokens["access_token"].as_str().unwrap()] {
        let answer = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(access)).await;
        assert_eq!(answer.json()["sub"], first["sub"]);
    }
}

#[tokio::test]
async fn an_id_token_that_comes_alone_carries_the_claims_of_the_scope_and_no_other_does() {
    // OpenID Connect Core 1.0 §5.4
    let app = with_every_type().await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    for one in ResponseType::ALL.into_iter().filter(|one| one.gives_id_token()) {
        let asked = authorize(&[("response_type", one.name()), ("scope", "openid profile")]);
        let id_token = claims(&json!(browser.get(&asked).await.fragment()["id_token"]));
        let expected = (one == ResponseType::IdToken).then_some(json!("Lovelace"));
        assert_eq!(id_token.get("family_name").cloned(), expected, "{one:?}");
    }
}

#[tokio::test]
async fn a_token_from_the_authorization_endpoint_is_no_good_after_its_grant_was_revoked() {
    // RFC 6749 §4.1.2: what is granted without a code is a grant all the same, and born redeemed
    let app = with_every_type().await;
    let asked = authorize(&[("response_type", "id_token token")]);
    let told = app.browser().sign_in(&asked, "ada", PASSWORD).await.fragment();
    let user_info = || app.program(Method::GET, "/userinfo").bearer_auth(&told["access_token"]);
    assert_eq!(Answer::of(user_info()).await.status, 200);
    let now = app.now();
    app.store
        .transact(move |db| {
            let ada = db.find_user_by_name(&Username::parse("ada").unwrap())?.expect("ada");
            db.revoke_grants_of(&ada.id, now)
        })
        .await
        .unwrap();
    assert_eq!(Answer::of(user_info()).await.status, 401);
}

#[tokio::test]
async fn an_answer_that_is_posted_is_a_page_whose_form_goes_to_the_client() {
    // OAuth 2.0 Form Post Response Mode 1.0 §2, §4; RFC 9207 §2
    let app = with_every_type().await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    for (asked, expected) in [
        ("code", &["code", "iss", "state"][..]),
        ("id_token", &["id_token", "iss", "state"]),
        ("code id_token", &["code", "id_token", "iss", "state"]),
    ] {
        let changes = [("response_type", asked), ("response_mode", "form_post"), ("state", "<\"&'>")];
        let answer = browser.get(&authorize(&changes)).await;
        let (action, told) = answer.posted();
        assert_eq!(action, CALLBACK);
        assert_eq!(names(&told), expected);
        assert_eq!((told["state"].as_str(), told["iss"].as_str()), ("<\"&'>", app.issuer.as_str()));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "strict-origin");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("form-action http://127.0.0.1:8081 https:;"), "{policy}");
        assert!(policy.contains("script-src 'self';") && policy.contains("default-src 'none'"), "{policy}");
    }
    let (_, told) = browser.get(&authorize(&[("response_mode", "form_post")])).await.posted();
    assert_eq!(app.redeem(&told["code"], &[]).await.status, 200);
}

#[tokio::test]
async fn the_forms_script_is_served_and_sends_the_form() {
    // OAuth 2.0 Form Post Response Mode 1.0 §2
    let app = with_every_type().await;
    let asked = authorize(&[("response_mode", "form_post"), ("prompt", "none")]);
    let page = app.browser().get(&asked).await.body;
    let script = page.split("<script src=\"").nth(1).unwrap().split('"').next().unwrap();
    let script = Answer::of(app.program(Method::GET, script)).await;
    assert_eq!(script.status, 200);
    assert!(script.body.contains(".submit()"));
}

#[tokio::test]
async fn an_error_goes_the_way_that_the_answer_would_have_gone() {
    // RFC 6749 §4.2.2.1, OpenID Connect Core 1.0 §3.2.2.6, OAuth 2.0 Form Post Response Mode 1.0 §2, RFC 9207 §2
    let app = with_every_type().await;
    let silent = ("prompt", "none");
    let fragment = app.browser().get(&authorize(&[("response_type", "id_token"), silent])).await;
    assert!(fragment.parameters().is_empty());
    let told = fragment.fragment();
    assert_eq!((told["error"].as_str(), told["state"].as_str()), ("login_required", "st te+&"));
    assert_eq!(told["iss"], app.issuer.as_str());
    let explicit = app.browser().get(&authorize(&[("response_mode", "fragment"), silent])).await;
    assert_eq!(explicit.fragment()["error"], "login_required");
    let (action, told) =
        app.browser().get(&authorize(&[("response_mode", "form_post"), silent])).await.posted();
    assert_eq!((action.as_str(), told["error"].as_str()), (CALLBACK, "login_required"));
    assert_eq!((told["state"].as_str(), told["iss"].as_str()), ("st te+&", app.issuer.as_str()));
}

#[tokio::test]
async fn what_asks_for_an_id_token_without_a_nonce_or_in_the_query_is_refused_in_the_fragment() {
    // OpenID Connect Core 1.0 §3.2.2.1, §3.3.2.11; OAuth 2.0 Multiple Response Type Encoding Practices 1.0 §3, §5
    let app = with_every_type().await;
    for one in ResponseType::ALL.into_iter().filter(|one| *one != ResponseType::Code) {
        let asked = ("response_type", one.name());
        let told = app.browser().get(&authorize(&[asked, ("response_mode", "query")])).await.fragment();
        assert_eq!(told["error"], "invalid_request", "{one:?}");
        let without = app.browser().get(&authorize(&[asked, ("nonce", "")])).await;
        if one.gives_id_token() {
            let told = without.fragment();
            assert_eq!(told["error"], "invalid_request", "{one:?}");
            assert!(told["error_description"].starts_with("nonce_missing"), "{one:?}");
        } else {
            assert!(without.location().ends_with("/sign-in"), "{one:?}");
        }
    }
}

#[tokio::test]
async fn a_response_type_needs_the_operator_and_the_clients_registration() {
    // RFC 6749 §4.1.2.1; RFC 9700 §2.1.2: tokens from the authorization endpoint are off as it ships
    let app = TestApp::start().await;
    app.register(eager()).await;
    for (asked, error) in
        [("id_token token", "unsupported_response_type"), ("token", "unsupported_response_type")]
    {
        let told = app.browser().get(&authorize(&[("response_type", asked)])).await.fragment();
        assert_eq!(told["error"], error, "{asked}");
    }
    let id_token = app.browser().get(&authorize(&[("response_type", "id_token")])).await;
    assert!(id_token.location().ends_with("/sign-in"));

    let app = TestApp::start().await;
    app.register(bank()).await;
    let told = app.browser().get(&authorize(&[("response_type", "id_token")])).await.fragment();
    assert_eq!(told["error"], "unauthorized_client");
}

#[tokio::test]
async fn a_missing_response_type_is_an_error_in_the_query_or_the_form() {
    // RFC 6749 §3.1.1
    let app = with_every_type().await;
    let answer = app.browser().get(&authorize(&[("response_type", "")])).await;
    assert_eq!(answer.error(), ("invalid_request".into(), "response_type_missing".into()));
    let asked = [("response_type", ""), ("response_mode", "form_post")];
    let (_, told) = app.browser().get(&authorize(&asked)).await.posted();
    assert_eq!(told["error"], "invalid_request");
}

#[tokio::test]
async fn a_person_who_signs_in_at_last_is_sent_back_by_a_form_too() {
    // OAuth 2.0 Form Post Response Mode 1.0 §2; OpenID Connect Core 1.0 §3.1.2.1: POST
    let app = with_every_type().await;
    let parameters = authorization_parameters(&[("response_mode", "form_post")]);
    let browser = app.browser();
    let resume = browser.post("/authorize", &parameters).await.location();
    let page = browser.get(&resume).await.location();
    let (_, told) = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await.posted();
    let tokens: Value = app.redeem(&told["code"], &[]).await.json();
    assert!(tokens["id_token"].is_string());
}

#[tokio::test]
async fn what_discovery_names_of_response_types_and_modes_is_answered_and_nothing_else() {
    // OpenID Connect Discovery 1.0 §3
    for app in [with_every_type().await, shipped().await] {
        let browser = app.browser();
        app.code_for(&browser, &[]).await;
        let metadata = Answer::of(app.program(Method::GET, "/.well-known/openid-configuration")).await.json();
        let listed = |name: &str| -> Vec<String> { serde_json::from_value(metadata[name].clone()).unwrap() };
        let (types, modes) = (listed("response_types_supported"), listed("response_modes_supported"));
        for one in ResponseType::ALL {
            for mode in &modes {
                let asked = [("response_type", one.name()), ("response_mode", mode.as_str())];
                let answer = browser.get(&authorize(&asked)).await;
                let told = match mode.as_str() {
                    "form_post" => answer.posted().1,
                    "query" if one == ResponseType::Code => answer.parameters(),
                    _ => answer.fragment(),
                };
                let may = types.iter().any(|listed| listed == one.name())
                    && (mode != "query" || one == ResponseType::Code);
                assert_eq!(told.contains_key("error"), !may, "{one:?} {mode} {told:?}");
            }
        }
    }
}

/// As it ships, with a client that may ask for everything.
async fn shipped() -> TestApp {
    let app = TestApp::start().await;
    app.register(eager()).await;
    app.add_ada().await;
    app
}
