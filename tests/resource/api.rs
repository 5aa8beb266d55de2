//! An API behind the kit, and tokens for it.

use std::{net::TcpListener, sync::Arc};

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use facestep::{
    domain::{authn::acr::Acr, keys::SigningAlgorithm, keys::SigningKey},
    jose::{client_jwts::JoseClientJwts, signer::JoseSigner},
    outbound::{HttpOutbound, OutboundPolicy},
    ports::tokens::{TokenSigner, TokenType},
    resource::{Ports, ProvenToken, Refusal, Requirement, ResourceServer},
};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::support::{
    TestApp,
    browser::{Answer, TestBrowser},
    clients::claims,
    master_key,
    time::SeededEntropy,
};

/// By which name tokens are for the API; the test clients have it among their resources.
pub const AUDIENCE: &str = "https://api.example/transfers";

/// A running API.
pub struct Api {
    browser: TestBrowser,
    server: ServerHandle,
}

impl Drop for Api {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// The kit before a provider, by its clock.
pub fn kit(app: &TestApp) -> ResourceServer {
    kit_for(app, app.issuer.as_str(), AUDIENCE)
}

/// The same for other names.
pub fn kit_for(app: &TestApp, issuer: &str, audience: &str) -> ResourceServer {
    let policy = OutboundPolicy { allow_private: true, ..OutboundPolicy::default() };
    let http = Arc::new(HttpOutbound::new(policy).unwrap());
    let ports = Ports {
        outbound: http.clone(),
        inquiry: http,
        jwts: Arc::new(JoseClientJwts),
        clock: app.clock.clone(),
    };
    ResourceServer::over(ports, issuer, audience).unwrap()
}

/// A face, from the last five minutes.
pub fn face() -> Requirement {
    Requirement::any_token().acr_values(Acr::FACE).unwrap().max_age(300).unwrap()
}

impl Api {
    /// Serves routes that demand this and that.
    pub fn serve(tokens: ResourceServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = HttpServer::new(move || {
            let demands = |requirement: Requirement| tokens.require(requirement);
            let pay = Requirement::any_token().scope("pay").unwrap();
            let inner = web::resource("/inner").wrap(demands(face())).get(tell);
            App::new()
                .service(web::resource("/any").wrap(demands(Requirement::any_token())).get(tell))
                .service(web::resource("/pay").wrap(demands(pay)).get(tell))
                .service(web::resource("/face").wrap(demands(face())).get(tell))
                .service(web::resource("/much").wrap(demands(Requirement::any_token())).get(much))
                .service(web::scope("/outer").wrap(demands(Requirement::any_token())).service(inner))
                .service(web::resource("/forgotten").get(tell))
        });
        let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { browser: TestBrowser::new(&address), server: handle }
    }

    /// Asks with an access token.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.get_with(path, &[&format!("Bearer {token}")]).await
    }

    /// Asks with these values of `Authorization`.
    pub async fn get_with(&self, path: &str, authorization: &[&str]) -> Answer {
        let request = self.browser.program(Method::GET, path);
        Answer::of(
            authorization.iter().fold(request, |request, value| request.header("authorization", *value)),
        )
        .await
    }
}

async fn tell(token: ProvenToken) -> web::Json<Value> {
    web::Json(json!({
        "sub": token.sub, "client_id": token.client_id, "scopes": token.scopes, "acr": token.acr,
        "amr": token.amr, "auth_time": token.auth_time.map(|time| time.as_second()),
        "face_auth_time": token.face_auth_time.map(|time| time.as_second()),
    }))
}

/// A handler that finds out for itself that it needs more.
async fn much(token: ProvenToken) -> Result<&'static str, Refusal> {
    token.must_meet(&face())?;
    Ok("much")
}

/// The answer to a token that is refused: status, challenge, and that the body names the same error and is not kept.
pub fn refused(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("cache-control"), "no-store");
    let challenge = answer.header("www-authenticate");
    if !answer.body.is_empty() {
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(challenge.contains(&format!("error=\"{error}\"")), "{challenge}: {}", answer.body);
    }
    (answer.status.as_u16(), challenge)
}

/// What was read of a token that was let through.
pub fn admitted(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{} {}", answer.header("www-authenticate"), answer.body);
    answer.json()
}

/// The provider's own pen, in a hand that writes whatever it is told.
pub struct Forge {
    /// The provider's key.
    pub key: SigningKey,
    /// What one of its tokens for the API says, of a face that was just shown.
    pub claims: Map<String, Value>,
}

impl Forge {
    pub async fn of(app: &TestApp, access_token: &Value) -> Self {
        let keys = app.store.read(|db| db.signing_keys()).await.unwrap();
        let key = keys.into_iter().find(|key| key.algorithm == SigningAlgorithm::ES256).unwrap();
        let mut claims = claims(access_token);
        claims.insert("acr".into(), Acr::FACE.into());
        claims.insert("amr".into(), json!(["face", "mfa", "pwd"]));
        Self { key, claims }
    }

    /// The token with some claims changed, or (when null) left out.
    pub fn token(&self, changes: &[(&str, Value)]) -> String {
        self.signed(&self.key, TokenType::AccessToken, changes)
    }

    /// The same under another key, or as another kind of token.
    pub fn signed(&self, key: &SigningKey, typ: TokenType, changes: &[(&str, Value)]) -> String {
        // A pen of its own each time: it remembers keys by their names, and a forger borrows names.
        signer().sign(key, typ, &self.changed(changes)).unwrap()
    }

    /// The claims with some changed.
    pub fn changed(&self, changes: &[(&str, Value)]) -> Map<String, Value> {
        let mut claims = self.claims.clone();
        for (name, value) in changes {
            match value {
                Value::Null => drop(claims.remove(*name)),
                value => drop(claims.insert((*name).to_owned(), value.clone())),
            }
        }
        claims
    }
}

/// Who can use the keys of every test server.
pub fn signer() -> JoseSigner {
    JoseSigner::new(Arc::new(master_key().vault(Arc::new(SeededEntropy::new(11)))))
}
