//! The briefing page: what is about to happen, before the camera opens.

use askama::Template;

use super::text::filters;
use super::{Page, text};
use crate::domain::face::way::{Way, Ways};
use crate::web::headers::{FormTarget, Policy};

/// Says what the face check is like; posts `csrf_token` to `/interaction/{interaction}/begin`, or to `…/decline`.
#[derive(Template)]
#[template(path = "interaction/briefing.html")]
pub struct BriefingPage {
    /// Id of the interaction, for the forms' addresses.
    pub interaction: String,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The client's name as people know it.
    pub client: String,
    /// Where the interaction ends: the proven redirect address, allowed as the target of this page's forms.
    pub returns_to: Option<FormTarget>,
    /// What the check is for.
    pub purpose: Purpose,
    /// The ways that can be chosen.
    pub ways: Ways,
    /// Whether the enrolment was completed just now, so that this second check needs a word of explanation.
    pub just_enrolled: bool,
}

/// What a face check is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A parent run: the live face against the digital ID's portrait, to enrol.
    Enrol,
    /// A child run: the live face against the enrolled template.
    StepUp,
}

impl Page for BriefingPage {
    fn policy(&self) -> Policy {
        Policy::form(self.returns_to.as_ref())
    }
}

impl BriefingPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            interaction: "i7Qe2mXk".into(),
            csrf: "csrf-sample".into(),
            client: "Example Bank".into(),
            returns_to: FormTarget::of("http://127.0.0.1:8081/callback"),
            purpose: Purpose::StepUp,
            ways: Way::ALL.into_iter().collect(),
            just_enrolled: false,
        }
    }
}
