use crate::domain::oidc::client::metadata::ClientMetadata;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::{
    authn::{
        acr::Acr,
        requirement::{AcrRequest, Prompt},
        ways::WayPolicy,
    },
    id::{ClientId, Subject},
    keys::SigningAlgorithm,
    oidc::{client::ClientAuthentication, error::ErrorCode},
    secret::base64url,
};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn client() -> Client {
    Client {
        id: ClientId::parse("bank").unwrap(),
        name: "Bank".into(),
        authentication: ClientAuthentication::None,
        secret_hash: None,
        sealed_secret: None,
        redirect_uris: vec!["https://bank.example/cb?x=1".into()],
        id_token_algorithm: SigningAlgorithm::ES256,
        minimum_acr: None,
        acr_values_are_necessary: false,
        protected_scopes: vec!["transfer".into()],
        metadata: ClientMetadata::default(),
        registration_token_hash: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn received(changes: &[(&str, &str)]) -> ReceivedParameters {
    let mut pairs = vec![
        ("client_id", "bank"),
        ("redirect_uri", "https://bank.example/cb?x=1"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    pairs.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    pairs.extend_from_slice(changes);
    ReceivedParameters::collect(pairs.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())))
}

fn parse_for(client: &Client, changes: &[(&str, &str)]) -> Result<AuthorizationRequest, RequestRefusal> {
    let catalogue = AcrCatalogue::shipped(SignedDuration::from_secs(300), WayPolicy::default());
    AuthorizationRequest::receive(client, &received(changes), &catalogue)
}

fn requirement(client: &Client, changes: &[(&str, &str)]) -> Requirement {
    parse_for(client, changes).unwrap().requirement
}

fn error(changes: &[(&str, &str)]) -> (ErrorCode, &'static str) {
    match parse_for(&client(), changes) {
        Err(RequestRefusal::Answerable(reply)) => {
            let error = reply.refusal().unwrap();
            (error.code, error.reason)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_check_has_its_own_code_and_reason() {
    // RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6
    use ErrorCode::*;
    type Case<'a> = (&'a [(&'a str, &'a str)], ErrorCode, &'a str);
    let cases: &[Case<'_>] = &[
        (&[("response_type", "")], InvalidRequest, "response_type_missing"),
        (&[("response_type", "id_token")], UnsupportedResponseType, "response_type"),
        (&[("response_mode", "fragment")], InvalidRequest, "response_mode"),
        (&[("request", "x")], RequestNotSupported, "request_object"),
        (&[("request_uri", "https://a")], RequestUriNotSupported, "request_uri"),
        (&[("registration", "{}")], RegistrationNotSupported, "registration"),
        (&[("scope", "profile")], InvalidScope, "scope_openid_missing"),
        (&[("code_challenge", "")], InvalidRequest, "code_challenge_missing"),
        (&[("code_challenge", "short")], InvalidRequest, "code_challenge"),
        (&[("code_challenge_method", "plain")], InvalidRequest, "code_challenge_method"),
        (&[("code_challenge_method", "")], InvalidRequest, "code_challenge_method"),
        (&[("prompt", "none login")], InvalidRequest, "prompt_none_with_others"),
        (&[("max_age", "-1")], InvalidRequest, "max_age"),
        (&[("max_age", "soon")], InvalidRequest, "max_age"),
        (&[("resource", "/relative")], InvalidTarget, "resource"),
        (&[("resource", "https://a.example/#f")], InvalidTarget, "resource"),
        (&[("claims", "{")], InvalidRequest, "claims"),
        (&[("claims", r#"{"id_token":[]}"#)], InvalidRequest, "claims"),
        (&[("claims", r#"{"id_token":{"acr":{"values":"x"}}}"#)], InvalidRequest, "claims"),
        (&[("claims", r#"{"id_token":{"acr":{"essential":"yes"}}}"#)], InvalidRequest, "claims"),
        (&[("claims", r#"{"id_token":{"sub":{"value":1}}}"#)], InvalidRequest, "claims"),
        (&[("claims", r#"{"userinfo":{"sub":"ada"}}"#)], InvalidRequest, "claims"),
        (&[("id_token_hint", "e30.e30")], InvalidRequest, "id_token_hint"),
        (&[("id_token_hint", "e30.e30.x")], InvalidRequest, "id_token_hint"),
        (&[("id_token_hint", "e30.?.x")], InvalidRequest, "id_token_hint"),
        (&[("id_token_hint", "e30.e30.x.y.z")], InvalidRequest, "id_token_hint"),
        (&[("nonce", "a"), ("nonce", "b")], InvalidRequest, "repeated_parameter"),
    ];
    for (changes, code, reason) in cases {
        assert_eq!(error(changes), (*code, *reason), "{changes:?}");
    }
}

#[test]
fn an_address_that_is_not_exactly_registered_is_never_answered() {
    // RFC 9700 §4.1: exact string comparison
    let near = [
        "",
        "https://bank.example/cb",
        "https://bank.example/cb?x=1&y=2",
        "https://bank.example/cb?x=1#f",
        "https://BANK.example/cb?x=1",
        "https://bank.example/cb?x=1/",
    ];
    for address in near {
        let refused = parse_for(&client(), &[("redirect_uri", address), ("scope", "none")]);
        assert!(matches!(refused, Err(RequestRefusal::Unaddressable(_))), "{address}");
    }
    let address = "https://bank.example/cb?x=1";
    let twice = parse_for(&client(), &[("redirect_uri", address), ("redirect_uri", address)]);
    assert!(matches!(twice, Err(RequestRefusal::Unaddressable(RedirectRefusal::Repeated))));
}

#[test]
fn acr_values_alone_is_a_wish_and_four_things_make_it_a_condition() {
    // RFC 9470 §5, OpenID Connect Core 1.0 §5.5.1.1
    let face = || vec![Acr::face()];
    let asked = ("acr_values", Acr::FACE);
    assert_eq!(requirement(&client(), &[asked]).acr, AcrRequest::Preferred(face()));
    let resource = requirement(&client(), &[asked, ("resource", "https://api.example/")]);
    assert_eq!(resource.acr, AcrRequest::Required(face()));
    let scope = requirement(&client(), &[asked, ("scope", "openid transfer")]);
    assert_eq!(scope.acr, AcrRequest::Required(face()));
    let registered = Client { acr_values_are_necessary: true, ..client() };
    assert_eq!(requirement(&registered, &[asked]).acr, AcrRequest::Required(face()));
    let claims =
        r#"{"id_token":{"acr":{"essential":true,"values":["urn:facestep:acr:face"],"later":1},"x":null}}"#;
    assert_eq!(requirement(&client(), &[("claims", claims)]).acr, AcrRequest::Required(face()));
}

#[test]
fn an_acr_claim_without_values_or_necessity_is_no_condition() {
    // OpenID Connect Core 1.0 §5.5.1.1
    let bare = r#"{"id_token":{"acr":{"essential":true}}}"#;
    assert_eq!(requirement(&client(), &[("claims", bare)]).acr, AcrRequest::Any);
    let voluntary = r#"{"userinfo":{"acr":{"value":"urn:facestep:acr:face"}}}"#;
    let asked = [("claims", voluntary), ("acr_values", Acr::PWD)];
    assert_eq!(requirement(&client(), &asked).acr, AcrRequest::Preferred(vec![Acr::face(), Acr::pwd()]));
}

#[test]
fn a_protected_scope_needs_the_face_context_even_without_acr_values() {
    // RFC 9470 §5
    let needed = requirement(&client(), &[("scope", "openid transfer")]);
    assert_eq!(needed.minimum, Some(Acr::face()));
    assert_eq!(requirement(&client(), &[]).minimum, None);
}

#[test]
fn prompt_and_max_age_are_read() {
    // OpenID Connect Core 1.0 §3.1.2.1
    assert_eq!(requirement(&client(), &[("prompt", "none")]).prompt, Prompt::None);
    assert_eq!(requirement(&client(), &[("prompt", "consent login")]).prompt, Prompt::Login);
    assert_eq!(requirement(&client(), &[("prompt", "select_account")]).prompt, Prompt::AsNeeded);
    assert_eq!(requirement(&client(), &[("max_age", "0")]).max_age, Some(SignedDuration::ZERO));
}

#[test]
fn resource_may_be_repeated_and_unknown_scopes_are_left_out() {
    // RFC 8707 §2, RFC 6749 §3.3
    let changes =
        [("resource", "https://a.example"), ("resource", "https://b.example"), ("scope", "openid email")];
    let terms = parse_for(&client(), &changes).unwrap().terms;
    assert_eq!(terms.resource, ["https://a.example", "https://b.example"]);
    assert_eq!(terms.scope, "openid");
}

#[test]
fn a_reply_carries_state_and_iss_in_success_and_error() {
    // RFC 9207 §2
    let issuer = crate::domain::oidc::issuer::Issuer::parse("https://id.example").unwrap();
    let Err(RequestRefusal::Answerable(refused)) = parse_for(&client(), &[("prompt", "none login")]) else {
        panic!("not refused");
    };
    let address = refused.address(&issuer).to_string();
    assert!(
        address
            .starts_with("https://bank.example/cb?x=1&error=invalid_request&error_description=prompt_none")
    );
    assert!(address.ends_with("&state=s&iss=https%3A%2F%2Fid.example"), "{address}");
}

fn hint(user: &str) -> String {
    let payload = format!(r#"{{"iss":"https://id.example","sub":"{user}","exp":1}}"#);
    format!("e30.{}.c2ln", base64url(payload.as_bytes()))
}

#[test]
fn a_subject_is_requested_by_claims_or_by_a_hint_that_may_have_expired() {
    // OpenID Connect Core 1.0 §3.1.2.2, §3.1.2.1
    let ada = Subject::parse("ada");
    let hinted = hint("ada");
    let in_id_token = ("claims", r#"{"id_token":{"sub":{"value":"ada"}}}"#);
    let in_userinfo = ("claims", r#"{"userinfo":{"sub":{"value":"ada","essential":true}}}"#);
    let hinted = ("id_token_hint", hinted.as_str());
    for asked in [&[in_id_token][..], &[in_userinfo], &[hinted], &[hinted, in_id_token]] {
        assert_eq!(requirement(&client(), asked).subject, ada, "{asked:?}");
    }
    let bare = [("claims", r#"{"id_token":{"sub":null},"userinfo":{"sub":{"essential":true}}}"#)];
    assert_eq!(requirement(&client(), &bare).subject, None);
}

#[test]
fn two_requested_subjects_are_refused() {
    // OpenID Connect Core 1.0 §3.1.2.2
    let refused = (ErrorCode::InvalidRequest, "subject_conflict");
    let (hinted, claimed) = (hint("bob"), r#"{"id_token":{"sub":{"value":"ada"}}}"#);
    assert_eq!(error(&[("claims", claimed), ("id_token_hint", &hinted)]), refused);
    let two = r#"{"id_token":{"sub":{"value":"ada"}},"userinfo":{"sub":{"value":"bob"}}}"#;
    assert_eq!(error(&[("claims", two)]), refused);
}

#[test]
fn essential_contexts_in_both_places_must_both_be_met() {
    // OpenID Connect Core 1.0 §5.5.1.1
    let asked = |id_token: &str, userinfo: &str| {
        let claim = |values: &str| format!(r#"{{"acr":{{"essential":true,"values":[{values}]}}}}"#);
        format!(r#"{{"id_token":{},"userinfo":{}}}"#, claim(id_token), claim(userinfo))
    };
    let (face, pwd) = (r#""urn:facestep:acr:face""#, r#""urn:facestep:acr:pwd""#);
    for claims in [asked(&format!("{pwd},{face}"), face), asked(face, &format!("{pwd},{face}"))] {
        let required = AcrRequest::Required(vec![Acr::face()]);
        assert_eq!(requirement(&client(), &[("claims", &claims)]).acr, required);
    }
    let conflict = (ErrorCode::InvalidRequest, "acr_conflict");
    assert_eq!(error(&[("claims", &asked(pwd, face))]), conflict);
}
