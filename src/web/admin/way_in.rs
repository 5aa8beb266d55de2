//! Where the way in ends, well or not, and what is answered where there is no page.

use actix_web::{HttpRequest, web};
use askama::Template;
use url::form_urlencoded;

use super::{Admin, Answer};
use crate::web::{
    follow::see_other,
    headers::Policy,
    pages::{
        self, Page,
        text::{self, filters},
    },
    state::App,
};

/// `GET /admin/callback`: back to the page that was asked for. The code is left to lapse, since the session's ledger is
/// judged at every request; so there is nothing here that another site could hand in.
pub async fn callback(app: web::Data<App>, request: HttpRequest) -> Answer {
    let mut query = Answered::default();
    for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()).into_owned() {
        match name.as_str() {
            "state" => query.state = value,
            "error" => query.error = Some(value),
            "error_description" => query.description = value,
            _ => {}
        }
    }
    let back = page_of_ours(&query.state);
    if query.error.is_none() {
        return Ok(see_other(back));
    }
    let reason = query.description.split(':').next().unwrap_or_default();
    let reason = reason.bytes().all(|c| c.is_ascii_lowercase() || c == b'_').then_some(reason);
    let words = reason.and_then(|reason| text::find(&format!("admin-unmet-{}", reason.replace('_', "-"))));
    Ok(pages::shown(&UnmetPage { again: app.admin.door.way_in(back), words }))
}

/// What the authorization endpoint answered.
#[derive(Default)]
struct Answered {
    state: String,
    error: Option<String>,
    description: String,
}

/// Whatever under `/admin` has no handler.
pub async fn nowhere(admin: Admin) -> Answer {
    Err(admin.nowhere())
}

/// The page of the console that a text names, or its first page.
fn page_of_ours(path: &str) -> &str {
    let rest = path.strip_prefix("/admin");
    let is_ours = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let is_plain = path.bytes().all(|c| c.is_ascii_alphanumeric() || b"/-_.~?&=%+".contains(&c));
    let loops = path.starts_with(crate::flows::admin::door::CALLBACK);
    if is_ours && is_plain && !loops { path } else { "/admin" }
}

/// Says that the way in did not end well.
#[derive(Template)]
#[template(path = "admin/unmet.html")]
pub struct UnmetPage {
    /// The address of another try.
    pub again: String,
    /// Why, where there are words for it.
    pub words: Option<String>,
}

impl UnmetPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            again: "/authorize?client_id=facestep-console".into(),
            words: text::find("admin-unmet-face-not-enrolled"),
        }
    }
}

impl Page for UnmetPage {
    fn policy(&self) -> Policy {
        Policy::plain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_in_leads_back_to_the_console_and_nowhere_else() {
        for page in ["/admin", "/admin/users?after=a%20b", "/admin?done=x"] {
            assert_eq!(page_of_ours(page), page);
        }
        for elsewhere in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/admin",
            "/administer",
            "/admin\r\nx",
            "/admin/callback?error=x",
            "/admin/\\evil",
        ] {
            assert_eq!(page_of_ours(elsewhere), "/admin", "{elsewhere:?}");
        }
    }
}
