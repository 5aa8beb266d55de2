//! A server that dies in the middle: nothing is lost, and nothing passes twice.

use std::sync::Arc;

use crate::{
    scene::{CONDITION, Scene, settings},
    support::{
        TestApp,
        capture::{CapturePage, Ending, obedient},
        scripted::{ADAM, Scripted, ScriptedAnalyzer},
        time::TestClock,
    },
};

struct Files {
    _folder: tempfile::TempDir,
    url: String,
    clock: Arc<TestClock>,
}

fn files() -> Files {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("facestep.sqlite3").display());
    Files { _folder: folder, url, clock: Arc::new(TestClock::default()) }
}

/// The same scene before a new server on the same files.
async fn restarted(scene: Scene, files: &Files, seed: u64) -> Scene {
    let Scene { app, browser, adam } = scene;
    drop(app);
    let app = TestApp::start_on(&files.url, settings(), None, files.clock.clone(), seed).await;
    let browser = browser.moved_to(&app.address);
    Scene { app, browser, adam }
}

#[tokio::test]
async fn a_step_up_goes_on_after_a_restart_at_every_step() {
    let files = files();
    let mut scene = Scene::set_on(&files.url, settings(), files.clock.clone()).await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.agree(&interaction).await;
    scene = restarted(scene, &files, 11).await;
    scene.act(&interaction, "identity", &[("document_number", "FS-100001")]).await;
    scene = restarted(scene, &files, 12).await;
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
    scene = restarted(scene, &files, 13).await;
    scene.resume(&interaction).await;
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
    scene = restarted(scene, &files, 14).await;
    assert!(!scene.resume(&interaction).await.code().is_empty());
}

#[tokio::test]
async fn whoever_is_enrolled_by_an_embedder_that_is_no_longer_in_use_enrols_again() {
    // Templates of different models do not compare, so the old one can prove nobody, and must not shut its owner out.
    let files = files();
    let scene = Scene::set_on(&files.url, settings(), files.clock.clone()).await;
    let first = scene.begin(&[CONDITION]).await;
    scene.enrol(&first, ADAM).await;
    let Scene { app, browser, adam } = scene;
    drop(app);
    let next = ScriptedAnalyzer { edition: 1, ..ScriptedAnalyzer::default() };
    let app = TestApp::start_seeing(&files.url, settings(), None, files.clock.clone(), 15, next).await;
    let browser = browser.moved_to(&app.address);
    let scene = Scene { app, browser, adam };
    let interaction = scene.begin(&[CONDITION]).await;
    scene.enrol(&interaction, ADAM).await;
    assert_eq!(scene.last("face_forgotten").await["by"], "other_model");
    scene.resume(&interaction).await;
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
    assert!(!scene.resume(&interaction).await.code().is_empty());
}

#[tokio::test]
async fn a_captured_challenge_can_be_sent_after_a_restart_and_only_once() {
    let files = files();
    let scene = Scene::set_on(&files.url, settings(), files.clock.clone()).await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.identify(&interaction, "FS-100001").await;
    let mut page = scene.capture_page(&interaction).await;
    assert_eq!(page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    let (settings, sealed) = (page.settings.clone(), page.sealed());
    drop(page);
    let scene = restarted(scene, &files, 11).await;
    let page = CapturePage::restored(&scene.app, &scene.browser, settings);
    assert_eq!(page.send(sealed.clone()).await.json()["outcome"], "done");
    let settings = page.settings.clone();
    drop(page);
    let scene = restarted(scene, &files, 12).await;
    let page = CapturePage::restored(&scene.app, &scene.browser, settings);
    assert_eq!(page.send(sealed).await.json()["error"], "already_spent");
}

#[tokio::test]
async fn an_attempt_that_was_spent_when_the_server_died_stays_spent() {
    let files = files();
    let scene = Scene::set_on(&files.url, settings(), files.clock.clone()).await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.identify(&interaction, "FS-100001").await;
    // A model that never answers: the process dies with the attempt spent and no verdict.
    scene.app.analyzer.broken.store(1, std::sync::atomic::Ordering::SeqCst);
    let mut page = scene.capture_page(&interaction).await;
    assert_eq!(page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    let (settings, sealed) = (page.settings.clone(), page.sealed());
    assert_eq!(page.send(sealed.clone()).await.status.as_u16(), 500);
    drop(page);
    let scene = restarted(scene, &files, 11).await;
    let page = CapturePage::restored(&scene.app, &scene.browser, settings);
    assert_eq!(page.send(sealed).await.json()["error"], "already_spent");
    assert_eq!(scene.count("enrolled").await, 0);
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
}

#[tokio::test]
async fn a_challenge_in_progress_when_the_server_died_starts_afresh() {
    let files = files();
    let scene = Scene::set_on(&files.url, settings(), files.clock.clone()).await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.identify(&interaction, "FS-100001").await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    for _ in 0..4 {
        page.look(&mut socket, Scripted::of(ADAM)).await;
    }
    let settings = page.settings.clone();
    drop((page, socket));
    let scene = restarted(scene, &files, 11).await;
    let page = CapturePage::restored(&scene.app, &scene.browser, settings);
    assert_eq!(page.connect().await.err().map(|status| status.as_u16()), Some(409));
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
}
