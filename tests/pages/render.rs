//! Every page renders, and is the HTML we want: named, labelled, nothing inline, nothing from elsewhere.

use std::collections::HashSet;

use crate::html::{content, tags};
use crate::samples::all;

#[test]
fn every_page_has_a_language_a_title_and_one_heading() {
    // WCAG 2.2 §2.4.2, §3.1.1; a missing text fails already in `all`.
    for sample in all() {
        let name = &sample.name;
        assert!(sample.html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{name}");
        let title = content(&sample.html, "title").unwrap_or_default();
        assert!(title.ends_with(" · Facestep") && title.len() > " · Facestep".len(), "{name}: `{title}`");
        let headings = tags(&sample.html).iter().filter(|tag| tag.name == "h1").count();
        assert_eq!(headings, 1, "{name}");
        assert!(!content(&sample.html, "h1").unwrap().is_empty(), "{name}");
    }
}

#[test]
fn every_field_has_a_label_and_every_id_is_used_once() {
    // WCAG 2.2 §1.3.1, §3.3.2, §4.1.2.
    for sample in all() {
        let tags = tags(&sample.html);
        let mut ids = HashSet::new();
        for id in tags.iter().filter_map(|tag| tag.attribute("id")) {
            assert!(ids.insert(id), "{}: id `{id}` twice", sample.name);
        }
        let labelled: HashSet<_> =
            tags.iter().filter(|tag| tag.name == "label").filter_map(|tag| tag.attribute("for")).collect();
        for input in tags.iter().filter(|tag| ["input", "select", "textarea"].contains(&tag.name)) {
            if input.attribute("type") != Some("hidden") {
                let id = input.attribute("id").unwrap_or_else(|| panic!("{}: {input:?}", sample.name));
                assert!(labelled.contains(id), "{}: no label for `{id}`", sample.name);
            }
        }
        for tag in &tags {
            for attribute in ["aria-labelledby", "aria-describedby", "for"] {
                for id in tag.attribute(attribute).unwrap_or_default().split_whitespace() {
                    assert!(
                        ids.contains(id),
                        "{}: {attribute} names `{id}`, which is not there",
                        sample.name
                    );
                }
            }
            assert!(tag.name != "img" || tag.attribute("alt").is_some(), "{}: {tag:?}", sample.name);
        }
    }
}

#[test]
fn no_page_has_an_inline_script_or_style() {
    // CSP Level 3 §4.2.3: the policy would refuse them.
    for sample in all() {
        for tag in tags(&sample.html) {
            assert_ne!(tag.name, "style", "{}", sample.name);
            if tag.name == "script" {
                let data = tag.attribute("type") == Some("application/json");
                assert!(data || tag.attribute("src").is_some(), "{}: {tag:?}", sample.name);
            }
            for attribute in tag.attributes() {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{}: {tag:?}", sample.name);
            }
        }
    }
}

#[test]
fn no_page_asks_anything_of_another_server() {
    for sample in all() {
        for tag in tags(&sample.html) {
            // A plain link may lead away, as the demo's to its bank does; it loads nothing.
            // So may the client's own picture come from where it registered it; the policy names that place.
            let is_logo = tag.attribute("id") == Some("client-logo");
            let attributes: &[&str] =
                if tag.name == "a" || is_logo { &[] } else { &["src", "href", "action", "srcset"] };
            for address in attributes.iter().filter_map(|name| tag.attribute(name)) {
                let ours = address.starts_with('/') && !address.starts_with("//");
                assert!(ours, "{}: {tag:?}", sample.name);
            }
        }
    }
}

#[test]
fn every_form_but_a_search_posts_and_carries_the_anti_forgery_token() {
    // OWASP ASVS 5.0 §3.5.1.
    for sample in all() {
        for form in sample.html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            // What only asks changes nothing, and its answer can be linked to.
            if form.contains("method=\"get\"") {
                assert!(!form.contains("csrf_token"), "{}: a token in an address", sample.name);
                continue;
            }
            assert!(form.contains("method=\"post\""), "{}", sample.name);
            assert!(form.contains("name=\"csrf_token\" value=\"csrf-sample\""), "{}", sample.name);
        }
    }
}

#[test]
fn pages_that_name_texts_of_others_escape_them() {
    // A client's name and a user name come from outside; so does all that stands in the JSON block.
    use askama::Template;
    use facestep::web::pages::{CapturePage, SignInPage};
    let hostile = "</script><img src=x>\"'&";
    let page = SignInPage { client: hostile.into(), username: hostile.into(), ..SignInPage::sample() }
        .render()
        .unwrap();
    assert!(!page.contains("<img src=x>") && !page.contains("</script>"));
    let page = CapturePage { nonce: hostile.into(), ..CapturePage::sample() }.render().unwrap();
    let block = content(&page, "script").unwrap();
    let settings: serde_json::Value = serde_json::from_str(block).unwrap();
    assert_eq!(settings["nonce"], hostile);
}

#[test]
fn the_capture_page_carries_what_its_script_needs() {
    // docs/capture-protocol.md, "What the page starts from".
    use askama::Template;
    use facestep::web::pages::CapturePage;
    let page = CapturePage::sample().render().unwrap();
    let settings: serde_json::Value = serde_json::from_str(content(&page, "script").unwrap()).unwrap();
    assert_eq!((&settings["version"], &settings["way"]), (&2.into(), &"turns".into()));
    assert_eq!(settings["socket"], "/step-up/c4Vb8nRt/socket");
    assert_eq!(settings["upload"], "/step-up/c4Vb8nRt");
    assert_eq!(settings["captureKey"]["crv"], "P-256");
    assert_eq!(settings["frame"]["perSecond"], 5);
    assert_eq!(settings["hint"]["width"], 320);
    assert_eq!(settings["texts"]["states"]["step"], "Step {number} of {of}");
    for action in ["centre", "return", "turn_left", "turn_right", "look_up", "look_down", "nearer", "farther"]
    {
        assert!(settings["texts"]["actions"][action].is_string(), "{action}");
    }
    for screen in ["denied", "missing", "busy", "insecure", "webview", "unsupported", "interrupted", "lost"] {
        assert!(page.contains(&format!("id=\"screen-{screen}\"")), "{screen}");
    }
}

#[test]
fn every_page_can_be_written_out_to_be_looked_at() {
    // `FACESTEP_PAGES=folder cargo test --test pages` leaves every page there; otherwise they lie with the build's own files.
    let usual = || std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    let folder = std::env::var_os("FACESTEP_PAGES").map_or_else(usual, std::path::PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    for sample in all() {
        let name = sample.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let file = folder.join(format!("{name}.html"));
        std::fs::write(&file, &sample.html).unwrap();
        assert!(std::fs::metadata(&file).unwrap().len() > 500, "{name}");
    }
}
