//! One-time links: the first owner's way in, and the break-glass.

use facestep::{
    domain::{
        admin::{check::CheckSource, invitation::LIFETIME, role::Role},
        change::{Author, Change},
        face::capture::EncodedFrame,
        user::{User, Username, VerifiedAttributes},
    },
    flows::admin::{
        administrators::{Administrators, Guest, Invited},
        officer::{Attestation, OfficerDesk},
    },
};
use jiff::civil::date;

use crate::{
    desk::Desk,
    steps::{PORTRAIT, identify, installer, interaction, look},
    support::{TestApp, browser::TestBrowser, people::PASSWORD, scripted::ADAM},
};

const NUMBER: &str = "C01X 0000T";

fn change() -> Change {
    Change::by(Author::Installer)
}

fn guest(username: &str) -> Guest {
    let verified = VerifiedAttributes {
        given_name: "Ivo".into(),
        family_name: "Installer".into(),
        birth_date: date(1970, 2, 3),
    };
    Guest { username: username.into(), role: Some(Role::Owner), verified: Some(verified), lifetime: LIFETIME }
}

async fn attest(officer: &OfficerDesk, invited: &Invited) {
    let attestation = Attestation {
        user: invited.user.clone(),
        source: CheckSource::Installer,
        document: "passport".into(),
        number: NUMBER.into(),
        given_name: "Ivo".into(),
        family_name: "Installer".into(),
        birth_date: "1970-02-03".into(),
        answered_for_by: "Ines Installer".into(),
        portrait: Some(EncodedFrame::new(PORTRAIT.to_vec())),
    };
    officer.attest(attestation, &change()).await.unwrap();
}

fn path(administrators: &Administrators, app: &TestApp, invited: &Invited) -> String {
    administrators.address(invited).strip_prefix(&app.address).unwrap().to_owned()
}

async fn find(app: &TestApp, name: &str) -> User {
    let name = Username::parse(name).unwrap();
    app.store.read(move |db| db.find_user_by_name(&name)).await.unwrap().unwrap()
}

/// Enrols a face, and shows it, on the way in.
async fn go_in(app: &TestApp, browser: &TestBrowser) {
    let way_in = browser.get("/admin").await.location();
    let enrol = browser.get(&way_in).await.location();
    let run = interaction(&enrol);
    assert_eq!(enrol, format!("/interaction/{run}/enrol"));
    assert_eq!(identify(browser, &run, NUMBER).await.location(), enrol);
    assert_eq!(look(app, browser, &run, "enrol", ADAM).await["outcome"], "done");
    let resume = format!("/interaction/{run}/resume");
    assert_eq!(browser.get(&resume).await.location(), format!("/interaction/{run}/step-up"));
    assert_eq!(look(app, browser, &run, "step-up", ADAM).await["outcome"], "done");
    let callback = browser.get(&resume).await.location();
    assert_eq!(browser.get(&callback).await.location(), "/admin");
}

#[tokio::test]
async fn the_first_owner_comes_by_a_link_and_enrols_on_the_installers_word() {
    let desk = Desk::set().await;
    let (administrators, officer) = installer(&desk.app);
    let invited = administrators.invite(&guest("ivo"), &change()).await.unwrap();
    attest(&officer, &invited).await;
    let (browser, link) = (desk.app.browser(), path(&administrators, &desk.app, &invited));
    let page = browser.get(&link).await;
    assert!(page.body.contains("You sign in as ivo"), "{}", page.body);
    let short = browser.submit(&link, &[("password", "too short")]).await;
    assert_eq!(short.status.as_u16(), 422);
    assert_eq!(browser.submit(&link, &[("password", PASSWORD)]).await.location(), "/admin");
    go_in(&desk.app, &browser).await;
    let home = browser.get("/admin").await;
    assert!(home.body.contains("ivo <span class=\"tag\">Owner"), "{}", home.body);
    // The evidence says on whose word it rests, and the portrait is gone.
    assert_eq!(desk.last("enrolled").await["source"], "installer");
    let attested = desk.events("identity_attested").await.pop().unwrap();
    assert_eq!(attested.details["by"], "installer");
    assert_eq!(attested.details["answered_for_by"], "Ines Installer");
    let ivo = find(&desk.app, "ivo").await;
    let checks = desk.app.store.read(move |db| db.identity_checks_of(&ivo.id)).await.unwrap();
    assert!(checks[0].used_at.is_some() && checks[0].sealed_portrait.is_empty());
}

