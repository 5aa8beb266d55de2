//! Policies in the console: changed as a document, looked at before they apply, and gone back from.

use facestep::domain::admin::role::Role;

use crate::{
    desk::Desk,
    support::{browser::Answer, clients::bank},
};

const EDIT: &str = "/admin/policies/edit";
const TRANSFERS: &str = "\n[[policies]]\nname = \"transfers\"\nwhen = { clients = [\"bank\"], scopes = [\"transfer\"] }\n\
                         demand = { acr = \"urn:facestep:acr:face\" }\n";

impl Desk {
    /// The document as the page has it.
    async fn document(&self) -> String {
        let body = self.see(EDIT).await.body;
        let text = body.split("<textarea id=\"document\"").nth(1).unwrap().split(">\n").skip(1);
        let text = text.collect::<Vec<_>>().join(">\n");
        let text = text.split("</textarea>").next().unwrap();
        [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
            .iter()
            .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
    }

    /// Sends the form, made of version 0 unless another is named.
    async fn send(&self, document: &str, step: &str, reason: &str, version: &str) -> Answer {
        let fields = [("document", document), ("step", step), ("reason", reason), ("version", version)];
        self.act(EDIT, EDIT, &fields).await
    }

    async fn number(&self) -> i64 {
        self.app.store.read(|db| db.policy_number()).await.unwrap()
    }
}

#[tokio::test]
async fn a_change_is_looked_at_applied_with_a_reason_and_gone_back_from() {
    let desk = Desk::set().await;
    desk.app.register(bank()).await;
    let document = desk.document().await + TRANSFERS;
    let preview = desk.send(&document, "preview", "", "0").await.body;
    assert!(preview.contains("id=\"preview\"") && preview.contains("<code>transfers</code>"), "{preview}");
    assert_eq!(desk.number().await, 0, "a look changes nothing");
    let unexplained = desk.send(&document, "apply", "", "0").await.body;
    assert!(unexplained.contains("Say why"), "{unexplained}");
    assert_eq!(desk.number().await, 0);
    let answer = desk.send(&document, "apply", "transfers need a face", "0").await;
    assert_eq!(answer.location(), "/admin/policies?done=policies-changed", "{}", answer.body);
    let page = desk.see("/admin/policies?done=policies-changed").await.body;
    assert!(page.contains("When anybody signs in to bank, for the scope transfer, they need"), "{page}");
    assert!(page.contains("Version 1 is in force.") && page.contains("The policies were changed."));
    let told = desk.last("policy_applied").await;
    assert_eq!(told["reason"], "transfers need a face");
    assert_eq!(told["by"], format!("operator:{}", desk.owner.id));

    let late = desk.send(&(document + "\n# late\n"), "apply", "late", "0").await.body;
    assert!(
        late.contains("version 1 is in force now") || late.contains("It says what is in force now"),
        "{late}"
    );
    let history = desk.see("/admin/policies/history").await.body;
    assert!(history.contains("transfers need a face") && history.contains("<td>olivia</td>"), "{history}");
    let first = "/admin/policies/versions/0";
    let shown = desk.see(first).await.body;
    assert!(shown.contains("tag-problem\">Gone</span>"), "{shown}");
    let answer = desk.act(first, first, &[("version", "1"), ("reason", "it was too much")]).await;
    assert_eq!(answer.location(), "/admin/policies?done=policies-changed", "{}", answer.body);
    assert_eq!(desk.number().await, 2);
    assert!(desk.see("/admin/policies").await.body.contains("There is no policy."));
}

#[tokio::test]
async fn whoever_did_not_see_the_version_in_force_changes_nothing() {
    // RFC 9110 §13.1.1
    let desk = Desk::set().await;
    let document = desk.document().await;
    desk.send(&(document.clone() + TRANSFERS), "apply", "first", "0").await.location();
    let other = document + &TRANSFERS.replace("transfers", "payments");
    let late = desk.send(&other, "apply", "second", "0").await.body;
    assert!(late.contains("version 1 is in force now"), "{late}");
    assert_eq!(desk.number().await, 1);
}

#[tokio::test]
async fn what_is_wrong_is_told_by_line_with_its_mend_and_the_text_stays() {
    let desk = Desk::set().await;
    let document = desk.document().await + TRANSFERS;
    let line = document
        .lines()
        .position(|line| line.contains("demand = { acr = \"urn:facestep:acr:face\" }"))
        .unwrap();
    let wrong =
        document.replace("demand = { acr = \"urn:facestep:acr:face\" }", "demand = { acr = \"nothing\" }");
    let page = desk.send(&wrong, "apply", "x", "0").await.body;
    assert!(page.contains(&format!("Line {}:", line + 1)), "{page}");
    assert!(page.contains("there is no such context") && page.contains("acr = &#34;nothing&#34;"), "{page}");
    let broken = desk.send("[[contexts]\n", "preview", "", "0").await.body;
    assert!(broken.contains("Line 1:") && broken.contains("is no TOML"), "{broken}");
    let clients = document + "\n[[clients]]\nclient_id = \"shop\"\n";
    assert!(
        desk.send(&clients, "preview", "", "0").await.body.contains("clients are changed on their own pages")
    );
    assert_eq!(desk.number().await, 0);
}

#[tokio::test]
async fn what_is_no_good_stands_on_top() {
    let desk = Desk::set().await;
    let document = desk.document().await + TRANSFERS;
    desk.send(&document, "apply", "of a client that is not there", "0").await.location();
    let page = desk.see("/admin/policies").await.body;
    let (finding, rule) = (page.find("id=\"findings\""), page.find("id=\"policies\""));
    assert!(finding.is_some() && finding < rule, "{page}");
    assert!(page.contains("policies[0].when.clients"), "{page}");
}

#[tokio::test]
async fn nobody_below_an_owner_changes_policies_or_is_shown_how() {
    let desk = Desk::set().await;
    for (name, role) in [("vera", Role::Viewer), ("oscar", Role::Operator)] {
        let (_, browser) = desk.colleague(name, role).await;
        for page in ["/admin/policies", "/admin/contexts", "/admin/workflows", "/admin/policies/versions/0"] {
            let answer = browser.get(page).await;
            assert!(answer.status.is_success() && !answer.body.contains(EDIT), "{page}");
        }
        assert_eq!(browser.get(EDIT).await.status.as_u16(), 403);
        let csrf = browser.csrf_of_session(&desk.app).await;
        for form in [EDIT, "/admin/policies/versions/0"] {
            let sent = browser.post(form, &[("csrf_token", csrf.as_str()), ("reason", "x")]).await;
            assert_eq!(sent.status.as_u16(), 403, "{form}");
        }
    }
    let forged = desk.browser.post(EDIT, &[("csrf_token", "another"), ("step", "apply")]).await;
    assert_eq!(forged.status.as_u16(), 403);
    desk.app.clock.advance(301);
    assert!(desk.browser.get(EDIT).await.location().starts_with("/authorize?"));
    assert_eq!(desk.number().await, 0);
}
