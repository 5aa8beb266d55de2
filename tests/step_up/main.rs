//! Does the ceremony hold? The whole server in this process, a capture page without a screen, and models that see what a
//! frame says it shows.

#[path = "../support/mod.rs"]
mod support;

mod attempts;
mod bad_input;
mod device_context;
mod devices;
mod enrolment;
mod injection;
mod journey;
mod keys;
mod oracle;
mod own_account;
mod presentation;
mod proofing;
mod replay;
mod restart;
mod scene;
mod secrecy;
mod socket;
mod told;
mod ways;
mod workflows;
