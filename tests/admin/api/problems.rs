//! Whatever goes wrong is told as problem details (RFC 9457).

use reqwest::Method;
use serde_json::json;

use super::{Api, problem};
use crate::support::browser::Answer;

#[tokio::test]
async fn each_failure_has_a_type_of_its_own() {
    // RFC 9457 §3.1, RFC 9110 §15.5
    let api = Api::open().await;
    let post = |content_type: &str, body: String| {
        let request = api.request(Method::POST, "/clients", &api.write);
        Answer::of(request.header("content-type", content_type).body(body))
    };
    let cases = [
        (api.get("/nowhere").await, 404, "not-found"),
        (api.get("").await, 404, "not-found"),
        (api.get("/clients/a%20b").await, 404, "not-found"),
        (api.get("/clients?colour=red").await, 400, "malformed"),
        (post("text/plain", "{}".into()).await, 415, "unsupported-media-type"),
        (post("application/json", "{".into()).await, 400, "malformed"),
        (post("application/json", "[]".into()).await, 422, "invalid"),
        (post("application/json", "{\"client_name\": \"\\u0000\"}".into()).await, 422, "invalid"),
        (post("application/json", format!("\"{}\"", "a".repeat(70_000))).await, 413, "too-large"),
        (api.get(&format!("/clients?after={}", "a".repeat(20_000))).await, 431, "head-too-large"),
    ];
    for (answer, status, kind) in cases {
        assert_eq!(problem(&answer), (status, kind.to_owned()), "{}", answer.body);
    }
}

#[tokio::test]
async fn another_method_is_told_which_ones_there_are() {
    // RFC 9110 §15.5.6
    let api = Api::open().await;
    for (path, allow) in [
        ("/clients", "GET, POST"),
        ("/clients/shop", "GET, PUT, DELETE"),
        ("/clients/shop/versions", "GET"),
        ("/audit/events", "GET"),
        ("/keys/some", "DELETE"),
        ("/openapi.json", "GET"),
    ] {
        let refused = Answer::of(api.request(Method::PATCH, path, &api.write)).await;
        assert_eq!(problem(&refused), (405, "method-not-allowed".into()), "{path}");
        assert_eq!(refused.header("allow"), allow);
    }
}

#[tokio::test]
async fn a_browser_that_comes_by_is_told_the_same_as_a_program() {
    let api = Api::open().await;
    let answer = api.desk.browser.get("/admin/api/v1/clients").await;
    assert_eq!(problem(&answer), (401, "unauthenticated".into()));
    let forged = api.desk.browser.post("/admin/api/v1/clients", &[("client_id", "x")]).await;
    assert_eq!(problem(&forged), (401, "unauthenticated".into()), "a cookie is no token");
    assert_eq!(
        api.get("/clients/x").await.json(),
        json!({
            "type": "urn:facestep:problem:not-found", "title": "There is no such thing here", "status": 404,
            "detail": "there is no client of this name",
        })
    );
}
