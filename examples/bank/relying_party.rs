//! What a client of an OpenID provider has to do: ask, and believe nothing in the answer that it did not check.
//!
//! The example to copy. [`RelyingParty::begin`] makes the address that the customer is sent to, and what has to be
//! remembered of it; [`RelyingParty::conclude`] checks what comes back.

use super::{Ask, FACE, FRESHNESS, Settings};
use facestep::resource::Challenge;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RefreshToken, TokenResponse, reqwest,
};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The bank in its role as a client of the provider.
pub struct RelyingParty {
    settings: Settings,
    http: reqwest::Client,
}

/// How strong a sign-in is wanted.
#[derive(Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Any: who is it? With a token for the payment API.
    Anyone,
    /// This customer, with the face context, just now.
    Face,
    /// This customer, as the payment API demands it (RFC 9470 §4).
    Challenged(Box<Challenge>),
}

/// What the payment API is called with. The bank reads neither.
#[derive(Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
}

/// What is remembered between asking and the answer, in the customer's own session.
pub struct Asked {
    wanted: Wanted,
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// What comes back in the query of the redirect address.
#[derive(Deserialize)]
pub struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// A sign-in that passed every check.
#[derive(Clone)]
pub struct SignIn {
    /// The customer, as the provider names them to this bank.
    pub subject: String,
    /// What they are called, where the provider tells.
    pub name: Option<String>,
    /// The context that the provider vouches for.
    pub acr: Option<String>,
    /// How the customer proved themselves.
    pub amr: Vec<String>,
    /// When, in seconds since 1970.
    pub auth_time: Option<i64>,
}

/// Why there is no sign-in.
#[derive(Debug)]
pub enum Refusal {
    /// The answer is not to a question that this session asked, or comes from elsewhere (RFC 9207 §2.4).
    NotOurs,
    /// The provider refused, and says why (RFC 6749 §4.1.2.1).
    Provider { error: String, description: Option<String> },
    /// The provider cannot be reached, or makes no sense.
    Unreachable,
    /// The token does not hold up.
    BadToken,
    /// The token is good, and says less than was asked for.
    TooWeak { acr: Option<String> },
    /// The customer's last proof is too long ago.
    TooOld,
    /// Somebody else proved themselves.
    SomeoneElse,
    /// The payment API demanded a step-up, the customer went through one, and the API still demands one.
    StillNotEnough(Box<Challenge>),
    /// The payment API does not do it, whoever asks.
    NotDone,
}

impl RelyingParty {
    pub fn new(settings: Settings) -> Result<Self, reqwest::Error> {
        // A client that followed redirects could be led to addresses inside the bank.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self { settings, http })
    }

    /// The address to send the customer to, and what to remember.
    pub async fn begin(&self, wanted: Wanted) -> Result<(String, Asked), Refusal> {
        let client = self.client().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        let context = |name: &str| AuthenticationContextClass::new(name.to_owned());
        let request = match (&wanted, self.settings.ask) {
            (Wanted::Anyone, _) => request
                .add_extra_param("resource", self.settings.payment_api())
                .add_extra_param("claims", json!({ "id_token": { "name": null } }).to_string()),
            (Wanted::Face, Ask::EssentialClaim) => {
                let acr = json!({ "essential": true, "values": [FACE] });
                request
                    .set_max_age(Duration::from_secs(FRESHNESS.into()))
                    .add_extra_param("claims", json!({ "id_token": { "acr": acr } }).to_string())
            }
            (Wanted::Face, Ask::AcrValues) => request
                .set_max_age(Duration::from_secs(FRESHNESS.into()))
                .add_auth_context_value(context(FACE)),
            // RFC 9470 §4, §5: what the API named, for the API. With the resource it is a condition, not a wish.
            (Wanted::Challenged(challenge), _) => {
                let request = request.add_extra_param("resource", self.settings.payment_api());
                let request = match challenge.max_age() {
                    Some(seconds) => request.set_max_age(Duration::from_secs(seconds.into())),
                    None => request,
                };
                challenge
                    .acr_values()
                    .iter()
                    .fold(request, |request, acr| request.add_auth_context_value(context(acr)))
            }
        };
        let (address, state, nonce) = request.url();
        Ok((address.into(), Asked { wanted, state, nonce, verifier }))
    }

