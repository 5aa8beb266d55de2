//! Workflows, drawn as boxes: each parent with what it needs, and below it the children that take its enrolments.

use actix_web::web;
use askama::Template;

use super::{
    Admin, Answer, Frame,
    contexts::sample_set,
    frame::console_page,
    phrases::{any_of, say, sentence},
};
use crate::{
    domain::{
        authn::{ledger::Method, policy_set::PolicySet},
        face::way::Way,
        workflow::definition::WorkflowDefinition,
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
pub const PATH: &str = "/admin/workflows";

/// A workflow in a box.
#[derive(Clone, Debug)]
pub struct WorkflowBox {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub title: String,
    /// What it needs, in words.
    pub needs: Vec<String>,
    /// The contexts that it serves.
    pub contexts: Vec<String>,
    /// The children that take its enrolments.
    pub children: Vec<WorkflowBox>,
}

/// `GET /admin/workflows`.
#[derive(Template)]
#[template(path = "admin/workflows.html")]
pub struct WorkflowsPage {
    /// What stands around it.
    pub frame: Frame,
    /// The parents.
    pub parents: Vec<WorkflowBox>,
}

impl WorkflowsPage {
    fn of(frame: Frame, set: &PolicySet) -> Self {
        let parents = set.workflows().iter().filter(|workflow| workflow.is_parent());
        Self { frame, parents: parents.map(|parent| parent_box(parent, set)).collect() }
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: PATH, ..Frame::sample() };
        sample_set().map_or(Self { frame: frame.clone(), parents: Vec::new() }, |set| Self::of(frame, &set))
    }
}

fn parent_box(parent: &WorkflowDefinition, set: &PolicySet) -> WorkflowBox {
    let source = match parent.sources.is_empty() {
        true => say("admin-workflows-any-source", &[]),
        false => say("admin-workflows-sources", &[("names", &any_of(&parent.sources))]),
    };
    let steps = ["consent", "document", "portrait", "enrols"];
    let steps = steps.map(|step| say(&format!("admin-workflows-{step}"), &[]));
    let children = set.workflows().iter().filter(|workflow| workflow.parents.contains(&parent.name));
    WorkflowBox {
        name: parent.name.to_string(),
        title: parent.title.clone(),
        needs: steps.into_iter().chain([source]).collect(),
        contexts: Vec::new(),
        children: children.map(|child| child_box(child, set)).collect(),
    }
}

fn child_box(child: &WorkflowDefinition, set: &PolicySet) -> WorkflowBox {
    let way = |way: &Way| text::find(&format!("admin-terms-way-{}", way.name())).unwrap_or_default();
    let ways = match child.ways.is_empty() {
        true => say("admin-workflows-any-way", &[]),
        false => sentence(&say(
            "admin-workflows-ways",
            &[("names", &any_of(&child.ways.iter().map(way).collect::<Vec<_>>()))],
        )),
    };
    let serves = |rule: &&crate::domain::authn::acr::AcrRule| {
        let mut proofs = rule.any_of.iter().flat_map(|combination| &combination.proofs);
        proofs.any(|proof| {
            proof.method == Method::Face && set.child_for(proof).is_some_and(|found| found.name == child.name)
        })
    };
    WorkflowBox {
        name: child.name.to_string(),
        title: child.title.clone(),
        needs: vec![say("admin-workflows-enrolment", &[]), say("admin-workflows-live", &[]), ways],
        contexts: set.catalogue().rules().iter().filter(serves).map(|rule| rule.acr.0.clone()).collect(),
        children: Vec::new(),
    }
}

console_page!(WorkflowsPage);

/// Shows them.
pub async fn show(app: web::Data<App>, admin: Admin) -> Answer {
    let in_force = app.admin.rules.in_force().await?;
    Ok(pages::shown(&WorkflowsPage::of(admin.frame(PATH), &in_force.set)))
}
