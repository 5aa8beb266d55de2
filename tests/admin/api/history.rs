//! Versions of clients: every writer makes one, and one goes back by making another.

use facestep::domain::{id::ClientId, secret::SecretToken};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem};
use crate::support::clients::SECRET;

async fn versions(api: &Api, id: &str) -> Vec<Value> {
    api.json(&format!("/clients/{id}/versions")).await["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn going_back_makes_a_new_version_of_an_old_one_and_keeps_the_secret_of_now() {
    let api = Api::open().await;
    let first =
        json!({ "client_id": "shop", "client_name": "First", "redirect_uris": ["https://shop.example/cb"] });
    let created = api.change(Method::POST, "/clients", None, Some(&first)).await;
    let mut second = json!({ "client_name": "Second", "redirect_uris": ["https://shop.example/other"] });
    second["client_secret"] = SECRET.repeat(2).into();
    let changed =
        api.change(Method::PUT, "/clients/shop", Some(&created.header("etag")), Some(&second)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);

    let path = "/clients/shop/versions/1/restore?reason=the%20new%20address%20was%20wrong";
    assert_eq!(problem(&api.change(Method::POST, path, None, None).await).0, 428);
    assert_eq!(problem(&api.change(Method::POST, path, Some(&created.header("etag")), None).await).0, 412);
    let back = api.change(Method::POST, path, Some(&changed.header("etag")), None).await;
    assert_eq!((back.status.as_u16(), back.header("etag")), (200, created.header("etag")), "{}", back.body);
    assert_eq!((&back.json()["client_name"], back.json().get("client_secret")), (&json!("First"), None));

    let versions = versions(&api, "shop").await;
    let author = format!("operator:{}", api.desk.owner.id);
    let told: Vec<_> = versions
        .iter()
        .map(|v| (v["number"].as_i64().unwrap(), v["client"]["client_name"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(3, "First"), (2, "Second"), (1, "First")]);
    assert_eq!(
        (&versions[0]["author"], &versions[0]["reason"]),
        (&json!(author), &json!("the new address was wrong"))
    );
    assert_eq!(versions[0]["client"], versions[2]["client"]);
    let id = ClientId::parse("shop").unwrap();
    let kept = api.desk.app.store.read(move |db| db.find_client(&id)).await.unwrap().unwrap();
    assert!(kept.secret_matches(&SecretToken::from_outside(&SECRET.repeat(2))));
}

#[tokio::test]
async fn no_version_holds_a_secret_or_what_is_derived_from_one() {
    let api = Api::open().await;
    let body = json!({
        "client_id": "shop", "redirect_uris": ["https://shop.example/cb"], "client_secret": SECRET.repeat(2),
        "token_endpoint_auth_method": "client_secret_jwt",
    });
    let created = api.change(Method::POST, "/clients", None, Some(&body)).await;
    assert_eq!(created.status, 201, "{}", created.body);
    assert_eq!(created.json().get("client_secret"), None, "what was brought along is not told back");
    let id = ClientId::parse("shop").unwrap();
    let (kept, versions) = api
        .desk
        .app
        .store
        .read(move |db| Ok((db.find_client(&id)?.expect("shop"), db.client_versions(&id, i64::MAX, 10)?)))
        .await
        .unwrap();
    let text = format!("{versions:?}");
    let hash = kept.secret_hash.unwrap();
    for secret in [SECRET, hash.as_str(), "secret_hash", "sealed", "client_secret\\\":"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn a_client_from_before_versions_can_go_back_to_what_it_was() {
    // It was added without a version, as an older program did.
    let api = Api::open().await;
    assert_eq!(versions(&api, "tool").await, [Value::Null; 0]);
    let read = api.get("/clients/tool").await;
    let mut body = read.json();
    body["client_name"] = json!("Renamed");
    let changed = api.change(Method::PUT, "/clients/tool", Some(&read.header("etag")), Some(&body)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let versions = versions(&api, "tool").await;
    assert_eq!((versions.len(), &versions[1]["author"]), (2, &json!("installer")));
    let back = api.change(Method::POST, "/clients/tool/versions/1/restore", Some("*"), None).await;
    assert_eq!((back.header("etag"), back.json()), (read.header("etag"), read.json()));
}

#[tokio::test]
async fn a_client_that_was_removed_is_registered_again_with_another_secret() {
    let api = Api::open().await;
    let tag = api.registered("shop").await;
    api.change(Method::DELETE, "/clients/shop", Some(&tag), None).await;
    assert_eq!(
        problem(&api.change(Method::POST, "/clients/shop/versions/2/restore", None, None).await).0,
        404
    );
    let back = api.change(Method::POST, "/clients/shop/versions/1/restore", None, None).await;
    assert_eq!((back.status.as_u16(), back.header("etag")), (200, tag), "{}", back.body);
    assert!(back.json()["client_secret"].is_string());
}

#[tokio::test]
async fn versions_of_nobody_and_numbers_of_none_are_not_there() {
    let api = Api::open().await;
    api.registered("shop").await;
    for path in [
        "/clients/none/versions",
        "/clients/shop/versions/2",
        "/clients/shop/versions/0",
        "/clients/shop/versions/01",
        "/clients/shop/versions/9223372036854775807",
    ] {
        assert_eq!(problem(&api.get(path).await), (404, "not-found".into()), "{path}");
    }
    assert_eq!(api.json("/clients/shop/versions/1").await["number"], 1);
}
