//! The pages a person sees: one struct per page, filled by a handler and rendered by a template of the same name.
//!
//! A page holds what it shows and nothing else; all words come from `locales/` through [`text`]. Which status code a
//! page is answered with is the caller's to say.

mod about;
mod account;
mod allow;
mod capture;
mod consent;
mod create;
mod demo;
mod face_drawing;
mod failure;
mod form_post;
mod identity;
mod logout;
mod outcome;
mod select;
mod sign_in;
mod start;
pub mod text;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::web::headers::Policy;

pub use about::AboutClient;
pub use account::{
    AccountNews, AccountPage, AccountSignInPage, DeviceCard, FaceCard, ServiceCard, WithdrawPage,
};
pub use allow::{AccessLine, AllowPage};
pub use capture::{CapturePage, DeviceSettings, FrameSettings, HintSettings};
pub use consent::ConsentPage;
pub use create::{CreatePage, CreateProblem};
pub use demo::{LandingPage, RegisterPage, RegisterProblem, RegisteredPage};
pub use failure::{FaultPage, RequestErrorPage, RequestProblem, Trouble};
pub use form_post::FormPostPage;
pub use identity::{IdentityPage, IdentityProblem, Persona, PersonaEnding};
pub use logout::{LogoutPage, SignedOutPage};
pub use outcome::{Advice, Outcome, OutcomePage};
pub use select::{AccountLine, SelectPage};
pub use sign_in::{SignInPage, SignInProblem};
pub use start::{BriefingPage, Purpose};

/// A page: a template, and what the browser may do while it is open.
pub trait Page: Template {
    /// The security policy this page is answered under.
    fn policy(&self) -> Policy;
}

/// A page as it is shown when all is well.
pub fn shown(page: &impl Page) -> HttpResponse {
    answer(StatusCode::OK, page)
}

/// Renders a page into an answer that carries the page's own security headers and may not be stored.
///
/// A page that does not render (a text is missing) is our fault: it is logged, and the person sees a plain 500.
pub fn answer(status: StatusCode, page: &impl Page) -> HttpResponse {
    match page.render() {
        Ok(html) => {
            let mut response =
                HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html);
            page.policy().write(response.headers_mut());
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page did not render");
            HttpResponse::InternalServerError().finish()
        }
    }
}
