//! Pictures that no lens took, as far as they show it: signs in the audit log, and replays refused.

use facestep::{
    app::Settings,
    domain::{
        face::injection::Response,
        secret::{base64url, sha256},
    },
};
use serde_json::{Value, json};

use crate::{
    scene::{CONDITION, Scene, WISH, settings},
    support::{
        capture::{Ending, obedient, say},
        scripted::{ADAM, CLARA, Scripted},
    },
};

/// Adam before the camera, in the pictures of one film.
fn filmed(film: u32) -> Scripted {
    Scripted { film, ..Scripted::of(ADAM) }
}

/// What came of a capture: its outcome, the cause and the signs in the audit log, and the frames that it showed.
struct Showing {
    outcome: Value,
    cause: Value,
    signs: Value,
    film: Vec<Vec<u8>>,
}

/// A scene in which Adam is enrolled by his first film; and the film.
async fn enrolled_by_film(settings: Settings) -> (Scene, Vec<Vec<u8>>) {
    let scene = Scene::set_with(settings).await;
    let interaction = scene.begin(&[WISH]).await;
    scene.identify(&interaction, "FS-100001").await;
    let mut page = scene.capture_page(&interaction).await;
    assert_eq!(page.capture(obedient, filmed(1)).await["outcome"], "done");
    let film = page.frames;
    (scene, film)
}

fn settings_that(replays: Response) -> Settings {
    let mut settings = settings();
    settings.face.injection.replays = replays;
    settings
}

/// One more capture by someone who does as asked.
async fn shown(scene: &Scene, base: Scripted) -> Showing {
    showing(scene, base, &[]).await
}

/// One more capture, whose hints are Adam's, who does as asked, and whose frames are a film's: the same whatever is asked.
async fn shown_again(scene: &Scene, film: &[Vec<u8>]) -> Showing {
    showing(scene, Scripted::of(ADAM), film).await
}

async fn showing(scene: &Scene, base: Scripted, film: &[Vec<u8>]) -> Showing {
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    page.film = film.to_vec();
    let outcome = page.capture(obedient, base).await["outcome"].clone();
    let event = scene.last("ceremony_concluded").await;
    let film = page.frames;
    // The next one is a step-up again, however soon it comes.
    scene.app.clock.advance(3_600);
    Showing { outcome, cause: event["cause"].clone(), signs: event["injection"].clone(), film }
}

#[tokio::test]
async fn pictures_that_were_shown_before_are_refused_whoever_they_show() {
    let (scene, first) = enrolled_by_film(settings_that(Response::Refuse)).await;
    let again = shown_again(&scene, &first).await;
    assert_eq!((again.outcome, again.cause), ("refused".into(), "replayed".into()));
    assert_eq!(again.signs["replayed"], "strong");
    let second = shown(&scene, filmed(2)).await;
    assert_eq!(second.outcome, "done");
    assert!(second.signs.get("replayed").is_none());
    assert_eq!(shown_again(&scene, &second.film).await.cause, "replayed");
}

#[tokio::test]
async fn failures_do_not_push_out_what_a_success_showed() {
    let mut patient = settings();
    patient.face.attempts.free_failures = 12;
    let (scene, first) = enrolled_by_film(patient).await;
    let mut strangers = Vec::new();
    for film in 10..17 {
        let stranger = shown(&scene, Scripted { person: CLARA, ..filmed(film) }).await;
        assert_eq!(stranger.cause, "mismatch");
        strangers.push(stranger.film);
    }
    assert_eq!(shown_again(&scene, &first).await.cause, "replayed");
    // Of the strangers' own pictures the last are known again, and the oldest are not.
    let [oldest, .., last] = strangers.as_slice() else { panic!("seven were shown") };
    assert_eq!(shown_again(&scene, last).await.cause, "replayed");
    let forgotten = shown_again(&scene, oldest).await;
    assert_ne!(forgotten.cause, "replayed");
    assert!(forgotten.signs.get("replayed").is_none());
}

#[tokio::test]
async fn a_demo_whose_people_are_pictures_records_them() {
    let (scene, _) = enrolled_by_film(settings_that(Response::Record)).await;
    // A demo's person has one picture for each thing that can be asked; once all were shown, every capture repeats some.
    let asked = ["centre", "turn_left", "turn_right", "look_up", "look_down", "nearer", "farther"];
    let pictures = asked.map(|action| obedient(action, filmed(1)).bytes());
    assert_eq!(shown_again(&scene, &pictures).await.outcome, "refused");
    let known = shown(&scene, filmed(1)).await;
    assert_eq!((known.outcome, &known.signs["replayed"]), ("done".into(), &json!("strong")));
}

