//! HTTP: what people and clients see of the provider.

pub mod account;
pub mod admin;
pub mod api;
pub mod assets;
pub mod browser;
pub mod client_address;
pub mod cors;
pub mod error;
pub mod follow;
pub mod form;
pub mod headers;
pub mod health;
pub mod interaction;
pub mod limits;
pub mod logout;
pub mod multipart;
pub mod oidc;
pub mod pages;
pub mod request_log;
pub mod routes;
pub mod server;
pub mod state;
pub mod throttle;
