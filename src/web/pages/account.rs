//! The pages of an account's owner: what is kept of their face check, and how they withdraw from it.

use askama::Template;

use super::text::filters;
use super::{
    Page,
    allow::{AccessLine, lines},
    face_drawing::{self, Part, SIZE},
    select::AccountLine,
    sign_in::SignInProblem,
    text,
};
use crate::{
    domain::{
        face::coverage::{Coverage, View},
        oidc::consent::Access,
    },
    web::headers::Policy,
};

/// `GET /account`: the signed-in person's own account.
#[derive(Template)]
#[template(path = "account/account.html")]
pub struct AccountPage {
    /// The name they sign in with.
    pub username: String,
    /// Their face check, where one is set up.
    pub face: Option<FaceCard>,
    /// What was done just now.
    pub news: Option<AccountNews>,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The clients that they use.
    pub services: Vec<ServiceCard>,
    /// The browsers that hold a key of the account, this one first.
    pub devices: Vec<DeviceCard>,
    /// The accounts that are signed in to in this browser, the current one first.
    pub accounts: Vec<AccountLine>,
}

/// What was done just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountNews {
    /// They withdrew their consent to face checks.
    FaceForgotten,
    /// They took back what a client might have.
    AccessWithdrawn,
    /// They revoked a browser's key.
    DeviceRevoked,
}

/// A browser that holds a key of the account.
#[derive(Clone, Debug)]
pub struct DeviceCard {
    /// The key's thumbprint.
    pub key: String,
    /// Since when it is bound, `YYYY-MM-DD` in UTC.
    pub since: String,
    /// When it was used last, `YYYY-MM-DD` in UTC.
    pub used: String,
    /// Whether it is this browser.
    pub is_here: bool,
}

/// A client that the person uses.
#[derive(Clone, Debug)]
pub struct ServiceCard {
    /// Its id.
    pub id: String,
    /// Its name as people know it.
    pub name: String,
    /// What was allowed, and since when, `YYYY-MM-DD` in UTC.
    pub allowed: Option<(Access, String)>,
    /// Where a sign-in at it begins.
    pub start: Option<String>,
}

/// A face check that is set up.
#[derive(Clone, Debug)]
pub struct FaceCard {
    /// Since when, `YYYY-MM-DD` in UTC.
    pub since: String,
    /// Which source confirmed the document, as people know it.
    pub source: String,
    /// In which poses the face was seen; none, where that was not recorded.
    pub coverage: Coverage,
}

impl FaceCard {
    /// The canonical face with the seen parts marked.
    pub fn drawing(&self) -> Vec<Part> {
        face_drawing::parts(self.coverage)
    }

    /// The poses with the keys of their words, and whether they were seen. A distance shows no part of the face that another
    /// does not, so it is told where it was seen and not missed where it was not.
    pub fn poses(&self) -> Vec<(String, bool)> {
        let is_told = |view: &View| !matches!(view, View::Near | View::Far) || self.coverage.has(*view);
        let told = |view: View| (format!("account-pose-{}", view.name()), self.coverage.has(view));
        View::ALL.into_iter().filter(is_told).map(told).collect()
    }

    /// Whether it was recorded which poses were seen.
    pub fn is_drawn(&self) -> bool {
        self.coverage != Coverage::NONE
    }
}

impl AccountPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let coverage = [View::Centre, View::Left, View::Right, View::Up, View::Near].into_iter();
        Self {
            username: "ada".into(),
            face: Some(FaceCard {
                since: "2026-11-23".into(),
                source: "Demo identity register".into(),
                coverage: coverage.fold(Coverage::NONE, Coverage::with),
            }),
            news: None,
            csrf: "csrf-sample".into(),
            services: ServiceCard::samples(),
            devices: DeviceCard::samples(),
            accounts: AccountLine::samples(),
        }
    }
}

impl DeviceCard {
    /// Two of them, for the render test.
    pub fn samples() -> Vec<Self> {
        let card = |key: &str, since: &str, is_here| Self {
            key: key.into(),
            since: since.into(),
            used: "2026-11-23".into(),
            is_here,
        };
        vec![
            card("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", "2026-11-20", true),
            card("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "2026-09-02", false),
        ]
    }
}

impl ServiceCard {
    /// What was allowed, line by line.
    pub fn lines(&self) -> Vec<AccessLine> {
        self.allowed.as_ref().map(|(access, _)| lines(access)).unwrap_or_default()
    }

    /// Two of them, for the render test.
    pub fn samples() -> Vec<Self> {
        let scopes = ["openid", "profile"].map(str::to_owned).into();
        let access = Access { scopes, ..Access::default() };
        vec![
            Self {
                id: "bank".into(),
                name: "Example Bank".into(),
                allowed: Some((access, "2026-11-23".into())),
                start: Some("https://bank.example/start?iss=https%3A%2F%2Fid.example".into()),
            },
            Self {
                id: "desk".into(),
                name: "Help desk".into(),
                allowed: None,
                start: Some("https://desk.example/start?iss=https%3A%2F%2Fid.example".into()),
            },
        ]
    }
}

impl Page for AccountPage {
    fn policy(&self) -> Policy {
        Policy::form(None)
    }
}

/// Asks for user name and password; posts `username`, `password` and `csrf_token` to `/account/sign-in`.
#[derive(Template)]
#[template(path = "account/sign_in.html")]
pub struct AccountSignInPage {
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The user name from the attempt before; else empty.
    pub username: String,
    /// What went wrong before, if something did.
    pub problem: Option<SignInProblem>,
}

impl AccountSignInPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self { csrf: "csrf-sample".into(), username: String::new(), problem: None }
    }
}

impl Page for AccountSignInPage {
    fn policy(&self) -> Policy {
        Policy::form(None)
    }
}

/// Says what a withdrawal means; posts `csrf_token` to `/account/withdraw`.
#[derive(Template)]
#[template(path = "account/withdraw.html")]
pub struct WithdrawPage {
    /// The session's anti-forgery token.
    pub csrf: String,
}

impl WithdrawPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self { csrf: "csrf-sample".into() }
    }
}

impl Page for WithdrawPage {
    fn policy(&self) -> Policy {
        Policy::form(None)
    }
}
