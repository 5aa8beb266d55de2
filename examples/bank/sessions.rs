//! The customers' sessions, in memory: who is signed in, what was asked of the provider, and what came of it.

use super::ledger::{Account, Transfer};
use super::relying_party::{Asked, SignIn, Tokens};
use openidconnect::CsrfToken;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A transfer that was carried out, with the sign-in that allowed it.
#[derive(Clone)]
pub struct Receipt {
    pub transfer: Transfer,
    pub proof: SignIn,
}

/// What is to be done once the customer has proven themselves.
#[derive(Clone)]
pub enum Waiting {
    /// The bank itself moves the money.
    Transfer(Transfer),
    /// The bank's payment API is asked again.
    Payout(Transfer),
}

/// One browser's session.
pub struct Session {
    /// What every form sends back, so that another site cannot post it.
    pub csrf: String,
    pub customer: Option<SignIn>,
    pub asked: Option<Asked>,
    /// What waits for the customer's face.
    pub waiting: Option<Waiting>,
    /// What the payment API is called with.
    pub tokens: Option<Tokens>,
    pub receipt: Option<Receipt>,
}

/// Every session by the secret in its cookie, and every account by its customer.
#[derive(Default)]
pub struct Sessions {
    sessions: Mutex<HashMap<String, Session>>,
    accounts: Mutex<HashMap<String, Account>>,
}

impl Session {
    fn new() -> Self {
        Self { csrf: secret(), customer: None, asked: None, waiting: None, tokens: None, receipt: None }
    }
}

impl Sessions {
    /// Opens a session and returns the secret for its cookie.
    pub fn open(&self) -> String {
        let id = secret();
        lock(&self.sessions).insert(id.clone(), Session::new());
        id
    }

    /// Does something with a session, if there is one.
    pub fn with<T>(&self, id: &str, act: impl FnOnce(&mut Session) -> T) -> Option<T> {
        lock(&self.sessions).get_mut(id).map(act)
    }

    /// Gives a session a new secret, as every sign-in does, so that one planted before is worth nothing.
    pub fn renew(&self, id: &str) -> Option<String> {
        let mut sessions = lock(&self.sessions);
        let session = sessions.remove(id)?;
        let renewed = secret();
        sessions.insert(renewed.clone(), session);
        Some(renewed)
    }

    pub fn close(&self, id: &str) {
        lock(&self.sessions).remove(id);
    }

    /// Does something with a customer's account.
    pub fn with_account<T>(&self, customer: &str, act: impl FnOnce(&mut Account) -> T) -> T {
        act(lock(&self.accounts).entry(customer.to_owned()).or_insert_with(Account::opened))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn secret() -> String {
    CsrfToken::new_random_len(32).secret().clone()
}
