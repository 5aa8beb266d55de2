//! Signed tokens: what is refused, and in which words.

use facestep::{
    domain::{id::KeyId, keys::SigningAlgorithm, secret::base64url},
    ports::tokens::{TokenSigner, TokenType},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    api::{AUDIENCE, Api, Forge, admitted, kit, refused, signer},
    support::{TestApp, clients::bank},
};

/// The provider, the API before it, and a token of a password for the API.
async fn set() -> (TestApp, Api, Value) {
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    let code = app.code_for(&app.browser(), &[("resource", AUDIENCE)]).await;
    let tokens = app.redeem(&code, &[]).await.json();
    let api = Api::serve(kit(&app));
    (app, api, tokens)
}

fn invalid(description: &str) -> (u16, String) {
    (401, format!("Bearer error=\"invalid_token\", error_description=\"{description}\""))
}

fn challenge(description: &str) -> (u16, String) {
    let told = "acr_values=\"urn:facestep:acr:face\", max_age=\"300\"";
    let error = "error=\"insufficient_user_authentication\"";
    (401, format!("Bearer {error}, error_description=\"{description}\", {told}"))
}

#[tokio::test]
async fn a_token_of_the_provider_is_read_and_a_password_is_challenged_where_a_face_is_needed() {
    // RFC 9068 §4, RFC 9470 §3
    let (app, api, tokens) = set().await;
    let token = tokens["access_token"].as_str().unwrap();
    let told = admitted(&api.get("/any", token).await);
    assert_eq!((&told["client_id"], &told["acr"]), (&json!("bank"), &json!("urn:facestep:acr:pwd")));
    assert_eq!(told["auth_time"], app.now().as_second());
    assert_eq!(told["scopes"], json!(["openid"]));
    let expected = challenge("A different authentication level is required");
    for path in ["/face", "/much", "/outer/inner"] {
        assert_eq!(refused(&api.get(path, token).await), expected, "{path}");
    }
    let body = api.get("/face", token).await.json();
    assert_eq!((&body["acr_values"], &body["max_age"]), (&json!("urn:facestep:acr:face"), &json!(300)));
    let scope = "error_description=\"The token does not have all scopes that are required\", scope=\"pay\"";
    let expected = (403, format!("Bearer error=\"insufficient_scope\", {scope}"));
    assert_eq!(refused(&api.get("/pay", token).await), expected);
}

#[tokio::test]
async fn who_brings_no_token_is_told_of_no_error_and_who_brings_two_is() {
    // RFC 6750 §2, §3, §3.1
    let (_app, api, _) = set().await;
    let bare = (401, format!("Bearer realm=\"{AUDIENCE}\""));
    for none in [&[][..], &["Basic YTpi"], &["Bearer"], &["Bearer "]] {
        let answer = api.get_with("/any", none).await;
        assert_eq!((refused(&answer), &*answer.body), (bare.clone(), ""), "{none:?}");
    }
    let twice = "Bearer error=\"invalid_request\", error_description=\"Present the access token once\"";
    let answer = api.get_with("/any", &["Bearer a", "Bearer b"]).await;
    assert_eq!(refused(&answer), (400, twice.into()));
    // A token in the address is none (RFC 6750 §2.3).
    assert_eq!(refused(&api.get_with("/any?access_token=x", &[]).await), bare);
}

#[tokio::test]
async fn a_token_that_is_not_the_issuers_for_this_api_and_of_now_is_refused_by_name() {
    // RFC 9068 §4, RFC 8725 §3.1
    let (app, api, tokens) = set().await;
    let forge = Forge::of(&app, &tokens["access_token"]).await;
    let now = app.now().as_second();
    admitted(&api.get("/face", &forge.token(&[])).await);
    let several = json!(["https://other.example/", AUDIENCE]);
    admitted(&api.get("/face", &forge.token(&[("aud", several)])).await);
    for (description, changes) in [
        ("The token expired", [("exp", json!(now))]),
        ("The token is not valid yet", [("iat", json!(now + 61))]),
        ("The token is for another audience", [("aud", json!(app.issuer.as_str()))]),
        ("The token is for another audience", [("aud", json!(format!("{AUDIENCE}/")))]),
        ("The token is from another issuer", [("iss", json!("https://other.example"))]),
        ("The token is incomplete", [("client_id", Value::Null)]),
        ("The token is bound to a key and cannot be borne alone", [("cnf", json!({ "jkt": "x" }))]),
    ] {
        let answer = api.get("/face", &forge.token(&changes)).await;
        assert_eq!(refused(&answer), invalid(description), "{changes:?}");
    }
}

