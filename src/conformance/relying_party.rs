//! A relying party: it asks, redeems and checks.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::Url;

use super::{Browser, Obstacle, Provider, Subject, Tools, browser::json_of};
use crate::domain::{
    keys::SigningAlgorithm,
    secret::{SecretToken, base64url, sha256},
};

/// A client at a provider.
pub struct RelyingParty {
    /// Speaks to the endpoints.
    pub http: reqwest::Client,
    /// Where.
    pub provider: Provider,
    /// As whom.
    pub subject: Subject,
    /// With what.
    pub tools: Tools,
}

/// What came back from the authorization endpoint.
pub struct Answer {
    parameters: BTreeMap<String, String>,
    state: String,
    nonce: String,
    verifier: SecretToken,
    /// How often a password was typed on the way.
    pub sign_ins: usize,
}

/// Tokens, with the claims of the ID token verified.
pub struct TokenSet {
    /// The claims of the ID token.
    pub id_token: Map<String, Value>,
    /// The access token.
    pub access_token: String,
    /// The refresh token, where one came.
    pub refresh_token: Option<String>,
}

impl Answer {
    /// A parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The error code, where it is an error.
    pub fn error(&self) -> Option<&str> {
        self.parameter("error")
    }

    /// Whether `state` came back as it was sent.
    pub fn has_state(&self) -> bool {
        self.parameter("state") == Some(self.state.as_str())
    }
}

impl TokenSet {
    /// The `acr`, as text.
    pub fn acr(&self) -> Option<&str> {
        self.id_token.get("acr").and_then(Value::as_str)
    }

    /// The `auth_time`, in seconds.
    pub fn auth_time(&self) -> Option<i64> {
        self.id_token.get("auth_time").and_then(Value::as_i64)
    }
}

/// The `claims` parameter that asks for contexts as an essential claim of the ID token (OpenID Connect Core 1.0 §5.5.1.1).
pub fn essential(values: &[&str]) -> String {
    json!({ "id_token": { "acr": { "essential": true, "values": values } } }).to_string()
}

impl RelyingParty {
    /// A browser of the account's owner that nobody used yet.
    pub fn browser(&self) -> Result<Browser, Obstacle> {
        Browser::new(self.subject.extra_ca.as_deref(), &self.subject.username, &self.subject.password)
    }

    /// Sends a browser to the authorization endpoint with further parameters, and takes what comes back.
    pub async fn authorize(&self, browser: &Browser, further: &[(&str, &str)]) -> Result<Answer, Obstacle> {
        let [state, nonce] = [self.tools.entropy.token(), self.tools.entropy.token()];
        let verifier = self.tools.entropy.token();
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", self.subject.client.as_str()),
            ("redirect_uri", self.subject.redirect_uri.as_str()),
            ("scope", self.subject.scope.as_str()),
            ("state", state.expose()),
            ("nonce", nonce.expose()),
        ];
        let challenge = base64url(&sha256(verifier.expose().as_bytes()));
        parameters.extend([("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")]);
        parameters.retain(|(name, _)| !further.iter().any(|(other, _)| other == name));
        parameters.extend(further);
        let endpoint = self.provider.endpoint("authorization_endpoint")?;
        let address = Url::parse_with_params(endpoint, &parameters).map_err(broken)?;
        let client = Url::parse(&self.subject.redirect_uri).map_err(broken)?;
        let back = browser.visit(address, &client).await?;
        Ok(Answer {
            parameters: back.address.query_pairs().into_owned().collect(),
            state: state.expose().to_owned(),
            nonce: nonce.expose().to_owned(),
            verifier,
            sign_ins: back.sign_ins,
        })
    }

    /// Signs in, or goes on in a session, and redeems the code.
    pub async fn sign_in(&self, browser: &Browser, further: &[(&str, &str)]) -> Result<TokenSet, Obstacle> {
        let answer = self.authorize(browser, further).await?;
        self.redeem(&answer).await
    }

    /// Redeems the code of an answer.
    pub async fn redeem(&self, answer: &Answer) -> Result<TokenSet, Obstacle> {
        let Some(code) = answer.parameter("code") else {
            let told = answer.parameter("error_description").unwrap_or_default();
            return Err(Obstacle::Broken(format!(
                "{} ({told})",
                answer.error().unwrap_or("neither code nor error")
            )));
        };
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.subject.redirect_uri.as_str()),
            ("code_verifier", answer.verifier.expose()),
        ];
        let tokens = self.tokens(&fields).await?;
        match tokens.id_token.get("nonce").and_then(Value::as_str) {
            Some(nonce) if nonce == answer.nonce => Ok(tokens),
            _ => Err(Obstacle::Broken("the ID token does not carry the nonce".into())),
        }
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, refresh_token: &str) -> Result<TokenSet, Obstacle> {
        self.tokens(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    async fn tokens(&self, fields: &[(&str, &str)]) -> Result<TokenSet, Obstacle> {
        let answer = json_of(self.authenticated("token_endpoint", fields)?).await?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        let id_token = text("id_token").ok_or_else(|| Obstacle::Broken("there is no ID token".into()))?;
        Ok(TokenSet {
            id_token: self.verified(&id_token)?,
            access_token: text("access_token").unwrap_or_default(),
            refresh_token: text("refresh_token"),
        })
    }

    /// What introspection says of an access token (RFC 7662), where the provider has it.
    pub async fn introspect(&self, access_token: &str) -> Result<Option<Value>, Obstacle> {
        if self.subject.secret.is_none() || self.provider.optional("introspection_endpoint").is_none() {
            return Ok(None);
        }
        let request = self.authenticated("introspection_endpoint", &[("token", access_token)])?;
        json_of(request).await.map(Some)
    }

    fn authenticated(
        &self,
        endpoint: &str,
        fields: &[(&str, &str)],
    ) -> Result<reqwest::RequestBuilder, Obstacle> {
        let request = self.http.post(self.provider.endpoint(endpoint)?);
        Ok(match &self.subject.secret {
            Some(secret) => {
                let encoded =
                    |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                request.basic_auth(encoded(&self.subject.client), Some(encoded(secret.expose()))).form(fields)
            }
            None => {
                let mut fields = fields.to_vec();
                fields.push(("client_id", &self.subject.client));
                request.form(&fields)
            }
        })
    }

    /// The claims of an ID token, once signature, issuer, audience and expiry hold (OpenID Connect Core 1.0 §3.1.3.7).
    fn verified(&self, id_token: &str) -> Result<Map<String, Value>, Obstacle> {
        let verified =
            self.tools.verifier.verify_signed(&self.provider.jwks, &SigningAlgorithm::ALL, id_token);
        let claims = verified.ok_or_else(|| Obstacle::Broken("the ID token does not verify".into()))?.claims;
        let is = |name: &str, value: &str| claims.get(name).and_then(Value::as_str) == Some(value);
        let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
        let for_us = is("aud", &self.subject.client)
            || claims
                .get("aud")
                .and_then(Value::as_array)
                .is_some_and(|all| all.contains(&json!(self.subject.client)));
        if is("iss", &self.subject.issuer) && for_us && expires > self.tools.clock.now().as_second() {
            Ok(claims)
        } else {
            Err(Obstacle::Broken(
                "the ID token is not for this client, from this issuer, and valid now".into(),
            ))
        }
    }
}

fn broken(error: url::ParseError) -> Obstacle {
    Obstacle::Broken(format!("not an address: {error}"))
}
