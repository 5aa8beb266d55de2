//! Values, state machines and decisions: synchronous, without a clock, randomness or I/O.

pub mod address;
pub mod admin;
pub mod audit;
pub mod authn;
pub mod basis;
pub mod change;
pub mod device;
pub mod face;
pub mod id;
pub mod key_encryption;
pub mod keys;
pub mod oidc;
pub mod proxies;
pub mod secret;
pub mod session;
pub mod spelling;
pub mod statistics;
pub mod user;
pub mod versions;
pub mod workflow;
