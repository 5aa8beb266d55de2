//! What a registration, or the operator, adds to a request.

use super::*;

#[test]
fn what_is_not_said_is_what_the_client_registered() {
    // OpenID Connect Dynamic Client Registration 1.0 §2: default_max_age, default_acr_values
    let client = with(|metadata| {
        metadata.default_max_age = Some(60);
        metadata.default_acr_values = vec![Acr::face()];
    });
    let silent = requirement(&client, &[]);
    assert_eq!(silent.max_age, Some(SignedDuration::from_secs(60)));
    assert_eq!(silent.acr, AcrRequest::Preferred(vec![Acr::face()]));
    let said = requirement(&client, &[("max_age", "7"), ("acr_values", Acr::PWD)]);
    assert_eq!(said.max_age, Some(SignedDuration::from_secs(7)));
    assert_eq!(said.acr, AcrRequest::Preferred(vec![Acr::pwd()]));
}

#[test]
fn a_client_gets_no_scope_beyond_its_list_and_no_offline_access_that_it_could_not_use() {
    // RFC 7591 §2, OpenID Connect Core 1.0 §11
    let scope = |client: &Client, more: &[(&str, &str)]| {
        let asked = [&[("scope", "openid email phone offline_access"), ("nonce", "n")], more].concat();
        parse_for(client, &asked).unwrap().terms.scope
    };
    assert_eq!(scope(&client(), &[]), "openid email phone offline_access");
    assert_eq!(scope(&with(|metadata| metadata.scope = vec!["email".into()]), &[]), "openid email");
    let once = with(|metadata| metadata.grant_types = vec![GrantType::AuthorizationCode]);
    assert_eq!(scope(&once, &[]), "openid email phone");
    assert_eq!(scope(&with_every_type(), &[("response_type", "id_token")]), "openid email phone");
}

#[test]
fn a_client_without_a_list_of_resources_may_name_none_unless_the_operator_says_so() {
    // RFC 8707 §2
    let client = with(|metadata| metadata.resources.clear());
    let asked = [("resource", "https://a.example")];
    assert_eq!(error_for(&client, &asked), (ErrorCode::InvalidTarget, "resource_not_registered"));
    let mut rules = rules();
    rules.any_resource = true;
    let parsed =
        AuthorizationRequest::receive(&client, &received(&asked), Conveyance::default(), rules).unwrap();
    assert_eq!(parsed.terms.resource, ["https://a.example"]);
}

#[test]
fn a_request_must_come_as_the_client_or_the_operator_says() {
    // RFC 9126 §5, §6; RFC 9101 §10.5
    let refused = |client: &Client, came, rules: RequestPolicy| match AuthorizationRequest::receive(
        client,
        &received(&[]),
        came,
        rules,
    ) {
        Ok(_) => None,
        Err(RequestRefusal::Answerable(reply)) => Some(reply.refusal().unwrap().reason),
        Err(other) => panic!("{other:?}"),
    };
    let (plain, pushed) = (Conveyance::default(), Conveyance { pushed: true, signed: false });
    let signed = Conveyance { signed: true, pushed: false };
    let pushes = with(|metadata| metadata.require_pushed_authorization_requests = true);
    let signs = with(|metadata| metadata.require_signed_request_object = true);
    let mut all_push = rules();
    all_push.must_be_pushed = true;
    assert_eq!(refused(&client(), plain, rules()), None);
    assert_eq!(refused(&pushes, signed, rules()), Some("not_pushed"));
    assert_eq!(refused(&client(), plain, all_push), Some("not_pushed"));
    assert_eq!(refused(&pushes, pushed, all_push), None);
    assert_eq!(refused(&signs, pushed, rules()), Some("not_signed"));
    assert_eq!(refused(&signs, signed, rules()), None);
}

#[test]
fn claims_asked_for_by_name_are_kept_for_those_who_answer_them() {
    // OpenID Connect Core 1.0 §5.5
    let claims = r#"{"id_token":{"email":null,"acr":null,"x":1},"userinfo":{"name":{"essential":true},"name#de":null}}"#;
    let asked = parse_for(&client(), &[("claims", claims)]).unwrap().terms.claims;
    assert!(asked.id_token.iter().eq(["email"]) && asked.userinfo.iter().eq(["name"]), "{asked:?}");
}
