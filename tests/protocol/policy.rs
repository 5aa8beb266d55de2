//! Policies that are changed while the provider runs, under which circumstances they apply, and why.

use facestep::{
    domain::{
        authn::{
            acr::Acr,
            policy::{Decision, SignInReason},
        },
        change::{Author, Change},
        id::{ClientId, InteractionId},
        user::Username,
    },
    flows::admin::explain::{Foretold, SupposedSession, Supposition},
};
use jiff::SignedDuration;
use reqwest::Method;

use crate::support::{
    TestApp,
    browser::{Answer, TestBrowser},
    clients::{authorize, bank},
    people::PASSWORD,
};

const FACE_FOR_ALL: &str = r#"
    [[policies]]
    name = "everyone"
    demand = { acr = "urn:facestep:acr:face" }
"#;

async fn signed_in() -> (TestApp, TestBrowser) {
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    let browser = app.browser();
    browser.sign_in(&authorize(&[]), "ada", PASSWORD).await.code();
    (app, browser)
}

/// Where a request leads: to the client, or to a page of ours.
async fn leads_to(browser: &TestBrowser, changes: &[(&str, &str)]) -> String {
    place(&browser.get(&authorize(changes)).await)
}

fn place(answer: &Answer) -> String {
    let location = answer.location();
    match location.starts_with('/') {
        true => location.rsplit('/').next().unwrap().to_owned(),
        false if location.contains("code=") => "code".to_owned(),
        false => location,
    }
}

