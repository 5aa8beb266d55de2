use crate::domain::oidc::client::metadata::ClientMetadata;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::{
    authn::{
        acr::Acr,
        requirement::{AcrRequest, Demander, Minimum, Prompt},
    },
    id::{ClientId, Subject},
    keys::SigningAlgorithm,
    oidc::{
        client::{ClientAuthentication, metadata::GrantType},
        error::ErrorCode,
        issuer::Issuer,
        reply::Delivery,
    },
    secret::base64url,
};

mod anything;
mod registered;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(super) fn client() -> Client {
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
        metadata: ClientMetadata {
            resources: ["https://a.example", "https://b.example", "https://api.example/"]
                .map(Into::into)
                .to_vec(),
            ..ClientMetadata::default()
        },
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

fn rules() -> RequestPolicy {
    RequestPolicy { response_types: ResponseType::ALL.into_iter().collect(), ..Default::default() }
}

fn parse_for(client: &Client, changes: &[(&str, &str)]) -> Result<AuthorizationRequest, RequestRefusal> {
    AuthorizationRequest::receive(client, &received(changes), Conveyance::default(), rules())
}

/// The client with other metadata.
pub(super) fn with(change: impl FnOnce(&mut ClientMetadata)) -> Client {
    let mut changed = client();
    change(&mut changed.metadata);
    changed
}

/// The client, registered for every response type.
fn with_every_type() -> Client {
    with(|metadata| metadata.response_types = ResponseType::ALL.map(|one| one.name().to_owned()).to_vec())
}

fn requirement(client: &Client, changes: &[(&str, &str)]) -> Requirement {
    parse_for(client, changes).unwrap().requirement
}

fn error(changes: &[(&str, &str)]) -> (ErrorCode, &'static str) {
    error_for(&client(), changes)
}

fn error_for(client: &Client, changes: &[(&str, &str)]) -> (ErrorCode, &'static str) {
    match parse_for(client, changes) {
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
        (&[("response_type", "token")], UnsupportedResponseType, "response_type"),
        (&[("response_type", "code code")], UnsupportedResponseType, "response_type"),
        (&[("response_type", "id_token")], UnauthorizedClient, "response_type"),
        (&[("response_type", "none")], UnsupportedResponseType, "response_type"),
        (&[("response_mode", "web_message")], InvalidRequest, "response_mode"),
        (&[("request", "x")], InvalidRequestObject, "request_object"),
        (&[("request_uri", "https://a")], InvalidRequestUri, "request_uri"),
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
        (&[("resource", "https://c.example")], InvalidTarget, "resource_not_registered"),
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
    let by = Demander::Scope("transfer".into());
    assert_eq!(needed.minima, [Minimum { acr: Acr::face(), max_age: None, by }]);
    assert_eq!(requirement(&client(), &[]).minima, []);
}

#[test]
fn prompt_and_max_age_are_read() {
    // OpenID Connect Core 1.0 §3.1.2.1
    let prompt = |values| {
        let request = parse_for(&client(), &[("prompt", values)]).unwrap();
        (request.requirement.prompt, request.pages)
    };
    let pages = AskedPages::default();
    assert_eq!(prompt("none"), (Prompt::None, pages));
    assert_eq!(prompt("consent login"), (Prompt::Login, AskedPages { consent: true, ..pages }));
    assert_eq!(prompt("select_account"), (Prompt::AsNeeded, AskedPages { select_account: true, ..pages }));
    assert_eq!(prompt("later"), (Prompt::AsNeeded, pages));
    assert_eq!(requirement(&client(), &[("max_age", "0")]).max_age, Some(SignedDuration::ZERO));
}

#[test]
fn resource_may_be_repeated_and_unknown_scopes_are_left_out() {
    // RFC 8707 §2, RFC 6749 §3.3
    let changes = [
        ("resource", "https://a.example"),
        ("resource", "https://b.example"),
        ("scope", "openid email treasure"),
    ];
    let terms = parse_for(&client(), &changes).unwrap().terms;
    assert_eq!(terms.resource, ["https://a.example", "https://b.example"]);
    assert_eq!(terms.scope, "openid email");
}

#[test]
fn a_reply_carries_state_and_iss_in_success_and_error() {
    // RFC 9207 §2
    let issuer = Issuer::parse("https://id.example").unwrap();
    let Err(RequestRefusal::Answerable(refused)) = parse_for(&client(), &[("prompt", "none login")]) else {
        panic!("not refused");
    };
    let Delivery::Redirect(address) = refused.delivery(&issuer) else { panic!("not redirected") };
    let address = address.to_string();
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

#[test]
fn an_answer_with_tokens_needs_a_nonce_and_never_travels_in_the_query() {
    // OpenID Connect Core 1.0 §3.2.2.1, §3.3.2.11; OAuth 2.0 Multiple Response Type Encoding Practices 1.0 §3, §5
    let client = with_every_type();
    for one in ResponseType::ALL {
        let asked = ("response_type", one.name());
        let parsed = parse_for(&client, &[asked, ("nonce", "n")]).unwrap();
        assert_eq!((parsed.response_type, parsed.path.mode), (one, one.usual_mode()));
        assert_eq!(parse_for(&client, &[asked]).is_ok(), !one.gives_id_token(), "{one:?}");
        for mode in ResponseMode::ALL {
            let parsed = parse_for(&client, &[asked, ("nonce", "n"), ("response_mode", mode.name())]);
            match parsed {
                Ok(parsed) => assert_eq!(parsed.path.mode, mode),
                Err(_) => {
                    assert!(mode == ResponseMode::Query && one != ResponseType::Code, "{one:?} {mode:?}")
                }
            }
        }
    }
    assert_eq!(
        error_for(&client, &[("response_type", "id_token")]),
        (ErrorCode::InvalidRequest, "nonce_missing")
    );
}

#[test]
fn an_error_travels_as_the_answer_would_have() {
    // RFC 6749 §4.2.2.1, OAuth 2.0 Form Post Response Mode 1.0 §2
    let issuer = Issuer::parse("https://id.example").unwrap();
    let delivery = |changes: &[(&str, &str)]| match parse_for(&client(), changes) {
        Err(RequestRefusal::Answerable(reply)) => reply.delivery(&issuer),
        other => panic!("{other:?}"),
    };
    for (changes, expected) in [
        (vec![("response_type", "")], "https://bank.example/cb?x=1&error=invalid_request"),
        (vec![("response_type", "id_token")], "https://bank.example/cb?x=1#error=unauthorized_client"),
        (
            vec![("response_type", "id_token"), ("response_mode", "query")],
            "https://bank.example/cb?x=1#error=unauthorized_client",
        ),
    ] {
        let Delivery::Redirect(address) = delivery(&changes) else { panic!("{changes:?}") };
        assert!(address.as_str().starts_with(expected), "{address}");
    }
    let form = delivery(&[("response_type", ""), ("response_mode", "form_post")]);
    let Delivery::Form { action, fields } = form else { panic!("not a form") };
    assert_eq!(action.as_str(), "https://bank.example/cb?x=1");
    assert!(
        fields.contains(&("state", "s".into())) && fields.contains(&("iss", "https://id.example".into()))
    );
}

#[test]
fn a_public_client_proves_no_possession_where_there_is_no_code() {
    // RFC 7636 §4.3
    let asked = [("response_type", "id_token"), ("nonce", "n"), ("code_challenge", "")];
    assert_eq!(parse_for(&with_every_type(), &asked).unwrap().terms.code_challenge, None);
}
