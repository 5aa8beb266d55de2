//! Every page of the console, as an owner sees it: there is no route that nobody walked.

use std::collections::BTreeSet;

use crate::{desk::Desk, support::clients::bank};

/// Where the routes stand.
const SOURCES: [&str; 2] =
    [include_str!("../../src/web/admin.rs"), include_str!("../../src/web/admin/routes.rs")];

/// Every route, and an address of it where it shows a page by itself: what only takes a form, a link that works once, and an
/// event that is named by its time have none. `ADA` stands for an account's id.
const WALK: [(&str, Option<&str>); 37] = [
    ("/callback", Some("/admin/callback?state=/admin/keys")),
    ("/invitation/{link}", None),
    ("/administrators", Some("/admin/administrators")),
    ("/administrators/role", None),
    ("/administrators/revoke", None),
    ("/administrators/withdraw-link", None),
    ("/administrators/invite", Some("/admin/administrators/invite")),
    ("/users", Some("/admin/users")),
    ("/users/add", Some("/admin/users/add")),
    ("/users/{user}", Some("/admin/users/ADA")),
    ("/users/{user}/check", Some("/admin/users/ADA/check")),
    ("/users/{user}/{action}", None),
    ("/sessions", Some("/admin/sessions")),
    ("/sessions/end", None),
    ("/policies", Some("/admin/policies")),
    ("/policies/edit", Some("/admin/policies/edit")),
    ("/policies/history", Some("/admin/policies/history")),
    ("/policies/versions/{number}", Some("/admin/policies/versions/0")),
    ("/what-if", Some("/admin/what-if")),
    ("/contexts", Some("/admin/contexts")),
    ("/workflows", Some("/admin/workflows")),
    ("/clients", Some("/admin/clients")),
    ("/clients/{client}", Some("/admin/clients/bank")),
    ("/clients/{client}/edit", Some("/admin/clients/bank/edit")),
    ("/clients/{client}/registration", Some("/admin/clients/bank/registration")),
    ("/clients/{client}/history", Some("/admin/clients/bank/history")),
    ("/clients/{client}/versions/{number}", Some("/admin/clients/bank/versions/1")),
    ("/keys", Some("/admin/keys")),
    ("/keys/rotate", Some("/admin/keys/rotate?alg=ES256")),
    ("/keys/{key}/retire", Some("/admin/keys/shared-ES256/retire")),
    ("/why", Some("/admin/why")),
    ("/why/{interaction}", Some("/admin/why/i7Qx2mNv")),
    ("/audit", Some("/admin/audit")),
    ("/audit/chain", Some("/admin/audit/chain")),
    ("/audit/export", Some("/admin/audit/export")),
    ("/audit/events/{place}", None),
    ("/statistics", Some("/admin/statistics")),
];

#[test]
fn the_walk_knows_every_route_and_no_other() {
    let mut routes = BTreeSet::new();
    for source in SOURCES {
        for opening in ["route(\"", "resource(\""] {
            let found = source.split(opening).skip(1).filter_map(|rest| rest.split('"').next());
            // The first page has the scope's own address.
            routes.extend(found.filter(|route| !route.is_empty()));
        }
    }
    let walked: BTreeSet<&str> = WALK.iter().map(|(route, _)| *route).collect();
    assert_eq!(routes, walked);
}

#[tokio::test]
async fn an_owner_walks_through_every_page() {
    let desk = Desk::set().await;
    desk.app.register(bank()).await;
    let ada = desk.app.add_user("ada", None).await.id.to_string();
    let basis = desk.see("/admin/clients/bank/edit").await.body;
    let basis = basis.split("name=\"basis\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let edit = "/admin/clients/bank/edit";
    desk.act(edit, edit, &[("basis", &basis), ("protected_scopes", "transfer"), ("reason", "x")])
        .await
        .location();
    let event = desk.see("/admin/audit").await.body;
    let event =
        event.split("href=\"/admin/audit/events/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let event = format!("/admin/audit/events/{event}");
    let first = ["/admin", event.as_str()].into_iter();
    for page in first.chain(WALK.iter().filter_map(|(_, page)| *page)) {
        let page = &page.replace("ADA", &ada);
        let answer = desk.browser.get(page).await;
        let is_there = answer.status.is_success() || answer.status.as_u16() == 303;
        assert!(
            is_there && !answer.body.contains("no such page"),
            "{page}: {} {}",
            answer.status,
            answer.body
        );
        if answer.header("content-type").starts_with("text/html") && answer.status.is_success() {
            assert_eq!(answer.body.matches("<h1>").count(), 1, "{page}");
            assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{page}");
        }
    }
}
