use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::domain::{
    authn::document::{House, PolicyDocument},
    oidc::client::Client,
};

fn policy() -> RegistrationPolicy {
    RegistrationPolicy {
        policies: Arc::new(PolicyDocument::shipped(&House::default()).compile(&House::default()).unwrap()),
        allow_http: false,
        response_types: ResponseTypes::default(),
    }
}

/// A registration with members changed, added, or (when null) left out.
fn given(changes: Value) -> Map<String, Value> {
    let mut given = Map::new();
    given.insert("redirect_uris".into(), json!(["https://shop.example/cb"]));
    given.extend(changes.as_object().unwrap().clone());
    given
}

fn read(changes: Value) -> Result<Registration, ProtocolError> {
    Registration::read(&given(changes), Registrant::Itself, &policy())
}

fn by_operator(changes: Value) -> Result<Registration, ProtocolError> {
    Registration::read(&given(changes), Registrant::Operator, &policy())
}

fn refused(changes: Value) -> (&'static str, &'static str) {
    let error = read(changes).map(|registration| registration.metadata).unwrap_err();
    (error.code.name(), error.reason)
}

fn client(changes: Value) -> Client {
    read(changes).unwrap().into_client(ClientId::parse("shop").unwrap(), Timestamp::UNIX_EPOCH)
}

/// The public half of an RSA key of so many bytes.
fn rsa(bytes: usize) -> Value {
    json!({ "kty": "RSA", "e": "AQAB", "n": crate::domain::secret::base64url(&vec![0x80; bytes]) })
}

#[test]
fn what_is_left_out_has_the_value_that_the_specification_gives_it() {
    // OpenID Connect Dynamic Client Registration 1.0 §2
    let client = client(json!({}));
    assert_eq!(client.name, "shop.example");
    assert_eq!(client.authentication, ClientAuthentication::ClientSecretBasic);
    assert_eq!(client.id_token_algorithm, SigningAlgorithm::RS256);
    assert_eq!(client.metadata.response_types, ["code"]);
    assert_eq!(client.metadata.grant_types, [GrantType::AuthorizationCode]);
    assert_eq!(client.metadata.application_type, ApplicationType::Web);
    assert_eq!(client.metadata.subject_type, SubjectType::Public);
    assert!(!client.metadata.require_auth_time && client.metadata.default_max_age.is_none());
}

