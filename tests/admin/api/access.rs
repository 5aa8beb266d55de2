//! Who may call, and what they are told who may not.

use facestep::domain::{
    admin::{api::ADMIN_API, role::Role},
    authn::acr::Acr,
    oidc::scope::{ADMIN_READ, ADMIN_WRITE},
};
use reqwest::Method;
use serde_json::json;

use super::{Api, machine, own_token, problem, token};
use crate::support::browser::Answer;

async fn told(api: &Api, method: Method, token: &str) -> (Answer, (u16, String)) {
    let answer =
        Answer::of(api.request(method, "/clients", token).json(&json!({ "client_id": "new" }))).await;
    let told = problem(&answer);
    (answer, told)
}

#[tokio::test]
async fn without_a_token_that_counts_there_is_a_challenge_and_nothing_else() {
    // RFC 6750 §3, §3.1
    let api = Api::open().await;
    let bare = Answer::of(api.desk.app.program(Method::GET, "/admin/api/v1/clients")).await;
    assert_eq!(
        (problem(&bare), bare.header("www-authenticate")),
        ((401, "unauthenticated".into()), "Bearer".into())
    );
    let fetched = api
        .desk
        .app
        .program(Method::GET, "/admin/api/v1/clients?access_token=x")
        .header("authorization", "Basic eA==");
    assert_eq!(problem(&Answer::of(fetched).await), (401, "unauthenticated".into()));
    for bad in ["nonsense", "a.b", "a.b.c"] {
        let (answer, told) = told(&api, Method::GET, bad).await;
        assert_eq!(told, (401, "invalid-token".into()), "{bad}");
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
}

#[tokio::test]
async fn a_token_for_another_resource_or_past_its_time_or_revoked_is_none() {
    // RFC 9068 §4, RFC 8707 §2
    let api = Api::open().await;
    let app = &api.desk.app;
    let path = crate::support::clients::authorize(&[
        ("client_id", "tool"),
        ("scope", &format!("openid {ADMIN_READ}")),
    ]);
    let code = api.desk.browser.get(&path).await.code();
    let redeemed = app.redeem(&code, &[("client_id", "tool")]).await.json();
    let ours = redeemed["access_token"].as_str().unwrap();
    assert_eq!(told(&api, Method::GET, ours).await.1, (401, "invalid-token".into()));
    let fields = [("client_id", "tool"), ("token", api.read.as_str())];
    assert_eq!(app.post("/revoke", &fields).await.status, 200);
    assert_eq!(told(&api, Method::GET, &api.read).await.1, (401, "invalid-token".into()));
    app.clock.advance(301);
    assert_eq!(told(&api, Method::POST, &api.write).await.1, (401, "invalid-token".into()));
}

#[tokio::test]
async fn each_role_does_what_it_may_and_is_told_which_one_is_needed() {
    let api = Api::open().await;
    let write = token_for(&api, "vera", Role::Viewer).await;
    assert_eq!(Answer::of(api.request(Method::GET, "/clients", &write)).await.status, 200);
    let (answer, refused) = told(&api, Method::POST, &write).await;
    assert_eq!(refused, (403, "insufficient-role".into()));
    assert!(answer.json()["detail"].as_str().unwrap().contains("role operator"));
    let write = token_for(&api, "omar", Role::Operator).await;
    let rotate = api.request(Method::POST, "/keys", &write).json(&json!({ "alg": "ES256" }));
    let refused = Answer::of(rotate).await;
    assert_eq!(problem(&refused), (403, "insufficient-role".into()));
    assert!(refused.json()["detail"].as_str().unwrap().contains("role owner"));
    let stranger = api.desk.app.browser();
    api.desk.app.add_user("stranger", None).await;
    api.desk.enter(&stranger, "stranger").await;
    let stranger = token(&api.desk.app, &stranger, ADMIN_READ, Acr::FACE).await;
    assert_eq!(told(&api, Method::GET, &stranger).await.1, (403, "insufficient-role".into()));
}

async fn token_for(api: &Api, name: &str, role: Role) -> String {
    api.token_of(name, role, ADMIN_WRITE).await
}

#[tokio::test]
async fn a_role_that_is_taken_away_lets_nobody_in_from_then_on() {
    let api = Api::open().await;
    let token = token_for(&api, "omar", Role::Operator).await;
    assert_eq!(Answer::of(api.request(Method::GET, "/clients", &token)).await.status, 200);
    let name = facestep::domain::user::Username::parse("omar").unwrap();
    let remove = api.desk.app.store.transact(move |db| {
        let omar = db.find_user_by_name(&name)?.expect("omar");
        db.remove_administrator(&omar.id)
    });
    assert!(remove.await.unwrap());
    assert_eq!(told(&api, Method::GET, &token).await.1, (403, "insufficient-role".into()));
}

#[tokio::test]
async fn a_change_needs_the_scope_for_it_and_a_face_that_was_just_shown() {
    // RFC 6750 §3.1, RFC 9470 §3
    let api = Api::open().await;
    let (answer, refused) = told(&api, Method::POST, &api.read).await;
    assert_eq!(refused, (403, "insufficient-scope".into()));
    let challenge = "Bearer error=\"insufficient_scope\", scope=\"facestep:admin:write\"";
    assert_eq!(answer.header("www-authenticate"), challenge);

    api.desk.app.clock.advance(200);
    let later = token(&api.desk.app, &api.desk.browser, ADMIN_WRITE, Acr::FACE).await;
    assert_eq!(problem_or_created(&api, &later).await, 201);
    // The token lives on; the face that it tells of has aged.
    api.desk.app.clock.advance(150);
    let (answer, refused) = told(&api, Method::POST, &later).await;
    assert_eq!(refused, (401, "insufficient-user-authentication".into()));
    let challenge = answer.header("www-authenticate");
    assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
    assert!(challenge.contains(&format!("acr_values=\"{}\"", Acr::FACE)), "{challenge}");
    assert!(challenge.contains("max_age="), "{challenge}");
    let password = token(&api.desk.app, &api.desk.browser, ADMIN_WRITE, Acr::PWD).await;
    assert_eq!(told(&api, Method::POST, &password).await.1, (401, "insufficient-user-authentication".into()));
    assert_eq!(Answer::of(api.request(Method::GET, "/clients", &password)).await.status, 200);
}

async fn problem_or_created(api: &Api, token: &str) -> u16 {
    let body = json!({ "client_id": "new", "redirect_uris": ["https://new.example/cb"] });
    Answer::of(api.request(Method::POST, "/clients", token).json(&body)).await.status.as_u16()
}

#[tokio::test]
async fn a_client_of_the_operators_reads_for_itself_and_never_gets_to_change() {
    // RFC 6749 §4.4
    let api = Api::open().await;
    let app = &api.desk.app;
    app.register(machine(app)).await;
    let read = own_token(app, ADMIN_READ).await.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(Answer::of(api.request(Method::GET, "/clients", &read)).await.status, 200);
    assert_eq!(told(&api, Method::POST, &read).await.1, (403, "insufficient-scope".into()));
    assert_eq!(own_token(app, ADMIN_WRITE).await.json()["error"], "invalid_scope");
}

#[tokio::test]
async fn a_client_has_the_scopes_of_the_api_only_where_its_registration_names_them() {
    // RFC 6749 §3.3: what does not exist for a client is left out.
    let api = Api::open().await;
    let app = &api.desk.app;
    let mut plain = super::tool(app);
    plain.id = facestep::domain::id::ClientId::parse("plain").unwrap();
    plain.metadata.scope = Vec::new();
    app.register(plain).await;
    let resource = app.issuer.address(ADMIN_API);
    let scope = format!("openid {ADMIN_READ} {ADMIN_WRITE}");
    let asked = [("client_id", "plain"), ("scope", scope.as_str()), ("resource", resource.as_str())];
    let code = api.desk.browser.get(&crate::support::clients::authorize(&asked)).await.code();
    let redeemed = app.redeem(&code, &[("client_id", "plain")]).await.json();
    let token = redeemed["access_token"].as_str().unwrap();
    assert_eq!(told(&api, Method::GET, token).await.1, (403, "insufficient-scope".into()));
}
