//! Forms that change something: whose, how fresh, and by which role; and that the audit log knows who it was.

use facestep::domain::admin::role::Role;

use crate::{
    desk::{Desk, act},
    support::people::PASSWORD,
};

const ADMINISTRATORS: &str = "/admin/administrators";

#[tokio::test]
async fn a_form_without_this_sessions_token_changes_nothing() {
    // OWASP ASVS 5.0 §3.5.1
    let desk = Desk::set().await;
    let (vera, other) = desk.colleague("vera", Role::Owner).await;
    let theirs = other.get(ADMINISTRATORS).await.csrf();
    let fields = |csrf: &str| vec![("csrf_token", csrf.to_owned()), ("user", vera.id.to_string())];
    for csrf in ["", "guessed", &theirs] {
        let fields = fields(csrf);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = desk.browser.post("/admin/administrators/revoke", &fields).await;
        assert_eq!(answer.status.as_u16(), 403, "{csrf}");
    }
    assert_eq!(other.get("/admin").await.status.as_u16(), 200);
    assert!(desk.events("administrator_revoked").await.is_empty());
}

#[tokio::test]
async fn a_form_needs_a_fresh_face_and_its_page_is_come_back_to() {
    // RFC 9470 §4
    let desk = Desk::set().await;
    let (vera, _) = desk.colleague("vera", Role::Viewer).await;
    desk.app.clock.advance(301);
    let fields = [("user", vera.id.as_str()), ("role", "operator")];
    let way_in = desk.act(ADMINISTRATORS, "/admin/administrators/role", &fields).await.location();
    assert!(
        way_in.starts_with("/authorize?") && way_in.ends_with("state=%2Fadmin%2Fadministrators"),
        "{way_in}"
    );
    assert!(desk.events("administrator_granted").await.is_empty());
    // Long forms ask before they are filled in.
    for page in ["/admin/administrators/invite", "/admin/users/add"] {
        assert!(desk.browser.get(page).await.location().starts_with("/authorize?"), "{page}");
    }
    desk.app.prove_face(desk.browser.session_hash().unwrap()).await;
    let done = desk.act(ADMINISTRATORS, "/admin/administrators/role", &fields).await.location();
    assert_eq!(done, "/admin/administrators?done=role-set");
    assert!(desk.see(&done).await.body.contains("The role was set."));
}

#[tokio::test]
async fn each_role_may_do_its_own_and_no_more() {
    let desk = Desk::set().await;
    let ada = desk.app.add_user("ada", None).await;
    let (_, viewer) = desk.colleague("vera", Role::Viewer).await;
    let (_, operator) = desk.colleague("oscar", Role::Operator).await;
    let user = format!("/admin/users/{}", ada.id);
    let cases = [
        (user.as_str(), format!("{user}/groups"), Role::Operator),
        (user.as_str(), format!("{user}/sign-out"), Role::Operator),
        ("/admin/users", "/admin/users/add".to_owned(), Role::Operator),
        (ADMINISTRATORS, "/admin/administrators/invite".to_owned(), Role::Owner),
        (ADMINISTRATORS, "/admin/administrators/role".to_owned(), Role::Owner),
    ];
    for (page, action, needed) in cases {
        for (browser, role) in [(&viewer, Role::Viewer), (&operator, Role::Operator)] {
            // Even where the page offers the form to nobody of this role, it may be sent.
            let answer = act(browser, page, &action, &[("user", ada.id.as_str()), ("username", "new")]).await;
            let is_refused = answer.status.as_u16() == 403;
            assert_eq!(is_refused, !role.may(needed), "{role} {action}: {}", answer.status);
        }
    }
    for browser in [&viewer, &operator] {
        assert_eq!(browser.get(ADMINISTRATORS).await.status.as_u16(), 200);
        assert!(!browser.get(ADMINISTRATORS).await.body.contains("id=\"invite\""));
    }
}

#[tokio::test]
async fn the_last_owner_stays_one() {
    let desk = Desk::set().await;
    let own = desk.owner.id.as_str();
    for (action, role) in [("role", "viewer"), ("role", "operator"), ("revoke", "")] {
        let action = format!("/admin/administrators/{action}");
        let page = desk.act(ADMINISTRATORS, &action, &[("user", own), ("role", role)]).await;
        assert_eq!(page.status.as_u16(), 422);
        assert!(page.body.contains("The last owner stays an owner"), "{}", page.body);
    }
    assert!(desk.see("/admin").await.body.contains("There is one owner alone"));
    desk.colleague("otto", Role::Owner).await;
    let done = desk.act(ADMINISTRATORS, "/admin/administrators/revoke", &[("user", own)]).await;
    assert_eq!(done.location(), "/admin/administrators?done=role-revoked");
    assert_eq!(desk.browser.get("/admin").await.status.as_u16(), 403);
}

#[tokio::test]
async fn two_owners_cannot_take_the_role_from_each_other() {
    let desk = Desk::set().await;
    let (otto, other) = desk.colleague("otto", Role::Owner).await;
    let olivia = desk.owner.id.clone();
    let (mine, theirs) = ([("user", otto.id.as_str())], [("user", olivia.as_str())]);
    let (_, _) = tokio::join!(
        desk.act(ADMINISTRATORS, "/admin/administrators/revoke", &mine),
        act(&other, ADMINISTRATORS, "/admin/administrators/revoke", &theirs),
    );
    let owners = desk.app.store.transact(|db| db.hold_owners()).await.unwrap();
    assert_eq!(owners.len(), 1);
}

