//! The audit log and what is counted from it, by the API.

use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection};
use facestep::domain::audit::AuditKind;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem};
use crate::{desk::Desk, support::browser::Answer};

#[tokio::test]
async fn events_are_searched_by_what_they_tell() {
    let api = Api::open().await;
    api.registered("shop").await;
    let owner = &api.desk.owner.id;
    let found =
        api.json(&format!("/audit/events?client=shop&kind=client_added&words={owner}%20operator")).await;
    let event = &found["items"][0];
    assert_eq!(
        (&event["kind"], &event["client"], &event["details"]["version"]),
        (&json!("client_added"), &json!("shop"), &json!(1))
    );
    assert_eq!(api.json("/audit/events?client=shop&words=nothing").await, json!({ "items": [] }));
    assert_eq!(api.json("/audit/events?until=2020-01-01T00:00:00Z").await, json!({ "items": [] }));
    for query in ["kind=unheard_of", "user=a%20b", "from=yesterday", "words=a%00b", "words=1+2+3+4+5+6+7+8+9"]
    {
        assert_eq!(
            problem(&api.get(&format!("/audit/events?{query}")).await),
            (400, "malformed".into()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn an_interaction_is_followed_from_its_beginning_to_its_code() {
    let api = Api::open().await;
    let found = api.json("/audit/events?kind=grant_issued&limit=1").await;
    let interaction = found["items"][0]["interaction"].as_str().unwrap();
    let events = api.json(&format!("/audit/interactions/{interaction}")).await;
    let kinds: Vec<_> =
        events["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"interaction_opened"), Some(&"grant_issued")));
    assert_eq!(problem(&api.get("/audit/interactions/none").await), (404, "not-found".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn checking_the_chain_finds_an_edited_row_and_what_is_carried_elsewhere_has_its_links() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facestep.db");
    let api = Api::open_at(Desk::set_on(&format!("sqlite:{}", path.display())).await).await;
    let whole = api.json("/audit/verification").await;
    assert_eq!(whole["whole"], true);
    let head = whole["head"].as_str().unwrap().to_owned();
    let exported = api.get("/audit/export").await;
    assert_eq!(exported.header("content-type"), "application/jsonl");
    let lines: Vec<Value> = exported.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = lines.last().unwrap();
    assert_eq!(head, format!("{}:{}", last["position"], last["link"].as_str().unwrap()));
    assert!(AuditKind::parse(last["event"]["kind"].as_str().unwrap()).is_some());
    let rest = api.get(&format!("/audit/export?from={}", last["position"])).await;
    assert_eq!(rest.body.lines().count(), 1);
    assert_eq!(api.json(&format!("/audit/verification?anchor={head}")).await["whole"], true);

    let mut database = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    database.batch_execute("UPDATE audit_events SET event = event || ' ' WHERE position = 3").unwrap();
    let broken = api.json("/audit/verification").await;
    assert_eq!((&broken["whole"], &broken["position"]), (&json!(false), &json!(3)));
    assert_eq!(problem(&api.get("/audit/verification?anchor=x").await), (400, "malformed".into()));
}

#[tokio::test]
async fn statistics_tell_the_days_that_are_asked_for() {
    let api = Api::open().await;
    let today = api.json("/statistics").await;
    assert_eq!(today["days"].as_object().unwrap().len(), 30);
    let day = today["to"].as_str().unwrap();
    let one = api.json(&format!("/statistics?from={day}&to={day}")).await;
    assert_eq!(one["whole"]["grants"], json!({ "urn:facestep:acr:face": 1, "urn:facestep:acr:pwd": 1 }));
    assert_eq!(one["clients"]["tool"], one["whole"]);
    for query in [
        "from=2026-02-30",
        "from=today",
        "from=2027-01-01&to=2026-01-01",
        "from=2025-01-01&to=2026-01-01",
        "day=1",
    ] {
        assert_eq!(
            problem(&api.get(&format!("/statistics?{query}")).await),
            (400, "malformed".into()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn the_log_is_only_read() {
    let api = Api::open().await;
    let refused = Answer::of(api.request(Method::DELETE, "/audit/events", &api.write)).await;
    assert_eq!(problem(&refused).0, 405);
}
