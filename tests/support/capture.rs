//! A capture page without a screen: it does what the page's script does, and, where a test wants it, what the script would
//! never do. Time passes only as it looks into its camera.

use facestep::{
    domain::secret::{base64url, from_base64url, sha256},
    ports::clock::Clock,
};
use futures_util::{SinkExt, StreamExt};
use josekit::{
    jwe::{self, ECDH_ES, JweHeader},
    jwk::Jwk,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use super::{
    TestApp,
    browser::{Answer, TestBrowser},
    scripted::Scripted,
};

/// Someone, or something, in front of the camera: what is seen when this is asked for.
pub type Actor = fn(&str, Scripted) -> Scripted;

/// A person who does what they are asked to.
pub fn obedient(asked: &str, seen: Scripted) -> Scripted {
    let (yaw, pitch) = match asked {
        "turn_left" => (24.0, 0.0),
        "turn_right" => (-24.0, 0.0),
        "look_up" => (0.0, -13.0),
        "look_down" => (0.0, 13.0),
        _ => (0.0, 0.0),
    };
    Scripted { yaw, pitch, ..seen }
}

/// An open capture page.
pub struct CapturePage<'a> {
    app: &'a TestApp,
    browser: &'a TestBrowser,
    /// What the page was told to start from.
    pub settings: Value,
    /// The frames it took and committed.
    pub frames: Vec<Vec<u8>>,
    /// What it was asked to do, in order.
    pub prompts: Vec<String>,
    /// The hints it was given, in order.
    pub hints: Vec<String>,
}

/// A capture page's socket.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How a conversation over the socket ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Upload,
    Stop(String),
}