async fn contexts_told(app: &TestApp) -> Vec<String> {
    let answer = Answer::of(app.program(Method::GET, "/.well-known/openid-configuration")).await.json();
    let told = answer["acr_values_supported"].as_array().unwrap();
    told.iter().map(|acr| acr.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_policy_takes_effect_at_the_next_request_and_so_does_going_back() {
    // docs/policy.md, "Versions"
    let (app, browser) = signed_in().await;
    assert_eq!(leads_to(&browser, &[]).await, "code");
    let gold = "[[contexts]]\nacr = \"urn:example:gold\"\nproofs = [{ method = \"pwd\", within = \"1m\" }]\n";
    assert_eq!(contexts_told(&app).await.len(), 4);
    app.apply_policies(&format!("{gold}{FACE_FOR_ALL}")).await;
    assert_eq!(leads_to(&browser, &[]).await, "enrol");
    app.clock.advance(5);
    assert_eq!(contexts_told(&app).await.first().map(String::as_str), Some("urn:example:gold"));

    let change = Change { by: Author::Installer, reason: Some("too strict".into()) };
    let back = app.policies().go_back(0, Some(1), &change).await.unwrap();
    assert_eq!((back.before, back.number), (1, 2));
    assert_eq!(leads_to(&browser, &[]).await, "code");
    app.clock.advance(5);
    assert_eq!(contexts_told(&app).await.len(), 4);
}

#[tokio::test]
async fn a_change_of_what_is_not_in_force_any_more_is_refused_and_none_is_made_of_the_same() {
    // docs/policy.md, "Versions"
    let (app, _) = signed_in().await;
    app.apply_policies(FACE_FOR_ALL).await;
    let (desk, change) = (app.policies(), Change::by(Author::Installer));
    let current = desk.current().await.unwrap();
    assert_eq!(current.number, 1);
    assert!(desk.apply(&current.document, Some(0), &change).await.is_err());
    let same = desk.apply(&current.document, Some(1), &change).await.unwrap();
    assert!(same.number == 1 && same.differences.is_empty());
    assert_eq!(desk.versions(None, 10).await.unwrap().items.len(), 1);
    assert!(desk.go_back(7, None, &change).await.is_err());
    let mut unfit = current.document.clone();
    unfit.contexts.clear();
    assert!(desk.apply(&unfit, None, &change).await.is_err());
}

#[tokio::test]
async fn a_session_that_lay_unused_is_asked_until_something_is_proven_in_it() {
    // docs/policy.md, "When a policy applies": idle_longer_than
    let (app, browser) = signed_in().await;
    app.apply_policies(
        r#"
        [[policies]]
        name = "left-alone"
        when = { idle_longer_than = "15m" }
        demand = { acr = "urn:facestep:acr:face" }
        "#,
    )
    .await;
    for _ in 0..3 {
        app.clock.advance(10 * 60);
        assert_eq!(leads_to(&browser, &[]).await, "code");
    }
    app.clock.advance(16 * 60);
    let answer = browser.get(&authorize(&[])).await;
    assert_eq!(place(&answer), "enrol");
    // Neither going on with the request nor a second one makes it used.
    let interaction = answer.location().split('/').nth(2).unwrap().to_owned();
    let resumed = browser.get(&format!("/interaction/{interaction}/resume")).await;
    assert_eq!(place(&resumed), "enrol");
    app.clock.advance(120);
    assert_eq!(leads_to(&browser, &[]).await, "enrol");
    let page = browser.get(&authorize(&[("prompt", "login")])).await.location();
    let proven = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(place(&proven), "code");
}

#[tokio::test]
async fn where_a_browser_is_comes_from_a_trusted_proxy() {
    // docs/configuration.md, server.trusted_proxies: every test's requests come from one
    let (app, browser) = signed_in().await;
    app.apply_policies(
        r#"
        [[policies]]
        name = "outside"
        when = { outside_networks = ["198.51.100.0/24"] }
        demand = { acr = "urn:facestep:acr:face" }
        "#,
    )
    .await;
    let from = async |told: &str| {
        let request = browser.request(Method::GET, &authorize(&[])).header("x-forwarded-for", told);
        place(&Answer::of(request).await)
    };
    assert_eq!(from("198.51.100.7").await, "code");
    assert_eq!(from("203.0.113.9").await, "enrol");
    assert_eq!(from("198.51.100.7, 203.0.113.9").await, "enrol", "what the client wrote itself");
    assert_eq!(leads_to(&browser, &[]).await, "enrol");
}

#[tokio::test]
async fn a_decision_is_explained_afterwards_and_foretold_without_a_trace() {
    // docs/policy.md, "Why was I challenged?"
    let (app, browser) = signed_in().await;
    app.apply_policies(FACE_FOR_ALL).await;
    app.clock.advance(60);
    let answer = browser.get(&authorize(&[("acr_values", Acr::PWD), ("max_age", "900")])).await;
    let id = InteractionId::parse(answer.location().split('/').nth(2).unwrap()).unwrap();
    let past = app.explain().past(&id).await.unwrap();
    let record = past.decisions.last().unwrap().record.clone().unwrap();
    assert!(matches!(record.explanation.decision, Decision::Enrol(_)));
    assert_eq!((record.policy_version, record.max_age), (1, Some(900)));
    assert_eq!(record.ledger.entries().len(), 1);
    assert_eq!(record.explanation.policies[0].unmatched, None);
    let told = record.lines(past.decisions[0].at).join("\n");
    for part in
        ["enrol a face", "everyone: applies", "preferably urn:facestep:acr:pwd", "password 60 s before"]
    {
        assert!(told.contains(part), "{part}\n{told}");
    }

    let before = app.store.read(|db| db.search_events(&Default::default(), None, 1_000)).await.unwrap().len();
    let supposition = |session| Supposition {
        client: ClientId::parse("bank").unwrap(),
        user: Username::parse("ada"),
        parameters: vec![("acr_values".into(), Acr::PWD.into()), ("max_age".into(), "900".into())],
        session,
        at: None,
        address: None,
        new_device: true,
        device_key: false,
    };
    let foretell = async |session| match app.explain().suppose(supposition(session)).await.unwrap() {
        Foretold::Decided { record, .. } => *record,
        Foretold::Refused { error, .. } => panic!("{error}"),
    };
    // The real request came from an address and is judged as of when it was opened; nothing else may differ.
    assert_eq!(foretell(SupposedSession::Live).await, record);
    let nobody = foretell(SupposedSession::None).await;
    assert_eq!(nobody.explanation.decision, Decision::SignIn(SignInReason::NoSession));
    let long_ago = SupposedSession::Made {
        signed_in_ago: SignedDuration::from_hours(2),
        face: None,
        idle: SignedDuration::ZERO,
    };
    let long_ago = foretell(long_ago).await.explanation;
    let by_password = long_ago.contexts.iter().find(|context| context.acr == Acr::pwd()).unwrap();
    assert!(!by_password.earned, "older than max_age");
    let after = app.store.read(|db| db.search_events(&Default::default(), None, 1_000)).await.unwrap().len();
    assert_eq!(before, after);
    let unknown =
        Supposition { client: ClientId::parse("gone").unwrap(), ..supposition(SupposedSession::None) };
    assert!(app.explain().suppose(unknown).await.is_err());
}
