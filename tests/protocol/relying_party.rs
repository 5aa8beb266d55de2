//! An independent client, the openidconnect crate, checks what we signed.

use std::time::Duration;

use facestep::domain::{
    keys::SigningAlgorithm,
    oidc::client::{Client, ClientAuthentication},
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims},
    reqwest as rp,
};

use crate::support::{
    TestApp,
    clients::{CALLBACK, SECRET, bank, confidential},
    people::PASSWORD,
};

#[tokio::test]
async fn an_openidconnect_client_discovers_signs_in_and_verifies_every_algorithm() {
    // OpenID Connect Core 1.0 §3.1.3.7, §5.3.2
    for algorithm in SigningAlgorithm::ALL {
        let client = confidential(ClientAuthentication::ClientSecretBasic);
        signs_in(Client { id_token_algorithm: algorithm, ..client }).await;
        signs_in(Client { id_token_algorithm: algorithm, ..bank() }).await;
    }
}

async fn signs_in(registered: Client) {
    let app = TestApp::start().await;
    let secret = (!registered.is_public()).then(|| ClientSecret::new(SECRET.into()));
    app.register(registered).await;
    let ada = app.add_ada().await;
    let http = rp::Client::builder().redirect(rp::redirect::Policy::none()).no_proxy().build().unwrap();
    let issuer = IssuerUrl::new(app.issuer.as_str().into()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.unwrap();
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new("bank".into()), secret)
        .set_redirect_uri(RedirectUrl::new(CALLBACK.into()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("profile".into()))
        .set_max_age(Duration::from_secs(60))
        .set_pkce_challenge(challenge)
        .url();
    let answer = app.browser().sign_in(address.as_str(), "ada", PASSWORD).await;
    assert_eq!(answer.parameters()["state"], *state.secret());
    let request = client.exchange_code(AuthorizationCode::new(answer.code())).unwrap();
    let tokens = request.set_pkce_verifier(verifier).request_async(&http).await.unwrap();
    let id_token = tokens.id_token().unwrap();
    let (clock, now) = (app.now().to_string(), app.now().as_second());
    let id_verifier = client
        .id_token_verifier()
        // The crate's own clock type is read from text, since it is not ours to name.
        .set_time_fn(move || serde_json::from_value(clock.clone().into()).unwrap())
        .set_auth_time_verifier_fn(move |time| match time {
            Some(time) if now - time.timestamp() <= 60 => Ok(()),
            _ => Err("too old".into()),
        });
    let claims = id_token.claims(&id_verifier, &nonce).unwrap();
    assert_eq!(claims.subject().as_str(), ada.id.as_str());
    assert_eq!(claims.auth_context_ref().unwrap().as_str(), "urn:facestep:acr:pwd");
    let key = id_token.signing_key(&id_verifier).unwrap();
    let algorithm = id_token.signing_alg().unwrap();
    let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).unwrap();
    assert_eq!(claims.access_token_hash(), Some(&hash));
    let request = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())).unwrap();
    let user_info: CoreUserInfoClaims = request.request_async(&http).await.unwrap();
    assert_eq!(user_info.family_name().unwrap().get(None).unwrap().as_str(), "Lovelace");
}