    /// Checks the answer; for a step-up, `customer` is who it has to be.
    pub async fn conclude(
        &self,
        asked: Asked,
        answer: Answer,
        customer: Option<&str>,
    ) -> Result<(SignIn, Tokens), Refusal> {
        let code = self.accept(&asked, answer)?;
        let client = self.client().await?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| Refusal::Unreachable)?
            .set_pkce_verifier(asked.verifier)
            .request_async(&self.http)
            .await
            .map_err(|_| Refusal::BadToken)?;
        let claims = verified(&client, &tokens, &asked.nonce)?;
        let sign_in = SignIn {
            subject: claims.subject().to_string(),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            acr: claims.auth_context_ref().map(|acr| acr.to_string()),
            amr: claims.auth_method_refs().into_iter().flatten().map(|amr| amr.to_string()).collect(),
            auth_time: claims.auth_time().map(|time| time.timestamp()),
        };
        match asked.wanted {
            Wanted::Anyone => {}
            Wanted::Face => check_step_up(&sign_in, customer)?,
            // Whether it is enough is the API's to say; whose it is, the bank knows.
            Wanted::Challenged(_) => check_same(&sign_in, customer)?,
        }
        Ok((sign_in, kept(&tokens)))
    }

    /// New tokens for the ones that lapsed. They say of the sign-in what the old ones said (RFC 9470 §5).
    pub async fn refresh(&self, token: &str) -> Result<Tokens, Refusal> {
        let client = self.client().await?;
        let tokens = client
            .exchange_refresh_token(&RefreshToken::new(token.to_owned()))
            .map_err(|_| Refusal::Unreachable)?
            .request_async(&self.http)
            .await
            .map_err(|_| Refusal::BadToken)?;
        Ok(kept(&tokens))
    }

    /// The code, if the answer is to our question and from our provider.
    fn accept(&self, asked: &Asked, answer: Answer) -> Result<String, Refusal> {
        // RFC 9207 §2.4: an answer from another provider is no answer, whatever it says.
        if answer.state.as_deref() != Some(asked.state.secret().as_str())
            || answer.iss.as_deref() != Some(self.settings.issuer.as_str())
        {
            return Err(Refusal::NotOurs);
        }
        match (answer.error, answer.code) {
            (Some(error), _) => Err(Refusal::Provider { error, description: answer.error_description }),
            (None, Some(code)) => Ok(code),
            (None, None) => Err(Refusal::NotOurs),
        }
    }

    /// The provider's addresses and keys, asked for afresh, so that a rotated key is known at once.
    async fn client(&self) -> Result<Client, Refusal> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|_| Refusal::Unreachable)?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.http)
            .await
            .map_err(|_| Refusal::Unreachable)?;
        let redirect = RedirectUrl::new(format!("{}/callback", self.settings.own_url))
            .map_err(|_| Refusal::Unreachable)?;
        let secret = ClientSecret::new(self.settings.client_secret.clone());
        let id = ClientId::new(self.settings.client_id.clone());
        Ok(CoreClient::from_provider_metadata(metadata, id, Some(secret)).set_redirect_uri(redirect))
    }
}

fn kept(tokens: &CoreTokenResponse) -> Tokens {
    let refresh = tokens.refresh_token().map(|token| token.secret().clone());
    Tokens { access: tokens.access_token().secret().clone(), refresh }
}

/// The claims of an ID token whose signature, issuer, audience, expiry, nonce and access-token hash are right.
fn verified(
    client: &Client,
    tokens: &CoreTokenResponse,
    nonce: &Nonce,
) -> Result<CoreIdTokenClaims, Refusal> {
    let token = tokens.id_token().ok_or(Refusal::BadToken)?;
    let verifier = client.id_token_verifier();
    let claims = token.claims(&verifier, nonce).map_err(|_| Refusal::BadToken)?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|_| Refusal::BadToken)?;
        let key = token.signing_key(&verifier).map_err(|_| Refusal::BadToken)?;
        let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
        if actual.ok().as_ref() != Some(expected) {
            return Err(Refusal::BadToken);
        }
    }
    Ok(claims.clone())
}

/// The four checks that make a step-up worth something. Asking is not enough: the customer's browser carries the
/// question and could change it, so the token has to say the answer.
fn check_step_up(sign_in: &SignIn, customer: Option<&str>) -> Result<(), Refusal> {
    check_same(sign_in, customer)?;
    if sign_in.acr.as_deref() != Some(FACE) {
        return Err(Refusal::TooWeak { acr: sign_in.acr.clone() });
    }
    if !sign_in.amr.iter().any(|method| method == "face") {
        return Err(Refusal::TooWeak { acr: sign_in.acr.clone() });
    }
    // A few seconds of grace for a provider whose clock is ahead.
    let age = now() - sign_in.auth_time.ok_or(Refusal::TooOld)?;
    if age < -30 || age > i64::from(FRESHNESS) {
        return Err(Refusal::TooOld);
    }
    Ok(())
}

