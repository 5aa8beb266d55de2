//! Nobody overwrites what they have not seen (RFC 9110 §13).

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

use super::{Api, problem};
use crate::support::browser::Answer;

fn renamed(name: &str) -> serde_json::Value {
    json!({ "client_name": name, "redirect_uris": ["https://shop.example/cb"] })
}

#[tokio::test]
async fn a_change_says_what_it_was_made_of_or_is_refused() {
    // RFC 6585 §3, RFC 9110 §13.1.1, §15.5.13
    let api = Api::open().await;
    let tag = api.registered("shop").await;
    let put = async |seen: Option<&str>, name| {
        api.change(Method::PUT, "/clients/shop", seen, Some(&renamed(name))).await
    };
    assert_eq!(problem(&put(None, "a").await), (428, "precondition-required".into()));
    let changed = put(Some(&tag), "b").await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_ne!(changed.header("etag"), tag);
    assert_eq!(problem(&put(Some(&tag), "c").await), (412, "precondition-failed".into()));
    let weak = format!("W/{}", changed.header("etag"));
    assert_eq!(problem(&put(Some(&weak), "c").await), (412, "precondition-failed".into()));
    assert_eq!(put(Some(&format!("\"x\", {}", changed.header("etag"))), "d").await.status, 200);
    assert_eq!(put(Some("*"), "e").await.status, 200);
    assert_eq!(problem(&put(Some("no tag"), "f").await), (400, "malformed".into()));
    assert_eq!(problem(&api.change(Method::DELETE, "/clients/shop", None, None).await).0, 428);
    assert_eq!(problem(&api.change(Method::DELETE, "/clients/shop", Some(&tag), None).await).0, 412);
    assert_eq!(problem(&api.change(Method::PUT, "/clients/none", None, Some(&renamed("a"))).await).0, 404);
}

#[tokio::test]
async fn what_the_caller_has_already_is_not_sent_again() {
    // RFC 9110 §13.1.2, §15.4.5
    let api = Api::open().await;
    let tag = api.registered("shop").await;
    let ask = async |seen: &str| {
        let request = api.request(Method::GET, "/clients/shop", &api.read).header("if-none-match", seen);
        Answer::of(request).await
    };
    for seen in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".into()] {
        let answer = ask(&seen).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str(), answer.header("etag")),
            (304, "", tag.clone()),
            "{seen}"
        );
    }
    assert_eq!(ask("\"x\"").await.status, 200);
    assert_eq!(problem(&ask("x").await), (400, "malformed".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_change_the_same_revision_at_once_one_wins() {
    // RFC 9110 §13.1.1
    let api = Api::open().await;
    let tag = api.registered("shop").await;
    let racers = (0..12).map(|n| {
        let request = api.request(Method::PUT, "/clients/shop", &api.write).header("if-match", &tag);
        tokio::spawn(Answer::of(request.json(&renamed(&format!("racer {n}")))))
    });
    let mut outcomes = BTreeMap::new();
    for racer in racers.collect::<Vec<_>>() {
        *outcomes.entry(racer.await.unwrap().status.as_u16()).or_insert(0) += 1;
    }
    assert_eq!(outcomes, BTreeMap::from([(200, 1), (412, 11)]));
    assert_eq!(api.json("/clients/shop/versions").await["items"].as_array().unwrap().len(), 2);
}
