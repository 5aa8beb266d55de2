//! Every value that the metadata document tells is used in a request, and the request must succeed by it. A member that
//! nothing here holds fails: whoever promises something new says here what keeps the promise.

use facestep::{
    app::{RegistrationSettings, Settings},
    domain::{
        id::{ClientId, UserId},
        keys::SigningAlgorithm,
        oidc::{
            client::{
                Client,
                metadata::{GrantType, SubjectType},
            },
            registration::Admission,
            request::{RequestPolicy, response::ResponseType},
        },
        secret::base64url,
        user::profile::Profile,
    },
    web::throttle::Allowance,
};
use josekit::{
    jwk::{
        Jwk,
        alg::{ec::EcCurve, ed::EdCurve},
    },
    jws::{ES256, EdDSA, HS256, HS384, HS512, JwsHeader, JwsSigner, PS256, RS256, serialize_compact},
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{claims::said, consent::press};
use crate::support::{
    TestApp,
    browser::{Answer, TestBrowser},
    clients::{CALLBACK, CHALLENGE, VERIFIER, authorize, bank, claims, header},
    people::PASSWORD,
};

/// Where the client serves a request object.
const REQUEST_URI: &str = "https://client.example/request";

/// A server with everything switched on, a person of whom everything is known, signed in, and clients that may everything.
struct Witness {
    app: TestApp,
    browser: TestBrowser,
    ada: UserId,
    keys: BTreeMap<&'static str, Jwk>,
    document: Map<String, Value>,
}

#[tokio::test]
async fn every_value_that_the_metadata_document_tells_is_kept() {
    // OpenID Connect Discovery 1.0 §3, RFC 8414 §2
    let witness = Witness::start().await;
    for (name, value) in witness.document.clone() {
        witness.hold(&name, &value).await;
    }
}

impl Witness {
    async fn start() -> Self {
        let requests = RequestPolicy {
            response_types: ResponseType::ALL.into_iter().collect(),
            self_registration: true,
            ..Default::default()
        };
        let by_address = Allowance::of(1000, Duration::from_secs(1));
        let registration =
            RegistrationSettings { admission: Admission::Open, by_address, ..Default::default() };
        let app = TestApp::start_with(Settings { requests, registration, ..Settings::default() }, None).await;
        let keys = BTreeMap::from([
            ("ES256", Jwk::generate_ec_key(EcCurve::P256).unwrap()),
            ("RS256", Jwk::generate_rsa_key(2048).unwrap()),
            ("EdDSA", Jwk::generate_ed_key(EdCurve::Ed25519).unwrap()),
        ]);
        let ada = app.add_ada().await.id;
        let (id, profile, now) = (ada.clone(), Profile::parse(said()).unwrap(), app.now());
        app.store.transact(move |db| db.set_profile(&id, &profile, now)).await.unwrap();
        let browser = app.browser();
        let document = Answer::of(app.program(Method::GET, "/.well-known/openid-configuration")).await.json();
        let witness = Self { app, browser, ada, keys, document: document.as_object().unwrap().clone() };
        witness.client("bank", |_| {}).await;
        witness.browser.sign_in(&authorize(&[]), "ada", PASSWORD).await.code();
        witness
    }

    /// Registers a client that may everything, after a change.
    async fn client(&self, id: &str, change: impl FnOnce(&mut Client)) {
        let mut client = Client { id: ClientId::parse(id).unwrap(), ..bank() };
        client.metadata.response_types = ResponseType::ALL.map(|one| one.name().to_owned()).to_vec();
        client.metadata.grant_types =
            vec![GrantType::AuthorizationCode, GrantType::Implicit, GrantType::RefreshToken];
        client.metadata.jwks = Some(self.jwks());
        client.metadata.request_uris = vec![REQUEST_URI.into()];
        change(&mut client);
        self.app.register(client).await;
    }

    fn jwks(&self) -> Value {
        let public = |key: &Jwk| Value::Object(key.to_public_key().unwrap().into());
        json!({ "keys": self.keys.values().map(public).collect::<Vec<_>>() })
    }

    async fn hold(&self, name: &str, value: &Value) {
        match name {
            "issuer" => assert_eq!(*value, self.app.issuer.as_str()),
            "authorization_endpoint" | "userinfo_endpoint" | "jwks_uri" | "end_session_endpoint" => {
                self.is_there(Method::GET, value).await;
            }
            "token_endpoint"
            | "introspection_endpoint"
            | "revocation_endpoint"
            | "registration_endpoint"
            | "pushed_authorization_request_endpoint" => self.is_there(Method::POST, value).await,
            "scopes_supported" => self.each(value, async |one| self.scope(one).await).await,
            "response_types_supported" => self.each(value, async |one| self.response_type(one).await).await,
            "response_modes_supported" => self.each(value, async |one| self.response_mode(one).await).await,
            "grant_types_supported" => self.each(value, async |one| self.grant_type(one).await).await,
            "acr_values_supported" => self.each(value, async |one| self.context(one).await).await,
            "subject_types_supported" => self.each(value, async |one| self.subject_type(one).await).await,
            "id_token_signing_alg_values_supported" => {
                self.each(value, async |one| self.id_token_algorithm(one).await).await;
            }
            "userinfo_signing_alg_values_supported" => {
                self.each(value, async |one| self.userinfo_algorithm(one).await).await;
            }
            "request_object_signing_alg_values_supported" => {
                self.each(value, async |one| self.request_object(one).await).await;
            }
            "token_endpoint_auth_methods_supported" => {
                self.each(value, async |one| self.authenticates(one, usual_algorithm(one), "/token").await)
                    .await;
            }
            "token_endpoint_auth_signing_alg_values_supported" => {
                self.each(value, async |one| self.asserts(one, "/token").await).await;
            }
            "introspection_endpoint_auth_methods_supported" => {
                self.each(value, async |one| {
                    self.authenticates(one, usual_algorithm(one), "/introspect").await
                })
                .await;
            }
            "introspection_endpoint_auth_signing_alg_values_supported" => {
                self.each(value, async |one| self.asserts(one, "/introspect").await).await;
            }
            "revocation_endpoint_auth_methods_supported" => {
                self.each(value, async |one| self.authenticates(one, usual_algorithm(one), "/revoke").await)
                    .await;
            }
            "revocation_endpoint_auth_signing_alg_values_supported" => {
                self.each(value, async |one| self.asserts(one, "/revoke").await).await;
            }
            // Every other request here proves itself by S256.
            "code_challenge_methods_supported" => assert_eq!(*value, json!(["S256"])),
            "prompt_values_supported" => self.each(value, async |one| self.prompt(one).await).await,
            "claims_supported" => self.claims_are_told(value).await,
            "claim_types_supported" => assert_eq!(*value, json!(["normal"])),
            "claims_parameter_supported" => self.claims_by_name(value).await,
            "request_parameter_supported" => assert_eq!(*value, true, "held by the object algorithms"),
            "request_uri_parameter_supported" => self.request_by_reference(value).await,
            "require_request_uri_registration" => self.unregistered_reference(value).await,
            "require_pushed_authorization_requests" => assert_eq!(*value, false, "no request here is pushed"),
            "authorization_response_iss_parameter_supported" => self.names_its_issuer(value).await,
            "backchannel_logout_supported" | "backchannel_logout_session_supported" => {
                self.names_its_session(value).await;
            }
            other => panic!("{other} is promised, and nothing here holds it"),
        }
    }

    /// Holds each value of a list, of which there is one at least (RFC 8414 §2: no empty arrays).
    async fn each(&self, values: &Value, hold: impl AsyncFn(&str)) {
        let values: Vec<String> = serde_json::from_value(values.clone()).unwrap();
        assert!(!values.is_empty());
        assert_eq!(values.iter().collect::<BTreeSet<_>>().len(), values.len(), "{values:?}");
        for value in &values {
            hold(value).await;
        }
    }

    async fn is_there(&self, method: Method, address: &Value) {
        let address = address.as_str().unwrap();
        assert!(address.starts_with(self.app.issuer.as_str()), "{address}");
        let status = Answer::of(self.app.program(method, address)).await.status.as_u16();
        assert!(![404, 405, 500, 503].contains(&status), "{address}: {status}");
    }

    /// The answer to a request by the person who is signed in, past a page that asks for consent.
    async fn ask(&self, changes: &[(&str, &str)]) -> Answer {
        let answer = self.browser.get(&authorize(changes)).await;
        let leads_to_consent = answer.status == 303 && answer.location().ends_with("/allow");
        if leads_to_consent { press(&self.browser, &answer.location(), "allow").await } else { answer }
    }

    /// The tokens of a request for a code.
    async fn tokens(&self, client: &str, changes: &[(&str, &str)]) -> Value {
        let changes: Vec<_> = changes.iter().copied().chain([("client_id", client)]).collect();
        let code = self.ask(&changes).await.code();
        let tokens = self.app.redeem(&code, &[("client_id", client)]).await;
        assert_eq!(tokens.status, 200, "{client} {changes:?}: {}", tokens.body);
        tokens.json()
    }

    async fn userinfo(&self, tokens: &Value) -> Answer {
        let access = tokens["access_token"].as_str().unwrap();
        Answer::of(self.app.program(Method::GET, "/userinfo").bearer_auth(access)).await
    }

    async fn scope(&self, scope: &str) {
        let asked = format!("openid {scope}");
        let prompt = if scope == "offline_access" { "consent" } else { "" };
        let tokens = self.tokens("bank", &[("scope", &asked), ("prompt", prompt)]).await;
        let granted: Vec<&str> = tokens["scope"].as_str().unwrap().split(' ').collect();
        assert!(granted.contains(&scope), "{scope}: {granted:?}");
    }

    async fn response_type(&self, response_type: &str) {
        let answer = self.ask(&[("response_type", response_type)]).await;
        let mut told = answer.parameters();
        told.extend(answer.fragment());
        for word in response_type.split(' ') {
            let member = if word == "token" { "access_token" } else { word };
            assert!(told.contains_key(member), "{response_type}: {told:?}");
        }
    }

    async fn response_mode(&self, mode: &str) {
        let answer = self.ask(&[("response_mode", mode)]).await;
        let told = match mode {
            "query" => answer.parameters(),
            "fragment" => answer.fragment(),
            "form_post" => answer.posted().1,
            other => panic!("{other}"),
        };
        assert!(told.contains_key("code"), "{mode}: {told:?}");
    }

    async fn grant_type(&self, grant: &str) {
        match grant {
            "authorization_code" => drop(self.tokens("bank", &[]).await),
            "implicit" => self.response_type("id_token").await,
            "refresh_token" => {
                let tokens = self.tokens("bank", &[]).await;
                let fields = [
                    ("grant_type", grant),
                    ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
                    ("client_id", "bank"),
                ];
                let refreshed = self.app.post("/token", &fields).await;
                assert_eq!(refreshed.status, 200, "{}", refreshed.body);
            }
            "client_credentials" => {
                let secret = facestep::domain::secret::SecretToken::from_outside("a secret of its own");
                self.client("machine", |client| {
                    client.authentication =
                        facestep::domain::oidc::client::ClientAuthentication::ClientSecretPost;
                    client.secret_hash = Some(secret.hash());
                    client.metadata.grant_types = vec![GrantType::ClientCredentials];
                })
                .await;
                let fields =
                    [("grant_type", grant), ("client_id", "machine"), ("client_secret", secret.expose())];
                let answer = self.app.post("/token", &fields).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
            }
            other => panic!("{other}"),
        }
    }

    /// A context that a request makes a condition, by someone who has proven what it takes.
    async fn context(&self, acr: &str) {
        let browser = self.app.browser();
        browser.sign_in(&authorize(&[]), "ada", PASSWORD).await.code();
        if acr != facestep::domain::authn::acr::Acr::PWD {
            self.app.prove_face_by_key(browser.session_hash().unwrap()).await;
        }
        let asked = json!({ "id_token": { "acr": { "essential": true, "values": [acr] } } }).to_string();
        let code = browser.get(&authorize(&[("claims", &asked)])).await.code();
        assert_eq!(self.app.id_token_claims(&code).await["acr"], acr);
    }

    async fn subject_type(&self, subject_type: &str) {
        let pairwise = subject_type == "pairwise";
        self.client(subject_type, |client| {
            client.metadata.subject_type = if pairwise { SubjectType::Pairwise } else { SubjectType::Public };
            client.metadata.sector = pairwise.then(|| "client.example".into());
        })
        .await;
        let sub = claims(&self.tokens(subject_type, &[]).await["id_token"])["sub"].clone();
        assert_eq!(sub == self.ada.as_str(), !pairwise, "{subject_type}");
    }

    async fn id_token_algorithm(&self, algorithm: &str) {
        let id = format!("id-token-{algorithm}");
        let registered = SigningAlgorithm::parse(algorithm).unwrap();
        self.client(&id, |client| client.id_token_algorithm = registered).await;
        assert_eq!(header(&self.tokens(&id, &[]).await["id_token"])["alg"], algorithm);
    }

    async fn userinfo_algorithm(&self, algorithm: &str) {
        let id = format!("userinfo-{algorithm}");
        let registered = SigningAlgorithm::parse(algorithm);
        self.client(&id, |client| client.metadata.userinfo_signed_response_alg = registered).await;
        let answer = self.userinfo(&self.tokens(&id, &[]).await).await;
        assert_eq!(answer.header("content-type"), "application/jwt");
        assert_eq!(header(&json!(answer.body))["alg"], algorithm);
    }

    fn signer(&self, algorithm: &str) -> Box<dyn JwsSigner> {
        match algorithm {
            "ES256" => Box::new(ES256.signer_from_jwk(&self.keys["ES256"]).unwrap()),
            "RS256" => Box::new(RS256.signer_from_jwk(&self.keys["RS256"]).unwrap()),
            "PS256" => Box::new(PS256.signer_from_jwk(&self.keys["RS256"]).unwrap()),
            "EdDSA" => Box::new(EdDSA.signer_from_jwk(&self.keys["EdDSA"]).unwrap()),
            other => panic!("{other}"),
        }
    }

    fn object(&self, algorithm: &str) -> String {
        let members = json!({
            "iss": "bank", "aud": self.app.issuer.as_str(), "client_id": "bank", "redirect_uri": CALLBACK,
            "response_type": "code", "scope": "openid", "state": algorithm, "nonce": "n",
            "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        });
        let signer = self.signer(algorithm);
        serialize_compact(members.to_string().as_bytes(), &JwsHeader::new(), signer.as_ref()).unwrap()
    }

    async fn request_object(&self, algorithm: &str) {
        let answer = self.ask(&[("request", &self.object(algorithm)), ("state", "")]).await;
        answer.code();
        assert_eq!(answer.parameters()["state"], algorithm);
    }

    async fn request_by_reference(&self, promised: &Value) {
        assert_eq!(*promised, true);
        self.app.outbound.put(REQUEST_URI, &self.object("ES256"));
        self.ask(&[("request_uri", REQUEST_URI), ("state", "")]).await.code();
    }

    async fn unregistered_reference(&self, promised: &Value) {
        assert_eq!(*promised, true);
        let answer = self.ask(&[("request_uri", "https://client.example/another")]).await;
        assert_eq!(answer.error().0, "invalid_request_uri");
    }

    /// A client that registered itself for a way to authenticate does so at an endpoint.
    async fn authenticates(&self, method: &str, algorithm: &str, endpoint: &str) {
        let told = self
            .app
            .registered(json!({
                "redirect_uris": [CALLBACK], "token_endpoint_auth_method": method, "jwks": self.jwks_for(method),
                "grant_types": ["authorization_code", "refresh_token"],
            }))
            .await;
        let id = told["client_id"].as_str().unwrap();
        let mut fields = vec![("client_id".to_owned(), id.to_owned())];
        if endpoint == "/token" {
            let code = self.ask(&[("client_id", id)]).await.code();
            fields.extend(
                [
                    ("grant_type", "authorization_code"),
                    ("code", &*code),
                    ("redirect_uri", CALLBACK),
                    ("code_verifier", VERIFIER),
                ]
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
            );
        } else {
            fields.push(("token".into(), "no token of ours".into()));
        }
        let request = self.app.program(Method::POST, endpoint);
        let answer = Answer::of(self.proven(request, fields, &told, method, algorithm)).await;
        assert_eq!(answer.status, 200, "{method} {algorithm} at {endpoint}: {}", answer.body);
    }

    fn jwks_for(&self, method: &str) -> Value {
        if method == "private_key_jwt" { self.jwks() } else { Value::Null }
    }

    async fn asserts(&self, algorithm: &str, endpoint: &str) {
        let method = if algorithm.starts_with("HS") { "client_secret_jwt" } else { "private_key_jwt" };
        self.authenticates(method, algorithm, endpoint).await;
    }

    fn proven(
        &self,
        request: RequestBuilder,
        mut fields: Vec<(String, String)>,
        told: &Value,
        method: &str,
        algorithm: &str,
    ) -> RequestBuilder {
        let (id, secret) = (told["client_id"].as_str().unwrap(), told["client_secret"].as_str());
        let mut more = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
        match method {
            "none" => {}
            "client_secret_basic" => return request.basic_auth(id, secret).form(&fields),
            "client_secret_post" => more("client_secret", secret.unwrap()),
            "client_secret_jwt" | "private_key_jwt" => {
                more("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
                more("client_assertion", &self.assertion(id, secret, algorithm));
            }
            other => panic!("{other}"),
        }
        request.form(&fields)
    }

    fn assertion(&self, id: &str, secret: Option<&str>, algorithm: &str) -> String {
        let now = self.app.now().as_second();
        let jti = base64url(&self.app.entropy.bytes::<16>());
        let members = json!({
            "iss": id, "sub": id, "aud": self.app.issuer.as_str(), "jti": jti, "iat": now, "exp": now + 60,
        });
        let keyed = || secret.unwrap().as_bytes();
        let signer: Box<dyn JwsSigner> = match algorithm {
            "HS256" => Box::new(HS256.signer_from_bytes(keyed()).unwrap()),
            "HS384" => Box::new(HS384.signer_from_bytes(keyed()).unwrap()),
            "HS512" => Box::new(HS512.signer_from_bytes(keyed()).unwrap()),
            other => self.signer(other),
        };
        serialize_compact(members.to_string().as_bytes(), &JwsHeader::new(), signer.as_ref()).unwrap()
    }

    async fn prompt(&self, prompt: &str) {
        // What was proven before the request came does not count for `login`.
        self.app.clock.advance(1);
        let answer = self.browser.get(&authorize(&[("prompt", prompt)])).await;
        let location = answer.location();
        assert!(!location.contains("error="), "{prompt}: {location}");
        match prompt {
            "none" => drop(answer.code()),
            "login" => assert!(location.ends_with("/sign-in"), "{location}"),
            "create" => assert!(location.ends_with("/create"), "{location}"),
            "consent" => assert!(location.ends_with("/allow"), "{location}"),
            // Nothing more is asked where there is nothing to choose from.
            "select_account" => {}
            other => panic!("{other}"),
        }
    }

    async fn claims_are_told(&self, promised: &Value) {
        let scope = ("scope", "openid profile email address phone");
        // What is told of a face is told where one was shown.
        self.app.prove_face(self.browser.session_hash().unwrap()).await;
        let tokens = self.tokens("bank", &[scope]).await;
        let hybrid = self.ask(&[scope, ("response_type", "code id_token")]).await.fragment();
        let userinfo = self.userinfo(&tokens).await.json();
        let told: BTreeSet<String> = [
            claims(&tokens["id_token"]),
            claims(&json!(hybrid["id_token"])),
            userinfo.as_object().unwrap().clone(),
        ]
        .into_iter()
        .flat_map(|claims| claims.into_iter().map(|(name, _)| name))
        .collect();
        let promised: BTreeSet<String> = serde_json::from_value(promised.clone()).unwrap();
        assert_eq!(told, promised);
    }

    async fn claims_by_name(&self, promised: &Value) {
        assert_eq!(*promised, true);
        let asked = r#"{"userinfo":{"nickname":{"essential":true}}}"#;
        let tokens = self.tokens("bank", &[("claims", asked)]).await;
        assert!(self.userinfo(&tokens).await.json().get("nickname").is_some());
    }

    async fn names_its_issuer(&self, promised: &Value) {
        assert_eq!(*promised, true);
        assert_eq!(self.ask(&[]).await.parameters()["iss"], self.app.issuer.as_str());
    }

    /// A client is told of a logout by the session that its ID token named; `logout` has the rest.
    async fn names_its_session(&self, promised: &Value) {
        assert_eq!(*promised, true);
        assert!(claims(&self.tokens("bank", &[]).await["id_token"]).contains_key("sid"));
    }
}

/// What a way to authenticate signs with where nothing else is said.
fn usual_algorithm(method: &str) -> &'static str {
    if method == "client_secret_jwt" { "HS256" } else { "ES256" }
}
