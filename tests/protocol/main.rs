//! Do we speak the protocol? One file for each endpoint or RFC; each test's first line cites its section.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod acr;
mod authorize;
mod backchannel;
mod claims;
mod client_authentication;
mod client_credentials;
mod client_keys;
mod consent;
mod cors;
mod create;
mod interaction;
mod introspection;
mod keys;
mod limits;
mod logout;
mod metadata;
mod outbound;
mod policy;
mod promises;
mod prompt;
mod pushed;
mod refresh;
mod registration;
mod registration_management;
mod relying_party;
mod request_object;
mod resource;
mod response_modes;
mod revocation;
mod sign_in;
mod subject;
mod token;
mod token_claims;
mod user_info;
