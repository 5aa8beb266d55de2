//! Why somebody was challenged, and what would happen, by the API.

use facestep::domain::{authn::acr::Acr, oidc::client::Client};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem};
use crate::support::{
    browser::Answer,
    clients::{authorize, bank},
    people::PASSWORD,
};

async fn suppose(api: &Api, body: Value) -> Answer {
    Answer::of(api.request(Method::POST, "/explanations", &api.read).json(&body)).await
}

#[tokio::test]
async fn what_is_foretold_to_a_program_is_the_decision_that_it_reads_later() {
    let api = Api::open().await;
    api.desk.app.register(Client { minimum_acr: Some(Acr::face()), ..bank() }).await;
    api.desk.app.add_user("ada", None).await;
    let supposed = json!({ "client": "bank", "user": "ada", "session": "made", "new_device": true });
    let foretold = suppose(&api, supposed).await;
    assert_eq!(foretold.status, 200, "{}", foretold.body);
    let foretold = foretold.json()["decided"]["record"].clone();

    let browser = api.desk.app.browser();
    let sign_in = browser.get(&authorize(&[])).await.location();
    let interaction = sign_in.split('/').nth(2).unwrap().to_owned();
    browser.submit(&sign_in, &[("username", "ada"), ("password", PASSWORD)]).await;
    let past = api.json(&format!("/explanations/{interaction}")).await;
    assert_eq!((&past["client"], &past["interaction"]), (&json!("bank"), &json!(interaction)));
    let last = past["decisions"].as_array().unwrap().last().unwrap()["record"].clone();
    assert_eq!(last["decision"], json!({ "refuse": { "unmet": "face_not_enrolled" } }));
    for part in ["decision", "asked", "minima", "policies", "face", "policy_version"] {
        assert_eq!(foretold[part], last[part], "{part}");
    }
}

#[tokio::test]
async fn what_cannot_be_explained_says_which_member_is_to_blame() {
    let api = Api::open().await;
    api.desk.app.register(bank()).await;
    for bad in [
        json!({ "client": "nobody" }),
        json!({ "client": "a b" }),
        json!({ "client": "bank", "user": "nobody", "session": "live" }),
        json!({ "client": "bank", "session": "live" }),
        json!({ "client": "bank", "signed_in_ago": "soon" }),
        json!({ "client": "bank", "unknown": 1 }),
    ] {
        assert_eq!(problem(&suppose(&api, bad.clone()).await), (422, "invalid".into()), "{bad}");
    }
    for path in ["/explanations/none", "/explanations/a%20b"] {
        assert_eq!(problem(&api.get(path).await), (404, "not-found".into()), "{path}");
    }
}
