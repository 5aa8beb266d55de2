//! Signing keys by the API.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem};

async fn keys(api: &Api, alg: &str) -> Vec<Value> {
    let keys = api.json("/keys").await;
    keys["keys"].as_array().unwrap().iter().filter(|key| key["alg"] == alg).cloned().collect()
}

#[tokio::test]
async fn an_owner_rotates_a_key_and_is_named_for_it() {
    let api = Api::open().await;
    let body = json!({ "alg": "EdDSA", "soon": true });
    let rotated = api.change(Method::POST, "/keys?reason=yearly", None, Some(&body)).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    let next = rotated.json();
    assert_eq!(next["was_waiting"], false);
    let states: Vec<_> = keys(&api, "EdDSA").await.iter().map(|key| key["state"].clone()).collect();
    assert_eq!(states, ["published", "signing"]);
    let event = api.desk.last("key_made").await;
    let author = format!("operator:{}", api.desk.owner.id);
    assert_eq!(
        (&event["kid"], &event["by"], &event["reason"]),
        (&next["kid"], &json!(author), &json!("yearly"))
    );
    let again = api.change(Method::POST, "/keys", None, Some(&body)).await.json();
    assert_eq!((&again["kid"], &again["was_waiting"]), (&next["kid"], &json!(true)));
}

#[tokio::test]
async fn a_key_that_leaked_is_taken_out_at_once_and_another_signs() {
    let api = Api::open().await;
    let kid = keys(&api, "EdDSA").await[0]["kid"].as_str().unwrap().to_owned();
    let retired = api.change(Method::DELETE, &format!("/keys/{kid}?reason=leaked"), None, None).await;
    assert_eq!(retired.status, 200, "{}", retired.body);
    let signs = retired.json()["signs"].as_str().unwrap().to_owned();
    let told = keys(&api, "EdDSA").await;
    let states: Vec<_> =
        told.iter().map(|key| (key["kid"].as_str().unwrap(), key["state"].as_str().unwrap())).collect();
    assert!(
        states.contains(&(signs.as_str(), "signing")) && states.contains(&(kid.as_str(), "retired")),
        "{states:?}"
    );
    let again = api.change(Method::DELETE, &format!("/keys/{kid}"), None, None).await;
    assert_eq!(problem(&again), (409, "conflict".into()));
    assert_eq!(
        problem(&api.change(Method::DELETE, "/keys/none", None, None).await),
        (404, "not-found".into())
    );
}

#[tokio::test]
async fn a_key_of_an_algorithm_that_nothing_is_signed_with_is_not_made() {
    let api = Api::open().await;
    for body in [json!({ "alg": "HS256" }), json!({}), json!({ "alg": "ES256", "when": "now" })] {
        let refused = api.change(Method::POST, "/keys", None, Some(&body)).await;
        assert_eq!(problem(&refused), (422, "invalid".into()), "{body}");
    }
}
