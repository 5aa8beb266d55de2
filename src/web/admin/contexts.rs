//! Contexts: what earns each of them, which of them others bring along, and what other vocabularies call them.

use actix_web::web;
use askama::Template;

use super::{Admin, Answer, Frame, frame::console_page, terms};
use crate::{
    domain::authn::{
        document::{House, PolicyDocument},
        policy_set::PolicySet,
    },
    web::{
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Where it is.
pub const PATH: &str = "/admin/contexts";

/// A context in plain terms.
#[derive(Clone, Debug)]
pub struct ContextCard {
    /// Its name.
    pub acr: String,
    /// What it means.
    pub title: String,
    /// Each way to it, in a sentence.
    pub ways: Vec<String>,
    /// The contexts that whoever earns it has earned as well.
    pub implies: Vec<String>,
    /// What other vocabularies call it: the vocabulary, and the name.
    pub words: Vec<(String, String)>,
}

/// `GET /admin/contexts`.
#[derive(Template)]
#[template(path = "admin/contexts.html")]
pub struct ContextsPage {
    /// What stands around it.
    pub frame: Frame,
    /// The contexts, in the order in which a session's own is chosen.
    pub contexts: Vec<ContextCard>,
}

impl ContextsPage {
    fn of(frame: Frame, set: &PolicySet) -> Self {
        let rules = set.catalogue().rules();
        let card = |rule: &crate::domain::authn::acr::AcrRule| ContextCard {
            acr: rule.acr.0.clone(),
            title: rule.title.clone(),
            ways: terms::context(rule),
            implies: rules
                .iter()
                .filter(|other| other.acr != rule.acr && rule.implies(other))
                .map(|other| other.acr.0.clone())
                .collect(),
            words: set
                .dialects()
                .iter()
                .flat_map(|dialect| dialect.values.iter().map(|value| (dialect.name.clone(), value)))
                .filter(|(_, value)| value.ours == rule.acr)
                .map(|(dialect, value)| (dialect, value.theirs.0.clone()))
                .collect(),
        };
        Self { frame, contexts: rules.iter().map(card).collect() }
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: PATH, ..Frame::sample() };
        sample_set().map_or(Self { frame: frame.clone(), contexts: Vec::new() }, |set| Self::of(frame, &set))
    }
}

/// What ships, for the render tests.
pub(super) fn sample_set() -> Option<PolicySet> {
    let house = House::default();
    PolicyDocument::shipped(&house).compile(&house).ok()
}

console_page!(ContextsPage);

/// Shows them.
pub async fn show(app: web::Data<App>, admin: Admin) -> Answer {
    let in_force = app.admin.rules.in_force().await?;
    Ok(pages::shown(&ContextsPage::of(admin.frame(PATH), &in_force.set)))
}
