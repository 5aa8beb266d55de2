//! What ships: the contexts, the two workflows, and the dialects of the field.

use super::{ContextDocument, House, PolicyDocument};
use crate::domain::{
    authn::{
        acr::{Acr, Proof},
        age::Age,
        dialect::{Dialect, Translation},
        ledger::Method,
    },
    workflow::definition::WorkflowDefinition,
};

/// How old an enrolment may be for the proofed context.
const PROOFED_WITHIN: Age = Age::of_seconds(30 * 86_400);

const PAPE: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// The vocabularies of others, with the context that each word stands for.
const DIALECTS: [(&str, &[(&str, &str)]); 5] = [
    ("entra", &[("possessionorinherence", Acr::FACE), ("inherence", Acr::FACE), ("knowledge", Acr::PWD)]),
    (
        "okta",
        &[
            ("urn:okta:loa:2fa:any", Acr::FACE),
            ("urn:okta:loa:1fa:any", Acr::PWD),
            ("urn:okta:loa:1fa:pwd", Acr::PWD),
        ],
    ),
    ("pape", &[(PAPE, Acr::FACE)]),
    (
        "refeds",
        &[("https://refeds.org/profile/mfa", Acr::FACE), ("https://refeds.org/profile/sfa", Acr::PWD)],
    ),
    ("keycloak", &[("2", Acr::FACE), ("1", Acr::PWD)]),
];

impl PolicyDocument {
    /// The document that is in force until somebody applies another.
    pub fn shipped(house: &House) -> Self {
        let pwd = Proof::of(Method::Pwd);
        let face = Proof { within: Some(house.face_freshness), ..Proof::of(Method::Face) };
        let context = |acr: &str, title: &str, proofs: Vec<Proof>| ContextDocument {
            acr: Acr(acr.to_owned()),
            title: title.to_owned(),
            proofs,
            any_of: Vec::new(),
            ages_by: None,
        };
        let by_device = Proof { device_key: true, ..face.clone() };
        let proofed = Proof { proofed_within: Some(PROOFED_WITHIN), ..face.clone() };
        Self {
            contexts: vec![
                context(Acr::FACE, "Password, and a live face just now", vec![pwd.clone(), face]),
                context(
                    Acr::FACE_DEVICE,
                    "Password, and a live face just now in a browser that holds a key of the account's",
                    vec![pwd.clone(), by_device],
                ),
                context(
                    Acr::FACE_PROOFED,
                    "Password, and a live face just now against an enrolment of the last 30 days",
                    vec![pwd.clone(), proofed],
                ),
                context(Acr::PWD, "Password", vec![pwd]),
            ],
            policies: Vec::new(),
            workflows: WorkflowDefinition::shipped(),
            dialects: DIALECTS.iter().map(|(name, values)| dialect(name, values)).collect(),
        }
    }
}

fn dialect(name: &str, values: &[(&str, &str)]) -> Dialect {
    let word = |(theirs, ours): &(&str, &str)| Translation {
        theirs: Acr((*theirs).to_owned()),
        ours: Acr((*ours).to_owned()),
    };
    Dialect { name: name.to_owned(), values: values.iter().map(word).collect() }
}
