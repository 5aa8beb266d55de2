//! Policies: each in a sentence, and above them what is no good about them.

pub mod changes;
pub mod edit;
pub mod history;

use actix_web::web;
use askama::Template;

use super::{Admin, Answer, Frame, frame::console_page, terms};
use crate::{
    domain::authn::{
        document::{House, PolicyDocument},
        lint::{Finding, Severity},
        policy_set::{Policy, PolicySet},
    },
    flows::{Unserved, admin::policies::PolicyRefusal},
    ports::fault::Fault,
    web::{
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Where it is.
pub const PATH: &str = "/admin/policies";

/// A policy in plain terms.
#[derive(Clone, Debug)]
pub struct PolicyCard {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub title: String,
    /// The rule in a sentence.
    pub words: String,
    /// Whether it is kept and not applied.
    pub is_disabled: bool,
}

/// Something that is no good.
#[derive(Clone, Debug)]
pub struct FindingWords {
    /// How bad it is.
    pub severity: &'static str,
    /// Where.
    pub at: String,
    /// What.
    pub what: String,
    /// How it is mended.
    pub mend: String,
}

impl From<Finding> for FindingWords {
    fn from(finding: Finding) -> Self {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        Self { severity, at: finding.at, what: finding.what, mend: finding.mend }
    }
}

impl FindingWords {
    fn sample() -> Self {
        Self {
            severity: "warning",
            at: "policies[0].when.clients".into(),
            what: "there is no client shop".into(),
            mend: "Register it, or leave it out.".into(),
        }
    }
}

/// `GET /admin/policies`.
#[derive(Template)]
#[template(path = "admin/policies.html")]
pub struct PoliciesPage {
    /// What stands around it.
    pub frame: Frame,
    /// The version in force; 0 for what ships.
    pub number: i64,
    /// What is no good, the worst first.
    pub findings: Vec<FindingWords>,
    /// The policies.
    pub policies: Vec<PolicyCard>,
}

impl PoliciesPage {
    fn of(frame: Frame, number: i64, set: &PolicySet, findings: Vec<FindingWords>) -> Self {
        let card = |policy: &Policy| PolicyCard {
            name: policy.name.clone(),
            title: policy.title.clone(),
            words: terms::policy(policy, set.catalogue()),
            is_disabled: policy.disabled,
        };
        Self { frame, number, findings, policies: set.policies().iter().map(card).collect() }
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: PATH, ..Frame::sample() };
        let findings =
            vec![FindingWords { severity: "error", ..FindingWords::sample() }, FindingWords::sample()];
        match sample_policies() {
            Some(set) => Self::of(frame, 4, &set, findings),
            None => Self { frame, number: 4, findings, policies: Vec::new() },
        }
    }
}

/// What ships, with two policies.
fn sample_policies() -> Option<PolicySet> {
    let house = House::default();
    let policies = serde_json::json!([
        {
            "name": "transfers",
            "title": "Transfers need a face that was shown just now",
            "when": { "clients": ["harbour-bank"], "scopes": ["transfer"], "outside_networks": ["10.0.0.0/8"] },
            "demand": { "acr": "urn:facestep:acr:face", "max_age": "1m" },
        },
        {
            "name": "at-night",
            "when": { "hours": { "from": "22:00", "until": "06:00", "days": ["sat", "sun"] } },
            "demand": { "refuse": true },
            "disabled": true,
        },
    ]);
    let policies = serde_json::from_value(policies).ok()?;
    PolicyDocument { policies, ..PolicyDocument::shipped(&house) }.compile(&house).ok()
}

console_page!(PoliciesPage);

/// Shows them.
pub async fn show(app: web::Data<App>, admin: Admin) -> Answer {
    let in_force = app.admin.rules.in_force().await?;
    let findings = match app.desks.policies.lint(None).await {
        Ok(found) => found.into_iter().map(FindingWords::from).collect(),
        Err(Unserved::Fault(fault)) => return Err(fault.into()),
        Err(Unserved::Refused(refusal)) => return Err(unfit(&refusal).into()),
    };
    let frame = admin.frame(PATH);
    Ok(pages::shown(&PoliciesPage::of(frame, in_force.number, &in_force.set, findings)))
}

/// What is in force was proven when it was applied.
fn unfit(refusal: &PolicyRefusal) -> Fault {
    Fault::Internal(refusal.to_string())
}
