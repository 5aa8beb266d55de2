//! Back-Channel Logout: clients are told of the end of a session, at least once, over a restart.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use facestep::{
    app::Settings,
    domain::{
        id::ClientId,
        keys::SigningAlgorithm,
        oidc::client::{Client, metadata::SubjectType},
    },
    jose::signer::JoseSigner,
    ports::{
        clock::Clock,
        store::Store,
        tokens::{TokenSigner, TokenType},
    },
};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::support::{
    TestApp,
    browser::TestBrowser,
    clients::{authorize, bank, claims, header},
    master_key,
    people::PASSWORD,
    time::TestClock,
};

/// A client's server: it answers each request with the next of its statuses, and keeps what was posted.
struct Listening {
    address: String,
    heard: Arc<Mutex<Vec<(String, String)>>>,
}

impl Listening {
    fn answering(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/heard", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = heard.clone();
        thread::spawn(move || {
            for status in statuses {
                let (stream, _) = listener.accept().unwrap();
                kept.lock().unwrap().push(answer(stream, *status));
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> Vec<(String, String)> {
        self.heard.lock().unwrap().clone()
    }

    /// The one token of the last request.
    fn token(&self) -> Value {
        let (head, body) = self.heard().pop().unwrap();
        assert!(head.starts_with("POST /heard "), "{head}");
        assert!(
            head.to_lowercase().contains("content-type: application/x-www-form-urlencoded\r\n"),
            "{head}"
        );
        let fields: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        assert_eq!(fields.len(), 1, "{fields:?}");
        assert_eq!(fields[0].0, "logout_token");
        fields[0].1.clone().into()
    }
}

/// Reads one request to its end, and answers it.
fn answer(mut stream: TcpStream, status: u16) -> (String, String) {
    let (mut read, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut part).unwrap();
        read.extend_from_slice(&part[..length]);
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let announced = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
            });
            if body.len() >= announced.unwrap_or_default() {
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).unwrap();
                return (format!("{head}\r\n"), body.to_owned());
            }
        }
        assert!(length > 0, "the request broke off");
    }
}

fn hearing(client: Client, at: &Listening) -> Client {
    let mut client = client;
    client.metadata.backchannel_logout_uri = Some(at.address.clone());
    client.metadata.backchannel_logout_session_required = true;
    client
}

fn named(id: &str) -> Client {
    Client { id: ClientId::parse(id).unwrap(), ..bank() }
}

/// Signs in at a client, or goes through with a live session.
async fn id_token(app: &TestApp, browser: &TestBrowser, client: &str) -> Value {
    let asked = [("client_id", client)];
    let answer = browser.get(&authorize(&asked)).await;
    let answer = match answer.location() {
        page if page.ends_with("/sign-in") => {
            browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await
        }
        _ => answer,
    };
    app.redeem(&answer.code(), &asked).await.json()["id_token"].clone()
}

async fn sign_out(browser: &TestBrowser, id_token: &Value) {
    let done = browser.get(&format!("/logout?id_token_hint={}", id_token.as_str().unwrap())).await;
    assert_eq!(done.location(), "/logout/done");
}

async fn verified(app: &TestApp, token: &Value) -> Option<Map<String, Value>> {
    let signer = JoseSigner::new(Arc::new(master_key().vault(app.entropy.clone())));
    let keys = app.store.read(|db| db.signing_keys()).await.unwrap();
    keys.iter().find_map(|key| signer.verify(key, TokenType::LogoutToken, token.as_str().unwrap()))
}

async fn audited(store: &Arc<dyn Store>, kind: &str) -> usize {
    let events = store.read(|db| db.unsealed_events(1000)).await.unwrap();
    events.iter().filter(|(_, event)| event.contains(&format!("\"kind\":\"{kind}\""))).count()
}

