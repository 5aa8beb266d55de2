//! The endpoints that clients speak to.

pub mod authorize;
mod client;
pub mod introspect;
pub mod metadata;
pub mod par;
pub mod register;
pub mod revoke;
pub mod token;
pub mod user_info;
