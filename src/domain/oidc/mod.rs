//! OpenID Connect as values: clients, requests, grants, tokens, replies and errors.

pub mod client;
pub mod grant;
pub mod interaction;