#[tokio::test]
async fn every_change_says_who_made_it_and_why() {
    let desk = Desk::set().await;
    let by = format!("operator:{}", desk.owner.id);
    let made = desk.act("/admin/users/add", "/admin/users/add", &[("username", "Grace")]).await;
    assert!(made.body.contains("/admin/invitation/"), "{}", made.body);
    assert_eq!(desk.last("user_added").await["by"], by);
    let grace = desk.events("user_added").await.pop().unwrap().user.unwrap();
    let page = format!("/admin/users/{grace}");
    let groups = [("groups", "staff, Treasury  staff b@d")];
    desk.act(&page, &format!("{page}/groups"), &groups).await.location();
    let changed = desk.last("user_changed").await;
    assert_eq!(
        (&changed["by"], &changed["groups"]),
        (&by.clone().into(), &["staff", "treasury"].as_slice().into())
    );
    let restored = [("reason", "She was on the telephone")];
    desk.act(&page, &format!("{page}/restore"), &restored).await.location();
    let event = desk.last("face_restored").await;
    assert_eq!((&event["by"], &event["reason"]), (&by.into(), &"She was on the telephone".into()));
}

#[tokio::test]
async fn a_session_that_is_ended_is_over_and_its_person_is_asked_again() {
    let desk = Desk::set().await;
    let (vera, browser) = desk.colleague("vera", Role::Viewer).await;
    let page = desk.see("/admin/sessions").await;
    assert!(page.body.contains("vera") && page.body.contains("Face, by turning the head"), "{}", page.body);
    assert!(page.body.contains("urn:facestep:acr:face"));
    let session = browser.session_hash().unwrap();
    let session = desk.app.store.read(move |db| db.find_session(&session)).await.unwrap().unwrap();
    let fields = [("session", session.id.as_str())];
    let done = desk.act("/admin/sessions", "/admin/sessions/end", &fields).await.location();
    assert_eq!(done, "/admin/sessions?done=session-ended");
    assert!(browser.get("/admin").await.location().starts_with("/authorize?"));
    assert_eq!(desk.last("signed_out").await["by"], format!("operator:{}", desk.owner.id));

    // And everywhere at once.
    let again = [desk.app.browser(), desk.app.browser()];
    for browser in &again {
        desk.enter(browser, "vera").await;
    }
    let page = format!("/admin/users/{}", vera.id);
    desk.act(&page, &format!("{page}/sign-out"), &[]).await.location();
    for browser in &again {
        assert!(browser.get("/admin").await.location().starts_with("/authorize?"));
    }
    assert!(desk.see(&page).await.body.contains("Not signed in anywhere"));
}

#[tokio::test]
async fn accounts_are_found_by_a_part_of_their_name_and_read_page_by_page() {
    let desk = Desk::set().await;
    let password = desk.app.passwords.as_ref();
    let hash = facestep::ports::passwords::Passwords::hash(password, PASSWORD).await.unwrap();
    let template = desk.owner.clone();
    desk.app
        .store
        .transact(move |db| {
            for n in 0..60 {
                let mut user = template.clone();
                user.id = facestep::domain::id::UserId::parse(&format!("many-{n}")).unwrap();
                user.username = facestep::domain::user::Username::parse(&format!("many_{n:02}%")).unwrap();
                user.password = hash.clone();
                assert!(db.insert_user(&user)?);
            }
            Ok(())
        })
        .await
        .unwrap();
    let first = desk.see("/admin/users?search=MANY_").await.body;
    assert!(first.contains("many_00%") && first.contains("many_49%") && !first.contains("many_50%"));
    let next =
        first.split("href=\"").find(|part| part.contains("behind=")).unwrap().split('"').next().unwrap();
    let second = desk.see(&next.replace("&#38;", "&")).await.body;
    assert!(second.contains("many_50%") && second.contains("many_59%") && !second.contains("many_49%"));
    // What a database would take for a pattern is a text like another.
    assert!(desk.see("/admin/users?search=%25%25").await.body.contains("No account has such a name"));
    assert!(desk.see("/admin/users?search=y_0").await.body.contains("many_01%"));
    assert!(!desk.see("/admin/users?search=yX0").await.body.contains("many_01%"));
}

#[tokio::test]
async fn an_enrolment_that_is_revoked_is_wiped() {
    let desk = Desk::set().await;
    let page = format!("/admin/users/{}", desk.owner.id);
    // Nobody is enrolled: nothing to revoke, and nothing is said to have been.
    desk.act(&page, &format!("{page}/revoke-enrolment"), &[]).await.location();
    assert!(desk.events("face_forgotten").await.is_empty());
    assert_eq!(desk.browser.get("/admin/users/nobody").await.status.as_u16(), 404);
    let unknown = desk.act(&page, "/admin/users/nobody/sign-out", &[]).await;
    assert_eq!(unknown.status.as_u16(), 404);
    assert_eq!(desk.act(&page, &format!("{page}/nonsense"), &[]).await.status.as_u16(), 404);
}