impl<'a> CapturePage<'a> {
    /// Opens the page at an address.
    pub async fn open(app: &'a TestApp, browser: &'a TestBrowser, address: &str) -> Self {
        let page = browser.get(address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
        let block = page.body.split("id=\"ceremony\">").nth(1).expect("a bootstrap block");
        let settings = serde_json::from_str(block.split("</script>").next().unwrap()).unwrap();
        Self { app, browser, settings, frames: Vec::new(), prompts: Vec::new(), hints: Vec::new() }
    }

    /// The name of the ceremony.
    pub fn ceremony(&self) -> &str {
        self.settings["ceremony"].as_str().unwrap()
    }

    /// Connects the socket, as a page of this origin.
    pub async fn connect(&self) -> Result<Socket, StatusCode> {
        self.connect_from(Some(&self.app.address)).await
    }

    /// Connects the socket, as a page of some origin.
    pub async fn connect_from(&self, origin: Option<&str>) -> Result<Socket, StatusCode> {
        let path = self.settings["socket"].as_str().unwrap();
        let address = format!("{}{path}", self.app.address.replace("http://", "ws://"));
        let mut request = address.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("cookie", HeaderValue::from_str(&self.browser.cookie_header()).unwrap());
        if let Some(origin) = origin {
            headers.insert("origin", HeaderValue::from_str(origin).unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(socket),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(response.status()),
            Err(other) => panic!("{other}"),
        }
    }

    /// Plays the challenge to its end and closes the socket.
    pub async fn perform(&mut self, actor: Actor, base: Scripted) -> Ending {
        let mut socket = self.connect().await.unwrap();
        say(&mut socket, &json!({ "t": "ready" })).await;
        let ending = self.play(&mut socket, actor, base).await;
        self.close(socket).await;
        ending
    }

    /// Looks into the camera until the server ends the challenge.
    pub async fn play(&mut self, socket: &mut Socket, actor: Actor, base: Scripted) -> Ending {
        for _ in 0..400 {
            let asked = self.prompts.last().cloned().unwrap_or_default();
            let seen = actor(&asked, base);
            if let Some(ending) = self.look(socket, seen).await {
                return ending;
            }
        }
        panic!("the server never ended the challenge; prompts so far: {:?}", self.prompts);
    }

    /// One look: a quarter of a second later, a full frame (once prompted) and a hint of the same moment.
    pub async fn look(&mut self, socket: &mut Socket, seen: Scripted) -> Option<Ending> {
        self.app.clock.advance_millis(250);
        let seen = Scripted { serial: self.frames.len() as u32 + 1, ..seen };
        if !self.prompts.is_empty() && self.frames.len() < 60 {
            let frame = seen.bytes();
            let hash = base64url(&sha256(&frame));
            self.frames.push(frame);
            say(socket, &json!({ "t": "hashes", "h": [hash] })).await;
        }
        let jwe = self.seal_hint(&seen.bytes());
        say(socket, &json!({ "t": "hint", "jwe": jwe })).await;
        self.listen(socket).await
    }

    /// Takes in everything up to the hint that answers a look, and what comes with it.
    pub async fn listen(&mut self, socket: &mut Socket) -> Option<Ending> {
        let mut hinted = false;
        loop {
            let wait = if hinted { 30 } else { 5_000 };
            let next = tokio::time::timeout(std::time::Duration::from_millis(wait), socket.next()).await;
            let message = match next {
                Err(_) if hinted => return None,
                Err(_) => panic!("the server said nothing"),
                Ok(Some(Ok(Message::Text(text)))) => serde_json::from_str::<Value>(&text).unwrap(),
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
                Ok(_) => return Some(Ending::Stop("closed".into())),
            };
            match message["t"].as_str().unwrap() {
                "hint" => {
                    self.hints.push(message["code"].as_str().unwrap().to_owned());
                    hinted = true;
                }
                "prompt" => self.prompts.push(message["action"].as_str().unwrap().to_owned()),
                "progress" => {}
                "upload" => return Some(Ending::Upload),
                "stop" => return Some(Ending::Stop(message["reason"].as_str().unwrap().to_owned())),
                other => panic!("unknown message {other}"),
            }
        }
    }

    /// Closes the socket and waits until the server has taken everything in.
    pub async fn close(&self, mut socket: Socket) {
        let _ = socket.close(None).await;
        while let Some(Ok(_)) = socket.next().await {}
    }

    /// The sealed capture of the frames taken.
    pub fn sealed(&self) -> String {
        self.seal_capture(&self.bundle(&self.frames))
    }

    /// A bundle for this ceremony.
    pub fn bundle(&self, frames: &[Vec<u8>]) -> Vec<u8> {
        let lengths: Vec<usize> = frames.iter().map(Vec::len).collect();
        let header = json!({
            "v": 1,
            "ceremony": self.settings["ceremony"],
            "nonce": self.settings["nonce"],
            "frames": lengths,
            "camera": { "width": 640, "height": 480 },
        });
        let header = header.to_string();
        let length = (header.len() as u32).to_be_bytes();
        [b"FSC1".as_slice(), &length, header.as_bytes(), &frames.concat()].concat()
    }

    /// Seals bytes as a capture of this ceremony.
    pub fn seal_capture(&self, plain: &[u8]) -> String {
        self.seal("captureKey", plain)
    }

    fn seal_hint(&self, plain: &[u8]) -> String {
        self.seal("hintKey", plain)
    }

    fn seal(&self, key: &str, plain: &[u8]) -> String {
        let mut header = JweHeader::new();
        header.set_algorithm("ECDH-ES");
        header.set_content_encryption("A256GCM");
        header.set_agreement_partyuinfo(self.ceremony());
        header.set_agreement_partyvinfo(from_base64url(self.settings["nonce"].as_str().unwrap()).unwrap());
        let jwk = Jwk::from_bytes(self.settings[key].to_string().as_bytes()).unwrap();
        jwe::serialize_compact(plain, &header, &ECDH_ES.encrypter_from_jwk(&jwk).unwrap()).unwrap()
    }

    /// Uploads the frames taken.
    pub async fn upload(&self) -> Answer {
        self.send(self.sealed()).await
    }

    /// Uploads a body as this page.
    pub async fn send(&self, body: String) -> Answer {
        self.send_by(self.browser, body).await
    }

    /// Uploads a body with another browser's cookies.
    pub async fn send_by(&self, browser: &TestBrowser, body: String) -> Answer {
        let request = browser
            .program(Method::POST, self.settings["upload"].as_str().unwrap())
            .header("content-type", "application/jose")
            .header("origin", &self.app.address)
            .header("x-csrf-token", self.settings["csrf"].as_str().unwrap())
            .body(body);
        Answer::of(request).await
    }

    /// Plays the challenge and uploads; the answer.
    pub async fn capture(&mut self, actor: Actor, base: Scripted) -> Value {
        assert_eq!(self.perform(actor, base).await, Ending::Upload, "{:?}", self.prompts);
        let answer = self.upload().await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }

    /// The server's time.
    pub fn now(&self) -> jiff::Timestamp {
        self.app.clock.now()
    }
}

/// Says something over a socket.
pub async fn say(socket: &mut Socket, message: &Value) {
    // A server that has stopped listening is noticed by its silence or its goodbye.
    let _ = socket.send(Message::text(message.to_string())).await;
}