#[test]
fn every_member_that_is_wrong_is_named() {
    // RFC 7591 §3.2.2, OpenID Connect Dynamic Client Registration 1.0 §3.3
    let metadata = [
        ("application_type", json!("desktop")),
        ("response_types", json!(["token"])),
        ("response_types", json!("code")),
        ("grant_types", json!(["password"])),
        ("contacts", json!("ops@shop.example")),
        ("client_name", json!("")),
        ("client_name", json!("a\nb")),
        ("client_uri", json!("javascript:alert(1)")),
        ("logo_uri", json!("data:image/png;base64,AAAA")),
        ("policy_uri", json!("/policy")),
        ("tos_uri", json!(7)),
        ("jwks_uri", json!("http://shop.example/jwks")),
        ("jwks", json!({ "keys": 1 })),
        ("jwks", json!({ "keys": ["x"] })),
        ("jwks", json!({ "keys": [{ "e": "AQAB" }] })),
        ("jwks", json!({ "keys": [rsa(255)] })),
        ("jwks", json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA" }] })),
        ("jwks", json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0" }] })),
        ("sector_identifier_uri", json!("http://shop.example/list")),
        ("subject_type", json!("secret")),
        ("id_token_signed_response_alg", json!("none")),
        ("id_token_signed_response_alg", json!("HS256")),
        ("id_token_encrypted_response_alg", json!("RSA-OAEP")),
        ("userinfo_signed_response_alg", json!("none")),
        ("userinfo_encrypted_response_alg", json!("RSA-OAEP")),
        ("request_object_signing_alg", json!("none")),
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("token_endpoint_auth_signing_alg", json!("none")),
        ("default_max_age", json!(-1)),
        ("default_max_age", json!("soon")),
        ("require_auth_time", json!("yes")),
        ("default_acr_values", json!("urn:facestep:acr:face")),
        ("initiate_login_uri", json!("http://shop.example/login")),
        ("request_uris", json!(["http://shop.example/request"])),
        ("post_logout_redirect_uris", json!(["https://shop.example/#out"])),
        ("backchannel_logout_uri", json!("http://shop.example/logout")),
        ("backchannel_logout_session_required", json!(1)),
        ("require_pushed_authorization_requests", json!("true")),
        ("require_signed_request_object", json!(0)),
        ("scope", json!("openid \"profile\"")),
        ("scope", json!(["openid"])),
        ("software_id", json!({})),
    ];
    for (member, value) in metadata {
        assert_eq!(
            refused(json!({ member: value })),
            ("invalid_client_metadata", member),
            "{member} {value}"
        );
    }
}

#[test]
fn a_redirect_uri_is_absolute_and_secure_and_has_no_fragment() {
    // RFC 7591 §3.2.2, RFC 6749 §3.1.2, RFC 9700 §4.1
    let bad = [
        json!(["http://shop.example/cb"]),
        json!(["https://shop.example/cb#fragment"]),
        json!(["https://ada@shop.example/cb"]),
        json!(["/cb"]),
        json!(["javascript:alert(1)"]),
        json!(["com.example.shop:/cb"]),
        json!("https://shop.example/cb"),
        json!([""]),
        json!([]),
        Value::Null,
    ];
    for uris in bad {
        let refused = refused(json!({ "redirect_uris": uris }));
        assert_eq!(refused, ("invalid_redirect_uri", "redirect_uris"), "{uris}");
    }
    for good in ["https://shop.example/cb?x=1", "http://127.0.0.1:8081/cb", "http://localhost/cb"] {
        assert!(read(json!({ "redirect_uris": [good] })).is_ok(), "{good}");
    }
}

#[test]
fn a_web_client_of_the_implicit_grant_is_answered_over_https_alone() {
    // OpenID Connect Dynamic Client Registration 1.0 §2, application_type
    let at = |uri: &str| json!({ "response_types": ["id_token"], "redirect_uris": [uri] });
    assert_eq!(refused(at("http://127.0.0.1/cb")).0, "invalid_redirect_uri");
    assert!(read(at("https://shop.example/cb")).is_ok());
}

#[test]
fn a_native_client_is_answered_on_loopback_or_by_a_scheme_of_its_own() {
    // RFC 8252 §7.1, §7.2, §7.3, §8.4
    let at = |uri: &str| json!({ "application_type": "native", "redirect_uris": [uri] });
    for good in
        ["com.example.shop:/cb", "http://[::1]:1/cb", "http://127.0.0.1/cb", "https://shop.example/cb"]
    {
        assert!(read(at(good)).is_ok(), "{good}");
    }
    for bad in ["shop:/cb", "http://shop.example/cb", "javascript:alert(1)", "com.example.shop:/cb#x"] {
        assert_eq!(refused(at(bad)).0, "invalid_redirect_uri", "{bad}");
    }
}

#[test]
fn a_native_client_may_be_answered_on_any_port_of_its_loopback_address() {
    // RFC 8252 §7.3
    let native = client(json!({ "application_type": "native", "redirect_uris": ["http://127.0.0.1/cb"] }));
    for good in ["http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"] {
        assert!(native.bind_redirect(Some(good)).is_ok(), "{good}");
    }
    let bad = [
        "http://127.0.0.1:49152/other",
        "http://127.0.0.2:49152/cb",
        "https://127.0.0.1:49152/cb",
        "http://localhost:49152/cb",
        "http://127.0.0.1:49152/x/../cb",
        "http://127.0.0.1:49152@evil.example/cb",
        "http://127.0.0.1:49152/cb?x=1",
    ];
    for bad in bad {
        assert!(native.bind_redirect(Some(bad)).is_err(), "{bad}");
    }
    let web = client(json!({ "redirect_uris": ["http://127.0.0.1/cb"] }));
    assert!(web.bind_redirect(Some("http://127.0.0.1:49152/cb")).is_err());
}

#[test]
fn response_types_and_grant_types_follow_from_each_other_and_must_agree() {
    // RFC 7591 §2.1, OpenID Connect Dynamic Client Registration 1.0 §2
    use GrantType::{AuthorizationCode, ClientCredentials, Implicit, RefreshToken};
    let flows = |changes| {
        let metadata = by_operator(changes).unwrap().metadata;
        (metadata.response_types, metadata.grant_types)
    };
    let types = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let hybrid = flows(json!({ "response_types": ["token id_token code"] }));
    assert_eq!(hybrid, (types(&["code id_token token"]), vec![AuthorizationCode, Implicit]));
    let implicit = flows(json!({ "grant_types": ["implicit"] }));
    assert_eq!(implicit, (types(&["id_token"]), vec![Implicit]));
    let alone = flows(json!({ "grant_types": ["client_credentials"], "redirect_uris": null }));
    assert_eq!(alone, (Vec::new(), vec![ClientCredentials]));
    let refreshing = flows(json!({ "grant_types": ["authorization_code", "refresh_token"] }));
    assert_eq!(refreshing, (types(&["code"]), vec![AuthorizationCode, RefreshToken]));
    for (response_type, grant) in [("code", "implicit"), ("id_token", "authorization_code")] {
        let changes = json!({ "response_types": [response_type], "grant_types": [grant] });
        assert_eq!(refused(changes), ("invalid_client_metadata", "grant_types"));
    }
}

#[test]
fn members_that_contradict_each_other_are_refused() {
    // RFC 7591 §2, RFC 6749 §4.4
    let set = json!({ "keys": [rsa(256)] });
    let cases = [
        (json!({ "jwks": set, "jwks_uri": "https://shop.example/jwks" }), "jwks"),
        (json!({ "token_endpoint_auth_method": "private_key_jwt" }), "jwks"),
        (json!({ "require_signed_request_object": true }), "jwks"),
        (json!({ "backchannel_logout_session_required": true }), "backchannel_logout_uri"),
        (
            json!({ "token_endpoint_auth_method": "client_secret_jwt", "token_endpoint_auth_signing_alg": "RS256" }),
            "token_endpoint_auth_signing_alg",
        ),
    ];
    for (changes, member) in cases {
        assert_eq!(refused(changes.clone()), ("invalid_client_metadata", member), "{changes}");
    }
    let public = json!({ "token_endpoint_auth_method": "none", "grant_types": ["client_credentials"] });
    assert_eq!(by_operator(public).unwrap_err().reason, "grant_types");
}

#[test]
fn a_sector_is_the_host_of_its_list_or_the_one_that_all_addresses_share() {
    // OpenID Connect Core 1.0 §8.1
    let sector = |changes: Value| client(changes).metadata.sector;
    assert_eq!(sector(json!({ "subject_type": "public" })), None);
    assert_eq!(sector(json!({ "subject_type": "pairwise" })).as_deref(), Some("shop.example"));
    let two = json!(["https://shop.example/cb", "https://other.example/cb"]);
    let apart = json!({ "subject_type": "pairwise", "redirect_uris": two });
    assert_eq!(refused(apart), ("invalid_client_metadata", "sector_identifier_uri"));
    let listed = json!({
        "subject_type": "pairwise", "redirect_uris": two, "sector_identifier_uri": "https://sector.example/list",
    });
    assert_eq!(sector(listed).as_deref(), Some("sector.example"));
}

#[test]
fn a_sector_list_names_every_redirect_address() {
    // OpenID Connect Dynamic Client Registration 1.0 §5
    let uris = ["https://shop.example/cb".to_owned(), "https://other.example/cb".to_owned()];
    let good = br#"["https://other.example/cb", "https://shop.example/cb", "https://third.example/"]"#;
    assert_eq!(sector::check_list(good, &uris), Ok(()));
    for bad in [&br#"["https://shop.example/cb"]"#[..], b"{}", b"[1]", b"", b"\xff"] {
        let error = sector::check_list(bad, &uris).unwrap_err();
        assert_eq!((error.code.name(), error.reason), ("invalid_client_metadata", "sector_identifier_uri"));
    }
}

#[test]
fn what_is_the_operators_to_say_is_ignored_from_a_client() {
    // RFC 7591 §2, §5
    let said = json!({
        "first_party": true, "minimum_acr": "urn:facestep:acr:pwd", "protected_scopes": ["transfer"],
        "resources": ["https://api.example/"], "acr_values_are_necessary": true, "access_token_format": "opaque",
    });
    let itself = read(said.clone()).unwrap();
    assert!(!itself.metadata.first_party && itself.metadata.resources.is_empty());
    assert!(itself.minimum_acr.is_none() && itself.protected_scopes.is_empty());
    assert!(!itself.acr_values_are_necessary);
    let operator = by_operator(said).unwrap();
    assert!(operator.metadata.first_party && operator.acr_values_are_necessary);
    assert_eq!(operator.protected_scopes, ["transfer"]);
    assert_eq!(by_operator(json!({ "minimum_acr": "gold" })).unwrap_err().reason, "minimum_acr");
}

#[test]
fn a_client_that_registers_itself_gets_no_more_than_the_operator_offers() {
    // RFC 7591 §5
    for (member, value) in [
        ("response_types", json!(["id_token token"])),
        ("grant_types", json!(["client_credentials"])),
        ("scope", json!("transfer")),
    ] {
        assert_eq!(refused(json!({ member: value })).1, member);
        assert!(by_operator(json!({ member: value })).is_ok(), "{member}");
    }
    assert_eq!(read(json!({ "scope": "openid transfer" })).unwrap().metadata.scope, ["openid"]);
}

#[test]
fn unknown_members_and_other_languages_are_ignored_and_an_operator_is_told() {
    // RFC 7591 §2, §2.2
    let changes =
        json!({ "client_name#ja": "店", "tls_client_certificate_bound_access_tokens": true, "x": 1 });
    assert!(read(changes.clone()).unwrap().remarks.is_empty());
    assert_eq!(by_operator(changes).unwrap().remarks.len(), 3);
    let unknown = by_operator(json!({ "default_acr_values": ["urn:facestep:acr:face", "gold"] })).unwrap();
    assert_eq!(unknown.remarks, ["default_acr_values: gold is no context here"]);
    assert_eq!(unknown.metadata.default_acr_values.len(), 2);
}

#[test]
fn what_a_client_is_told_reads_back_as_the_same_client() {
    // RFC 7591 §3.2.1: all registered metadata
    let told = client(json!({
        "client_name": "Shop", "scope": "openid", "subject_type": "pairwise", "default_max_age": 60,
        "jwks": { "keys": [rsa(256)] }, "token_endpoint_auth_method": "private_key_jwt",
        "id_token_signed_response_alg": "EdDSA", "userinfo_signed_response_alg": "ES256",
        "initiate_login_uri": "https://shop.example/login", "post_logout_redirect_uris": ["https://shop.example/"],
        "request_uris": ["https://shop.example/r#abc"], "require_pushed_authorization_requests": true,
    }));
    let again = described(&told);
    for operators in ["first_party", "resources", "audiences", "sector", "access_token_format", "minimum_acr"]
    {
        assert!(!again.contains_key(operators), "{operators}");
    }
    let again = Registration::read(&again, Registrant::Itself, &policy()).unwrap();
    assert_eq!(again.into_client(told.id.clone(), told.created_at), told);
}
