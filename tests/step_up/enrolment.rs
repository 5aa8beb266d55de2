//! The parent workflow: whose document, whose face, and what becomes of a refusal.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use facestep::{
    app::Settings,
    domain::{
        id::{EnrolmentId, InteractionId},
        user::Username,
        workflow::enrolment::Enrolment,
    },
    web::{pages::ConsentPage, throttle::Allowance},
};

use crate::{
    scene::{CONDITION, Scene, act, settings},
    support::{
        clients::authorize,
        people::PASSWORD,
        scripted::{ADAM, CLARA, Scripted},
    },
};

fn not_enrolled() -> (String, String) {
    ("unmet_authentication_requirements".into(), "face_not_enrolled".into())
}

#[tokio::test]
async fn a_password_thief_with_a_genuine_document_and_face_of_their_own_gets_no_enrolment() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    // Clara knows Adam's password and shows her own document.
    let next = scene.identify(&interaction, "FS-100002").await.location();
    assert_eq!(next, format!("/interaction/{interaction}/outcome"));
    assert_eq!(scene.last("identity_checked").await["cause"], "other_person");
    assert_eq!(scene.give_up(&interaction, "outcome").await.error(), not_enrolled());
    let user = scene.adam.id.clone();
    assert!(scene.read(move |db| db.find_enrolment_of(&user)).await.is_none());
}

#[tokio::test]
async fn a_run_that_was_refused_cannot_be_taken_up_again() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.identify(&interaction, "FS-100002").await;
    let outcome = scene.browser.get(&format!("/interaction/{interaction}/outcome")).await;
    for (action, fields) in [("identity", vec![("document_number", "FS-100001")]), ("begin", vec![])] {
        let mut all = vec![("csrf_token", outcome.csrf())];
        all.extend(fields.into_iter().map(|(name, value)| (name, value.to_owned())));
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = scene.browser.post(&format!("/interaction/{interaction}/{action}"), &all).await;
        assert_eq!(answer.location(), format!("/interaction/{interaction}/resume"));
    }
    assert_eq!(scene.resume(&interaction).await.error(), not_enrolled());
}

#[tokio::test]
async fn someone_elses_face_before_the_right_document_gets_no_enrolment() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.identify(&interaction, "FS-100001").await;
    let answer = scene.look_as(&interaction, Scripted::of(CLARA)).await;
    assert_eq!(answer["outcome"], "refused");
    assert_eq!(scene.count("enrolled").await, 0);
    // The owner of the document still can.
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
}

#[tokio::test]
async fn a_document_nobody_knows_can_be_corrected_a_few_times() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.agree(&interaction).await;
    for number in ["FS-900001", "FS-1", "FS-2"] {
        let page = scene.act(&interaction, "identity", &[("document_number", number)]).await;
        assert_eq!(page.status.as_u16(), 422);
        assert!(page.body.contains("knows no document"), "{}", page.body);
    }
    let next = scene.act(&interaction, "identity", &[("document_number", "fs-100001 ")]).await.location();
    assert_eq!(next, format!("/interaction/{interaction}/enrol"));
}

#[tokio::test]
async fn a_register_cannot_be_searched() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.agree(&interaction).await;
    for _ in 0..5 {
        scene.act(&interaction, "identity", &[("document_number", "FS-1")]).await;
    }
    let sixth = scene.act(&interaction, "identity", &[("document_number", "FS-100001")]).await;
    assert_eq!(sixth.location(), format!("/interaction/{interaction}/outcome"));
    assert_eq!(scene.last("identity_checked").await["cause"], "too_many_lookups");
}

#[tokio::test]
async fn an_account_asks_the_source_only_so_often_however_many_runs_it_opens() {
    // RFC 6585 §4
    let look_ups = Allowance::of(2, Duration::from_secs(600));
    let scene = Scene::set_with(Settings { look_ups, ..settings() }).await;
    for _ in 0..2 {
        let interaction = scene.begin(&[CONDITION]).await;
        assert_eq!(scene.identify(&interaction, "FS-1").await.status.as_u16(), 422);
    }
    let interaction = scene.begin(&[CONDITION]).await;
    let throttled = scene.identify(&interaction, "FS-100001").await;
    assert_eq!(throttled.status.as_u16(), 429);
    let wait: u32 = throttled.header("retry-after").parse().unwrap();
    assert!((590..=600).contains(&wait), "{wait}");
    assert!(throttled.body.contains(&format!("wait {wait} seconds")), "{}", throttled.body);
    assert_eq!(scene.count("identity_checked").await, 2, "the source was not asked");
    // Another account is not held up by it.
    let clara = scene.app.browser();
    let theirs = scene.begin_as(&clara, "clara", &[CONDITION]).await;
    let consent = [("decision", "agree"), ("text_version", ConsentPage::TEXT_VERSION)];
    act(&clara, &theirs, "enrol", "consent", &consent).await;
    let answer = act(&clara, &theirs, "enrol", "identity", &[("document_number", "FS-100002")]).await;
    assert_eq!(answer.location(), format!("/interaction/{theirs}/enrol"));
}