#[tokio::test]
async fn every_client_that_got_a_grant_in_the_session_is_told_in_its_own_words() {
    // OpenID Connect Back-Channel Logout 1.0 §2.2, §2.4, §2.5
    let app = TestApp::start().await;
    let (first, second, third) =
        (Listening::answering(&[200]), Listening::answering(&[204]), Listening::answering(&[200]));
    let mut pairwise = hearing(named("pair"), &second);
    pairwise.metadata.subject_type = SubjectType::Pairwise;
    pairwise.metadata.sector = Some("pair.example".into());
    pairwise.id_token_algorithm = SigningAlgorithm::RS256;
    app.register(hearing(bank(), &first)).await;
    app.register(pairwise).await;
    app.register(hearing(named("unused"), &third)).await;
    app.register(named("deaf")).await;
    app.add_ada().await;
    let browser = app.browser();
    let at_bank = id_token(&app, &browser, "bank").await;
    let at_pair = id_token(&app, &browser, "pair").await;
    id_token(&app, &browser, "bank").await;
    id_token(&app, &browser, "deaf").await;
    sign_out(&browser, &at_bank).await;
    assert_eq!(app.logout_notices.deliver_due().await.unwrap(), 2);
    assert_eq!((first.heard().len(), second.heard().len(), third.heard().len()), (1, 1, 0));
    for (listening, issued) in [(&first, &at_bank), (&second, &at_pair)] {
        let (token, issued_header, issued) = (listening.token(), header(issued), claims(issued));
        let (header, told) = (header(&token), verified(&app, &token).await.unwrap());
        assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &issued_header["alg"]));
        for same in ["iss", "aud", "sub", "sid"] {
            assert_eq!(told[same], issued[same], "{same}");
        }
        assert_eq!(told["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
        let lives = told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap();
        assert!((1..=120).contains(&lives) && told["jti"].is_string() && !told.contains_key("nonce"));
    }
    assert_ne!(claims(&first.token())["sub"], claims(&second.token())["sub"]);
    assert_eq!(app.logout_notices.deliver_due().await.unwrap(), 0);
    assert_eq!(audited(&app.store, "logout_delivered").await, 2);
}

#[tokio::test]
async fn a_client_whose_server_failed_is_told_again_after_a_restart() {
    // OpenID Connect Back-Channel Logout 1.0 §2.5
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("facestep.db").display());
    let clock = Arc::new(TestClock::default());
    let bank_server = Listening::answering(&[500, 200]);
    let before = TestApp::start_on(&database, Settings::default(), None, clock.clone(), 7).await;
    before.register(hearing(bank(), &bank_server)).await;
    before.add_ada().await;
    let browser = before.browser();
    let issued = id_token(&before, &browser, "bank").await;
    sign_out(&browser, &issued).await;
    assert_eq!(before.logout_notices.deliver_due().await.unwrap(), 1);
    assert_eq!(audited(&before.store, "logout_undelivered").await, 0);
    let first = bank_server.token();
    drop(before);
    let after = TestApp::start_on(&database, Settings::default(), None, clock.clone(), 8).await;
    assert_eq!(after.logout_notices.deliver_due().await.unwrap(), 0, "it waits");
    clock.advance(5);
    assert_eq!(after.logout_notices.deliver_due().await.unwrap(), 1);
    let second = bank_server.token();
    assert_eq!(bank_server.heard().len(), 2);
    assert_ne!(claims(&first)["jti"], claims(&second)["jti"]);
    assert_eq!(claims(&first)["sid"], claims(&second)["sid"]);
    assert_eq!(claims(&second)["iat"], after.clock.now().as_second());
    clock.advance(24 * 3600);
    assert_eq!(after.logout_notices.deliver_due().await.unwrap(), 0);
    assert_eq!(audited(&after.store, "logout_delivered").await, 1);
}

#[tokio::test]
async fn a_client_that_refuses_the_token_is_not_told_again() {
    // OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8
    let app = TestApp::start().await;
    let bank_server = Listening::answering(&[400, 200]);
    app.register(hearing(bank(), &bank_server)).await;
    app.add_ada().await;
    let browser = app.browser();
    let issued = id_token(&app, &browser, "bank").await;
    sign_out(&browser, &issued).await;
    assert_eq!(app.logout_notices.deliver_due().await.unwrap(), 1);
    app.clock.advance(3600);
    assert_eq!(app.logout_notices.deliver_due().await.unwrap(), 0);
    assert_eq!(audited(&app.store, "logout_undelivered").await, 1);
}

#[tokio::test]
async fn a_client_that_stays_away_is_given_up_after_a_day() {
    // OpenID Connect Back-Channel Logout 1.0 §2.5
    let app = TestApp::start().await;
    let mut away = bank();
    // Port 9 of this machine: nobody listens.
    away.metadata.backchannel_logout_uri = Some("http://127.0.0.1:9/heard".into());
    app.register(away).await;
    app.add_ada().await;
    let browser = app.browser();
    let issued = id_token(&app, &browser, "bank").await;
    sign_out(&browser, &issued).await;
    let mut tries = 0;
    for _ in 0..40 {
        tries += app.logout_notices.deliver_due().await.unwrap();
        app.clock.advance(3600);
    }
    assert!((20..30).contains(&tries), "{tries}");
    assert_eq!(audited(&app.store, "logout_undelivered").await, 1);
}
