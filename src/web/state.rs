//! What handlers share: one field for each flow, and what they must know of the outside. The composition root fills it.

use serde_json::Value;

use super::{browser::Cookies, limits::Limits, throttle::SignInThrottle};
use crate::{
    domain::oidc::issuer::Issuer,
    flows::{
        authorize::Authorize, browser::Browsers, sign_in::SignIn, signing_keys::SigningKeys, token::Tokens,
        user_info::UserInfo,
    },
};

/// The whole application as handlers see it.
pub struct App {
    /// Who we are.
    pub issuer: Issuer,
    /// The metadata document.
    pub metadata: Value,
    /// How cookies are called and set.
    pub cookies: Cookies,
    /// How much a request may take.
    pub limits: Limits,
    /// How often passwords may be tried.
    pub throttle: SignInThrottle,
    /// What comes next.
    pub authorize: Authorize,
    /// Who visits.
    pub browsers: Browsers,
    /// Passwords.
    pub sign_in: SignIn,
    /// Codes.
    pub tokens: Tokens,
    /// Access tokens.
    pub user_info: UserInfo,
    /// Keys.
    pub signing_keys: SigningKeys,
}
