//! The policies by the API: read, rehearsed, put in force by what was seen, and put back.

use facestep::domain::{admin::role::Role, oidc::scope::ADMIN_WRITE};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem};
use crate::support::browser::Answer;

/// The policies in force with one more, which nobody meets.
async fn with_one_more(api: &Api) -> Value {
    let mut document = api.json("/policy").await["document"].clone();
    let policy = json!({
        "name": "night", "when": { "groups": ["nobody"] }, "demand": { "acr": "urn:facestep:acr:face" },
    });
    match document.get_mut("policies").and_then(Value::as_array_mut) {
        Some(policies) => policies.push(policy),
        None => document["policies"] = json!([policy]),
    }
    document
}

#[tokio::test]
async fn policies_are_rehearsed_put_in_force_and_put_back_by_what_was_seen() {
    // RFC 9110 §13.1.1
    let api = Api::open().await;
    let shipped = api.get("/policy").await;
    assert_eq!((shipped.header("etag"), &shipped.json()["number"]), ("\"0\"".into(), &json!(0)));
    let changed = with_one_more(&api).await;
    let rehearsed = api.request(Method::POST, "/policy/rehearsal", &api.read).json(&changed);
    let rehearsed = Answer::of(rehearsed).await;
    assert_eq!(
        (rehearsed.status.as_u16(), &rehearsed.json()["number"]),
        (200, &json!(1)),
        "{}",
        rehearsed.body
    );
    assert_eq!(rehearsed.json()["differences"]["parts"][0]["name"], "night");
    assert!(rehearsed.json()["findings"].to_string().contains("night"), "a group that nobody is in is told");
    assert_eq!(api.get("/policy").await.header("etag"), "\"0\"", "nothing was done");

    let put = async |seen| api.change(Method::PUT, "/policy?reason=nights", seen, Some(&changed)).await;
    assert_eq!(problem(&put(None).await).0, 428);
    assert_eq!(problem(&put(Some("\"1\"")).await).0, 412);
    let applied = put(Some("\"0\"")).await;
    assert_eq!((applied.status.as_u16(), applied.header("etag")), (200, "\"1\"".into()), "{}", applied.body);
    assert_eq!(problem(&put(Some("\"0\"")).await).0, 412);
    let author = json!(format!("operator:{}", api.desk.owner.id));
    let now = api.json("/policy").await;
    assert_eq!((&now["author"], &now["reason"], &now["document"]), (&author, &json!("nights"), &changed));

    let back = api.change(Method::POST, "/policy/versions/0/restore", Some("\"1\""), None).await;
    assert_eq!((back.status.as_u16(), back.header("etag")), (200, "\"2\"".into()), "{}", back.body);
    assert_eq!(api.json("/policy/versions/2").await["document"], shipped.json()["document"]);
    let versions = api.json("/policy/versions?limit=1").await;
    assert_eq!((&versions["items"][0]["number"], versions["items"][0].get("document")), (&json!(2), None));
    assert_eq!(api.json(versions["next"].as_str().unwrap()).await["items"][0]["number"], 1);
    for path in ["/policy/versions/3", "/policy/versions/-1", "/policy/versions/00", "/policy/versions/x"] {
        assert_eq!(problem(&api.get(path).await), (404, "not-found".into()), "{path}");
    }
}

#[tokio::test]
async fn policies_that_do_not_fit_together_are_told_place_by_place() {
    // RFC 9457 §3.2
    let api = Api::open().await;
    let mut document = with_one_more(&api).await;
    document["policies"][0]["demand"]["acr"] = json!("urn:nowhere");
    let refused = api.change(Method::PUT, "/policy", Some("*"), Some(&document)).await;
    assert_eq!(problem(&refused), (422, "invalid".into()));
    let errors = refused.json()["errors"].clone();
    assert!(errors[0]["member"].as_str().unwrap().starts_with("policies[0]"), "{errors}");
    let misspelt = api.change(Method::PUT, "/policy", Some("*"), Some(&json!({ "context": [] }))).await;
    assert_eq!(problem(&misspelt), (422, "invalid".into()));
}

#[tokio::test]
async fn policies_are_an_owners_to_change_and_everyones_to_rehearse() {
    let api = Api::open().await;
    let operator = api.token_of("omar", Role::Operator, ADMIN_WRITE).await;
    let document = with_one_more(&api).await;
    let put = api.request(Method::PUT, "/policy", &operator).header("if-match", "*").json(&document);
    assert_eq!(problem(&Answer::of(put).await), (403, "insufficient-role".into()));
    let rehearse = api.request(Method::POST, "/policy/rehearsal", &operator).json(&document);
    assert_eq!(Answer::of(rehearse).await.status, 200);
    assert!(api.json("/policy/findings").await["findings"].is_array());
}
