//! Whatever arrives is answered where it may be, and nothing else happens.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;
use crate::domain::oidc::request::object;

const NAMES: [&str; 18] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "resource",
    "claims",
    "id_token_hint",
    "acr_values",
    "request",
    "registration",
    "x",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z_ ]{0,20}",
        prop::sample::select(vec![
            "https://bank.example/cb?x=1",
            "code",
            "token id_token code",
            "form_post",
            "openid offline_access",
            "none login",
            r#"{"id_token":{"acr":{"values":["x"]}}}"#,
        ])
        .prop_map(str::to_owned),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        value().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(value(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_parameters_are_answered_anywhere_but_at_the_registered_address(
        pairs in prop::collection::vec((prop::sample::select(NAMES.to_vec()), value()), 0..12),
        addressed in any::<bool>(),
    ) {
        // RFC 6749 §4.1.2.1, RFC 9700 §4.1.3, RFC 9207 §2
        let mut pairs: Vec<(String, String)> =
            pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        if addressed {
            pairs.retain(|(name, _)| name != "redirect_uri");
            pairs.push(("redirect_uri".into(), "https://bank.example/cb?x=1".into()));
        }
        let received = ReceivedParameters::collect(pairs);
        let client = with_every_type();
        match AuthorizationRequest::receive(&client, &received, Conveyance::default(), rules()) {
            Ok(request) => prop_assert_eq!(request.terms.redirect_uri, "https://bank.example/cb?x=1"),
            Err(RequestRefusal::Unaddressable(_)) => prop_assert!(!addressed),
            Err(RequestRefusal::Answerable(reply)) => {
                let issuer = Issuer::parse("https://id.example").unwrap();
                match reply.delivery(&issuer) {
                    Delivery::Redirect(address) => {
                        prop_assert!(address.as_str().starts_with("https://bank.example/cb?x=1"));
                        prop_assert!(address.as_str().ends_with("iss=https%3A%2F%2Fid.example"));
                    }
                    Delivery::Form { action, fields } => {
                        prop_assert_eq!(action.as_str(), "https://bank.example/cb?x=1");
                        prop_assert!(fields.iter().any(|(name, _)| *name == "iss"));
                    }
                }
            }
        }
    }

    #[test]
    fn no_object_is_read_but_one_that_names_its_client(
        members in prop::collection::btree_map(
            prop_oneof![prop::sample::select(NAMES.to_vec()), prop::sample::select(vec!["iss", "aud", "exp", "nbf", "sub"])]
                .prop_map(str::to_owned),
            json(),
            0..8,
        ),
        named in any::<bool>(),
    ) {
        // RFC 9101 §4, §6.3
        let mut claims: Map<String, Value> = members.into_iter().collect();
        if named {
            claims.insert("client_id".into(), "bank".into());
        }
        let issuer = Issuer::parse("https://id.example").unwrap();
        let read = object::parameters(&Map::new(), &claims, &client(), &issuer, Timestamp::UNIX_EPOCH);
        if let Ok(parameters) = read {
            let names_it = ["client_id", "iss"].iter().any(|name| claims.get(*name) == Some(&"bank".into()));
            prop_assert!(names_it);
            prop_assert!(parameters.value("request").is_none() && parameters.value("exp").is_none());
        }
    }
}
