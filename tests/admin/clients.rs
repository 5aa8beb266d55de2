//! Clients in the console: what is shown of them, what is changed, and the way back.

use facestep::domain::{admin::role::Role, id::ClientId, oidc::client::Client};
use serde_json::Value;

use crate::{
    desk::Desk,
    support::clients::{authorize, bank},
};

const PAGE: &str = "/admin/clients/bank";
const EDIT: &str = "/admin/clients/bank/edit";
const REGISTRATION: &str = "/admin/clients/bank/registration";
const FACE: &str = "urn:facestep:acr:face";

impl Desk {
    /// A desk where `bank` is registered.
    async fn with_bank() -> Self {
        let desk = Self::set().await;
        desk.app.register(bank()).await;
        desk
    }

    async fn bank(&self) -> Client {
        let id = ClientId::parse("bank").unwrap();
        self.app.store.read(move |db| db.find_client(&id)).await.unwrap().unwrap()
    }

    /// A hidden or filled field of a page.
    async fn field(&self, page: &str, name: &str) -> String {
        let body = self.see(page).await.body;
        let after = body.split(&format!("name=\"{name}\" value=\"")).nth(1);
        after.unwrap_or_else(|| panic!("no {name}: {body}")).split('"').next().unwrap().to_owned()
    }

    /// Sends the form of what a client needs.
    async fn edit(&self, fields: &[(&str, &str)]) -> crate::support::browser::Answer {
        let basis = self.field(EDIT, "basis").await;
        let mut all = vec![("basis", basis.as_str())];
        all.extend_from_slice(fields);
        self.act(EDIT, EDIT, &all).await
    }
}

#[tokio::test]
async fn a_minimum_that_is_set_in_the_form_holds_at_the_next_request_and_is_undone_by_going_back() {
    let desk = Desk::with_bank().await;
    let page = desk.see(PAGE).await;
    assert!(page.body.contains("Everyone who signs in here needs what the request asks"), "{}", page.body);
    let answer =
        desk.edit(&[("minimum_acr", FACE), ("protected_scopes", "transfer"), ("reason", "by law")]).await;
    assert_eq!(answer.location(), "/admin/clients/bank?done=client-changed", "{}", answer.body);
    let kept = desk.bank().await;
    assert_eq!(
        (kept.minimum_acr.unwrap().0.as_str(), kept.protected_scopes),
        (FACE, vec!["transfer".to_owned()])
    );
    assert_eq!(kept.redirect_uris, bank().redirect_uris, "the rest stays");
    let told = desk.last("client_changed").await;
    assert_eq!(
        (&told["reason"], told["by"].as_str().unwrap()),
        (&"by law".into(), &*format!("operator:{}", desk.owner.id))
    );
    let page = desk.see(PAGE).await;
    let plain = "Everyone who signs in here needs: A password of this session, and a live face of the last 5 minutes.";
    assert!(page.body.contains(plain), "{}", page.body);

    let history = desk.see("/admin/clients/bank/history").await;
    assert!(history.body.contains("by law") && history.body.contains("<td>olivia</td>"), "{}", history.body);
    let first = "/admin/clients/bank/versions/1";
    let shown = desk.see(first).await;
    assert!(shown.body.contains("<code>minimum_acr</code>"), "{}", shown.body);
    let basis = desk.field(first, "basis").await;
    let answer = desk.act(first, first, &[("basis", &basis), ("reason", "it was too much")]).await;
    assert_eq!(answer.location(), "/admin/clients/bank?done=client-changed", "{}", answer.body);
    assert_eq!(desk.bank().await.minimum_acr, None);
}

#[tokio::test]
async fn whoever_did_not_see_the_last_change_changes_nothing() {
    // RFC 9110 §13.1.1
    let desk = Desk::with_bank().await;
    let basis = desk.field(EDIT, "basis").await;
    desk.edit(&[("minimum_acr", FACE), ("reason", "first")]).await.location();
    let late = desk.act(EDIT, EDIT, &[("basis", &basis), ("reason", "second")]).await;
    assert!(late.body.contains("Somebody changed this client meanwhile"), "{}", late.body);
    assert!(desk.bank().await.minimum_acr.is_some());
    let unexplained = desk.edit(&[("reason", " ")]).await;
    assert!(unexplained.body.contains("Say why"), "{}", unexplained.body);
}

#[tokio::test]
async fn the_whole_registration_is_changed_as_json_and_what_is_wrong_is_told() {
    let desk = Desk::with_bank().await;
    let basis = desk.field(REGISTRATION, "basis").await;
    let send = async |json: &str| {
        desk.act(
            REGISTRATION,
            REGISTRATION,
            &[("basis", &basis), ("registration", json), ("reason", "a name")],
        )
        .await
    };
    assert!(send("{ \"client_name\": ").await.body.contains("This is not JSON"));
    let wrong = send("{ \"redirect_uris\": [\"ftp://x\"] }").await;
    assert!(wrong.body.contains("This may not be registered"), "{}", wrong.body);
    assert!(send("{ \"client_id\": \"shop\" }").await.body.contains("This names another client."));
    let page = desk.see(REGISTRATION).await.body;
    let json = page.split("autocomplete=\"off\">\n").nth(1).unwrap().split("</textarea>").next().unwrap();
    let mut members: Value = serde_json::from_str(&json.replace("&#34;", "\"")).unwrap();
    members["client_name"] = "Another Bank".into();
    let answer = send(&members.to_string()).await;
    assert_eq!(answer.location(), "/admin/clients/bank?done=client-changed", "{}", answer.body);
    assert_eq!(desk.bank().await.name, "Another Bank");
}

#[tokio::test]
async fn a_viewer_sees_clients_and_no_way_to_change_them() {
    let desk = Desk::with_bank().await;
    let (_, viewer) = desk.colleague("vera", Role::Viewer).await;
    let page = viewer.get(PAGE).await;
    assert!(
        page.status.is_success() && !page.body.contains("/edit") && !page.body.contains("/registration\"")
    );
    let csrf = viewer.csrf_of_session(&desk.app).await;
    for form in [EDIT, REGISTRATION, "/admin/clients/bank/versions/1"] {
        let sent = viewer.post(form, &[("csrf_token", csrf.as_str()), ("reason", "x")]).await;
        assert_eq!(sent.status.as_u16(), 403, "{form}");
    }
    let (_, operator) = desk.colleague("oscar", Role::Operator).await;
    assert_eq!(operator.get(EDIT).await.status.as_u16(), 200);
    desk.app.clock.advance(301);
    assert!(operator.get(EDIT).await.location().starts_with("/authorize?"));
}

#[tokio::test]
async fn what_administrators_set_decides_the_next_sign_in() {
    let desk = Desk::with_bank().await;
    desk.app.add_user("ada", None).await;
    desk.edit(&[("minimum_acr", FACE), ("reason", "by law")]).await.location();
    let browser = desk.app.browser();
    let answer = browser.sign_in(&authorize(&[]), "ada", crate::support::people::PASSWORD).await;
    assert_eq!(answer.error(), ("unmet_authentication_requirements".into(), "face_not_enrolled".into()));
}
