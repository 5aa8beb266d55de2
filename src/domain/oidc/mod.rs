//! OpenID Connect as values: clients, requests, grants, tokens, replies and errors.

pub mod assertion;
pub mod bearer;
mod checks;
pub mod client;
pub mod consent;
pub mod credentials;
pub mod endpoints;
pub mod error;
pub mod grant;
pub mod interaction;
pub mod issuer;
pub mod redemption;
pub mod registration;
pub mod reply;
pub mod request;
pub mod scope;
pub mod subject;
pub mod tokens;
