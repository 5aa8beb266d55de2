//! The sign-in page: user name and password.

use askama::Template;

use super::text::filters;
use super::{Page, about::AboutClient, text};
use crate::web::headers::{FormTarget, Policy};

/// Asks for user name and password; posts `username`, `password`, `csrf_token` to `/interaction/{interaction}/sign-in`.
#[derive(Template)]
#[template(path = "interaction/sign_in.html")]
pub struct SignInPage {
    /// Id of the interaction, for the form's address.
    pub interaction: String,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The client's name as people know it.
    pub client: String,
    /// What the client says of itself.
    pub about: AboutClient,
    /// Whether people may make an account.
    pub offers_account: bool,
    /// Whether there are accounts in this browser to choose from.
    pub has_accounts: bool,
    /// Where the interaction ends: the proven redirect address, allowed as the target of this page's forms.
    pub returns_to: Option<FormTarget>,
    /// The user name to start with: from `login_hint` or from the attempt before; else empty.
    pub username: String,
    /// What went wrong before, if something did.
    pub problem: Option<SignInProblem>,
}

/// Why the person sees the sign-in page again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInProblem {
    /// No account with this name and password. Never says which of the two was wrong.
    Mismatch,
    /// A field was left empty.
    Incomplete,
    /// Too many attempts; the next is accepted after this many seconds.
    Throttled {
        /// Seconds until the next attempt is accepted.
        wait_seconds: u32,
    },
}

impl Page for SignInPage {
    fn policy(&self) -> Policy {
        Policy::form(self.returns_to.as_ref()).with_picture(self.about.picture())
    }
}

impl SignInPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            interaction: "i7Qe2mXk".into(),
            csrf: "csrf-sample".into(),
            client: "Example Bank".into(),
            about: AboutClient::sample(),
            offers_account: true,
            has_accounts: true,
            returns_to: FormTarget::of("http://127.0.0.1:8081/callback"),
            username: "ada".into(),
            problem: None,
        }
    }
}
