//! One use case for each file: a flow fetches what a decision needs through the ports, lets the domain decide, and keeps
//! what came of it in the same transaction.

use std::future::Future;

use crate::ports::fault::Fault;

pub mod access_tokens;
pub mod accounts;
pub mod admin;
pub mod audit_seal;
pub mod authorize;
pub mod authorized_clients;
pub mod browser;
pub mod ceremony;
pub mod client_authentication;
mod client_history;
pub mod client_jwts;
pub mod clients;
pub mod consent;
pub mod demo;
pub mod devices;
pub mod enrol;
pub mod housekeeping;
pub mod introspect;
pub mod judgement;
pub mod key_rotation;
pub mod logout;
pub mod logout_notices;
pub mod metadata;
pub mod origins;
pub mod own_account;
pub mod policy_book;
pub mod pushed_requests;
pub mod references;
pub mod registrar;
pub mod registration;
pub mod request_objects;
pub mod revoke;
pub mod sign_in;
pub mod signing_keys;
pub mod standing;
pub mod step_up;
pub mod template_renewal;
pub mod token;
pub mod user_info;

/// Why a flow gave no answer: it refuses, or the outside failed.
#[derive(Debug)]
pub enum Unserved<R> {
    /// It refuses.
    Refused(R),
    /// The outside failed.
    Fault(Fault),
}

impl<R> From<Fault> for Unserved<R> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Why an interaction cannot be gone on with; the person is told to begin again at the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// There is no such interaction.
    #[error("unknown_interaction")]
    Unknown,
    /// It belongs to another browser, or its session has ended.
    #[error("other_browser")]
    OtherBrowser,
    /// It has answered its client, or has lapsed.
    #[error("interaction_over")]
    Over,
}

/// How often a transaction is tried when another writer was faster.
const TRIES: usize = 3;

/// Runs a transaction, and again when a concurrent change won, so that the second reads what the first wrote. The outer
/// result is the transaction's, the inner one what the flow answers.
async fn settled<T, R, F>(run: impl Fn() -> F) -> Result<T, Unserved<R>>
where
    F: Future<Output = Result<Result<T, R>, Fault>>,
{
    let mut tries = 1;
    loop {
        match run().await {
            Err(Fault::Conflict(_)) if tries < TRIES => tries += 1,
            Err(fault) => return Err(fault.into()),
            Ok(answer) => return answer.map_err(Unserved::Refused),
        }
    }
}
