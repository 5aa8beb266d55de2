//! The page that carries an answer to a client.

use askama::Template;
use facestep::web::{
    headers::FormTarget,
    pages::{FormPostPage, Page},
};

use crate::html::{content, tags};

#[test]
fn the_answer_stands_escaped_in_a_form_that_sends_itself_or_is_sent_by_its_button() {
    // OAuth 2.0 Form Post Response Mode 1.0 §2, §4
    let hostile = "\"><script>alert(1)</script>'&amp;";
    let page = FormPostPage { fields: vec![("state", hostile.into())], ..FormPostPage::sample() };
    let html = page.render().unwrap();
    assert!(!html.contains("<script>alert") && !html.contains(hostile), "{html}");
    let tags = tags(&html);
    let form = tags.iter().find(|tag| tag.name == "form").unwrap();
    assert_eq!(form.attribute("method"), Some("post"));
    assert!(html.contains("action=\"http://127.0.0.1:8081/callback?tenant=7&#38;x=1\""), "{html}");
    assert!(tags.iter().any(|tag| tag.name == "button" && tag.attribute("id") == Some("continue")));
    let script = tags.iter().find(|tag| tag.name == "script").unwrap();
    assert!(script.attribute("src").unwrap().ends_with("/form_post.js"));
    assert_eq!(tags.iter().filter(|tag| tag.name == "h1").count(), 1);
    assert!(content(&html, "title").unwrap().ends_with(" · Facestep"));
}

#[test]
fn the_form_may_go_to_the_client_and_from_there_wherever_there_is_https() {
    // CSP Level 3 §6.4.1: browsers apply form-action to the redirects that follow
    let policy = FormPostPage::sample().policy().content_security_policy();
    assert!(policy.contains("form-action http://127.0.0.1:8081 https:;"), "{policy}");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let native = FormPostPage { returns_to: FormTarget::of("com.example.app:/cb"), ..FormPostPage::sample() };
    assert!(native.policy().content_security_policy().contains("form-action com.example.app: https:;"));
}
