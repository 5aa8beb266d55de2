//! The console: what administrators see and do under `/admin`. It renders and decides nothing; what is done is in
//! `flows/admin`, which the API shares.
//!
//! To add a page:
//!
//! 1. One line in [`frame::SECTIONS`], and its words (`admin-nav-…`) in `locales/en/admin.ftl` or a file of the area's own.
//! 2. One file here with the page's struct, a `sample()` of it, and the handlers:
//!
//!    ```ignore
//!    #[derive(Template)]
//!    #[template(path = "admin/clients.html")]
//!    pub struct ClientsPage { pub frame: Frame, pub clients: Vec<Line> }
//!    console_page!(ClientsPage);
//!
//!    pub async fn show(app: web::Data<App>, admin: Admin) -> Answer {
//!        let clients = app.admin.clients.list().await?;
//!        Ok(pages::shown(&ClientsPage { frame: admin.frame("/admin/clients"), clients }))
//!    }
//!
//!    pub async fn remove(app: web::Data<App>, admin: Admin, request: HttpRequest, form: Form) -> Answer {
//!        let change = admin.change(&request, &form, Role::Operator, "/admin/clients")?;
//!        app.admin.clients.remove(&change, form.value("client").unwrap_or_default()).await?;
//!        Ok(changed("/admin/clients", "client-removed"))
//!    }
//!    ```
//!
//!    [`Admin`] lets in administrators whose face was shown within the hour, and sends everyone else the way in.
//!    [`Admin::must`] asks for a role. [`Admin::change`] proves the form, asks for the role and for a fresh face, and gives
//!    the [`Change`](crate::domain::change::Change) for the audit log, with what the form's field `reason` says. Its last
//!    argument is the page to come back to after a step-up: the page with the form, never the form's own target where that
//!    has no page. [`Admin::must_be_fresh`] asks for both before a page with a long form, so that nobody fills it in vain.
//!    [`changed`] shows `admin-done-client-removed` on the page that it goes to.
//! 3. One template that extends `admin/frame.html` and fills `title`, `heading` and `content`. A form takes
//!    `{% call parts::csrf(frame.csrf) %}{% endcall %}`; there is no script, and a wide table stands in
//!    `<div class="scroll" role="region" tabindex="0" aria-labelledby="…">`.
//! 4. Its routes in [`routes`], its field in [`AdminFlows`] (filled in `src/app/console.rs`), and its sample in
//!    `tests/pages/samples.rs`.

pub mod administrators;
pub mod asked;
pub mod audit;
pub mod clients;
pub mod contexts;
pub mod frame;
pub mod guard;
pub mod home;
pub mod invitation;
pub mod keys;
pub mod phrases;
pub mod policies;
mod routes;
pub mod sessions;
pub mod statistics;
pub mod terms;
pub mod users;
pub mod way_in;
pub mod what_if;
pub mod why;
pub mod words;
pub mod workflows;

use actix_web::{
    HttpResponse,
    web::{self, ServiceConfig, get},
};

pub use frame::{Crumb, Frame};
pub use guard::{Admin, Barred};

use super::follow::see_other;
use crate::flows::admin::{
    administrators::Administrators, attention::Lookout, door::Door, names::Names, officer::OfficerDesk,
    rules::Rules, sessions::SessionDesk, users::UserDesk,
};

/// What handlers of the console answer.
pub type Answer = Result<HttpResponse, Barred>;

/// What administrators do: one field for each flow.
pub struct AdminFlows {
    /// Who is let in.
    pub door: Door,
    /// What needs attention.
    pub lookout: Lookout,
    /// What accounts are called.
    pub names: Names,
    /// The policies in force, to explain them by.
    pub rules: Rules,
    /// Who the administrators are.
    pub administrators: Administrators,
    /// What officers attest.
    pub officer: OfficerDesk,
    /// Accounts.
    pub users: UserDesk,
    /// Sessions.
    pub sessions: SessionDesk,
}

/// Adds the console's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope("/admin")
            .route("", get().to(home::show))
            .route("/callback", get().to(way_in::callback))
            .configure(routes::parts)
            .default_service(web::to(way_in::nowhere)),
    );
}

/// Goes to a page of the console, which says that something was done: the text `admin-done-…` of this name.
pub fn changed(page: &str, done: &str) -> HttpResponse {
    let mark = if page.contains('?') { '&' } else { '?' };
    see_other(&format!("{page}{mark}done={done}"))
}
