//! The page that carries an answer to a client: a form that sends itself, or that the person sends where no script runs.

use askama::Template;

use super::text::filters;
use super::{Page, text};
use crate::web::headers::{FormTarget, Policy};

/// Posts an answer to a client's address (OAuth 2.0 Form Post Response Mode 1.0 §2). The template escapes every value.
#[derive(Template)]
#[template(path = "interaction/form_post.html")]
pub struct FormPostPage {
    /// The proven redirect address.
    pub action: String,
    /// Names and values of what is told.
    pub fields: Vec<(&'static str, String)>,
    /// The same address, allowed as the form's target.
    pub returns_to: Option<FormTarget>,
}

impl Page for FormPostPage {
    fn policy(&self) -> Policy {
        Policy::form_elsewhere(self.returns_to.as_ref()).with_scripts()
    }
}

impl FormPostPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            action: "http://127.0.0.1:8081/callback?tenant=7&x=1".into(),
            fields: vec![("code", "SplxlOBeZQQYbYS6WxSbIA".into()), ("state", "\"><b>'&".into())],
            returns_to: FormTarget::of("http://127.0.0.1:8081/callback"),
        }
    }
}
