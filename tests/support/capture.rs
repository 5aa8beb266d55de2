//! A capture page without a screen: it does what the page's script does, and, where a test wants it, what the script would
//! never do. Time passes only as it looks into its camera.

use std::time::Duration;

use facestep::domain::secret::{base64url, from_base64url, sha256};
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
    device::DeviceSigner,
    scripted::Scripted,
};

/// Someone, or something, in front of the camera: what is seen when this is asked for.
pub type Actor = fn(&str, Scripted) -> Scripted;

/// A person who does what they are asked to.
pub fn obedient(asked: &str, seen: Scripted) -> Scripted {
    let (yaw, pitch, scale) = match asked {
        "turn_left" => (24.0, 0.0, 1.0),
        "turn_right" => (-24.0, 0.0, 1.0),
        "look_up" => (0.0, -13.0, 1.0),
        "look_down" => (0.0, 13.0, 1.0),
        "nearer" => (0.0, 0.0, 1.3),
        "farther" => (0.0, 0.0, 0.75),
        _ => (0.0, 0.0, 1.0),
    };
    Scripted { yaw, pitch, scale, ..seen }
}

/// An open capture page.
pub struct CapturePage<'a> {
    app: &'a TestApp,
    browser: &'a TestBrowser,
    /// What the page was told to start from.
    pub settings: Value,
    /// The frames it took and committed.
    pub frames: Vec<Vec<u8>>,
    /// A film that it commits frames of, over and over, instead of what its camera sees; the hints stay the camera's.
    pub film: Vec<Vec<u8>>,
    /// The key that its browser keeps for the account, if it keeps one.
    pub device: Option<&'a DeviceSigner>,
    /// What it says of its camera.
    pub camera: Value,
    /// When it says that it took each frame.
    pub taken: Vec<f64>,
    /// The size that its camera was asked for at the end, if it said that it can be asked.
    pub probe: Option<(u32, u32)>,
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
        Self::restored(app, browser, settings)
    }

    /// A page that was open before another server on the same database.
    pub fn restored(app: &'a TestApp, browser: &'a TestBrowser, settings: Value) -> Self {
        Self {
            app,
            browser,
            settings,
            device: None,
            camera: json!({ "width": 640, "height": 480 }),
            taken: Vec::new(),
            probe: None,
            frames: Vec::new(),
            film: Vec::new(),
            prompts: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// The same page's addresses and keys in another browser.
    pub fn seen_by<'b>(&'b self, browser: &'b TestBrowser) -> CapturePage<'b> {
        CapturePage::restored(self.app, browser, self.settings.clone())
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
        say(&mut socket, &json!({ "t": "ready", "v": 2 })).await;
        let ending = self.play(&mut socket, actor, base).await;
        match ending {
            Ending::Upload => self.finish(socket).await,
            Ending::Stop(_) => self.close(socket).await,
        }
        ending
    }

    /// Looks into the camera until the server ends the challenge.
    pub async fn play(&mut self, socket: &mut Socket, actor: Actor, base: Scripted) -> Ending {
        self.play_with(socket, actor, actor, base).await
    }

    /// The same, with one actor in the hint frames and another in the full ones.
    pub async fn play_with(
        &mut self,
        socket: &mut Socket,
        hinted: Actor,
        committed: Actor,
        base: Scripted,
    ) -> Ending {
        for _ in 0..400 {
            let asked = self.prompts.last().cloned().unwrap_or_default();
            let (hint, frame) = (hinted(&asked, base), committed(&asked, base));
            if let Some(ending) = self.look_twice(socket, hint, frame).await {
                return ending;
            }
        }
        panic!("the server never ended the challenge; prompts so far: {:?}", self.prompts);
    }

    /// One look: a quarter of a second later, a full frame (once prompted) and a hint of the same moment.
    pub async fn look(&mut self, socket: &mut Socket, seen: Scripted) -> Option<Ending> {
        self.look_twice(socket, seen, seen).await
    }

    async fn look_twice(&mut self, socket: &mut Socket, seen: Scripted, frame: Scripted) -> Option<Ending> {
        self.app.clock.advance_millis(250);
        if !self.prompts.is_empty() && self.frames.len() < 60 {
            let frame = self.taken_as(frame);
            let hash = base64url(&sha256(&frame));
            self.frames.push(frame);
            say(socket, &json!({ "t": "hashes", "h": [hash] })).await;
        }
        say(socket, &self.hint_message(seen)).await;
        self.listen(socket).await
    }

    /// The bytes of the next frame: of the film, or of what is seen. No two are the same, as no frame may be committed twice.
    fn taken_as(&self, seen: Scripted) -> Vec<u8> {
        let place = self.frames.len();
        let of_film = place.checked_rem(self.film.len()).map(|at| Scripted::parse(&self.film[at]).unwrap());
        Scripted { serial: place as u32 + 1, ..of_film.unwrap_or(seen) }.bytes()
    }

    /// Takes in everything up to the hint that answers a look, and what comes with it. A ping after the hint is answered
    /// when the server has said all that belongs to it.
    pub async fn listen(&mut self, socket: &mut Socket) -> Option<Ending> {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), socket.next()).await;
            let message = match next.expect("the server said nothing") {
                Some(Ok(Message::Text(text))) => serde_json::from_str::<Value>(&text).unwrap(),
                Some(Ok(Message::Pong(_))) => return None,
                Some(Ok(Message::Ping(_))) => continue,
                _ => return Some(Ending::Stop("closed".into())),
            };
            match message["t"].as_str().unwrap() {
                "hint" => {
                    self.hints.push(message["code"].as_str().unwrap().to_owned());
                    let _ = socket.send(Message::Ping(Vec::new().into())).await;
                }
                "prompt" => self.prompts.push(message["action"].as_str().unwrap().to_owned()),
                "progress" | "hold" => {}
                "camera" => {
                    let side = |name: &str| message[name].as_u64().unwrap() as u32;
                    self.probe = Some((side("width"), side("height")));
                }
                "upload" => return Some(Ending::Upload),
                "stop" => return Some(Ending::Stop(message["reason"].as_str().unwrap().to_owned())),
                other => panic!("unknown message {other}"),
            }
        }
    }

    /// Says that the last hash was sent, and waits until the server has kept everything.
    pub async fn finish(&self, mut socket: Socket) {
        say(&mut socket, &json!({ "t": "end" })).await;
        while let Some(Ok(message)) = socket.next().await {
            if message.to_text().is_ok_and(|text| text == r#"{"t":"kept"}"#) {
                return;
            }
        }
        panic!("the server kept nothing");
    }

    /// Closes the socket and waits for the server's own goodbye.
    pub async fn close(&self, mut socket: Socket) {
        let _ = socket.close(None).await;
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() {
                return;
            }
        }
    }

    /// The sealed capture of the frames taken.
    pub fn sealed(&self) -> String {
        let bundle = self.bundle(&self.frames);
        self.seal_capture(
            &self.device.map_or_else(|| bundle.clone(), |key| key.signed(&self.settings, &bundle)),
        )
    }

    /// A bundle for this ceremony.
    pub fn bundle(&self, frames: &[Vec<u8>]) -> Vec<u8> {
        let lengths: Vec<usize> = frames.iter().map(Vec::len).collect();
        let header = json!({
            "v": 1,
            "ceremony": self.settings["ceremony"],
            "nonce": self.settings["nonce"],
            "frames": lengths,
            "camera": self.camera,
            "taken": self.taken,
        });
        let header = header.to_string();
        let length = (header.len() as u32).to_be_bytes();
        [b"FSC1".as_slice(), &length, header.as_bytes(), &frames.concat()].concat()
    }

    /// Seals bytes as a capture of this ceremony.
    pub fn seal_capture(&self, plain: &[u8]) -> String {
        self.seal("captureKey", plain)
    }

    /// The message that brings a hint frame.
    pub fn hint_message(&self, seen: Scripted) -> Value {
        json!({ "t": "hint", "jwe": self.seal("hintKey", &seen.bytes()) })
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
}

/// Says something over a socket.
pub async fn say(socket: &mut Socket, message: &Value) {
    // A server that has stopped listening is noticed by its silence or its goodbye.
    let _ = socket.send(Message::text(message.to_string())).await;
}
