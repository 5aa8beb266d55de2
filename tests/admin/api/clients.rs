//! Clients by the API: what an operator registers, reads and removes.

use std::sync::Arc;

use facestep::domain::{
    authn::document::{House, PolicyDocument},
    id::ClientId,
    oidc::{
        registration::{Registrant, Registration, RegistrationPolicy, snapshot::snapshot},
        request::response::ResponseTypes,
    },
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem};

#[tokio::test]
async fn a_client_is_registered_told_its_secret_once_and_read_without_it() {
    // RFC 7591 §3.2.1
    let api = Api::open().await;
    let body = json!({
        "client_name": "Shop", "redirect_uris": ["https://shop.example/cb"],
        "minimum_acr": "urn:facestep:acr:face", "scope": "openid profile",
    });
    let created = api.change(Method::POST, "/clients?reason=a%20new%20shop", None, Some(&body)).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let told = created.json();
    let (id, secret) = (told["client_id"].as_str().unwrap(), told["client_secret"].as_str().unwrap());
    assert!(secret.len() >= 43);
    assert_eq!(created.header("location"), format!("/admin/api/v1/clients/{id}"));
    let read = api.get(&format!("/clients/{id}")).await;
    assert_eq!(
        (read.header("etag"), read.header("cache-control")),
        (created.header("etag"), "no-store".into())
    );
    let mut expected = told.clone();
    expected.as_object_mut().unwrap().remove("client_secret");
    assert_eq!(read.json(), expected);
    assert!(!read.body.contains(secret) && !read.body.contains("hash"));
    assert_eq!(
        api.desk.last("client_added").await,
        json!({
            "by": format!("operator:{}", api.desk.owner.id), "reason": "a new shop", "version": 1,
        })
    );
}

#[tokio::test]
async fn what_is_read_can_be_written_back_and_changes_nothing() {
    let api = Api::open().await;
    let tag = api.registered("shop").await;
    let read = api.get("/clients/shop").await.json();
    let written = api.change(Method::PUT, "/clients/shop", Some(&tag), Some(&read)).await;
    assert_eq!((written.status.as_u16(), written.header("etag"), written.json()), (200, tag, read));
    assert_eq!(api.json("/clients/shop/versions").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_registration_is_the_same_client_again_when_it_is_read_from_its_snapshot() {
    // Every member that a client can have: a version that forgets one would go back to another client.
    let api = Api::open().await;
    let body = json!({
        "client_id": "full", "client_name": "Full", "application_type": "web",
        "redirect_uris": ["https://full.example/cb"], "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "https://full.example/jwks", "contacts": ["ops@full.example"],
        "client_uri": "https://full.example/", "logo_uri": "https://full.example/logo.png",
        "policy_uri": "https://full.example/policy", "tos_uri": "https://full.example/tos",
        "subject_type": "pairwise", "userinfo_signed_response_alg": "ES256",
        "request_object_signing_alg": "RS256", "token_endpoint_auth_signing_alg": "ES256",
        "default_max_age": 60, "require_auth_time": true, "default_acr_values": ["urn:facestep:acr:pwd"],
        "initiate_login_uri": "https://full.example/login", "request_uris": ["https://full.example/request#1"],
        "post_logout_redirect_uris": ["https://full.example/bye"],
        "backchannel_logout_uri": "https://full.example/out", "backchannel_logout_session_required": true,
        "require_pushed_authorization_requests": true, "require_signed_request_object": true,
        "scope": "openid profile facestep:admin:read", "resources": ["https://api.full.example/"],
        "audiences": ["https://api.full.example/"], "first_party": true, "software_id": "full",
        "software_version": "2", "id_token_signed_response_alg": "EdDSA", "grant_types": ["authorization_code", "client_credentials"],
        "response_types": ["code"], "minimum_acr": "urn:facestep:acr:face", "acr_values_are_necessary": true,
        "protected_scopes": ["transfer"], "access_token_format": "opaque", "require_protected_step_up": true,
    });
    let created = api.change(Method::POST, "/clients", None, Some(&body)).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let id = ClientId::parse("full").unwrap();
    let kept = api.desk.app.store.read(move |db| db.find_client(&id)).await.unwrap().unwrap();
    let told = snapshot(&kept);
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(told.get(name), Some(value), "{name}");
    }
    let house = House::default();
    let policies = Arc::new(PolicyDocument::shipped(&house).compile(&house).unwrap());
    let policy = RegistrationPolicy { policies, allow_http: false, response_types: ResponseTypes::default() };
    let read = Registration::read(&told, Registrant::Operator, &policy).unwrap();
    let again = read.into_client(kept.id.clone(), kept.created_at);
    assert_eq!(again, kept);
}

#[tokio::test]
async fn what_may_not_be_registered_is_told_by_member_and_changes_nothing() {
    // RFC 7591 §3.2.2, RFC 9457 §3.2
    let api = Api::open().await;
    let tag = api.registered("shop").await;
    for (member, value) in [
        ("redirect_uris", json!(["https://shop.example/#x"])),
        ("minimum_acr", json!("urn:nowhere")),
        ("client_secret", json!("short")),
        ("client_id", json!("other")),
        ("scope", json!(["openid"])),
    ] {
        let mut body = json!({ "redirect_uris": ["https://shop.example/cb"] });
        body[member] = value;
        let refused = api.change(Method::PUT, "/clients/shop", Some(&tag), Some(&body)).await;
        assert_eq!(problem(&refused), (422, "invalid".into()), "{member}: {}", refused.body);
        assert_eq!(refused.json()["member"], member);
    }
    let taken = api
        .change(
            Method::POST,
            "/clients",
            None,
            Some(&json!({ "client_id": "shop", "redirect_uris": ["https://a.example/"] })),
        )
        .await;
    assert_eq!(problem(&taken), (409, "conflict".into()));
    assert_eq!(api.get("/clients/shop").await.header("etag"), tag);
}

#[tokio::test]
async fn a_client_that_is_removed_is_gone_with_its_tokens_and_its_history_stays() {
    let api = Api::open().await;
    let tag = api.registered("shop").await;
    assert_eq!(api.change(Method::DELETE, "/clients/shop?reason=closed", Some(&tag), None).await.status, 204);
    assert_eq!(problem(&api.get("/clients/shop").await), (404, "not-found".into()));
    let versions = api.json("/clients/shop/versions").await;
    let last = &versions["items"][0];
    assert_eq!(
        (&last["number"], &last["reason"], last.get("client")),
        (&json!(2), &json!("closed"), Some(&Value::Null))
    );
}
