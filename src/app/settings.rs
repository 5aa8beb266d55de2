//! What an operator may set, and what it is where nothing is set.

use std::time::Duration;

use jiff::SignedDuration;

use crate::{
    domain::{
        keys::KeyPolicy,
        oidc::{
            refresh::RefreshLifetimes, registration::Admission, request::RequestPolicy,
            tokens::TokenLifetimes,
        },
        session::SessionLifetimes,
    },
    flows::ceremony::FacePolicy,
    web::{
        limits::Limits,
        throttle::{Allowance, LOOK_UPS, SignInAllowance},
    },
};

/// What an operator may set.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether there is an engine to look at faces; without one the face context does not exist.
    pub offers_face: bool,
    /// How long a face entry earns the face context.
    pub face_freshness: SignedDuration,
    /// What face checks go by, with how many tries there are.
    pub face: FacePolicy,
    /// How long sessions live.
    pub sessions: SessionLifetimes,
    /// How long an interaction waits for the person.
    pub interaction: SignedDuration,
    /// How long a code waits for the client.
    pub code: SignedDuration,
    /// What requests are held to.
    pub requests: RequestPolicy,
    /// How long tokens live.
    pub tokens: TokenLifetimes,
    /// What is signed with.
    pub signing_keys: KeyPolicy,
    /// How much a request may take.
    pub limits: Limits,
    /// How often passwords may be tried.
    pub sign_in: SignInAllowance,
    /// How often an account may ask the identity source.
    pub look_ups: Allowance,
    /// How clients may register themselves.
    pub registration: RegistrationSettings,
}

/// How clients may register themselves.
#[derive(Clone, Copy, Debug)]
pub struct RegistrationSettings {
    /// Who may.
    pub admission: Admission,
    /// How often from one address, where everyone may.
    pub by_address: Allowance,
    /// Whether addresses that we fetch may be plain http.
    pub allow_http: bool,
}

impl Default for RegistrationSettings {
    fn default() -> Self {
        let by_address = Allowance::of(20, Duration::from_secs(60));
        Self { admission: Admission::Off, by_address, allow_http: false }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            offers_face: true,
            face_freshness: SignedDuration::from_secs(300),
            face: FacePolicy::default(),
            sessions: SessionLifetimes {
                idle: SignedDuration::from_mins(30),
                absolute: SignedDuration::from_hours(12),
                anonymous: SignedDuration::from_hours(1),
            },
            interaction: SignedDuration::from_mins(30),
            code: SignedDuration::from_secs(60),
            requests: RequestPolicy::default(),
            tokens: TokenLifetimes {
                id_token: SignedDuration::from_mins(5),
                access_token: SignedDuration::from_mins(5),
                refresh: RefreshLifetimes {
                    idle: SignedDuration::from_hours(30 * 24),
                    absolute: SignedDuration::from_hours(90 * 24),
                    session: SignedDuration::from_hours(12),
                },
            },
            signing_keys: KeyPolicy::default(),
            limits: Limits::default(),
            sign_in: SignInAllowance::default(),
            look_ups: LOOK_UPS,
            registration: RegistrationSettings::default(),
        }
    }
}
