//! The embedded files: found under this build's address, typed, kept for ever, and light.

use std::collections::HashSet;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{App, middleware::from_fn, test};
use facestep::web::{assets, headers::secure};

use crate::html::tags;
use crate::samples::all;

/// What a browser gets under an address.
async fn fetch(address: &str) -> (StatusCode, String, String, Vec<u8>) {
    let app = test::init_service(App::new().wrap(from_fn(secure)).configure(assets::routes)).await;
    let response = test::call_service(&app, test::TestRequest::get().uri(address).to_request()).await;
    let header = |name| {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let (kind, cache) = (header(CONTENT_TYPE), header(CACHE_CONTROL));
    let status = response.status();
    (status, kind, cache, test::read_body(response).await.to_vec())
}

/// The assets that a page names.
fn named(html: &str) -> HashSet<&str> {
    let tags = tags(html);
    let addresses = tags.iter().filter(|tag| tag.name != "a").flat_map(|tag| {
        ["src", "href"].into_iter().filter_map(|name| tag.attribute(name)).collect::<Vec<_>>()
    });
    addresses.filter(|address| address.starts_with("/assets/")).collect()
}

#[actix_web::test]
async fn every_asset_a_page_names_is_served_for_ever_with_its_type() {
    for sample in all() {
        for address in named(&sample.html) {
            let (status, kind, cache, _) = fetch(address).await;
            assert_eq!(status, StatusCode::OK, "{}: {address}", sample.name);
            assert_eq!(cache, "public, max-age=31536000, immutable");
            let expected = match address.rsplit('.').next() {
                Some("css") => "text/css; charset=utf-8",
                Some("js") => "text/javascript; charset=utf-8",
                _ => "image/svg+xml",
            };
            assert_eq!(kind, expected, "{address}");
        }
    }
}

#[actix_web::test]
async fn every_import_of_a_script_is_an_asset() {
    let scripts = ["capture.js", "camera.js", "device.js", "pace.js", "seal.js", "view.js", "portrait.js"];
    for script in scripts {
        let (_, _, _, source) = fetch(&assets::address(script)).await;
        let source = String::from_utf8(source).unwrap();
        for import in source.lines().filter(|line| line.starts_with("import")) {
            let name = import.split("'./").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
            assert!(scripts.contains(&name), "{script} imports {name}");
        }
    }
}

#[actix_web::test]
async fn an_asset_of_another_build_is_not_found_and_not_kept() {
    let (status, _, cache, _) = fetch("/assets/0000000000000000/style.css").await;
    assert_eq!((status, cache.as_str()), (StatusCode::NOT_FOUND, "no-store"));
    let (status, ..) = fetch(&assets::address("../style.css")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn the_whole_capture_page_stays_under_100_kilobytes() {
    let sample = all().into_iter().find(|sample| sample.name == "capture").unwrap();
    let mut bytes = sample.html.len();
    for address in named(&sample.html) {
        bytes += fetch(address).await.3.len();
    }
    println!("the capture page weighs {bytes} bytes, uncompressed");
    assert!(bytes > 10_000 && bytes < 100_000, "{bytes}");
}
