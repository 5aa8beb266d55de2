//! The API's description is true: of what is kept in the repository, and of what answers.

use facestep::{domain::oidc::registration::snapshot::snapshot, web::api::openapi::description};
use reqwest::Method;
use serde_json::Value;

use super::{Api, problem, tool};
use crate::support::browser::Answer;

#[test]
fn the_kept_description_is_what_the_code_says() {
    // docs/openapi.json
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    if std::env::var_os("FACESTEP_UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, description()).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == description(),
        "docs/openapi.json is stale; run this test with FACESTEP_UPDATE_OPENAPI=1"
    );
}

#[tokio::test]
async fn it_is_served_to_everyone() {
    let api = Api::open().await;
    let answer = Answer::of(api.desk.app.program(Method::GET, "/admin/api/v1/openapi.json")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json".into()));
    assert_eq!(answer.body, description());
    assert!(answer.json()["openapi"].as_str().unwrap().starts_with("3.1."));
}

#[tokio::test]
async fn every_described_operation_is_there_and_asks_for_a_token() {
    let api = Api::open().await;
    let described: Value = serde_json::from_str(&description()).unwrap();
    let mut seen = 0;
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let path = path.replace(['{', '}'], "");
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer =
                Answer::of(api.desk.app.program(method.clone(), &format!("/admin/api/v1{path}"))).await;
            let needs_token = operation["security"][0].get("oauth").is_some();
            match needs_token {
                true => assert_eq!(problem(&answer), (401, "unauthenticated".into()), "{method} {path}"),
                false => assert_eq!((answer.status.as_u16(), path.as_str()), (200, "/openapi.json")),
            }
            seen += 1;
        }
    }
    assert!(seen >= 17, "{seen}");
}

#[tokio::test]
async fn a_client_is_described_by_its_members() {
    let api = Api::open().await;
    let described: Value = serde_json::from_str(&description()).unwrap();
    let properties = described["components"]["schemas"]["ClientMembers"]["properties"].as_object().unwrap();
    let told = snapshot(&tool(&api.desk.app));
    for name in [
        "client_id",
        "client_name",
        "redirect_uris",
        "scope",
        "resources",
        "first_party",
        "acr_values_are_necessary",
    ] {
        assert!(told.contains_key(name) && properties.contains_key(name), "{name}");
    }
}
