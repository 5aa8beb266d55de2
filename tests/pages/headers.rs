//! The security headers of pages and of everything else.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, STRICT_TRANSPORT_SECURITY};
use actix_web::{App, HttpResponse, middleware::from_fn, test, web};
use facestep::web::headers::{FormTarget, PictureSource, Policy, complete, secure};
use facestep::web::pages::{self, AboutClient, CapturePage, Page, SignInPage};

use crate::samples::all;

fn directives(policy: &Policy) -> Vec<String> {
    policy.content_security_policy().split("; ").map(str::to_owned).collect()
}

#[::core::prelude::v1::test]
fn every_page_starts_from_nothing_and_cannot_be_framed() {
    // CSP Level 3 §6.1.3, §6.4.2.
    for sample in all() {
        let directives = directives(&sample.policy);
        assert_eq!(directives[0], "default-src 'none'", "{}", sample.name);
        for directive in ["base-uri 'none'", "frame-ancestors 'none'", "style-src 'self'"] {
            assert!(directives.iter().any(|found| found == directive), "{}: {directive}", sample.name);
        }
        assert!(directives.iter().any(|found| found.starts_with("form-action ")), "{}", sample.name);
        assert!(!sample.policy.content_security_policy().contains("unsafe"), "{}", sample.name);
    }
}

#[::core::prelude::v1::test]
fn a_page_with_a_form_or_a_script_may_use_it_and_no_other_page_may() {
    for sample in all() {
        let policy = sample.policy.content_security_policy();
        let has_form = sample.html.contains("<form");
        assert_eq!(policy.contains("form-action 'self'"), has_form, "{}", sample.name);
        let has_script = sample.html.contains("<script type=\"module\"");
        assert_eq!(policy.contains("script-src 'self'"), has_script, "{}", sample.name);
        let camera = sample.policy.permissions_policy().contains("camera=(self)");
        assert_eq!(camera, has_script, "{}: the pages with scripts are those with a camera", sample.name);
    }
}

#[::core::prelude::v1::test]
fn a_form_may_end_at_the_proven_redirect_address_alone() {
    // CSP Level 3 §6.4.1: browsers apply form-action to the redirects that follow.
    let action = |redirect: &str| {
        let directives = directives(&Policy::form(FormTarget::of(redirect).as_ref()));
        directives.into_iter().find(|found| found.starts_with("form-action")).unwrap()
    };
    assert_eq!(action("http://127.0.0.1:8081/callback?x=1"), "form-action 'self' http://127.0.0.1:8081");
    assert_eq!(action("https://bank.example/cb"), "form-action 'self' https://bank.example");
    assert_eq!(action("com.example.app:/cb"), "form-action 'self' com.example.app:");
    assert_eq!(action("http://[::1]:8081/cb"), "form-action 'self' http:");
    for refused in ["javascript:alert(1)", "data:text/html,x", "not an address", "file:///etc/passwd"] {
        assert_eq!(action(refused), "form-action 'self'", "{refused}");
    }
}

#[::core::prelude::v1::test]
fn strict_transport_is_announced_over_https_alone() {
    // RFC 6797 §7.2: not over http.
    let mut plain = HeaderMap::new();
    complete(&mut plain, false);
    assert!(!plain.contains_key(STRICT_TRANSPORT_SECURITY));
    let mut secured = HeaderMap::new();
    complete(&mut secured, true);
    assert!(secured.contains_key(STRICT_TRANSPORT_SECURITY));
}

#[actix_web::test]
async fn an_answer_that_says_nothing_gets_every_header_and_a_page_keeps_its_own() {
    let page = || async { pages::answer(actix_web::http::StatusCode::OK, &CapturePage::sample()) };
    let app = test::init_service(
        App::new()
            .wrap(from_fn(secure))
            .route("/json", web::get().to(|| async { HttpResponse::Ok().json(1) }))
            .route("/page", web::get().to(page)),
    )
    .await;

    let bare = test::call_service(&app, test::TestRequest::get().uri("/json").to_request()).await;
    let header = |name: &str| bare.headers().get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("content-security-policy"), Policy::nothing().content_security_policy());
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "same-origin");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("cache-control"), "no-store");
    assert!(header("permissions-policy").starts_with("camera=()"));

    let page = test::call_service(&app, test::TestRequest::get().uri("/page").to_request()).await;
    let policy = page.headers().get(CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
    assert_eq!(policy, CapturePage::sample().policy().content_security_policy());
    assert_eq!(page.headers().get_all(CONTENT_SECURITY_POLICY).count(), 1);
    assert_eq!(page.headers().get(CACHE_CONTROL).unwrap(), "no-store");
    assert!(policy.contains("form-action 'self' http://127.0.0.1:8081"));
    let plain = SignInPage { about: AboutClient::default(), ..SignInPage::sample() };
    assert_eq!(plain.policy(), Policy::form(plain.returns_to.as_ref()));
}

#[test]
async fn a_clients_picture_comes_from_its_own_https_origin_alone() {
    // OpenID Connect Dynamic Client Registration 1.0 §2, logo_uri; CSP Level 3 §6.1.8
    let policy = |page: SignInPage| page.policy().content_security_policy();
    let shown = policy(SignInPage::sample());
    assert!(shown.contains("img-src 'self' https://bank.example;"), "{shown}");
    let plain = policy(SignInPage { about: AboutClient::default(), ..SignInPage::sample() });
    assert!(plain.contains("img-src 'self';"), "{plain}");
    for address in ["http://bank.example/l.png", "data:image/png,x", "//bank.example/l", "x"] {
        assert!(PictureSource::of(address).is_none(), "{address}");
    }
}
