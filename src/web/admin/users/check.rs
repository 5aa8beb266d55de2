//! The officer's page: they hold a person's document in their hands, say what is on it, give its portrait, and answer for it
//! by name.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{HERE, account::named};
use crate::{
    domain::{
        admin::{check::CheckSource, role::Role},
        face::capture::EncodedFrame,
    },
    flows::admin::{
        officer::{Attestation, CheckFlaw, LARGEST_PORTRAIT, Unattested},
        users::UserView,
    },
    web::{
        admin::{Admin, Answer, Barred, Frame, changed, frame::console_page},
        error::{Failure, form_again},
        form::Form,
        multipart::FormWithFiles,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// The largest form: a portrait and a few words.
const LARGEST_BODY: usize = LARGEST_PORTRAIT + 64 * 1024;
/// Seconds after which a full analysis may have room again.
const BUSY_SECONDS: u32 = 5;
/// The kinds of document that are offered: the value, and the key of its words.
const DOCUMENTS: [(&str, &str); 4] = [
    ("passport", "admin-document-passport"),
    ("identity card", "admin-document-identity-card"),
    ("residence permit", "admin-document-residence-permit"),
    ("driving licence", "admin-document-driving-licence"),
];

/// `GET /admin/users/{user}/check`; posts a form with the file `portrait` to the same address.
#[derive(Template)]
#[template(path = "admin/check.html")]
pub struct CheckPage {
    /// What stands around it.
    pub frame: Frame,
    /// The account's id.
    pub user: String,
    /// The name to sign in with.
    pub username: String,
    /// Name and birth date that were verified before, where they were.
    pub verified: Option<String>,
    /// What was said before; all empty at first.
    pub said: Said,
    /// What is to be mended.
    pub flaws: Vec<CheckFlaw>,
    /// Whether the officer did not confirm it.
    pub is_unconfirmed: bool,
}

/// What an officer said, to be shown again.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Which kind of document.
    pub document: String,
    /// Its number.
    pub number: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Birth date.
    pub birth_date: String,
    /// By which name they answer for it.
    pub answered_for_by: String,
}

impl CheckPage {
    fn of(admin: &Admin, view: UserView, said: Said) -> Self {
        let user = view.line.user;
        let (id, username) = (user.id.to_string(), user.username.as_str().to_owned());
        let verified = user.verified.map(|verified| {
            format!("{} {}, {}", verified.given_name, verified.family_name, verified.birth_date)
        });
        let frame = admin.frame(HERE).under(format!("{HERE}/{id}"), username.clone());
        Self { frame, user: id, username, verified, said, flaws: Vec::new(), is_unconfirmed: false }
    }

    /// The kinds of document that are offered.
    pub fn documents(&self) -> [(&'static str, &'static str); 4] {
        DOCUMENTS
    }

    /// Whether something is to be mended.
    pub fn is_flawed(&self) -> bool {
        self.is_unconfirmed || !self.flaws.is_empty()
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            frame: Frame { here: HERE, ..Frame::sample() }.under("/admin/users/u1", "ada"),
            user: "u1".into(),
            username: "ada".into(),
            verified: Some("Ada Lovelace, 1815-12-10".into()),
            said: Said::default(),
            flaws: Vec::new(),
            is_unconfirmed: false,
        }
    }
}

console_page!(CheckPage);

/// Shows the form.
pub async fn form(app: web::Data<App>, admin: Admin, user: web::Path<String>) -> Answer {
    let view = find(&app, &admin, &user).await?;
    admin.must_be_fresh(Role::Operator, &format!("{HERE}/{}/check", view.line.user.id))?;
    Ok(pages::shown(&CheckPage::of(&admin, view, Said::default())))
}

/// Records what the officer attests.
pub async fn attest(
    app: web::Data<App>,
    admin: Admin,
    request: HttpRequest,
    user: web::Path<String>,
    payload: web::Payload,
) -> Answer {
    let view = find(&app, &admin, &user).await?;
    let page = format!("{HERE}/{}", view.line.user.id);
    let FormWithFiles { form, mut files } =
        FormWithFiles::read(&app, &request, payload, LARGEST_BODY).await?;
    let change = admin.change(&request, &form, Role::Operator, &format!("{page}/check"))?;
    let said = Said::of(&form);
    let again = |view, said, flaws, is_unconfirmed| {
        let page = CheckPage { flaws, is_unconfirmed, ..CheckPage::of(&admin, view, said) };
        Ok(form_again(&page, true))
    };
    if form.value("confirmed").is_none() {
        return again(view, said, Vec::new(), true);
    }
    let attestation = Attestation {
        user: view.line.user.id.clone(),
        source: CheckSource::Officer,
        document: said.document.clone(),
        number: said.number.clone(),
        given_name: said.given_name.clone(),
        family_name: said.family_name.clone(),
        birth_date: said.birth_date.clone(),
        answered_for_by: said.answered_for_by.clone(),
        portrait: files.remove("portrait").map(EncodedFrame::new),
    };
    match app.admin.officer.attest(attestation, &change).await {
        Ok(_) => Ok(changed(&page, "checked")),
        Err(Unattested::Flawed(flaws)) => again(view, said, flaws, false),
        Err(Unattested::Unknown) => Err(admin.nowhere()),
        Err(Unattested::Busy) => Err(Failure::Busy { retry_seconds: BUSY_SECONDS }.into()),
        Err(Unattested::Fault(fault)) => Err(fault.into()),
    }
}

async fn find(app: &App, admin: &Admin, user: &str) -> Result<UserView, Barred> {
    let user = named(admin, user)?;
    app.admin.users.find(&user).await?.ok_or_else(|| admin.nowhere())
}

impl Said {
    fn of(form: &Form) -> Self {
        let value = |name| form.value(name).unwrap_or_default().trim().to_owned();
        Self {
            document: value("document"),
            number: value("number"),
            given_name: value("given_name"),
            family_name: value("family_name"),
            birth_date: value("birth_date"),
            answered_for_by: value("answered_for_by"),
        }
    }
}
