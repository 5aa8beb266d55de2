//! Sign-in: the session's cookie, the form's token, and how often one may guess.

use std::{num::NonZeroU32, time::Duration};

use facestep::{
    app::Settings,
    domain::authn::policy::MissReason,
    web::throttle::{Allowance, SignInAllowance},
};

use crate::support::{
    TestApp,
    clients::{authorize, bank},
    people::PASSWORD,
};

async fn with_ada() -> TestApp {
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    app
}

#[tokio::test]
async fn the_sessions_cookie_is_renewed_at_sign_in_and_the_old_one_opens_nothing() {
    // RFC 9700 §4.7, OWASP session fixation
    let app = with_ada().await;
    let browser = app.browser();
    let opened = browser.get(&authorize(&[])).await;
    let before = opened.cookies()[0].split(';').next().unwrap().to_owned();
    let signed_in = browser.submit(&opened.location(), &[("username", "ada"), ("password", PASSWORD)]).await;
    let after = signed_in.cookies()[0].split(';').next().unwrap().to_owned();
    assert_ne!(before, after);
    let thief = app.program(reqwest::Method::GET, &authorize(&[("prompt", "none")])).header("cookie", before);
    let refused = crate::support::browser::Answer::of(thief).await;
    assert_eq!(refused.error().0, "login_required");
}

#[tokio::test]
async fn cookies_are_host_bound_over_https_and_plain_on_loopback() {
    // RFC 6265bis §4.1.3.2
    let plain = with_ada().await;
    let cookie = plain.browser().get(&authorize(&[])).await.cookies()[0].clone();
    assert!(cookie.starts_with("facestep=") && !cookie.contains("Secure"), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let public = TestApp::start_with(Settings::default(), Some("https://id.example")).await;
    public.register(bank()).await;
    let cookie = public.browser().get(&authorize(&[])).await.cookies()[0].clone();
    assert!(cookie.starts_with("__Host-facestep="), "{cookie}");
    for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn a_form_without_this_sessions_token_or_from_elsewhere_is_refused() {
    // OWASP cross-site request forgery
    let app = with_ada().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[])).await.location();
    let fields = [("username", "ada"), ("password", PASSWORD)];
    assert_eq!(browser.post(&page, &fields).await.status, 403);
    let other = app.browser();
    let others_page = other.get(&authorize(&[])).await.location();
    let others_token = other.get(&others_page).await.csrf();
    let with_token = |token: &str| {
        let token = token.to_owned();
        let fields = [("csrf_token", token), ("username", "ada".into()), ("password", PASSWORD.into())];
        browser.request(reqwest::Method::POST, &page).form(&fields)
    };
    let answer = crate::support::browser::Answer::of(with_token(&others_token)).await;
    assert_eq!(answer.status, 403);
    let own_token = browser.get(&page).await.csrf();
    let from_elsewhere = with_token(&own_token).header("origin", "https://evil.example");
    assert_eq!(crate::support::browser::Answer::of(from_elsewhere).await.status, 403);
    let from_here = with_token(&own_token).header("origin", app.issuer.origin());
    crate::support::browser::Answer::of(from_here).await.code();
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    // NIST SP 800-63B-4 §3.1.1
    let app = with_ada().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[])).await.location();
    let mut bodies = Vec::new();
    for name in ["ada", "bob"] {
        let answer = browser.submit(&page, &[("username", name), ("password", "wrong")]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.cookies().is_empty());
        bodies.push(answer.body.replace(&format!("value=\"{name}\""), ""));
    }
    assert_eq!(bodies[0], bodies[1]);
    let incomplete = browser.submit(&page, &[("username", "ada")]).await;
    assert_eq!(incomplete.status, 422);
    browser.submit(&page, &[("username", " ADA "), ("password", PASSWORD)]).await.code();
}

#[tokio::test]
async fn the_hint_fills_the_name_in_and_cannot_leave_its_field() {
    // OpenID Connect Core 1.0 §3.1.2.1, login_hint
    let app = with_ada().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[("login_hint", "ada\"><script>")])).await.location();
    let body = browser.get(&page).await.body;
    assert!(!body.contains("<script>") && body.contains("ada&#34;&#62;&#60;script&#62;"), "{body}");
}

