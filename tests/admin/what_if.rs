//! What would happen? What the console foretells is what then happens.

use facestep::domain::{authn::acr::Acr, oidc::client::Client};

use crate::{
    desk::Desk,
    support::{
        clients::{authorize, bank},
        people::PASSWORD,
    },
};

impl Desk {
    /// What the page says of a supposed request.
    async fn suppose(&self, query: &str) -> String {
        self.see(&format!("/admin/what-if?go=yes&client=bank&{query}")).await.body
    }
}

/// The decision that stands in a part of a page.
fn decision(page: &str) -> String {
    let card =
        page.split("class=\"decision decision-").nth(1).unwrap_or_else(|| panic!("no decision: {page}"));
    card.split("</strong> ").nth(1).unwrap().split("</p>").next().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_foretold_is_the_decision_that_follows() {
    let desk = Desk::set().await;
    desk.app.register(Client { minimum_acr: Some(Acr::face()), ..bank() }).await;
    desk.app.add_user("ada", None).await;
    let unsigned = decision(&desk.suppose("session=none").await);
    let signed = decision(&desk.suppose("user=ada&session=made&signed_in_ago=0s&new_device=yes").await);
    let earned = decision(&desk.suppose("user=ada&session=made&signed_in_ago=1m&face_ago=0s").await);
    let before = desk.events("decided").await.len();

    let browser = desk.app.browser();
    let sign_in = browser.get(&authorize(&[])).await.location();
    let interaction = sign_in.split('/').nth(2).unwrap().to_owned();
    browser.submit(&sign_in, &[("username", "ada"), ("password", PASSWORD)]).await;
    assert!(desk.events("decided").await.len() > before, "the dry runs wrote nothing, the real one did");
    let page = desk.see(&format!("/admin/why/{interaction}")).await.body;
    let real: Vec<&str> =
        page.split("class=\"timeline\"").nth(1).unwrap().split("<li>\n<p class=\"fine\">").collect();
    let real: Vec<String> =
        real.into_iter().filter(|step| step.contains("class=\"decision decision-")).map(decision).collect();
    assert_eq!(real, [unsigned, signed]);

    desk.app.prove_face(browser.session_hash().unwrap()).await;
    let answered = browser.get(&authorize(&[("state", "2")])).await;
    assert!(answered.location().contains("code="), "{}", answered.location());
    assert!(
        earned.starts_with("The client was answered, with “Password, and a live face just now”"),
        "{earned}"
    );
}

#[tokio::test]
async fn a_policy_applies_where_it_would() {
    let desk = Desk::set().await;
    desk.app.register(bank()).await;
    desk.app.add_user("ada", None).await;
    let outside = "[[policies]]\nname = \"outside\"\nwhen = { outside_networks = [\"10.0.0.0/8\"] }\ndemand = { refuse = true }";
    desk.app.apply_policies(outside).await;
    let there = "user=ada&session=made&signed_in_ago=1m&address=";
    let refused = desk.suppose(&format!("{there}192.0.2.7")).await;
    assert!(decision(&refused).contains("cannot be met"), "{refused}");
    let let_in = desk.suppose(&format!("{there}10.1.2.3")).await;
    assert!(decision(&let_in).starts_with("The client was answered"), "{let_in}");
    assert!(let_in.contains("did not apply</span> the browser is elsewhere"), "{let_in}");
}

#[tokio::test]
async fn what_cannot_be_supposed_is_told_in_the_form() {
    let desk = Desk::set().await;
    desk.app.register(bank()).await;
    for (query, words) in [
        ("session=made", "Say whose session it is."),
        ("user=nobody", "There is no such account."),
        ("session=made&user=olivia&face_ago=soon", "Write a whole number and s, m, h or d, as 5m."),
        ("address=here", "This is no network address."),
        ("scope=profile", "would be refused before anything is decided"),
    ] {
        let page = desk.suppose(query).await;
        assert!(page.contains(words), "{query}: {page}");
    }
    let nobody = desk.see("/admin/what-if?go=yes&client=another").await.body;
    assert!(nobody.contains("There is no such client."), "{nobody}");
}
