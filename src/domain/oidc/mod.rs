//! OpenID Connect as values: clients, requests, grants, tokens, replies and errors.

pub mod access_token;
pub mod assertion;
pub mod bearer;
mod checks;
pub mod claims;
pub mod client;
pub mod client_grant;
pub mod consent;
pub mod credentials;
pub mod endpoints;
pub mod error;
pub mod grant;
pub mod initial_access;
pub mod interaction;
pub mod introspection;
pub mod issuer;
pub mod logout;
pub mod pushed;
pub mod redemption;
pub mod refresh;
pub mod registration;
pub mod reply;
pub mod request;
pub mod scope;
pub mod share;
pub mod subject;
pub mod tokens;
