//! What an API answers that cannot tell whether a token is good.

use std::{
    fmt::{Debug, Write},
    net::TcpListener,
    sync::{Mutex, Once},
};

use serde_json::json;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt};

use crate::{
    api::{AUDIENCE, Api, Forge, admitted, kit, kit_for},
    support::{TestApp, clients::bank},
};

/// What was logged as an error in this process.
static ERRORS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Errors;

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl<S: Subscriber> Layer<S> for Errors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            let mut words = Words(String::new());
            event.record(&mut words);
            ERRORS.lock().unwrap().push(words.0);
        }
    }
}

fn listen_to_the_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Errors)).unwrap();
    });
}

fn logged(word: &str) -> usize {
    ERRORS.lock().unwrap().iter().filter(|line| line.contains(word)).count()
}

#[tokio::test]
async fn while_the_issuer_is_away_clients_are_told_to_come_back_and_it_is_logged_once() {
    // RFC 9110 §10.2.3, §15.6.4
    listen_to_the_log();
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    let code = app.code_for(&app.browser(), &[("resource", AUDIENCE)]).await;
    let tokens = app.redeem(&code, &[]).await.json();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = format!("http://{closed}");
    let api = Api::serve(kit_for(&app, &nowhere, AUDIENCE));
    for _ in 0..5 {
        let answer = api.get("/any", tokens["access_token"].as_str().unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "5".into()));
        assert_eq!(answer.json(), json!({ "error": "temporarily_unavailable" }));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("www-authenticate"), "");
    }
    assert_eq!(logged(&nowhere), 1);
    app.clock.advance(5);
    api.get("/any", tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(logged(&nowhere), 2);
}

#[tokio::test]
async fn the_keys_that_are_known_do_while_the_issuer_is_away() {
    // OpenID Connect Core 1.0 §10.1.1
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    let code = app.code_for(&app.browser(), &[("resource", AUDIENCE)]).await;
    let tokens = app.redeem(&code, &[]).await.json();
    let forge = Forge::of(&app, &tokens["access_token"]).await;
    let api = Api::serve(kit(&app));
    admitted(&api.get("/any", &forge.token(&[])).await);
    let clock = app.clock.clone();
    drop(app);
    clock.advance(3_600);
    let now = clock.now_seconds();
    let later = forge.token(&[("iat", json!(now)), ("exp", json!(now + 300))]);
    admitted(&api.get("/any", &later).await);
}

#[tokio::test]
async fn a_handler_on_a_route_that_demands_no_token_never_runs() {
    // ARCHITECTURE.md, "Six ideas": the type proves that the check was made
    let app = TestApp::start().await;
    let api = Api::serve(kit(&app));
    let answer = api.get("/forgotten", "anything").await;
    assert_eq!((answer.status.as_u16(), answer.json()), (500, json!({ "error": "server_error" })));
}
