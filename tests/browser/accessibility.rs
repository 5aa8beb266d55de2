//! Can everybody use the pages? Every page in every state, in Chromium: axe-core finds nothing serious, in the light and in
//! the dark, and nothing has to be scrolled sideways on the narrowest screen.

use std::{path::Path, sync::Arc};

use actix_web::{App, HttpResponse, HttpServer, middleware::from_fn, web};
use facestep::web::{assets, headers::secure};
use serde_json::{Value, json};

use super::support::{
    actor::Actor,
    browser::{Browser, Camera, free_port},
    processes::OWNER,
};

#[path = "../pages/samples.rs"]
mod samples;

use samples::Sample;

/// The widths that pages are looked at in.
const WIDE: u32 = 1280;
const NARROW: u32 = 320;

/// The pages on a port of this machine, each under its own policy.
async fn serve(samples: Arc<Vec<Sample>>) -> String {
    let port = free_port();
    let page = |samples: web::Data<Arc<Vec<Sample>>>, n: web::Path<usize>| async move {
        let sample = &samples[*n];
        let mut answer =
            HttpResponse::Ok().content_type("text/html; charset=utf-8").body(sample.html.clone());
        sample.policy.write(answer.headers_mut());
        answer
    };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(samples.clone()))
            .wrap(from_fn(secure))
            .configure(assets::routes)
            .route("/pages/{n}", web::get().to(page))
    });
    tokio::spawn(server.workers(1).disable_signals().bind(("127.0.0.1", port)).unwrap().run());
    format!("http://127.0.0.1:{port}/pages")
}

/// axe-core as `make test` fetched it.
fn axe() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; make test fetches it", file.display()))
}

/// A browser that nobody stands in front of.
async fn look() -> Browser {
    Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await
}

async fn command(browser: &Browser, method: &str, parameters: Value) -> Value {
    browser.driver.cdp().send_raw(method, parameters).await.unwrap()
}

async fn resize(browser: &Browser, width: u32) {
    let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
    command(browser, "Emulation.setDeviceMetricsOverride", size).await;
    // As on a telephone: a bar beside the page would take some of its width.
    command(browser, "Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
}

async fn colours(browser: &Browser, scheme: &str) {
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    command(browser, "Emulation.setEmulatedMedia", features).await;
}

/// What axe-core finds that is serious: each rule with the elements that break it.
async fn findings(browser: &Browser, axe: &str) -> Vec<String> {
    browser.driver.execute(axe, vec![]).await.unwrap();
    let run = "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then(\
               found => done(found.violations), error => done([{ impact: 'critical', id: String(error), nodes: [] }]))";
    let found = browser.driver.execute_async(run, vec![]).await.unwrap();
    let serious =
        |one: &&Value| ["serious", "critical"].contains(&one["impact"].as_str().unwrap_or_default());
    let found = found.json().as_array().cloned().unwrap_or_default();
    found.iter().filter(serious).map(told).collect()
}

fn told(finding: &Value) -> String {
    let nodes = finding["nodes"].as_array().cloned().unwrap_or_default();
    let nodes: Vec<String> = nodes.iter().map(|node| node["html"].to_string()).collect();
    format!("{} ({}): {}", finding["id"], finding["impact"], nodes.join(" | "))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_a_serious_finding_in_the_light_or_in_the_dark() {
    // WCAG 2.2, as axe-core reads it.
    let samples = Arc::new(samples::all());
    let (address, axe, browser) = (serve(samples.clone()).await, axe(), look().await);
    let mut found = Vec::new();
    for (scheme, width) in [("light", WIDE), ("dark", NARROW)] {
        colours(&browser, scheme).await;
        resize(&browser, width).await;
        for (n, sample) in samples.iter().enumerate() {
            browser.driver.goto(format!("{address}/{n}")).await.unwrap();
            let serious = findings(&browser, &axe).await;
            found.extend(serious.into_iter().map(|one| format!("{} in {scheme}: {one}", sample.name)));
        }
    }
    browser.quit().await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_core_finds_what_is_wrong() {
    // The check itself: it must be able to fail.
    let wrong =
        "<!doctype html><html lang=\"en\"><title>x</title><main><h1>x</h1><input><img src=\"/x\"></main>";
    let sample =
        Sample { name: "wrong".into(), html: wrong.into(), policy: facestep::web::headers::Policy::plain() };
    let (address, browser) = (serve(Arc::new(vec![sample])).await, look().await);
    browser.driver.goto(format!("{address}/0")).await.unwrap();
    let found = findings(&browser, &axe()).await.join(" ");
    browser.quit().await;
    assert!(found.contains("\"label\"") && found.contains("\"image-alt\""), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_wider_than_the_narrowest_screen() {
    // WCAG 2.2 §1.4.10
    let samples = Arc::new(samples::all());
    let (address, browser) = (serve(samples.clone()).await, look().await);
    resize(&browser, NARROW).await;
    let mut found = Vec::new();
    for (n, sample) in samples.iter().enumerate() {
        browser.driver.goto(format!("{address}/{n}")).await.unwrap();
        let width =
            browser.driver.execute("return document.documentElement.scrollWidth", vec![]).await.unwrap();
        if width.json().as_u64().unwrap() > u64::from(NARROW) {
            found.push(format!("{} is {} wide", sample.name, width.json()));
        }
    }
    browser.quit().await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// `FACESTEP_PICTURES=folder cargo test --test browser pictures` leaves a picture of each page of the console there.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_the_console_can_be_taken() {
    let Some(folder) = std::env::var_os("FACESTEP_PICTURES").map(std::path::PathBuf::from) else {
        println!("skipped: FACESTEP_PICTURES names no folder");
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    let samples = Arc::new(samples::all());
    let (address, browser) = (serve(samples.clone()).await, look().await);
    for width in [WIDE, NARROW] {
        resize(&browser, width).await;
        for (n, sample) in
            samples.iter().enumerate().filter(|(_, sample)| sample.name.starts_with("console-"))
        {
            browser.driver.goto(format!("{address}/{n}")).await.unwrap();
            let whole = json!({ "format": "png", "captureBeyondViewport": true });
            let picture = command(&browser, "Page.captureScreenshot", whole).await;
            let picture = picture["data"].as_str().unwrap().to_owned();
            use base64::{Engine as _, engine::general_purpose::STANDARD};
            let name = sample.name.trim_start_matches("console-").replace(' ', "-");
            std::fs::write(folder.join(format!("{name}-{width}.png")), STANDARD.decode(picture).unwrap())
                .unwrap();
        }
    }
    browser.quit().await;
}
