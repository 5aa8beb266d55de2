//! The page that makes an account.

use askama::Template;

use super::text::filters;
use super::{Page, text};
use crate::web::headers::{FormTarget, Policy};

/// Asks for a user name and a password; posts `username`, `password`, `csrf_token` to `/interaction/{interaction}/create`.
#[derive(Template)]
#[template(path = "interaction/create.html")]
pub struct CreatePage {
    /// Id of the interaction, for the form's address.
    pub interaction: String,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The client's name as people know it.
    pub client: String,
    /// Where the interaction ends: the proven redirect address, allowed as the target of this page's forms.
    pub returns_to: Option<FormTarget>,
    /// The user name to start with.
    pub username: String,
    /// What went wrong before, if something did.
    pub problem: Option<CreateProblem>,
}

/// Why the person sees the page again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateProblem {
    /// Not a name to sign in with.
    Username,
    /// Too easy to guess.
    Password,
    /// Someone has the name.
    Taken,
    /// Too many accounts; the next is made after this many seconds.
    Throttled {
        /// Seconds until then.
        wait_seconds: u32,
    },
}

impl Page for CreatePage {
    fn policy(&self) -> Policy {
        Policy::form(self.returns_to.as_ref())
    }
}

impl CreatePage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            interaction: "i7Qe2mXk".into(),
            csrf: "csrf-sample".into(),
            client: "Example Bank".into(),
            returns_to: FormTarget::of("http://127.0.0.1:8081/callback"),
            username: "ada".into(),
            problem: None,
        }
    }
}
