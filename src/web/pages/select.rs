//! The page of the accounts that are signed in to in this browser.

use askama::Template;

use super::text::filters;
use super::{Page, text};
use crate::web::headers::{FormTarget, Policy};

/// Asks with which account to go on; posts `account` (a session's name) and `csrf_token` to
/// `/interaction/{interaction}/select-account`.
#[derive(Template)]
#[template(path = "interaction/select.html")]
pub struct SelectPage {
    /// Id of the interaction, for the form's address.
    pub interaction: String,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The client's name as people know it.
    pub client: String,
    /// Where the interaction ends: the proven redirect address, allowed as the target of this page's forms.
    pub returns_to: Option<FormTarget>,
    /// The accounts, the current one first.
    pub accounts: Vec<AccountLine>,
}

/// An account that is signed in to in this browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// The name of its session.
    pub session: String,
    /// The name to sign in with.
    pub username: String,
    /// Whether it is the current one.
    pub is_current: bool,
}

impl AccountLine {
    /// Two of them, for the render test.
    pub fn samples() -> Vec<Self> {
        let line = |session: &str, username: &str, is_current| Self {
            session: session.into(),
            username: username.into(),
            is_current,
        };
        vec![line("s7Qe2mXk", "ada", true), line("s8Rf3nYl", "charles", false)]
    }
}

impl SelectPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            interaction: "i7Qe2mXk".into(),
            csrf: "csrf-sample".into(),
            client: "Example Bank".into(),
            returns_to: FormTarget::of("http://127.0.0.1:8081/callback"),
            accounts: AccountLine::samples(),
        }
    }
}

impl Page for SelectPage {
    fn policy(&self) -> Policy {
        Policy::form(self.returns_to.as_ref())
    }
}
