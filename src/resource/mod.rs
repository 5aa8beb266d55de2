//! The kit for a resource server: an API that takes access tokens, and says when it needs a stronger or a fresher sign-in
//! than the one behind a token (RFC 9470).
//!
//! With actix-web it takes a few lines:
//!
//! ```no_run
//! use actix_web::{App, HttpServer, web};
//! use facestep::resource::{ProvenToken, Requirement, ResourceServer};
//!
//! async fn pay(token: ProvenToken) -> String {
//!     format!("paid for {}", token.sub)
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let tokens = ResourceServer::new("https://id.example.com", "https://api.example.com/")?;
//! let face = Requirement::any_token().acr_values("urn:facestep:acr:face")?.max_age(300)?;
//! let app = move || {
//!     let guard = tokens.require(face.clone());
//!     App::new().service(web::resource("/payouts").wrap(guard).route(web::post().to(pay)))
//! };
//! HttpServer::new(app).bind("127.0.0.1:8082")?.run().await?;
//! # Ok(())
//! # }
//! ```
//!
//! What is decided here: which tokens are good ([`ResourceServer::prove`]), what a route needs of one ([`Requirement`]), and
//! how a client is told what it lacks ([`Challenge`]). The kit keeps nothing between requests, so it cannot tell a client
//! that comes back for the tenth time from one that comes for the first: not to ask a person again and again is the
//! client's to see to. A client goes through one step-up for one request; where the new token still does not do, or
//! the provider answers `unmet_authentication_requirements`, it stops and says so. The example bank shows how.
//!
//! CORS is left to the server: a browser's script can only read a challenge where `WWW-Authenticate` is in
//! `Access-Control-Expose-Headers`, and a preflight has no token, so the CORS middleware is to be wrapped around this one.

mod actix;
mod challenge;
mod issuer_documents;
mod refusal;
mod requirement;
mod server;
mod standard;
mod token;
mod words;

pub use self::{
    actix::RequireToken,
    challenge::{Challenge, ChallengeCode},
    refusal::{Refusal, TokenFlaw},
    requirement::{BadRequirement, Requirement},
    server::{BadResourceServer, Ports, ResourceServer},
    token::ProvenToken,
    words::Words,
};
