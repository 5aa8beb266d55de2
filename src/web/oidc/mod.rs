//! The endpoints that clients speak to.

pub mod authorize;
mod client;
pub mod metadata;
pub mod token;
pub mod user_info;
