//! All ways to ask, and who goes before whom: a table for each rule, from the text of a request to what the client is told.

use facestep::domain::{
    authn::{
        acr::Acr,
        circumstances::Condition,
        document::{House, PolicyDocument},
        policy_set::{Demand, Policy, PolicySet},
    },
    oidc::{client::Client, request::Conveyance},
};

use crate::world::{Outcome, World, client, shipped};

const PWD: &str = Acr::PWD;
const FACE: &str = Acr::FACE;
const DEVICE: &str = Acr::FACE_DEVICE;
const UNKNOWN: &str = "urn:example:unknown";
const RESOURCE: (&str, &str) = ("resource", "https://api.example/");
const TRANSFER: (&str, &str) = ("scope", "openid transfer");
const NONE: (&str, &str) = ("prompt", "none");

fn told(acr: &str) -> Outcome {
    Outcome::acr(acr)
}

fn unmet() -> Outcome {
    Outcome::error("unmet_authentication_requirements")
}

fn malformed() -> Outcome {
    Outcome::error("invalid_request")
}

/// Somebody with a password who passes the face check, or fails it.
fn someone(passes: bool) -> World {
    World { passes, ..World::default() }
}

/// A request's parameters.
type Asked<'a> = &'a [(&'a str, &'a str)];