fn check_same(sign_in: &SignIn, customer: Option<&str>) -> Result<(), Refusal> {
    if customer == Some(sign_in.subject.as_str()) { Ok(()) } else { Err(Refusal::SomeoneElse) }
}

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the bank is a program of its own, with the machine's clock")]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(auth_time: i64) -> SignIn {
        SignIn {
            subject: "ada".into(),
            name: None,
            acr: Some(FACE.into()),
            amr: vec!["pwd".into(), "face".into()],
            auth_time: Some(auth_time),
        }
    }

    #[test]
    fn a_fresh_face_of_the_same_customer_is_enough() {
        assert!(check_step_up(&face(now()), Some("ada")).is_ok());
    }

    #[test]
    fn a_question_edited_in_the_address_bar_shows_in_the_token() {
        let weak =
            SignIn { acr: Some("urn:facestep:acr:pwd".into()), amr: vec!["pwd".into()], ..face(now()) };
        assert!(matches!(check_step_up(&weak, Some("ada")), Err(Refusal::TooWeak { .. })));
        let absent = SignIn { acr: None, ..face(now()) };
        assert!(matches!(check_step_up(&absent, Some("ada")), Err(Refusal::TooWeak { acr: None })));
    }

    #[test]
    fn a_context_that_no_face_stands_behind_is_too_weak() {
        let weak = SignIn { amr: vec!["pwd".into()], ..face(now()) };
        assert!(matches!(check_step_up(&weak, Some("ada")), Err(Refusal::TooWeak { .. })));
    }

    #[test]
    fn an_old_or_missing_auth_time_is_too_old() {
        assert!(matches!(check_step_up(&face(now() - 301), Some("ada")), Err(Refusal::TooOld)));
        assert!(matches!(check_step_up(&face(now() + 60), Some("ada")), Err(Refusal::TooOld)));
        let absent = SignIn { auth_time: None, ..face(now()) };
        assert!(matches!(check_step_up(&absent, Some("ada")), Err(Refusal::TooOld)));
    }

    #[test]
    fn another_persons_face_is_not_this_customers() {
        assert!(matches!(check_step_up(&face(now()), Some("bob")), Err(Refusal::SomeoneElse)));
        assert!(matches!(check_step_up(&face(now()), None), Err(Refusal::SomeoneElse)));
    }

    fn asked() -> Asked {
        let (_, verifier) = PkceCodeChallenge::new_random_sha256();
        Asked {
            wanted: Wanted::Face,
            state: CsrfToken::new("state".into()),
            nonce: Nonce::new("nonce".into()),
            verifier,
        }
    }

    fn answer(state: &str, iss: Option<&str>, error: Option<&str>) -> Answer {
        Answer {
            code: Some("code".into()),
            state: Some(state.into()),
            iss: iss.map(Into::into),
            error: error.map(Into::into),
            error_description: None,
        }
    }

    fn bank() -> RelyingParty {
        let issuer = "http://localhost:8080".to_owned();
        let own_url = "http://127.0.0.1:8081".to_owned();
        let (client_id, client_secret) = ("bank".to_owned(), "secret".to_owned());
        RelyingParty::new(Settings { issuer, own_url, client_id, client_secret, ask: Ask::EssentialClaim })
            .unwrap()
    }

    #[test]
    fn an_answer_from_another_issuer_is_none_of_ours() {
        // RFC 9207 §2.4.
        let ours = Some("http://localhost:8080");
        assert!(bank().accept(&asked(), answer("state", ours, None)).is_ok());
        for (state, iss) in [("state", None), ("state", Some("https://evil.example")), ("other", ours)] {
            assert!(matches!(bank().accept(&asked(), answer(state, iss, None)), Err(Refusal::NotOurs)));
        }
    }

    #[test]
    fn an_error_is_an_error_even_with_a_code_beside_it() {
        let answer = answer("state", Some("http://localhost:8080"), Some("access_denied"));
        assert!(matches!(bank().accept(&asked(), answer), Err(Refusal::Provider { .. })));
    }
}