#[tokio::test]
async fn a_link_works_once_and_only_for_a_while_and_no_other_opens_anything() {
    let desk = Desk::set().await;
    let (administrators, _) = installer(&desk.app);
    let over = async |link: &str| {
        let page = desk.app.browser().get(link).await;
        (page.status.as_u16(), page.body.contains("not valid any more"))
    };
    let invited = administrators.invite(&guest("ivo"), &change()).await.unwrap();
    let link = path(&administrators, &desk.app, &invited);
    let (first, second) = (desk.app.browser(), desk.app.browser());
    // Both look at it, which uses nothing up; one of them accepts.
    let (mine, theirs) = (first.get(&link).await.csrf(), second.get(&link).await.csrf());
    let accepted = first.post(&link, &[("csrf_token", &mine), ("password", PASSWORD)]).await;
    assert_eq!(accepted.location(), "/admin");
    let late = second.post(&link, &[("csrf_token", &theirs), ("password", "another long password")]).await;
    assert_eq!(late.status.as_u16(), 410);
    assert_eq!(over(&link).await, (410, true));
    let invited = administrators.invite(&guest("ida"), &change()).await.unwrap();
    let link = path(&administrators, &desk.app, &invited);
    let cut = &link[..link.len() - 1];
    assert_eq!(over(cut).await, (410, true));
    desk.app.clock.advance(24 * 3600);
    assert_eq!(over(&link).await, (410, true));
}

#[tokio::test]
async fn a_new_link_takes_the_place_of_the_one_before() {
    let desk = Desk::set().await;
    let (administrators, _) = installer(&desk.app);
    let before = administrators.invite(&guest("ivo"), &change()).await.unwrap();
    administrators.invite(&guest("ivo"), &change()).await.unwrap();
    let page = desk.app.browser().get(&path(&administrators, &desk.app, &before)).await;
    assert_eq!(page.status.as_u16(), 410);
}

#[tokio::test]
async fn a_form_that_another_browser_was_given_uses_no_link_up() {
    // OWASP ASVS 5.0 §3.5.1
    let desk = Desk::set().await;
    let (administrators, _) = installer(&desk.app);
    let invited = administrators.invite(&guest("ivo"), &change()).await.unwrap();
    let link = path(&administrators, &desk.app, &invited);
    let (mine, other) = (desk.app.browser(), desk.app.browser());
    let csrf = mine.get(&link).await.csrf();
    other.get(&link).await;
    let sent = other.post(&link, &[("csrf_token", &csrf), ("password", PASSWORD)]).await;
    assert_eq!(sent.status.as_u16(), 403);
    assert_eq!(mine.get(&link).await.status.as_u16(), 200);
}

#[tokio::test]
async fn an_invitation_never_changes_a_password_that_is_there() {
    let desk = Desk::set().await;
    desk.app.add_user("vera", None).await;
    let before = find(&desk.app, "vera").await.password.0;
    let (administrators, _) = installer(&desk.app);
    let guest = Guest { verified: None, role: Some(Role::Viewer), ..guest("vera") };
    let invited = administrators.invite(&guest, &change()).await.unwrap();
    let (browser, link) = (desk.app.browser(), path(&administrators, &desk.app, &invited));
    let next = browser.submit(&link, &[("password", "a password of the inviter's")]).await;
    assert_eq!(next.location(), "/admin");
    assert_eq!(find(&desk.app, "vera").await.password.0, before);
    // The holder of the link is not signed in by it either.
    assert!(browser.get("/admin").await.location().starts_with("/authorize?"));
    let (lines, _) = administrators.list().await.unwrap();
    assert!(lines.iter().any(|line| line.username.as_str() == "vera"));
}

#[tokio::test]
async fn another_person_is_not_invited_under_a_name_that_was_verified() {
    let desk = Desk::set().await;
    desk.app.add_ada().await;
    let (administrators, _) = installer(&desk.app);
    assert!(administrators.invite(&guest("ada"), &change()).await.is_err());
    let (_, links) = administrators.list().await.unwrap();
    assert!(links.is_empty());
}

#[tokio::test]
async fn recovery_is_told_in_the_audit_log_and_leaves_nothing_of_before() {
    let desk = Desk::set().await;
    let (administrators, officer) = installer(&desk.app);
    let invited = administrators.invite(&guest("ivo"), &change()).await.unwrap();
    attest(&officer, &invited).await;
    let (thief, link) = (desk.app.browser(), path(&administrators, &desk.app, &invited));
    thief.submit(&link, &[("password", PASSWORD)]).await;
    go_in(&desk.app, &thief).await;

    let invited = administrators.recover(&guest("ivo"), &change()).await.unwrap();
    let recovered = desk.last("administrator_recovered").await;
    assert_eq!((&recovered["by"], &recovered["sessions_ended"]), (&"installer".into(), &1.into()));
    assert!(thief.get("/admin").await.location().starts_with("/authorize?"));
    let form = thief.get("/account/sign-in").await.csrf();
    let fields = [("csrf_token", form.as_str()), ("username", "ivo"), ("password", PASSWORD)];
    assert_eq!(thief.post("/account/sign-in", &fields).await.status.as_u16(), 422);
    let user = invited.user.clone();
    let enrolled = desk.app.store.read(move |db| db.find_enrolment_of(&user)).await.unwrap();
    assert!(enrolled.is_none(), "the enrolment was revoked");

    // The same document may be vouched for again, and the owner comes in as at first.
    attest(&officer, &invited).await;
    let (browser, link) = (desk.app.browser(), path(&administrators, &desk.app, &invited));
    assert!(browser.get(&link).await.body.contains("Get your way in back"));
    let next = browser.submit(&link, &[("password", "another long password")]).await;
    assert_eq!(next.location(), "/admin");
    go_in(&desk.app, &browser).await;
}
