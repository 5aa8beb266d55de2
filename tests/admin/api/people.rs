//! Accounts, sessions and administrators by the API.

use facestep::domain::{admin::role::Role, oidc::scope::ADMIN_WRITE};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem};
use crate::support::browser::Answer;

fn named<'a>(list: &'a Value, member: &str, name: &str) -> &'a Value {
    let items = list["items"].as_array().unwrap();
    items.iter().find(|item| item[member] == name).unwrap_or_else(|| panic!("{name}: {list}"))
}

#[tokio::test]
async fn accounts_are_found_by_name_and_put_into_groups() {
    let api = Api::open().await;
    let ada = api.desk.app.add_ada().await;
    let found = api.json("/users?name=ad").await;
    assert_eq!(named(&found, "username", "ada")["user"], ada.id.as_str());
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(named(&api.json("/users").await, "username", "olivia")["role"], "owner");
    let path = format!("/users/{}", ada.id);
    let put = async |body: Value| {
        api.change(Method::PUT, &format!("{path}/groups?reason=team"), None, Some(&body)).await
    };
    assert_eq!(put(json!({ "groups": ["treasury"] })).await.status, 204);
    assert_eq!(api.json(&path).await["groups"], json!(["treasury"]));
    let author = format!("operator:{}", api.desk.owner.id);
    assert_eq!(
        api.desk.last("user_changed").await,
        json!({ "by": author, "reason": "team", "groups": ["treasury"] })
    );
    for bad in [json!({ "groups": ["A B"] }), json!({ "groups": vec!["x"; 33] }), json!({ "groups": "x" })] {
        assert_eq!(problem(&put(bad).await), (422, "invalid".into()));
    }
    for path in ["/users/none", "/users/a%20b"] {
        assert_eq!(problem(&api.get(path).await), (404, "not-found".into()), "{path}");
    }
}

#[tokio::test]
async fn a_face_may_be_tried_again_and_what_was_enrolled_is_taken_back() {
    let api = Api::open().await;
    let ada = api.desk.app.add_ada().await;
    let restored = api.change(Method::POST, &format!("/users/{}/face/restore", ada.id), None, None).await;
    assert_eq!(restored.status, 204, "{}", restored.body);
    assert_eq!(api.desk.events("face_restored").await.len(), 1);
    let revoked = api.change(Method::DELETE, &format!("/users/{}/enrolment", ada.id), None, None).await;
    assert_eq!(revoked.status, 204, "{}", revoked.body);
    let nobody = api.change(Method::DELETE, "/users/none/enrolment", None, None).await;
    assert_eq!(problem(&nobody), (404, "not-found".into()));
}

#[tokio::test]
async fn a_session_is_seen_with_its_proofs_and_ended() {
    let api = Api::open().await;
    let (omar, browser) = api.desk.colleague("omar", Role::Operator).await;
    let found = api.json(&format!("/sessions?user={}", omar.id)).await;
    let session = &found["items"][0];
    let methods: Vec<_> =
        session["ledger"].as_array().unwrap().iter().map(|proof| proof["method"].clone()).collect();
    assert_eq!(
        (methods, &session["assurance"]["acr"]),
        (vec![json!("pwd"), json!("face")], &json!("urn:facestep:acr:face"))
    );
    let path = format!("/sessions/{}?reason=lost%20laptop", session["session"].as_str().unwrap());
    assert_eq!(api.change(Method::DELETE, &path, None, None).await.status, 204);
    assert_eq!(problem(&api.change(Method::DELETE, &path, None, None).await), (404, "not-found".into()));
    assert_eq!(browser.get("/admin").await.status, 303, "they are led to sign in");
    let all = api.change(Method::DELETE, &format!("/users/{}/sessions", api.desk.owner.id), None, None).await;
    assert_eq!(all.status, 204, "{}", all.body);
    assert_eq!(api.desk.browser.get("/admin").await.status, 303);
}

#[tokio::test]
async fn an_owner_gives_and_takes_roles_and_the_last_owner_stays_one() {
    let api = Api::open().await;
    let omar = api.token_of("omar", Role::Operator, ADMIN_WRITE).await;
    let listed = api.json("/administrators").await;
    let names: Vec<_> =
        listed["administrators"].as_array().unwrap().iter().map(|one| one["username"].clone()).collect();
    assert_eq!(names, [json!("olivia"), json!("omar")]);
    let id = |n: usize| listed["administrators"][n]["user"].as_str().unwrap().to_owned();
    let set = async |user: String, role: &str| {
        api.change(Method::PUT, &format!("/administrators/{user}"), None, Some(&json!({ "role": role })))
            .await
    };
    assert_eq!(set(id(1), "viewer").await.status, 204);
    assert_eq!(api.json("/administrators").await["administrators"][1]["role"], "viewer");
    assert_eq!(problem(&set(id(1), "emperor").await), (422, "invalid".into()));
    assert_eq!(problem(&set(id(0), "viewer").await), (409, "conflict".into()));
    assert_eq!(problem(&set("none".into(), "viewer").await), (404, "not-found".into()));
    let gone = api.change(Method::DELETE, &format!("/administrators/{}", id(1)), None, None).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(Answer::of(api.request(Method::GET, "/administrators", &omar)).await.status, 403);
    let last = api.change(Method::DELETE, &format!("/administrators/{}", id(0)), None, None).await;
    assert_eq!(problem(&last), (409, "conflict".into()));
}

#[tokio::test]
async fn a_link_lets_somebody_in_and_is_told_once() {
    let api = Api::open().await;
    let invite = async |body: Value| {
        api.change(Method::POST, "/administrators/invitations?reason=new", None, Some(&body)).await
    };
    let invited = invite(json!({ "username": "vera", "role": "viewer", "hours": 1 })).await;
    assert_eq!(invited.status, 201, "{}", invited.body);
    let link = invited.json()["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&api.desk.app.issuer.address("/admin/invitation/")), "{link}");
    let listed = api.get("/administrators").await;
    assert_eq!(listed.json()["invitations"][0]["username"], "vera");
    assert!(!listed.body.contains(link.rsplit('/').next().unwrap()));
    for (member, bad) in [
        ("hours", json!({ "username": "v", "role": "viewer", "hours": 0 })),
        ("username", json!({ "username": "", "role": "viewer" })),
    ] {
        let refused = invite(bad).await;
        assert_eq!((problem(&refused), &refused.json()["member"]), ((422, "invalid".into()), &json!(member)));
    }
}