/// Each request with what comes of it for somebody who passes and for somebody who fails.
fn table(client: &Client, set: &PolicySet, rows: &[(Asked<'_>, Outcome, Outcome)]) {
    for (asked, passed, failed) in rows {
        assert_eq!(&someone(true).ask(client, set, asked), passed, "passing: {asked:?}");
        assert_eq!(&someone(false).ask(client, set, asked), failed, "failing: {asked:?}");
    }
}

fn id_token(acr: &str) -> String {
    format!(r#"{{"id_token":{{"acr":{acr}}}}}"#)
}

fn userinfo(acr: &str) -> String {
    format!(r#"{{"userinfo":{{"acr":{acr}}}}}"#)
}

/// What ships, with one policy that always applies.
fn with_policy(demand: Demand) -> PolicySet {
    let policy = Policy {
        name: "always".into(),
        title: String::new(),
        when: Condition::default(),
        demand,
        disabled: false,
    };
    let house = House::default();
    let document = PolicyDocument { policies: vec![policy], ..PolicyDocument::shipped(&house) };
    document.compile(&house).unwrap()
}

fn demanding(acr: &str) -> Demand {
    Demand { acr: Some(Acr(acr.into())), ..Demand::default() }
}

#[test]
fn acr_values_alone_is_a_wish_in_order_of_preference() {
    // OpenID Connect Core 1.0 §3.1.2.1
    let unknown_first = format!("{UNKNOWN} {FACE} {PWD}");
    let (pwd_first, face_first) = (format!("{PWD} {FACE}"), format!("  {FACE}   {PWD} "));
    table(
        &client(),
        &shipped(),
        &[
            (&[], told(PWD), told(PWD)),
            (&[("acr_values", FACE)], told(FACE), told(PWD)),
            (&[("acr_values", &face_first)], told(FACE), told(PWD)),
            (&[("acr_values", &pwd_first)], told(PWD), told(PWD)),
            (&[("acr_values", &unknown_first)], told(FACE), told(PWD)),
            (&[("acr_values", UNKNOWN)], told(PWD), told(PWD)),
            (&[("acr_values", " ")], told(PWD), told(PWD)),
            (&[("acr_values", DEVICE)], told(PWD), told(PWD)),
        ],
    );
}

#[test]
fn an_essential_value_or_one_of_the_values_is_told_or_an_error_in_either_place() {
    // OpenID Connect Core 1.0 §5.5.1.1
    for place in [id_token, userinfo] {
        let face = place(&format!(r#"{{"essential":true,"value":"{FACE}"}}"#));
        let list = place(&format!(r#"{{"essential":true,"values":["{UNKNOWN}","{FACE}","{PWD}"]}}"#));
        let both = place(&format!(r#"{{"essential":true,"value":"{FACE}","values":["{PWD}"]}}"#));
        let unknown = place(&format!(r#"{{"essential":true,"values":["{UNKNOWN}"]}}"#));
        let bare = place(r#"{"essential":true}"#);
        table(
            &client(),
            &shipped(),
            &[
                (&[("claims", &face)], told(FACE), unmet()),
                (&[("claims", &list)], told(FACE), told(PWD)),
                (&[("claims", &both)], told(FACE), told(PWD)),
                (&[("claims", &unknown)], unmet(), unmet()),
                (&[("claims", &bare)], told(PWD), told(PWD)),
                // What is essential holds whatever acr_values wishes beside it.
                (&[("claims", &face), ("acr_values", PWD)], told(FACE), unmet()),
            ],
        );
    }
}

#[test]
fn what_is_essential_in_both_places_must_be_met_in_both() {
    // OpenID Connect Core 1.0 §5.5.1.1
    let both = |id_token: &str, userinfo: &str| {
        format!(r#"{{"id_token":{{"acr":{id_token}}},"userinfo":{{"acr":{userinfo}}}}}"#)
    };
    let (face, pwd) = (
        format!(r#"{{"essential":true,"value":"{FACE}"}}"#),
        format!(r#"{{"essential":true,"value":"{PWD}"}}"#),
    );
    let either = format!(r#"{{"essential":true,"values":["{PWD}","{FACE}"]}}"#);
    let wish = format!(r#"{{"values":["{PWD}"]}}"#);
    table(
        &client(),
        &shipped(),
        &[
            (&[("claims", &both(&face, &either))], told(FACE), unmet()),
            (&[("claims", &both(&either, &face))], told(FACE), unmet()),
            (&[("claims", &both(&face, &pwd))], malformed(), malformed()),
            (&[("claims", &both(&wish, &face))], told(FACE), unmet()),
            (&[("claims", &both(&face, &wish))], told(FACE), unmet()),
        ],
    );
}

#[test]
fn a_voluntary_claim_is_a_wish_that_goes_before_acr_values() {
    // OpenID Connect Core 1.0 §5.5.1.1
    for place in [id_token, userinfo] {
        let face = place(&format!(r#"{{"values":["{FACE}"]}}"#));
        let said = place(&format!(r#"{{"essential":false,"value":"{FACE}"}}"#));
        let pwd = place(&format!(r#"{{"value":"{PWD}"}}"#));
        table(
            &client(),
            &shipped(),
            &[
                (&[("claims", &face)], told(FACE), told(PWD)),
                (&[("claims", &said)], told(FACE), told(PWD)),
                (&[("claims", &pwd), ("acr_values", FACE)], told(PWD), told(PWD)),
                (&[("claims", &place("null")), ("acr_values", FACE)], told(FACE), told(PWD)),
            ],
        );
    }
}

#[test]
fn an_acr_claim_of_another_shape_is_malformed_and_other_members_are_ignored() {
    // OpenID Connect Core 1.0 §5.5, §5.5.1
    for wrong in [
        "true",
        "[]",
        r#""urn:facestep:acr:face""#,
        r#"{"essential":"true"}"#,
        r#"{"essential":null}"#,
        r#"{"value":1}"#,
        r#"{"value":""}"#,
        r#"{"value":["urn:facestep:acr:face"]}"#,
        r#"{"values":"urn:facestep:acr:face"}"#,
        r#"{"values":[]}"#,
        r#"{"values":[null]}"#,
    ] {
        let claims = id_token(wrong);
        assert_eq!(someone(true).ask(&client(), &shipped(), &[("claims", &claims)]), malformed(), "{wrong}");
    }
    for wrong in ["{", "[]", "null", "\"acr\"", r#"{"id_token":[]}"#, r#"{"id_token":{}} x"#] {
        assert_eq!(someone(true).ask(&client(), &shipped(), &[("claims", wrong)]), malformed(), "{wrong}");
    }
    for odd in [
        r#"{"id_token":{"acr":{"value":"urn:facestep:acr:face","essential":true,"x":1}},"y":[],"userinfo":null}"#,
        r#" { "id_token" : { "\u0061cr" : { "essential" : true , "values" : [ "urn:facestep:acr:\u0066ace" ] } } } "#,
    ] {
        assert_eq!(someone(false).ask(&client(), &shipped(), &[("claims", odd)]), unmet(), "{odd}");
    }
}

#[test]
fn a_resource_a_protected_scope_or_the_registration_makes_acr_values_necessary() {
    // RFC 9470 §5
    let registered = Client { acr_values_are_necessary: true, ..client() };
    let wish = ("acr_values", FACE);
    let set = shipped();
    table(
        &client(),
        &set,
        &[
            (&[wish, RESOURCE], told(FACE), unmet()),
            (&[("acr_values", UNKNOWN), RESOURCE], unmet(), unmet()),
            // Without a context that is asked for, a resource alone demands none.
            (&[RESOURCE], told(PWD), told(PWD)),
            (&[wish, TRANSFER], told(FACE), unmet()),
        ],
    );
    table(&registered, &set, &[(&[wish], told(FACE), unmet()), (&[], told(PWD), told(PWD))]);
}

#[test]
fn what_the_request_does_not_say_is_what_the_client_registered_and_what_it_says_goes_before() {
    // OpenID Connect Dynamic Client Registration 1.0 §2
    let mut client = client();
    client.metadata.default_acr_values = vec![Acr::face()];
    client.metadata.default_max_age = Some(60);
    let essential = id_token(&format!(r#"{{"essential":true,"value":"{PWD}"}}"#));
    let wish = id_token(&format!(r#"{{"value":"{PWD}"}}"#));
    table(
        &client,
        &shipped(),
        &[
            (&[], told(FACE), told(PWD)),
            (&[RESOURCE], told(FACE), unmet()),
            (&[("acr_values", PWD)], told(PWD), told(PWD)),
            (&[("claims", &essential)], told(PWD), told(PWD)),
            (&[("claims", &wish)], told(PWD), told(PWD)),
            // The session's password is ten minutes old.
            (&[NONE], Outcome::error("login_required"), Outcome::error("login_required")),
            (&[NONE, ("max_age", "600")], told(PWD), told(PWD)),
        ],
    );
}

#[test]
fn a_minimum_of_the_registration_of_a_policy_or_of_a_scope_goes_before_the_request() {
    let minimum = Client { minimum_acr: Some(Acr::face()), ..client() };
    let (plain, set, demanded) = (client(), shipped(), with_policy(demanding(FACE)));
    let less = id_token(&format!(r#"{{"value":"{PWD}"}}"#));
    let essential = id_token(&format!(r#"{{"essential":true,"value":"{PWD}"}}"#));
    let ways: [(&Client, &PolicySet, Asked<'static>); 3] =
        [(&minimum, &set, &[]), (&plain, &demanded, &[]), (&plain, &set, &[TRANSFER])];
    for (client, set, by) in ways {
        let with = |asked: &[(&'static str, &'static str)]| [by, asked].concat();
        let wish = [by, &[("claims", less.as_str())]].concat();
        table(
            client,
            set,
            &[
                (&with(&[]), told(FACE), unmet()),
                (
                    &with(&[("acr_values", UNKNOWN)]),
                    if by.is_empty() { told(FACE) } else { unmet() },
                    unmet(),
                ),
                (
                    &with(&[NONE]),
                    Outcome::error("interaction_required"),
                    Outcome::error("interaction_required"),
                ),
            ],
        );
        if by.is_empty() {
            table(
                client,
                set,
                &[(&wish, told(FACE), unmet()), (&with(&[("acr_values", PWD)]), told(FACE), unmet())],
            );
        }
        // A condition keeps its words; the face is shown all the same, or nothing is told.
        table(client, set, &[(&[by, &[("claims", essential.as_str())]].concat(), told(PWD), unmet())]);
    }
}

#[test]
fn a_policy_that_refuses_goes_before_all() {
    let set = with_policy(Demand { refuse: true, ..Demand::default() });
    let essential = id_token(&format!(r#"{{"essential":true,"value":"{PWD}"}}"#));
    table(
        &client(),
        &set,
        &[
            (&[], unmet(), unmet()),
            (&[("acr_values", PWD)], unmet(), unmet()),
            (&[("claims", &essential)], unmet(), unmet()),
            (&[NONE], unmet(), unmet()),
        ],
    );
}

#[test]
fn minima_from_several_sides_must_all_be_met() {
    let client = Client { minimum_acr: Some(Acr(DEVICE.into())), ..client() };
    let keyed = World { has_key: true, ..someone(true) };
    let keyless = someone(true);
    for set in [shipped(), with_policy(demanding(FACE)), with_policy(demanding(Acr::FACE_PROOFED))] {
        assert_eq!(keyed.ask(&client, &set, &[TRANSFER]), told(DEVICE));
        assert_eq!(keyless.ask(&client, &set, &[TRANSFER]), unmet());
    }
    let stale = World { enrolled_days: 31, ..keyed };
    assert_eq!(stale.ask(&client, &with_policy(demanding(Acr::FACE_PROOFED)), &[]), unmet());
    assert_eq!(stale.ask(&client, &shipped(), &[]), told(DEVICE));
}

#[test]
fn max_age_counts_what_the_context_asks_to_be_fresh() {
    // OpenID Connect Core 1.0 §3.1.2.1
    let client = client();
    let essential = |acr: &str| id_token(&format!(r#"{{"essential":true,"value":"{acr}"}}"#));
    let world = |pwd_age, face_age| World { pwd_age, face: Some((face_age, false)), ..World::default() };
    let cases = [
        (FACE, "60", world(4_000, 60), told(FACE)),
        (FACE, "60", world(4_000, 61), Outcome::error("interaction_required")),
        (FACE, "4000", world(10, 300), told(FACE)),
        (FACE, "4000", world(10, 301), Outcome::error("interaction_required")),
        (PWD, "60", world(60, 400), told(PWD)),
        (PWD, "60", world(61, 10), Outcome::error("login_required")),
        (PWD, "0", world(1, 1), Outcome::error("login_required")),
        (PWD, "99999999999999999999", world(4_000, 400), told(PWD)),
    ];
    for (acr, max_age, world, expected) in cases {
        let claims = essential(acr);
        let asked = [("claims", claims.as_str()), ("max_age", max_age), NONE];
        assert_eq!(world.ask(&client, &shipped(), &asked), expected, "{acr} {max_age} {world:?}");
    }
    for wrong in ["-1", "1.5", "x", " 1", "0x1"] {
        assert_eq!(someone(true).ask(&client, &shipped(), &[("max_age", wrong)]), malformed(), "{wrong}");
    }
}

#[test]
fn a_client_may_be_held_to_ask_for_a_context_or_an_age_by_pushed_or_signed_requests_alone() {
    // RFC 9126 §1, RFC 9101 §1: what stands in an address can be edited by its person
    let mut held = client();
    held.metadata.require_protected_step_up = true;
    let (set, plain) = (shipped(), Conveyance::default());
    let (pushed, signed) = (Conveyance { pushed: true, ..plain }, Conveyance { signed: true, ..plain });
    let wish = id_token(&format!(r#"{{"value":"{FACE}"}}"#));
    let escaped = wish.replace("\"acr\"", "\"\\u0061cr\"");
    let elsewhere = userinfo(&format!(r#"{{"essential":true,"values":["{FACE}"]}}"#));
    let asking: [&[(&str, &str)]; 5] = [
        &[("acr_values", FACE)],
        &[("max_age", "60")],
        &[("claims", &wish)],
        &[("claims", &escaped)],
        &[("claims", &elsewhere)],
    ];
    for asked in asking {
        assert_eq!(someone(true).ask_by(&held, &set, asked, plain), malformed(), "{asked:?}");
        let expected = someone(true).ask(&client(), &set, asked);
        for came in [pushed, signed] {
            assert_eq!(someone(true).ask_by(&held, &set, asked, came), expected, "{asked:?}");
        }
    }
    // What asks for neither comes as it likes: the word alone does not make it a question.
    let silent: [&[(&str, &str)]; 4] = [
        &[],
        &[("claims", r#"{"id_token":{"email":{"value":"acr"},"acr":null}}"#)],
        &[("claims", r#"{"x":{"acr":{"value":"urn:facestep:acr:face"}}}"#)],
        &[("claims", r#"{"id_token":{"acr":{"essential":true}}}"#)],
    ];
    for asked in silent {
        assert_eq!(someone(true).ask_by(&held, &set, asked, plain), told(PWD), "{asked:?}");
    }
}

#[test]
fn a_client_is_told_in_the_words_in_which_it_asks() {
    let shown = World { keycloak: true, ..someone(true) };
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("acr_values", "2")], "2"),
        (&[("acr_values", FACE)], FACE),
        (&[("acr_values", "1")], "1"),
        (&[], "1"),
        (&[TRANSFER], "2"),
    ];
    for (asked, expected) in cases {
        assert_eq!(shown.ask(&client(), &shipped(), asked), told(expected), "{asked:?}");
    }
    assert_eq!(someone(true).ask(&client(), &shipped(), &[("acr_values", "2"), RESOURCE]), unmet());
}
