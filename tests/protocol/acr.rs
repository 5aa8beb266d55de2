//! Contexts: a wish, a condition, a minimum; and what the tokens then say.

use facestep::domain::{
    authn::{acr::Acr, policy::MissReason},
    oidc::client::Client,
};
use serde_json::json;

use crate::support::{
    TestApp,
    browser::{Answer, TestBrowser},
    clients::{authorization_parameters, authorize, bank, claims},
    people::PASSWORD,
};

const ESSENTIAL: &str = r#"{"id_token":{"acr":{"essential":true,"values":["urn:facestep:acr:face"]}}}"#;

/// Signed in with a password; what an authorization then leads to.
async fn signed_in(client: Client) -> (TestApp, TestBrowser) {
    let app = TestApp::start().await;
    app.register(client).await;
    app.add_ada().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[])).await.location();
    browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await;
    (app, browser)
}

fn interaction(answer: &Answer) -> String {
    answer.location().split('/').nth(2).unwrap().to_owned()
}

#[tokio::test]
async fn a_wish_is_tried_and_a_miss_returns_the_sessions_own_context() {
    // OpenID Connect Core 1.0 §3.1.2.1 and §5.5.1.1: voluntary
    let (app, browser) = signed_in(bank()).await;
    let answer = browser.get(&authorize(&[("acr_values", Acr::FACE)])).await;
    assert!(answer.location().ends_with("/enrol"), "{}", answer.location());
    let interaction = interaction(&answer);
    app.miss(&interaction, MissReason::FaceNotVerified).await;
    let answer = browser.get(&format!("/interaction/{interaction}/resume")).await;
    let claims = app.id_token_claims(&answer.code()).await;
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!(Acr::PWD), &json!(["pwd"])));
}

#[tokio::test]
async fn a_condition_that_is_missed_is_an_error_by_each_of_its_four_ways() {
    // OpenID Connect Core 1.0 §5.5.1.1 and unmet_authentication_requirements 1.0; RFC 9470 §5
    let registered = Client { acr_values_are_necessary: true, ..bank() };
    let protected = Client { protected_scopes: vec!["transfer".into()], ..bank() };
    let wish = ("acr_values", Acr::FACE);
    let ways = [
        (bank(), vec![("claims", ESSENTIAL)]),
        (bank(), vec![wish, ("resource", "https://api.example/transfers")]),
        (protected, vec![("scope", "openid transfer")]),
        (registered, vec![wish]),
    ];
    for (client, asked) in ways {
        let (app, browser) = signed_in(client).await;
        let answer = browser.get(&authorize(&asked)).await;
        let interaction = interaction(&answer);
        app.miss(&interaction, MissReason::FaceNotVerified).await;
        let answer = browser.get(&format!("/interaction/{interaction}/resume")).await;
        let unmet = ("unmet_authentication_requirements".into(), "face_not_verified".into());
        assert_eq!(answer.error(), unmet, "{asked:?}");
        assert_eq!(answer.parameters()["iss"], app.issuer.as_str());
    }
}

#[tokio::test]
async fn an_essential_context_that_does_not_exist_is_an_error_and_a_wished_one_is_passed_over() {
    // OpenID Connect Core 1.0 §5.5.1.1
    let (app, browser) = signed_in(bank()).await;
    let unknown = r#"{"id_token":{"acr":{"essential":true,"value":"urn:example:unknown"}}}"#;
    let answer = browser.get(&authorize(&[("claims", unknown)])).await;
    assert_eq!(answer.error(), ("unmet_authentication_requirements".into(), "policy".into()));
    let answer = browser.get(&authorize(&[("acr_values", "urn:example:unknown")])).await;
    assert_eq!(app.id_token_claims(&answer.code()).await["acr"], Acr::PWD);
}

#[tokio::test]
async fn a_clients_minimum_holds_whatever_was_edited_out_of_the_address() {
    // Issue: with a client's minimum acr set at the provider, the provider steps up all the same
    let (_app, browser) = signed_in(Client { minimum_acr: Some(Acr::face()), ..bank() }).await;
    for asked in [vec![], vec![("acr_values", Acr::PWD)], vec![("acr_values", "urn:example:unknown")]] {
        let answer = browser.get(&authorize(&asked)).await;
        assert!(answer.location().ends_with("/enrol"), "{asked:?}: {}", answer.location());
    }
}