#[tokio::test]
async fn a_partial_match_ends_the_run() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let next = scene.identify(&interaction, "FS-900002").await.location();
    assert_eq!(next, format!("/interaction/{interaction}/outcome"));
    assert_eq!(scene.last("identity_checked").await["cause"], "partial_match");
    assert_eq!(scene.give_up(&interaction, "outcome").await.error(), not_enrolled());
}

#[tokio::test]
async fn a_source_that_is_down_can_be_tried_again() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let page = scene.identify(&interaction, "FS-900003").await;
    assert_eq!(page.status.as_u16(), 422);
    assert!(page.body.contains("does not answer"), "{}", page.body);
    let fields = [("reason", "registry_unavailable")];
    let answer = scene.act(&interaction, "decline", &fields).await;
    assert_eq!(answer.error().1, "registry_unavailable");
}

#[tokio::test]
async fn an_account_without_verified_attributes_cannot_be_enrolled() {
    let scene = Scene::set().await;
    scene.app.add_user("nobody", None).await;
    let browser = scene.app.browser();
    let address = authorize(&[CONDITION]);
    let answer = browser.sign_in(&address, "nobody", PASSWORD).await;
    assert_eq!(answer.error(), not_enrolled());
}

#[tokio::test]
async fn consent_to_a_text_that_is_not_in_force_is_asked_for_again() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let old = [("decision", "agree"), ("text_version", "2020-01-01")];
    scene.act(&interaction, "consent", &old).await;
    assert_eq!(scene.count("consent_given").await, 0);
    scene.agree(&interaction).await;
    assert_eq!(scene.last("consent_given").await["text_version"], ConsentPage::TEXT_VERSION);
}

#[tokio::test]
async fn a_row_that_no_parent_run_made_is_no_enrolment() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    assert!(scene.begin_capture(&interaction).await.starts_with("/step-up/"));
    let clara = Username::parse("clara").unwrap();
    let (adam, named) = (scene.adam.id.clone(), InteractionId::parse(&interaction).unwrap());
    scene
        .app
        .store
        .transact(move |db| {
            // Whoever can write to the database gives Clara's account Adam's template, on a run that there is.
            let genuine = db.find_enrolment_of(&adam)?.unwrap();
            let run = db.find_latest_run(&named)?.unwrap().id;
            let user = db.find_user_by_name(&clara)?.unwrap().id;
            let id = EnrolmentId::from_random([5; 16]);
            db.insert_enrolment(&Enrolment { id, user, run, ..genuine })
        })
        .await
        .unwrap();
    let address = authorize(&[CONDITION]);
    let answer = scene.app.browser().sign_in(&address, "clara", PASSWORD).await;
    assert_eq!(answer.error(), not_enrolled());
    assert!(scene.last("decided").await["enrolment_refused"].is_string());
}

#[tokio::test]
async fn a_person_registers_themselves_in_the_demo_and_enrols() {
    let scene = Scene::set().await;
    let visitor = scene.app.browser();
    let csrf = visitor.get("/demo/register").await.csrf();
    let portrait = Scripted::of(9).bytes();
    let encoded = STANDARD.encode(portrait);
    let fields = |portrait| {
        vec![
            ("csrf_token", csrf.as_str()),
            ("name", "Ada King Lovelace"),
            ("birth_date", "1990-12-10"),
            ("username", "ada"),
            ("password", PASSWORD),
            ("portrait", portrait),
        ]
    };
    let flawed = visitor.post("/demo/register", &fields("")).await;
    assert_eq!(flawed.status.as_u16(), 422);
    let page = visitor.post("/demo/register", &fields(&encoded)).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.body);
    let document = page.body.split("FS-2").nth(1).unwrap();
    let digits: String = document.chars().take_while(char::is_ascii_digit).collect();
    let own = Scene { browser: visitor, ..scene };
    let interaction = own.begin_as(&own.browser, "ada", &[CONDITION]).await;
    let next = own.identify(&interaction, &format!("FS-2{digits}")).await.location();
    assert_eq!(next, format!("/interaction/{interaction}/enrol"));
    assert_eq!(own.look_as(&interaction, Scripted::of(9)).await["outcome"], "done");
}
