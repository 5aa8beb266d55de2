use serde_json::json;

use super::*;
use crate::domain::oidc::request::tests::{client, with};

fn now() -> Timestamp {
    Timestamp::from_second(1_000).unwrap()
}

fn read(header: Value, claims: Value) -> Result<AuthorizationParameters, &'static str> {
    let issuer = Issuer::parse("https://id.example").unwrap();
    let (header, claims) = (header.as_object().unwrap(), claims.as_object().unwrap());
    parameters(header, claims, &client(), &issuer, now()).map_err(|error| error.reason)
}

fn claims_with(more: Value) -> Value {
    let mut claims = json!({ "iss": "bank", "aud": "https://id.example", "client_id": "bank" });
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    claims
}

#[test]
fn an_object_is_from_its_client_for_us_and_of_now() {
    // RFC 9101 §4, §6.3, §10.8; OpenID Connect Core 1.0 §6.1
    let cases = [
        (json!({}), None),
        (json!({ "aud": ["https://other.example", "https://id.example"] }), None),
        (json!({ "exp": 1001, "nbf": 1010, "jti": "x", "iat": 5, "sub": "ada" }), None),
        (json!({ "aud": "https://other.example" }), Some("request_audience")),
        (json!({ "aud": 7 }), Some("request_audience")),
        (json!({ "iss": "other" }), Some("request_client")),
        (json!({ "client_id": "other" }), Some("request_client")),
        (json!({ "sub": "bank" }), Some("request_client")),
        (json!({ "exp": 1000 }), Some("request_expired")),
        (json!({ "exp": "soon" }), Some("request_expired")),
        (json!({ "nbf": 1011 }), Some("request_expired")),
        (json!({ "request": "x.y.z" }), Some("request_nested")),
        (json!({ "request_uri": "https://a.example" }), Some("request_nested")),
        (json!({ "scope": ["openid", 1] }), Some("request_parameter")),
        (json!({ "state": true }), Some("request_parameter")),
    ];
    for (more, refused) in cases {
        assert_eq!(read(json!({}), claims_with(more.clone())).err(), refused, "{more}");
    }
    assert_eq!(read(json!({}), json!({ "state": "s" })).err(), Some("request_client"));
    assert!(read(json!({}), json!({ "iss": "bank" })).is_ok());
}

#[test]
fn a_jwt_of_another_type_is_no_request() {
    // RFC 9101 §10.8, RFC 8725 §3.11
    for typ in ["oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "JWT", "jwt"] {
        assert!(read(json!({ "typ": typ }), claims_with(json!({}))).is_ok(), "{typ}");
    }
    for typ in [json!("logout+jwt"), json!("at+jwt"), json!("dpop+jwt"), json!(1)] {
        assert_eq!(read(json!({ "typ": typ }), claims_with(json!({}))).err(), Some("request_typ"), "{typ}");
    }
}

#[test]
fn parameters_are_read_as_they_would_stand_in_a_query() {
    // RFC 9101 §4
    let parameters = read(
        json!({}),
        claims_with(json!({
            "max_age": 86400,
            "nonce": null,
            "resource": ["https://a.example", "https://b.example"],
            "claims": { "id_token": { "acr": { "essential": true } } },
        })),
    )
    .unwrap();
    assert_eq!(parameters.value("max_age"), Some("86400"));
    assert_eq!(parameters.value("nonce"), None);
    assert_eq!(parameters.value("resource"), Some("https://a.example https://b.example"));
    assert_eq!(parameters.value("claims"), Some(r#"{"id_token":{"acr":{"essential":true}}}"#));
    assert_eq!(parameters.value("iss"), None);
}

fn received(pairs: &[(&str, &str)]) -> ReceivedParameters {
    ReceivedParameters::collect(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())))
}

fn taken(client: &Client, beside: &[(&str, &str)], within: &[(&str, &str)]) -> ReceivedParameters {
    take_place(client, received(beside), received(within).parameters).unwrap()
}

#[test]
fn only_what_is_signed_counts_unless_the_request_is_one_of_openid_connect() {
    // RFC 9101 §5, OpenID Connect Core 1.0 §6.1
    let beside = [("client_id", "bank"), ("request", "x"), ("state", "outside"), ("nonce", "outside")];
    let within = [("state", "inside"), ("response_type", "code")];
    let only = taken(&client(), &beside, &within).parameters;
    assert_eq!((only.value("state"), only.value("nonce")), (Some("inside"), None));
    assert_eq!((only.value("client_id"), only.value("request")), (Some("bank"), None));

    let openid = [&beside[..], &[("response_type", "code"), ("scope", "openid")]].concat();
    let both = taken(&client(), &openid, &within).parameters;
    assert_eq!((both.value("state"), both.value("nonce")), (Some("inside"), Some("outside")));

    let signs = with(|metadata| metadata.require_signed_request_object = true);
    let only = taken(&signs, &openid, &within).parameters;
    assert_eq!((only.value("nonce"), only.value("scope")), (None, None));
}

#[test]
fn a_response_type_beside_the_object_must_be_the_one_in_it() {
    // OpenID Connect Core 1.0 §6.1
    let beside = received(&[("response_type", "code"), ("scope", "openid")]);
    let within = |asked| received(&[("response_type", asked)]).parameters;
    assert_eq!(
        take_place(&client(), beside.clone(), within("id_token")).unwrap_err().reason,
        "request_differs"
    );
    let beside = received(&[("response_type", "id_token code"), ("scope", "openid")]);
    assert!(take_place(&client(), beside, within("code id_token")).is_ok());
}