#[tokio::test]
async fn guessing_is_throttled_by_account_and_by_address_with_the_time_to_wait() {
    // NIST SP 800-63B-4 §3.2.2, RFC 6585 §4
    let width = |burst| Allowance { burst: NonZeroU32::new(burst).unwrap(), every: Duration::from_secs(600) };
    let sign_in = SignInAllowance { by_name: width(2), by_address: width(4) };
    let app = TestApp::start_with(Settings { sign_in, ..Settings::default() }, None).await;
    app.register(bank()).await;
    app.add_ada().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[])).await.location();
    for _ in 0..2 {
        let wrong = browser.submit(&page, &[("username", "ada"), ("password", "wrong")]).await;
        assert_eq!(wrong.status, 422);
    }
    let throttled = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(throttled.status, 429);
    let wait: u32 = throttled.header("retry-after").parse().unwrap();
    assert!((590..=600).contains(&wait), "{wait}");
    assert!(throttled.body.contains(&wait.to_string()), "{}", throttled.body);
    assert_eq!(browser.submit(&page, &[("username", "bob"), ("password", "x")]).await.status, 422);
    assert_eq!(browser.submit(&page, &[("username", "eve"), ("password", "x")]).await.status, 429);
}

#[tokio::test]
async fn a_session_ends_when_idle_and_when_old() {
    // NIST SP 800-63B-4 §5.2
    let app = with_ada().await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    let none = authorize(&[("prompt", "none")]);
    for _ in 0..25 {
        app.clock.advance(29 * 60);
        let answer = browser.get(&none).await;
        let signed_in_for = app.now().as_second() - 1_800_000_000;
        let expected = if signed_in_for <= 12 * 3600 { "" } else { "login_required" };
        assert_eq!(answer.error().0, expected, "after {signed_in_for} s");
    }
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    app.clock.advance(30 * 60 + 1);
    assert_eq!(browser.get(&none).await.error().0, "login_required");
}

#[tokio::test]
async fn another_account_in_the_same_browser_inherits_no_proof() {
    // ARCHITECTURE.md, "An assurance ledger"
    let app = with_ada().await;
    app.add_user("bob", None).await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    app.prove_face(browser.session_hash().unwrap()).await;
    app.clock.advance(1);
    let answer = browser.sign_in(&authorize(&[("prompt", "login")]), "bob", PASSWORD).await;
    assert_eq!(app.id_token_claims(&answer.code()).await["acr"], "urn:facestep:acr:pwd");
}

#[tokio::test]
async fn the_forms_token_is_renewed_at_sign_in() {
    // RFC 9700 §4.7
    let app = with_ada().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[])).await.location();
    let before = browser.get(&page).await.csrf();
    browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await.code();
    app.clock.advance(1);
    let page = browser.get(&authorize(&[("prompt", "login")])).await.location();
    let fields = [("csrf_token", before.as_str()), ("username", "ada"), ("password", PASSWORD)];
    assert_eq!(browser.post(&page, &fields).await.status, 403);
    browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await.code();
}

#[tokio::test]
async fn another_account_in_the_same_interaction_inherits_no_miss() {
    // OpenID Connect Core 1.0 §5.5.1.1: the condition is held against the one who signs in
    let app = with_ada().await;
    app.add_user("bob", None).await;
    let browser = app.browser();
    let essential = r#"{"id_token":{"acr":{"essential":true,"value":"urn:facestep:acr:face"}}}"#;
    let page = browser.get(&authorize(&[("claims", essential)])).await.location();
    let enrol = browser.submit(&page, &[("username", "bob"), ("password", PASSWORD)]).await;
    assert_eq!(enrol.error().1, "face_not_enrolled");

    app.clock.advance(1);
    let page = browser.get(&authorize(&[("claims", essential), ("prompt", "login")])).await.location();
    let interaction = page.split('/').nth(2).unwrap();
    app.miss(interaction, MissReason::UserDeclined).await;
    let next = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await.location();
    assert!(next.ends_with("/enrol"), "{next}");
    app.miss(interaction, MissReason::UserDeclined).await;
    let own = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(own.error().1, "user_declined");
}

#[tokio::test]
async fn the_page_may_post_to_us_and_end_at_the_client_and_do_nothing_else() {
    // CSP Level 3 §6.4.1 (form-action is applied to redirects)
    let app = with_ada().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[])).await.location();
    let answer = browser.get(&page).await;
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(policy.contains("form-action 'self' http://127.0.0.1:8081"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
}
