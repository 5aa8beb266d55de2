//! The consent page: what a face check means, before any picture is taken.

use askama::Template;

use super::text::filters;
use super::{Page, text};
use crate::web::headers::{FormTarget, Policy};

/// Asks for explicit consent to biometrics (GDPR Article 9(2)(a)); posts `decision` (`agree` or `decline`),
/// `text_version` and `csrf_token` to `/interaction/{interaction}/consent`.
#[derive(Template)]
#[template(path = "interaction/consent.html")]
pub struct ConsentPage {
    /// Id of the interaction, for the form's address.
    pub interaction: String,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The client's name as people know it.
    pub client: String,
    /// Where the interaction ends: the proven redirect address, allowed as the target of this page's forms.
    pub returns_to: Option<FormTarget>,
    /// Name of the digital-ID source whose portrait is compared, as people know it.
    pub source: String,
    /// Version of the text shown: what the record of the consent names. [`ConsentPage::TEXT_VERSION`] for a new page.
    pub text_version: String,
}

impl ConsentPage {
    /// Version of the consent text in the catalogue. A test holds it to the text's hash: who edits the text makes a new version.
    pub const TEXT_VERSION: &'static str = "2026-11-23.3";

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            interaction: "i7Qe2mXk".into(),
            csrf: "csrf-sample".into(),
            client: "Example Bank".into(),
            returns_to: FormTarget::of("http://127.0.0.1:8081/callback"),
            source: "Demo identity register".into(),
            text_version: Self::TEXT_VERSION.into(),
        }
    }
}

impl Page for ConsentPage {
    fn policy(&self) -> Policy {
        Policy::form(self.returns_to.as_ref())
    }
}
