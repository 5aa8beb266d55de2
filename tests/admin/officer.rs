//! What an officer attests, and who can enrol on it.

use facestep::domain::{
    admin::role::Role,
    user::{User, Username},
};

use crate::{
    desk::Desk,
    steps::{PORTRAIT, identify, interaction, look, send_look, upload},
    support::{
        browser::{Answer, TestBrowser},
        clients::{authorize, bank},
        people::PASSWORD,
        scripted::{ADAM, CLARA},
    },
};

const NUMBER: &str = "c01x-0000t";
/// A condition of the face context.
const CONDITION: (&str, &str) =
    ("claims", r#"{"id_token":{"acr":{"essential":true,"values":["urn:facestep:acr:face"]}}}"#);

/// What the officer types, with one thing otherwise.
fn said<'a>(csrf: &'a str, change: Option<(&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("csrf_token", csrf),
        ("document", "passport"),
        ("number", NUMBER),
        ("given_name", "Ada"),
        ("family_name", "Lovelace"),
        ("birth_date", "1990-12-10"),
        ("answered_for_by", "Oscar Operator"),
        ("confirmed", "yes"),
    ];
    let changed = usual.map(|(name, value)| match change {
        Some((other, text)) if other == name => (name, text),
        _ => (name, value),
    });
    changed.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// Sends the officer's form about someone.
async fn check(browser: &TestBrowser, user: &User, change: Option<(&str, &str)>, portrait: &[u8]) -> Answer {
    let page = format!("/admin/users/{}/check", user.id);
    let csrf = browser.get(&page).await.csrf();
    upload(browser, &page, &said(&csrf, change), portrait).await
}

/// A desk with an operator, the bank, and an account that nothing was verified of.
async fn set() -> (Desk, TestBrowser, User) {
    let desk = Desk::set().await;
    desk.app.register(bank()).await;
    let (_, officer) = desk.colleague("oscar", Role::Operator).await;
    let ada = desk.app.add_user("ada", None).await;
    (desk, officer, ada)
}

/// Signs someone in at the bank, which needs a face.
async fn at_the_bank(desk: &Desk, name: &str) -> (TestBrowser, Answer) {
    let browser = desk.app.browser();
    let sign_in = browser.get(&authorize(&[CONDITION])).await.location();
    let answer = browser.submit(&sign_in, &[("username", name), ("password", PASSWORD)]).await;
    (browser, answer)
}

async fn find(desk: &Desk, user: &User) -> User {
    let id = user.id.clone();
    desk.app.store.read(move |db| db.find_user(&id)).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_an_officer_attests_carries_one_enrolment_at_any_client() {
    let (desk, officer, ada) = set().await;
    let done = check(&officer, &ada, None, PORTRAIT).await.location();
    assert_eq!(done, format!("/admin/users/{}?done=checked", ada.id));
    assert_eq!(find(&desk, &ada).await.verified.unwrap().family_name, "Lovelace");

    let (browser, answer) = at_the_bank(&desk, "ada").await;
    let run = interaction(&answer.location());
    // People type a number as they read it.
    let next = identify(&browser, &run, " C01X-0000T ").await.location();
    assert_eq!(next, format!("/interaction/{run}/enrol"));
    assert_eq!(look(&desk.app, &browser, &run, "enrol", ADAM).await["outcome"], "done");
    let enrolled = desk.last("enrolled").await;
    assert_eq!(enrolled["source"], "officer");
    let attested = desk.events("identity_attested").await.pop().unwrap();
    assert_eq!(enrolled["transaction"], attested.details["transaction"]);
    assert_eq!(attested.details["answered_for_by"], "Oscar Operator");
    assert!(attested.details["by"].as_str().unwrap().starts_with("operator:"));

    // It was used: once the enrolment is revoked, another check is needed.
    let id = ada.id.clone();
    let now = desk.app.now();
    desk.app
        .store
        .transact(move |db| {
            let enrolment = db.find_enrolment_of(&id)?.unwrap();
            db.revoke_enrolment(&enrolment.id, now)
        })
        .await
        .unwrap();
    let (browser, answer) = at_the_bank(&desk, "ada").await;
    let page = identify(&browser, &interaction(&answer.location()), NUMBER).await;
    assert_eq!(page.status.as_u16(), 422, "{}", page.body);
}

#[tokio::test]
async fn another_face_than_the_portraits_does_not_enrol() {
    let (desk, officer, ada) = set().await;
    check(&officer, &ada, None, PORTRAIT).await.location();
    let (browser, answer) = at_the_bank(&desk, "ada").await;
    let run = interaction(&answer.location());
    identify(&browser, &run, NUMBER).await.location();
    assert_ne!(look(&desk.app, &browser, &run, "enrol", CLARA).await["outcome"], "done");
    assert!(desk.events("enrolled").await.is_empty());
}

#[tokio::test]
async fn a_check_is_of_no_use_to_another_account_whoever_they_say_they_are() {
    let (desk, officer, ada) = set().await;
    check(&officer, &ada, None, PORTRAIT).await.location();
    // A namesake, born on the same day, who got hold of the number.
    let namesake = find(&desk, &ada).await.verified;
    desk.app.add_user("ada2", namesake).await;
    let (browser, answer) = at_the_bank(&desk, "ada2").await;
    let page = identify(&browser, &interaction(&answer.location()), NUMBER).await;
    assert_eq!(page.status.as_u16(), 422);
    assert_eq!(desk.last("identity_checked").await["outcome"], "no_record");
}

#[tokio::test]
async fn a_document_of_somebody_else_is_refused_and_nothing_is_recorded() {
    let (desk, officer, _) = set().await;
    let verified = desk.app.add_user("eve", None).await;
    check(&officer, &verified, None, PORTRAIT).await.location();
    for other in [("given_name", "Eve"), ("birth_date", "1990-12-11")] {
        let page = check(&officer, &verified, Some(other), PORTRAIT).await;
        assert_eq!(page.status.as_u16(), 422);
        assert!(page.body.contains("somebody else’s"), "{}", page.body);
    }
    assert_eq!(desk.events("identity_attested").await.len(), 1);
    assert_eq!(find(&desk, &verified).await.verified.unwrap().given_name, "Ada");
}

#[tokio::test]
async fn nobody_checks_their_own_document() {
    let desk = Desk::set().await;
    let page = check(&desk.browser, &desk.owner, None, PORTRAIT).await;
    assert_eq!(page.status.as_u16(), 422);
    assert!(page.body.contains("Nobody checks their own document"), "{}", page.body);
    assert!(find(&desk, &desk.owner).await.verified.is_none());
}

#[tokio::test]
async fn everything_that_is_missing_is_named_and_what_was_typed_is_kept() {
    let (desk, officer, ada) = set().await;
    let cases = [
        (Some(("number", "")), PORTRAIT, "document’s number"),
        (Some(("family_name", " ")), PORTRAIT, "given and family name"),
        (Some(("birth_date", "2990-01-01")), PORTRAIT, "birth date"),
        (Some(("answered_for_by", "")), PORTRAIT, "by which name"),
        (Some(("confirmed", "")), PORTRAIT, "Confirm that you saw"),
        (None, &b""[..], "Choose the portrait"),
        (None, &b"GIF89a"[..], "no JPEG"),
    ];
    for (change, portrait, words) in cases {
        let page = check(&officer, &ada, change, portrait).await;
        assert_eq!(page.status.as_u16(), 422, "{words}");
        assert!(page.body.contains(words) && page.body.contains("value=\"Ada\""), "{words}: {}", page.body);
    }
    let unreadable = [&[0xff, 0xd8, 0xff][..], b"junk"].concat();
    assert!(check(&officer, &ada, None, &unreadable).await.body.contains("no JPEG"));
    let large = [&[0xff, 0xd8, 0xff][..], &vec![0; 3 * 1024 * 1024]].concat();
    assert_eq!(check(&officer, &ada, None, &large).await.status.as_u16(), 413);
    assert!(desk.events("identity_attested").await.is_empty());
}

#[tokio::test]
async fn what_was_taken_back_or_lapsed_carries_nothing() {
    let (desk, officer, ada) = set().await;
    check(&officer, &ada, None, PORTRAIT).await.location();
    let id = ada.id.clone();
    let open = desk.app.store.read(move |db| db.identity_checks_of(&id)).await.unwrap().remove(0);
    let page = format!("/admin/users/{}", ada.id);
    let action = format!("{page}/withdraw-check");
    let answer = crate::desk::act(&officer, &page, &action, &[("check", open.id.as_str())]).await;
    assert_eq!(answer.location(), format!("{page}?done=check-withdrawn"));
    let (browser, answer) = at_the_bank(&desk, "ada").await;
    let run = interaction(&answer.location());
    assert_eq!(identify(&browser, &run, NUMBER).await.status.as_u16(), 422);

    check(&officer, &ada, None, PORTRAIT).await.location();
    desk.app.clock.advance(14 * 24 * 3600);
    let (browser, answer) = at_the_bank(&desk, "ada").await;
    let run = interaction(&answer.location());
    assert_eq!(identify(&browser, &run, NUMBER).await.status.as_u16(), 422);
}

#[tokio::test]
async fn a_viewer_checks_nothing_and_no_page_shows_a_portrait_or_a_number() {
    let (desk, officer, ada) = set().await;
    check(&officer, &ada, None, PORTRAIT).await.location();
    let (_, viewer) = desk.colleague("vera", Role::Viewer).await;
    let page = format!("/admin/users/{}", ada.id);
    assert_eq!(viewer.get(&format!("{page}/check")).await.status.as_u16(), 403);
    let name = Username::parse("ada").unwrap();
    let kept = desk
        .app
        .store
        .read(move |db| {
            let user = db.find_user_by_name(&name)?.unwrap();
            Ok(db.identity_checks_of(&user.id)?.remove(0))
        })
        .await
        .unwrap();
    for browser in [&viewer, &officer, &desk.browser] {
        let shown = browser.get(&page).await;
        assert_eq!(shown.status.as_u16(), 200);
        for hidden in
            [NUMBER, "C01X-0000T", kept.document_hash.as_str(), &kept.portrait_sha256, "data:", "/9j/"]
        {
            assert!(!shown.body.contains(hidden), "{hidden}: {}", shown.body);
        }
    }
}

#[tokio::test]
async fn a_check_that_is_taken_back_while_the_person_is_on_their_way_enrols_nobody() {
    let (desk, officer, ada) = set().await;
    check(&officer, &ada, None, PORTRAIT).await.location();
    let (browser, answer) = at_the_bank(&desk, "ada").await;
    let run = interaction(&answer.location());
    identify(&browser, &run, NUMBER).await.location();
    let (id, now) = (ada.id.clone(), desk.app.now());
    desk.app
        .store
        .transact(move |db| {
            let open = db.identity_checks_of(&id)?.remove(0);
            db.withdraw_identity_check(&open.id, now)
        })
        .await
        .unwrap();
    let answer = send_look(&desk.app, &browser, &run, "enrol", ADAM).await;
    assert_eq!(answer.status.as_u16(), 409, "{}", answer.body);
    assert!(desk.events("enrolled").await.is_empty());
}
