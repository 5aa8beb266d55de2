//! The page that asks whether a client may have what it asks.

use askama::Template;

use super::text::filters;
use super::{Page, about::AboutClient, text};
use crate::domain::oidc::consent::Access;
use crate::web::headers::{FormTarget, Policy};

/// Asks whether a client may have what it asks; posts `decision` (`allow` or `deny`), `asked` and `csrf_token` to
/// `/interaction/{interaction}/allow`.
#[derive(Template)]
#[template(path = "interaction/allow.html")]
pub struct AllowPage {
    /// Id of the interaction, for the form's address.
    pub interaction: String,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The client's name as people know it.
    pub client: String,
    /// Who is signed in.
    pub username: String,
    /// What the client says of itself.
    pub about: AboutClient,
    /// Where the interaction ends: the proven redirect address, allowed as the target of this page's forms.
    pub returns_to: Option<FormTarget>,
    /// What is asked.
    pub access: Access,
    /// The digest of what is asked, which the form sends back.
    pub asked: String,
}

/// Scopes that have words of their own.
const WORDED: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// What is asked, in words: the keys of texts, and names that have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessLine {
    /// A text of the catalogue.
    Known(String),
    /// A scope by its name.
    Scope(String),
    /// A claim by its name.
    Claim(String),
    /// A resource by its address.
    Resource(String),
}

/// What is asked, line by line, with what identifies the person first.
pub fn lines(access: &Access) -> Vec<AccessLine> {
    let worded = WORDED.iter().filter(|name| access.scopes.contains(**name));
    let other = access.scopes.iter().filter(|name| !WORDED.contains(&name.as_str()));
    worded
        .map(|name| AccessLine::Known(format!("allow-scope-{}", name.replace('_', "-"))))
        .chain(other.cloned().map(AccessLine::Scope))
        .chain(access.claims.iter().cloned().map(AccessLine::Claim))
        .chain(access.resources.iter().cloned().map(AccessLine::Resource))
        .collect()
}

impl AllowPage {
    /// What is asked, line by line.
    pub fn lines(&self) -> Vec<AccessLine> {
        lines(&self.access)
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let scopes = ["openid", "profile", "offline_access", "transfer"];
        let access = Access {
            scopes: scopes.map(str::to_owned).into(),
            resources: ["https://api.bank.example/".to_owned()].into(),
            claims: ["email".to_owned()].into(),
        };
        Self {
            interaction: "i7Qe2mXk".into(),
            csrf: "csrf-sample".into(),
            client: "Example Bank".into(),
            username: "ada".into(),
            about: AboutClient::sample(),
            returns_to: FormTarget::of("http://127.0.0.1:8081/callback"),
            asked: access.digest(),
            access,
        }
    }
}

impl Page for AllowPage {
    fn policy(&self) -> Policy {
        Policy::form(self.returns_to.as_ref()).with_picture(self.about.picture())
    }
}