#[tokio::test]
async fn a_forgotten_face_leaves_no_pictures_to_be_known_again() {
    let (scene, _) = enrolled_by_film(settings_that(Response::Refuse)).await;
    let user = scene.adam.id.clone();
    let count = async || {
        let user = user.clone();
        scene.read(move |db| db.shown_captures(&user)).await.len()
    };
    assert_eq!(count().await, 1);
    let forgotten = user.clone();
    scene
        .app
        .store
        .transact(move |db| {
            let enrolment = db.find_enrolment_of(&forgotten)?.unwrap();
            db.revoke_enrolment(&enrolment.id, enrolment.completed_at)
        })
        .await
        .unwrap();
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn what_a_camera_is_called_is_a_sign_that_alone_refuses_nobody() {
    let mut strict = settings();
    strict.face.injection.signals = Response::Refuse;
    let scene = Scene::enrolled_with(strict).await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    page.camera = json!({ "width": 640, "height": 480, "label": "OBS Virtual Camera" });
    assert_eq!(page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
    assert_eq!(page.upload().await.json()["outcome"], "done");
    let signs = scene.last("ceremony_concluded").await["injection"].clone();
    assert_eq!(signs["virtual_camera"], "weak");
    // The name itself is kept nowhere.
    let audit = scene.app.store.read(|db| db.unsealed_events(1_000)).await.unwrap();
    assert!(audit.iter().all(|(_, event)| !event.contains("OBS")));
}

#[tokio::test]
async fn signs_that_weigh_enough_refuse_where_the_operator_wants_it() {
    for (response, outcome) in [(Response::Record, "done"), (Response::Refuse, "refused")] {
        let mut settings = settings();
        settings.face.injection.signals = response;
        let scene = Scene::enrolled_with(settings).await;
        let interaction = scene.begin(&[CONDITION]).await;
        let mut page = scene.capture_page(&interaction).await;
        // A camera that is smaller than its pictures, times that run backwards, by a timer as even as the test's own.
        page.camera = json!({ "width": 320, "height": 240, "label": "fake_device_0" });
        assert_eq!(page.perform(obedient, Scripted::of(ADAM)).await, Ending::Upload);
        page.taken = (0..page.frames.len()).rev().map(|n| n as f64).collect();
        assert_eq!(page.upload().await.json()["outcome"], outcome);
        let event = scene.last("ceremony_concluded").await;
        let signs = ["client_times_disagree", "odd_size", "steady_arrivals", "virtual_camera"];
        for sign in signs {
            assert_eq!(event["injection"][sign], "weak", "{event}");
        }
        assert_eq!(
            event["cause"],
            if response == Response::Record { Value::Null } else { "injected".into() }
        );
    }
}

/// A capture whose page lets its camera be asked, and then says and sends these sizes; its outcome and its signs.
async fn probed(
    says: fn((u32, u32)) -> Option<Value>,
    sends: fn((u32, u32)) -> (u32, u32),
) -> (Value, Value) {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    say(&mut socket, &json!({ "t": "ready", "v": 2, "can": ["camera", "something_else"] })).await;
    assert_eq!(page.play(&mut socket, obedient, Scripted::of(ADAM)).await, Ending::Upload);
    let asked = page.probe.expect("the camera was asked");
    if let Some(said) = says(asked) {
        say(&mut socket, &said).await;
        let frame = Scripted { serial: 999, size: sends(asked), ..Scripted::of(ADAM) }.bytes();
        say(&mut socket, &json!({ "t": "hashes", "h": [base64url(&sha256(&frame))] })).await;
        page.frames.push(frame);
    }
    page.finish(socket).await;
    let outcome = page.upload().await.json()["outcome"].clone();
    (outcome, scene.last("ceremony_concluded").await["injection"].clone())
}

/// What a page says whose camera gives what it was asked for.
fn gives((width, height): (u32, u32)) -> Option<Value> {
    Some(json!({ "t": "camera", "width": width, "height": height }))
}

#[tokio::test]
async fn a_camera_that_changes_its_size_when_asked_is_no_sign_and_one_that_cannot_is_none() {
    let (outcome, signs) = probed(gives, |asked| asked).await;
    assert_eq!((outcome, signs.get("probe_contradicted")), ("done".into(), None));
    let (outcome, signs) = probed(|_| Some(json!({ "t": "camera" })), |_| (640, 480)).await;
    assert_eq!(outcome, "done");
    assert!(signs.get("probe_contradicted").is_none() && signs.get("probe_unanswered").is_none());
}

#[tokio::test]
async fn pictures_that_keep_their_size_against_what_is_said_are_a_strong_sign() {
    let (outcome, signs) = probed(gives, |_| (640, 480)).await;
    assert_eq!((outcome, &signs["probe_contradicted"]), ("done".into(), &json!("strong")));
    let (_, signs) = probed(|_| None, |asked| asked).await;
    assert_eq!(signs["probe_unanswered"], "weak");
}

#[tokio::test]
async fn a_page_that_was_not_asked_has_nothing_to_say_of_its_camera() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    let mut socket = page.connect().await.unwrap();
    say(&mut socket, &json!({ "t": "ready", "v": 2 })).await;
    say(&mut socket, &json!({ "t": "camera", "width": 560, "height": 420 })).await;
    assert_eq!(page.listen(&mut socket).await, Some(Ending::Stop("protocol".into())));
    assert!(page.probe.is_none());
}
