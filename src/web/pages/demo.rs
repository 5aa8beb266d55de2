//! The demo's own pages: what this is, and a registration for people with a webcam.

use askama::Template;

use super::text::filters;
use super::{Page, text};
use crate::web::headers::Policy;

/// `GET /`: what this server is, in the demo.
#[derive(Template)]
#[template(path = "demo/landing.html")]
pub struct LandingPage {
    /// Address of the example bank.
    pub bank: String,
    /// This provider's issuer, as clients know it.
    pub issuer: String,
    /// The seeded accounts' user name and password, to try with; empty for none.
    pub accounts: Vec<(String, String)>,
}

impl Page for LandingPage {
    fn policy(&self) -> Policy {
        Policy::plain()
    }
}

impl LandingPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            bank: "http://127.0.0.1:8081/".into(),
            issuer: "http://localhost:8080".into(),
            accounts: vec![("alex".into(), "demo-password".into()), ("kim".into(), "demo-password".into())],
        }
    }
}

/// `GET /demo/register`; posts (urlencoded) `name`, `birth_date`, `username`, `password`, `portrait` (base64 of a JPEG) and
/// `csrf_token` to the same address.
#[derive(Template)]
#[template(path = "demo/register.html")]
pub struct RegisterPage {
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The name given before; else empty.
    pub name: String,
    /// The birth date given before, `YYYY-MM-DD`; else empty.
    pub birth_date: String,
    /// The user name given before; else empty.
    pub username: String,
    /// What to mend.
    pub problems: Vec<RegisterProblem>,
}

/// What is wrong with a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterProblem {
    /// No name.
    Name,
    /// No date, or none a living person was born on.
    BirthDate,
    /// Empty, too long, or with characters that are not allowed.
    Username,
    /// Somebody has this user name.
    UsernameTaken,
    /// Shorter than twelve characters.
    Password,
    /// No portrait came with the form.
    PortraitMissing,
    /// The portrait does not show exactly one clear face.
    PortraitUnusable,
}

impl RegisterProblem {
    /// Key of the words.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "register-problem-name",
            Self::BirthDate => "register-problem-birth-date",
            Self::Username => "register-problem-username",
            Self::UsernameTaken => "register-problem-username-taken",
            Self::Password => "register-problem-password",
            Self::PortraitMissing => "register-problem-portrait-missing",
            Self::PortraitUnusable => "register-problem-portrait-unusable",
        }
    }

    /// Id of the field it is about.
    pub fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::BirthDate => "birth-date",
            Self::Username | Self::UsernameTaken => "username",
            Self::Password => "password",
            Self::PortraitMissing | Self::PortraitUnusable => "portrait-file",
        }
    }
}

impl RegisterPage {
    /// Whether something is wrong with the field of this id.
    pub fn wrong(&self, field: &str) -> bool {
        self.problems.iter().any(|problem| problem.field() == field)
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            csrf: "csrf-sample".into(),
            name: String::new(),
            birth_date: String::new(),
            username: String::new(),
            problems: vec![],
        }
    }
}

impl Page for RegisterPage {
    fn policy(&self) -> Policy {
        Policy::form(None).with_camera()
    }
}

/// What follows a registration: how to go on.
#[derive(Template)]
#[template(path = "demo/registered.html")]
pub struct RegisteredPage {
    /// The new account's user name.
    pub username: String,
    /// The document number the simulator made for the new persona.
    pub document_number: String,
    /// Address of the example bank.
    pub bank: String,
}

impl Page for RegisteredPage {
    fn policy(&self) -> Policy {
        Policy::plain()
    }
}

impl RegisteredPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            username: "ada".into(),
            document_number: "FS-200001".into(),
            bank: "http://127.0.0.1:8081/".into(),
        }
    }
}
