//! The console's first page: what needs attention.

use actix_web::web;
use askama::Template;

use super::{Admin, Answer, Frame, frame::console_page};
use crate::{
    flows::admin::attention::Attention,
    web::{
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// `GET /admin`.
#[derive(Template)]
#[template(path = "admin/home.html")]
pub struct HomePage {
    /// What stands around it.
    pub frame: Frame,
    /// Accounts whose face check is suspended: id and name.
    pub suspended: Vec<(String, String)>,
    /// How many links are still to be used.
    pub open_invitations: u32,
    /// How many checked documents wait for their person.
    pub open_checks: u32,
    /// Whether one owner alone is left.
    pub has_one_owner: bool,
}

impl HomePage {
    fn of(frame: Frame, attention: Attention) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let line = |(user, name): (crate::domain::id::UserId, crate::domain::user::Username)| {
            (user.to_string(), name.as_str().to_owned())
        };
        Self {
            frame,
            suspended: attention.suspended.into_iter().map(line).collect(),
            open_invitations: count(attention.open_invitations),
            open_checks: count(attention.open_checks),
            has_one_owner: attention.owners == 1,
        }
    }

    /// Whether nothing is to be done.
    pub fn is_quiet(&self) -> bool {
        self.suspended.is_empty()
            && self.open_invitations == 0
            && self.open_checks == 0
            && !self.has_one_owner
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            frame: Frame::sample(),
            suspended: vec![("u1".into(), "ada".into())],
            open_invitations: 1,
            open_checks: 2,
            has_one_owner: true,
        }
    }
}

console_page!(HomePage);

/// Shows it.
pub async fn show(app: web::Data<App>, admin: Admin) -> Answer {
    let attention = app.admin.lookout.look().await?;
    Ok(pages::shown(&HomePage::of(admin.frame("/admin"), attention)))
}