#[tokio::test]
async fn a_token_that_no_key_of_the_issuer_signed_as_an_access_token_is_refused() {
    // RFC 9068 §4, RFC 8725 §2.1, §3.11
    let (app, api, tokens) = set().await;
    let forge = Forge::of(&app, &tokens["access_token"]).await;
    let unsigned = invalid("The token is not signed by a key of the issuer");
    let other_type = invalid("The token is not an access token");
    let unreadable = invalid("The token is not one of this issuer");

    let part = |value: Value| base64url(value.to_string().as_bytes());
    let said = part(forge.claims.clone().into());
    let none = format!("{}.{said}.", part(json!({ "alg": "none", "typ": "at+jwt" })));
    let header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": forge.key.id.as_str() });
    let signed_part = format!("{}.{said}", part(header));
    let mut mac = Hmac::<Sha256>::new_from_slice(forge.key.public_jwk.as_bytes()).unwrap();
    mac.update(signed_part.as_bytes());
    let keyed = format!("{signed_part}.{}", base64url(&mac.finalize().into_bytes()));

    let made = |name: &str| {
        let id = KeyId::parse(name).unwrap();
        signer().new_key(id, SigningAlgorithm::ES256, app.now()).unwrap()
    };
    let access = TokenType::AccessToken;
    let unknown = forge.signed(&made("unknown"), access, &[]);
    let borrowed = forge.signed(&made(forge.key.id.as_str()), access, &[]);
    let genuine = forge.token(&[]);
    let [head, _, signature] = *genuine.split('.').collect::<Vec<_>>() else { panic!("no JWS") };
    let changed = format!("{head}.{}.{signature}", part(forge.changed(&[("sub", json!("eve"))]).into()));

    for (name, token, expected) in [
        ("none", none.clone(), &unsigned),
        ("none, with a signature", format!("{none}{signature}"), &unsigned),
        ("keyed with the public key", keyed, &unsigned),
        ("a key that nobody knows", unknown, &unsigned),
        ("another key under a known name", borrowed, &unsigned),
        ("changed", changed, &unsigned),
        ("an ID token", forge.signed(&forge.key, TokenType::IdToken, &[]), &other_type),
        ("a logout token", forge.signed(&forge.key, TokenType::LogoutToken, &[]), &other_type),
        ("the ID token of the sign-in", tokens["id_token"].as_str().unwrap().into(), &other_type),
        ("a refresh token", tokens["refresh_token"].as_str().unwrap().into(), &unreadable),
        ("opaque", "dGhpcyBpcyBvcGFxdWU".into(), &unreadable),
        ("too long", format!("{genuine}{}", "A".repeat(8_192)), &unreadable),
    ] {
        assert_eq!(&refused(&api.get("/any", &token).await), expected, "{name}");
    }
}

#[tokio::test]
async fn a_sign_in_that_is_not_told_of_or_too_long_ago_is_challenged_however_fresh_the_token_is() {
    // RFC 9470 §3, §6: by auth_time, never by iat
    let (app, api, tokens) = set().await;
    let forge = Forge::of(&app, &tokens["access_token"]).await;
    let now = app.now().as_second();
    let (level, recent) = (
        challenge("A different authentication level is required"),
        challenge("More recent authentication is required"),
    );
    for (changes, expected) in [
        ([("acr", Value::Null)], &level),
        ([("acr", json!("urn:facestep:acr:pwd"))], &level),
        ([("acr", json!(["urn:facestep:acr:face"]))], &level),
        ([("acr_expires_at", json!(now))], &level),
        ([("auth_time", Value::Null)], &recent),
        ([("auth_time", json!(now - 301))], &recent),
        ([("auth_time", json!(now + 3_600))], &recent),
        ([("auth_time", json!("now"))], &recent),
    ] {
        assert_eq!(&refused(&api.get("/face", &forge.token(&changes)).await), expected, "{changes:?}");
    }
    admitted(&api.get("/face", &forge.token(&[("auth_time", json!(now - 300))])).await);
    admitted(&api.get("/outer/inner", &forge.token(&[("acr_expires_at", json!(now + 1))])).await);
}

#[tokio::test]
async fn a_key_that_the_issuer_withdraws_is_forgotten() {
    // OpenID Connect Core 1.0 §10.1.1
    let (app, api, tokens) = set().await;
    let forge = Forge::of(&app, &tokens["access_token"]).await;
    admitted(&api.get("/any", &forge.token(&[])).await);
    let id = forge.key.id.clone();
    let at = app.now();
    app.store.transact(move |db| db.withdraw_signing_key(&id, at)).await.unwrap();
    // Both the provider's own view of its keys and what the API keeps of them grow old.
    app.clock.advance(3_600);
    let now = app.now().as_second();
    let later = forge.token(&[("iat", json!(now)), ("exp", json!(now + 300))]);
    let expected = invalid("The token is not signed by a key of the issuer");
    assert_eq!(refused(&api.get("/any", &later).await), expected);
}
