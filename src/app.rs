//! The composition root: every flow with its ports.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::{
    domain::{
        authn::acr::AcrCatalogue,
        face::attempts::AttemptPolicy,
        oidc::{endpoints::metadata, issuer::Issuer, tokens::TokenLifetimes},
        session::SessionLifetimes,
        workflow::enrolment::ProofKey,
    },
    flows::{
        authorize::{Authorize, AuthorizePolicy},
        browser::Browsers,
        sign_in::SignIn,
        signing_keys::SigningKeys,
        token::Tokens,
        user_info::UserInfo,
    },
    ports::{clock::Clock, entropy::Entropy, passwords::Passwords, store::Store, tokens::TokenSigner},
    web::{
        browser::Cookies,
        limits::Limits,
        state::App,
        throttle::{SignInAllowance, SignInThrottle},
    },
};

/// What the application is put together from.
pub struct Parts {
    /// Who we are.
    pub issuer: Issuer,
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Password hashing.
    pub passwords: Arc<dyn Passwords>,
    /// Token signing.
    pub signer: Arc<dyn TokenSigner>,
    /// What enrolments are proven with.
    pub proof_key: ProofKey,
    /// What an operator may set.
    pub settings: Settings,
}

/// What an operator may set.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long a face entry earns the face context.
    pub face_freshness: SignedDuration,
    /// How many tries there are at a face check.
    pub attempts: AttemptPolicy,
    /// How long sessions live.
    pub sessions: SessionLifetimes,
    /// How long an interaction waits for the person.
    pub interaction: SignedDuration,
    /// How long a code waits for the client.
    pub code: SignedDuration,
    /// How long tokens live.
    pub tokens: TokenLifetimes,
    /// How much a request may take.
    pub limits: Limits,
    /// How often passwords may be tried.
    pub sign_in: SignInAllowance,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            face_freshness: SignedDuration::from_secs(300),
            attempts: AttemptPolicy::default(),
            sessions: SessionLifetimes {
                idle: SignedDuration::from_mins(30),
                absolute: SignedDuration::from_hours(12),
                anonymous: SignedDuration::from_hours(1),
            },
            interaction: SignedDuration::from_mins(30),
            code: SignedDuration::from_secs(60),
            tokens: TokenLifetimes {
                id_token: SignedDuration::from_mins(5),
                access_token: SignedDuration::from_mins(5),
            },
            limits: Limits::default(),
            sign_in: SignInAllowance::default(),
        }
    }
}

/// Puts the application together.
pub fn assemble(parts: Parts) -> App {
    let Parts { issuer, store, clock, entropy, passwords, signer, proof_key, settings } = parts;
    let catalogue = AcrCatalogue::shipped(settings.face_freshness);
    let metadata = metadata(&issuer, &catalogue);
    let policy = Arc::new(AuthorizePolicy {
        catalogue,
        attempts: settings.attempts,
        proof_key,
        sessions: settings.sessions,
        interaction: settings.interaction,
        code: settings.code,
    });
    App {
        metadata,
        cookies: Cookies::of(&issuer),
        limits: settings.limits,
        throttle: SignInThrottle::new(settings.sign_in),
        authorize: Authorize::new(store.clone(), clock.clone(), entropy.clone(), policy),
        browsers: Browsers::new(store.clone(), clock.clone(), settings.sessions),
        sign_in: SignIn::new(store.clone(), clock.clone(), entropy.clone(), passwords),
        tokens: Tokens::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            signer.clone(),
            issuer.clone(),
            settings.tokens,
        ),
        user_info: UserInfo::new(store.clone(), clock.clone(), signer.clone(), issuer.clone()),
        signing_keys: SigningKeys::new(store, clock, entropy, signer),
        issuer,
    }
}
