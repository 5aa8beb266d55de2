//! The bank as a web site that a test can start in its own process: sessions, pages, the relying party behind them, and
//! a payment API that takes access tokens.

mod api;
mod ledger;
mod pages;
mod payouts;
mod relying_party;
mod routes;
mod sessions;
mod texts;

use actix_web::dev::Server;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpServer, web};
use facestep::resource::ResourceServer;
use payouts::PaymentApi;
use relying_party::RelyingParty;
use sessions::Sessions;
use std::net::TcpListener;

/// The authentication context that a transfer needs.
pub const FACE: &str = "urn:facestep:acr:face";

/// How old the face check of a transfer may be, in seconds.
pub const FRESHNESS: u32 = 300;

/// What the bank has to know about itself and its provider.
#[derive(Clone)]
pub struct Settings {
    /// The provider's issuer identifier.
    pub issuer: String,
    /// Where the bank's own pages are, without a last slash.
    pub own_url: String,
    /// The identifier that the bank is registered with.
    pub client_id: String,
    /// The secret that it authenticates with.
    pub client_secret: String,
    /// How it asks for the face.
    pub ask: Ask,
}

impl Settings {
    /// By which name tokens are for the bank's payment API, and where it is.
    fn payment_api(&self) -> String {
        format!("{}/api", self.own_url)
    }
}

/// How the bank asks for the face at a transfer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// As an essential claim, which the provider must meet or refuse (OpenID Connect Core 1.0 §5.5.1.1).
    EssentialClaim,
    /// With `acr_values` alone, a wish. The customer can edit it out of the address; the token then tells.
    AcrValues,
}

struct Bank {
    sessions: Sessions,
    relying_party: RelyingParty,
    payment_api: PaymentApi,
    headers: String,
}

/// Starts the bank on a socket that is already bound, so that a test may let the system choose the port.
pub fn serve(listener: TcpListener, settings: Settings) -> std::io::Result<Server> {
    let tokens = ResourceServer::new(&settings.issuer, &settings.payment_api());
    serve_guarded(listener, settings, tokens.map_err(std::io::Error::other)?)
}

/// The same with an API that checks tokens in another way, as by the clock of a test.
pub fn serve_guarded(
    listener: TcpListener,
    settings: Settings,
    tokens: ResourceServer,
) -> std::io::Result<Server> {
    // A form of ours is answered with a redirect to the provider, and browsers hold redirects to form-action, too.
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {}; frame-ancestors 'none'; base-uri 'none'",
        settings.issuer
    );
    let payment_api = PaymentApi::at(settings.payment_api()).map_err(std::io::Error::other)?;
    let relying_party = RelyingParty::new(settings).map_err(std::io::Error::other)?;
    let (sessions, headers) = (Sessions::default(), policy);
    let bank = web::Data::new(Bank { sessions, relying_party, payment_api, headers });
    let requirement = api::requirement().map_err(std::io::Error::other)?;
    let server = HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add(("Content-Security-Policy", bank.headers.as_str()))
            .add(("Referrer-Policy", "no-referrer"))
            .add(("X-Content-Type-Options", "nosniff"))
            .add(("Cache-Control", "no-store"));
        App::new()
            .app_data(bank.clone())
            .wrap(headers)
            .configure(|config| api::configure(config, &tokens, &requirement))
            .configure(routes::configure)
    });
    Ok(server.workers(1).shutdown_timeout(5).listen(listener)?.run())
}
