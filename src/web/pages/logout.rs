//! The pages of a logout: the question before it, and the word that it is done.

use askama::Template;

use super::text::filters;
use super::{Page, text};
use crate::web::headers::{FormTarget, Policy};

/// Asks whether to sign out; posts `decision` (`log-out` or `stay`), what the client sent, and `csrf_token` to
/// `/logout/confirm`.
#[derive(Template)]
#[template(path = "logout/confirm.html")]
pub struct LogoutPage {
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The client's name as people know it, where one asks.
    pub client: Option<String>,
    /// Who would be signed out.
    pub username: String,
    /// What the client sent, to be proven again when the form comes back.
    pub request: Vec<(&'static str, String)>,
    /// Where the browser goes afterwards, allowed as the target of this page's form.
    pub returns_to: Option<FormTarget>,
}

/// Says that nobody is signed in any more.
#[derive(Template)]
#[template(path = "logout/done.html")]
pub struct SignedOutPage {
    /// A client's name and its proven address, where the person may go on.
    pub onward: Option<(String, String)>,
}

impl LogoutPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            csrf: "csrf-sample".into(),
            client: Some("Example Bank".into()),
            username: "ada".into(),
            request: vec![("client_id", "bank".into()), ("state", "s\"t".into())],
            returns_to: FormTarget::of("https://bank.example/signed-out"),
        }
    }
}

impl SignedOutPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self { onward: Some(("Example Bank".into(), "https://bank.example/signed-out".into())) }
    }
}

impl Page for LogoutPage {
    fn policy(&self) -> Policy {
        Policy::form(self.returns_to.as_ref())
    }
}

impl Page for SignedOutPage {
    fn policy(&self) -> Policy {
        Policy::plain()
    }
}
