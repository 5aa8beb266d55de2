//! The pages of accounts: a list to search, one account with everything that administrators see of it, and new accounts.

use actix_web::{HttpRequest, web};
use askama::Template;
use serde::Deserialize;
use url::form_urlencoded;

use super::{
    Admin, Answer, Frame,
    administrators::{LinkPage, problem},
    frame::console_page,
};
use crate::{
    domain::{
        admin::{invitation, role::Role},
        user::Username,
    },
    flows::admin::{administrators::Guest, users::UserLine},
    web::{
        error::form_again,
        form::Form,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

pub mod account;
pub mod check;

/// Where this part is.
const HERE: &str = "/admin/users";
/// The longest text that is looked for, in characters.
const LONGEST_SEARCH: usize = 128;

/// `GET /admin/users`.
#[derive(Template)]
#[template(path = "admin/users.html")]
pub struct UsersPage {
    /// What stands around it.
    pub frame: Frame,
    /// What is looked for; empty for everyone.
    pub search: String,
    /// The accounts, by name.
    pub lines: Vec<Line>,
    /// The address of the next page, where there is one.
    pub next: Option<String>,
    /// Whether this is not the first one.
    pub is_later: bool,
}

/// An account.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// The name to sign in with.
    pub username: String,
    /// The name that was verified, where one was.
    pub name: Option<String>,
    /// Its role in the console.
    pub role: Option<Role>,
    /// Whether a face is enrolled.
    pub is_enrolled: bool,
    /// Whether face step-up is suspended.
    pub is_suspended: bool,
}

impl From<UserLine> for Line {
    fn from(line: UserLine) -> Self {
        let name =
            line.user.verified.map(|verified| format!("{} {}", verified.given_name, verified.family_name));
        Self {
            id: line.user.id.to_string(),
            username: line.user.username.as_str().to_owned(),
            name,
            role: line.role,
            is_enrolled: line.is_enrolled,
            is_suspended: line.is_suspended,
        }
    }
}

impl UsersPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let line = |id: &str, username: &str, name: Option<&str>, role, is_suspended| Line {
            id: id.into(),
            username: username.into(),
            name: name.map(str::to_owned),
            role,
            is_enrolled: name.is_some(),
            is_suspended,
        };
        Self {
            frame: Frame { here: HERE, ..Frame::sample() },
            search: String::new(),
            lines: vec![
                line("u1", "ada", Some("Ada Lovelace"), None, true),
                line(
                    "u2",
                    "a.rather.long.name.that.somebody.chose@department.example.org",
                    None,
                    None,
                    false,
                ),
                line("u3", "olivia", Some("Olivia Owner"), Some(Role::Owner), false),
            ],
            next: Some("/admin/users?behind=olivia".into()),
            is_later: true,
        }
    }
}

/// `GET /admin/users/add`; posts `username` to the same address.
#[derive(Template)]
#[template(path = "admin/user_add.html")]
pub struct AddPage {
    /// What stands around it.
    pub frame: Frame,
    /// The name to start with.
    pub username: String,
    /// Why nobody was added.
    pub problem: Option<&'static str>,
}

impl AddPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: HERE, ..Frame::sample() }.below();
        Self { frame, username: String::new(), problem: None }
    }
}

console_page!(UsersPage, AddPage);

/// What is looked for, and where a page begins.
#[derive(Deserialize)]
pub struct Asked {
    search: Option<String>,
    behind: Option<String>,
}

/// Shows them.
pub async fn list(app: web::Data<App>, admin: Admin, asked: web::Query<Asked>) -> Answer {
    let search = asked.search.as_deref().unwrap_or_default().trim();
    let search: String = search.chars().take(LONGEST_SEARCH).filter(|c| !c.is_control()).collect();
    let behind = asked.behind.as_deref().and_then(Username::parse);
    let is_later = behind.is_some();
    let looked_for = (!search.is_empty()).then_some(search.as_str());
    let (lines, next) = app.admin.users.list(looked_for, behind).await?;
    let address = |next: Username| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !search.is_empty() {
            query.append_pair("search", &search);
        }
        format!("{HERE}?{}", query.append_pair("behind", next.as_str()).finish())
    };
    Ok(pages::shown(&UsersPage {
        frame: admin.frame(HERE),
        lines: lines.into_iter().map(Line::from).collect(),
        next: next.map(address),
        is_later,
        search,
    }))
}

/// Shows the form that adds someone.
pub async fn add_form(admin: Admin) -> Answer {
    admin.must_be_fresh(Role::Operator, "/admin/users/add")?;
    let frame = admin.frame(HERE).below();
    Ok(pages::shown(&AddPage { frame, username: String::new(), problem: None }))
}

/// Adds an account, and shows the link by which its person sets a password.
pub async fn add(app: web::Data<App>, admin: Admin, request: HttpRequest, form: Form) -> Answer {
    let change = admin.change(&request, &form, Role::Operator, "/admin/users/add")?;
    let guest = Guest {
        username: form.value("username").unwrap_or_default().to_owned(),
        role: None,
        verified: None,
        lifetime: invitation::LIFETIME,
    };
    let frame = admin.frame(HERE).below();
    match app.admin.administrators.invite(&guest, &change).await {
        Ok(invited) => {
            let back = format!("{HERE}/{}", invited.user);
            Ok(pages::shown(&LinkPage::of(frame, &app, &invited, back)))
        }
        Err(refusal) => {
            let problem = Some(problem(refusal)?);
            Ok(form_again(&AddPage { frame, username: guest.username, problem }, true))
        }
    }
}
