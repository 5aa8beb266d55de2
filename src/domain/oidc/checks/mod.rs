//! The checks that an authorization request passes, one for each file, in the order in which they are made.

pub mod acr;
pub mod claims;
pub mod conveyance;
pub mod max_age;
pub mod nonce;
pub mod pkce;
pub mod prompt;
pub mod resource;
pub mod response;
pub mod scope;
pub mod subject;
pub mod unsupported;