#[tokio::test]
async fn a_fresh_face_earns_the_face_context_in_both_tokens_and_ages_by_its_own_entry() {
    // RFC 9068 §2.2.1, RFC 8176 §2
    let (app, browser) = signed_in(bank()).await;
    app.clock.advance(600);
    app.prove_face(browser.session_hash().unwrap()).await;
    let proven_at = app.now().as_second();
    app.clock.advance(300);
    let code = browser.get(&authorize(&[("claims", ESSENTIAL)])).await.code();
    let tokens = app.redeem(&code, &[]).await.json();
    for token in ["id_token", "access_token"] {
        let claims = claims(&tokens[token]);
        assert_eq!(claims["acr"], Acr::FACE, "{token}");
        assert_eq!(claims["amr"], json!(["face", "mfa", "pwd"]), "{token}");
        assert_eq!(claims["auth_time"], proven_at, "{token}");
    }
    let strict = [("claims", ESSENTIAL), ("max_age", "299")];
    assert!(browser.get(&authorize(&strict)).await.location().ends_with("/enrol"));
    app.clock.advance(1);
    assert!(browser.get(&authorize(&[("claims", ESSENTIAL)])).await.location().ends_with("/enrol"));
    let claims = app.id_token_claims(&browser.get(&authorize(&[])).await.code()).await;
    assert_eq!(claims["acr"], Acr::PWD);
}

#[tokio::test]
async fn what_the_code_froze_is_not_changed_by_what_the_session_proves_later() {
    // RFC 9068 §2.2.1: fixed when the person was authenticated
    let (app, browser) = signed_in(bank()).await;
    let code = browser.get(&authorize(&[])).await.code();
    app.prove_face(browser.session_hash().unwrap()).await;
    assert_eq!(app.id_token_claims(&code).await["acr"], Acr::PWD);
}

#[tokio::test]
async fn what_the_request_does_not_say_is_what_the_client_registered() {
    // OpenID Connect Dynamic Client Registration 1.0 §2: default_acr_values, default_max_age
    let mut client = bank();
    client.metadata.default_acr_values = vec![Acr::face()];
    client.metadata.default_max_age = Some(60);
    let (app, browser) = signed_in(client).await;
    assert!(browser.get(&authorize(&[])).await.location().ends_with("/enrol"));
    let said = ("acr_values", Acr::PWD);
    browser.get(&authorize(&[said])).await.code();
    app.clock.advance(61);
    assert!(browser.get(&authorize(&[said])).await.location().ends_with("/sign-in"));
    browser.get(&authorize(&[said, ("max_age", "120")])).await.code();
}

#[tokio::test]
async fn a_client_that_is_held_to_it_asks_for_a_context_by_pushed_or_signed_requests_alone() {
    // RFC 9126 §1: what stands in an address can be edited by its person
    let mut held = bank();
    held.metadata.require_protected_step_up = true;
    let (app, browser) = signed_in(held).await;
    app.prove_face(browser.session_hash().unwrap()).await;
    let escaped = ESSENTIAL.replace("acr\"", "\\u0061cr\"");
    for asked in [("acr_values", Acr::FACE), ("max_age", "60"), ("claims", ESSENTIAL), ("claims", &escaped)] {
        let plain = browser.get(&authorize(&[asked])).await;
        assert_eq!(plain.error(), ("invalid_request".into(), "step_up_not_protected".into()), "{asked:?}");
        let pushed = app.post("/par", &authorization_parameters(&[asked])).await;
        assert_eq!(pushed.status, 201, "{}", pushed.body);
        let reference = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let address = format!("/authorize?client_id=bank&request_uri={reference}");
        let claims = app.id_token_claims(&browser.get(&address).await.code()).await;
        assert_eq!(claims["acr"], Acr::FACE, "{asked:?}");
    }
    // A request that asks for neither comes as it likes.
    browser.get(&authorize(&[])).await.code();
}

#[tokio::test]
async fn a_client_of_another_dialect_is_told_in_its_own_words() {
    // OpenID Connect Core 1.0 §5.5.1.1: one of the requested values
    let mut entra = bank();
    entra.metadata.acr_dialect = Some("entra".into());
    let (app, browser) = signed_in(entra).await;
    let asked = ESSENTIAL.replace(Acr::FACE, "possessionorinherence");
    assert!(browser.get(&authorize(&[("claims", &asked)])).await.location().ends_with("/enrol"));
    app.prove_face(browser.session_hash().unwrap()).await;
    let claims = app.id_token_claims(&browser.get(&authorize(&[("claims", &asked)])).await.code()).await;
    assert_eq!(claims["acr"], "possessionorinherence");
    let unasked = app.id_token_claims(&browser.get(&authorize(&[])).await.code()).await;
    assert_eq!(unasked["acr"], "possessionorinherence");
}
