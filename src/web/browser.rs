//! Cookies in and out, and the browser behind them.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    dev::Payload,
    web,
};

use super::{client_address::client_address, error::Failure, state::App};
use crate::{
    domain::{id::InteractionId, oidc::issuer::Issuer, secret::SecretToken},
    flows::{
        Lost,
        browser::{Browser, Held, MOST_OTHERS, Visitor},
    },
};

/// How long a browser is known by its device cookie (browsers keep none longer than 400 days).
const DEVICE_DAYS: i64 = 400;

/// Stands between the secrets of one cookie; no base64url has it.
const BETWEEN: &str = ".";

/// How cookies are called and set.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    secure: bool,
}

impl Cookies {
    /// `__Host-` cookies over https; plain names on loopback http, where no browser would store the others
    /// (RFC 6265bis §4.1.3).
    pub fn of(issuer: &Issuer) -> Self {
        Self { secure: issuer.is_https() }
    }

    /// The session cookie's name.
    pub fn session_name(self) -> &'static str {
        if self.secure { "__Host-facestep" } else { "facestep" }
    }

    /// The device cookie's name.
    pub fn device_name(self) -> &'static str {
        if self.secure { "__Host-facestep-device" } else { "facestep-device" }
    }

    /// The name of the cookie that holds further accounts' sessions.
    pub fn accounts_name(self) -> &'static str {
        if self.secure { "__Host-facestep-accounts" } else { "facestep-accounts" }
    }

    /// Has a browser hold these secrets from now on.
    pub fn keep(self, response: &mut HttpResponse, held: &Held) {
        let current = match &held.session {
            Some(secret) => self.session(secret),
            None => self.gone(self.session_name()),
        };
        let others = held.others.as_ref().map(|others| match others.as_slice() {
            [] => self.gone(self.accounts_name()),
            others => {
                let secrets: Vec<&str> = others.iter().map(SecretToken::expose).collect();
                self.cookie(self.accounts_name(), &SecretToken::from_outside(&secrets.join(BETWEEN)))
            }
        });
        for cookie in std::iter::once(current).chain(others) {
            // A value that cannot stand in a cookie header cannot come up: secrets are base64url.
            let added = response.add_cookie(&cookie);
            debug_assert!(added.is_ok());
        }
    }

    /// A cookie that is no more.
    fn gone(self, name: &'static str) -> Cookie<'static> {
        let mut cookie = self.cookie(name, &SecretToken::from_outside(""));
        cookie.set_max_age(Duration::ZERO);
        cookie
    }

    /// The session cookie with a new secret; it ends with the browser.
    pub fn session(self, secret: &SecretToken) -> Cookie<'static> {
        self.cookie(self.session_name(), secret)
    }

    /// The device cookie, which lasts.
    pub fn device(self, secret: &SecretToken) -> Cookie<'static> {
        let mut cookie = self.cookie(self.device_name(), secret);
        cookie.set_max_age(Duration::days(DEVICE_DAYS));
        cookie
    }

    fn cookie(self, name: &'static str, secret: &SecretToken) -> Cookie<'static> {
        Cookie::build(name, secret.expose().to_owned())
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .finish()
    }

    /// The secrets in a request's cookies.
    pub fn visitor(self, request: &HttpRequest) -> Visitor {
        let secret =
            |name: &str| request.cookie(name).map(|cookie| SecretToken::from_outside(cookie.value()));
        let others = request.cookie(self.accounts_name()).map(|cookie| {
            let secrets = cookie.value().split(BETWEEN).filter(|secret| !secret.is_empty()).take(MOST_OTHERS);
            secrets.map(SecretToken::from_outside).collect()
        });
        Visitor {
            session: secret(self.session_name()),
            others: others.unwrap_or_default(),
            device: secret(self.device_name()),
            address: client_address(request),
        }
    }
}

/// Extracts the browser of a live session; without one, no interaction can be its.
pub struct OwnBrowser(pub Browser);

impl FromRequest for OwnBrowser {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<web::Data<App>>().cloned();
        let visitor = app.as_ref().map(|app| app.cookies.visitor(request));
        Box::pin(async move {
            let (Some(app), Some(visitor)) = (app, visitor) else { return Err(Failure::NotFound) };
            let found = app.browsers.find(visitor).await?;
            found.map(Self).ok_or(Failure::Lost(Lost::OtherBrowser))
        })
    }
}

/// Extracts the `{interaction}` of an address.
pub struct InInteraction(pub InteractionId);

impl FromRequest for InInteraction {
    type Error = Failure;
    type Future = std::future::Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = request.match_info().get("interaction").and_then(InteractionId::parse);
        std::future::ready(named.map(Self).ok_or(Failure::Lost(Lost::Unknown)))
    }
}
