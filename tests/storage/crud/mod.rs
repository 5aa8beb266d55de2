//! What is written is read back, whole and by every key that the ports name.

mod accounts;
mod admin;
mod face;
mod key_encryption;
mod logout;
mod oidc;
mod registration;
mod shown;
mod tokens;
mod workflow;
