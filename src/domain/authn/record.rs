//! A decision with all that it rests on, as the audit log keeps it and an administrator reads it back: one form for what
//! was decided and for what would be.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    acr::Shortfall,
    circumstances::Unmatched,
    explanation::{ContextVerdict, Explanation, PolicyVerdict, ProofVerdict},
    ledger::{AssuranceLedger, Evidence, Method},
    policy::{Decision, FaceStanding, MissReason, Refusal, SignInReason},
    requirement::{AcrRequest, Demander, Minimum, Prompt},
};

/// What was decided about a request, and on what it rests. Where the browser is was known, and is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// What came next, and each rule's verdict.
    #[serde(flatten)]
    pub explanation: Explanation,
    /// How old the deciding proof might be, in seconds, where the request or the client's registration said.
    #[serde(default)]
    pub max_age: Option<i64>,
    /// What might be shown.
    pub prompt: Prompt,
    /// The scopes that were asked for.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The resources that were asked for.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Whether the account had never passed a face check in this browser.
    #[serde(default)]
    pub new_device: bool,
    /// What the session had proven then.
    pub ledger: AssuranceLedger,
    /// The version of the policies.
    pub policy_version: i64,
    /// How an earlier try in the interaction had ended.
    #[serde(default)]
    pub missed: Option<MissReason>,
    /// Whether a face could be asked of the account.
    pub face: FaceStanding,
    /// Why an enrolment that was there did not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolment_refused: Option<String>,
}

impl DecisionRecord {
    /// Reads an event's details back; none for a decision from before records were kept.
    pub fn of_details(details: &Map<String, Value>) -> Option<Self> {
        serde_json::from_value(Value::Object(details.clone())).ok()
    }

    /// The details of an event.
    pub fn details(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(details)) => details,
            // A record has text keys alone, so it can always be told as JSON.
            _ => Map::new(),
        }
    }

    /// The same for people, line by line.
    pub fn lines(&self, now: Timestamp) -> Vec<String> {
        let mut lines = vec![format!("decision     {}", decision_words(&self.explanation.decision))];
        lines.push(format!("asked        {}", self.asked_words()));
        lines
            .extend(self.explanation.minima.iter().map(|one| format!("demanded     {}", minimum_words(one))));
        lines.push(format!("policies     version {}", self.policy_version));
        lines.extend(self.explanation.policies.iter().map(policy_words));
        lines.push("proven".to_owned());
        lines.extend(self.ledger.entries().iter().map(|entry| {
            let ago = now.duration_since(entry.achieved_at).as_secs();
            let by = match &entry.evidence {
                Evidence::Password => String::new(),
                Evidence::ChildRun(shown) | Evidence::ParentRun(shown) => {
                    let workflow = shown.workflow.as_ref().map(|name| format!(" in {name}"));
                    format!(" by {}{}", shown.way.name(), workflow.unwrap_or_default())
                }
            };
            let key = if entry.device_key.is_some() { ", by a device key" } else { "" };
            let issuer = entry.issuer.as_ref().map(|issuer| format!(", seen by {issuer}"));
            format!("  {}{by} {ago} s before{key}{}", method_word(entry.method), issuer.unwrap_or_default())
        }));
        if self.ledger.entries().is_empty() {
            lines.push("  nothing".to_owned());
        }
        lines.push(format!("face         {}", face_words(self.face)));
        lines.extend(
            self.enrolment_refused.iter().map(|why| format!("  the enrolment does not count: {why}")),
        );
        lines.extend(self.missed.map(|reason| format!("  an earlier try ended: {}", reason.name())));
        if !self.explanation.contexts.is_empty() {
            lines.push("contexts".to_owned());
        }
        lines.extend(self.explanation.contexts.iter().flat_map(context_words));
        lines
    }

    fn asked_words(&self) -> String {
        let listed = |names: &[super::acr::Acr]| {
            names.iter().map(|name| name.0.as_str()).collect::<Vec<_>>().join(", ")
        };
        let contexts = match &self.explanation.asked {
            AcrRequest::Any => "no context in particular".to_owned(),
            AcrRequest::Preferred(names) => format!("preferably {}", listed(names)),
            AcrRequest::Required(names) => format!("necessarily {}", listed(names)),
        };
        let age = self.max_age.map(|seconds| format!(", not older than {seconds} s")).unwrap_or_default();
        let prompt = match self.prompt {
            Prompt::AsNeeded => "",
            Prompt::None => ", with nothing shown",
            Prompt::Login => ", with a new sign-in",
        };
        let device = if self.new_device { ", in a browser that is new to the account" } else { "" };
        format!("{contexts}{age}{prompt}, for {}{device}", self.scopes.join(" "))
    }
}

fn decision_words(decision: &Decision) -> String {
    match decision {
        Decision::SignIn(reason) => format!(
            "sign in: {}",
            match reason {
                SignInReason::NoSession => "nobody is signed in",
                SignInReason::PromptLogin => "the request asks for a new sign-in",
                SignInReason::TooOld => "the sign-in is too old",
                SignInReason::OtherUser => "somebody else is signed in",
            }
        ),
        Decision::Enrol(workflow) => format!("enrol a face, in {workflow}"),
        Decision::StepUp(workflow) => format!("show the face, in {workflow}"),
        Decision::Proceed(assurance) => format!("proceed, as {}", assurance.acr.0),
        Decision::Refuse(Refusal::LoginRequired) => "refuse: login_required".to_owned(),
        Decision::Refuse(Refusal::InteractionRequired) => "refuse: interaction_required".to_owned(),
        Decision::Refuse(Refusal::Unmet(reason)) => {
            format!("refuse: unmet_authentication_requirements, {}", reason.name())
        }
    }
}

fn minimum_words(minimum: &Minimum) -> String {
    let by = match &minimum.by {
        Demander::Client => "the client's registration".to_owned(),
        Demander::Scope(scope) => format!("the protected scope {scope}"),
        Demander::Policy(name) => format!("policy {name}"),
    };
    let age = minimum.max_age.map(|age| format!(", not older than {age}")).unwrap_or_default();
    format!("{}{age}, by {by}", minimum.acr.0)
}

fn policy_words(verdict: &PolicyVerdict) -> String {
    let why = match verdict.unmatched {
        None => "applies".to_owned(),
        Some(part) => format!(
            "does not apply: {}",
            match part {
                Unmatched::Client => "another client asks",
                Unmatched::Scope => "none of its scopes is asked for",
                Unmatched::Resource => "none of its resources is asked for",
                Unmatched::Group => "the user is in none of its groups",
                Unmatched::Network => "the browser is in another network",
                Unmatched::Hours => "it is another time",
                Unmatched::Device => "of the browser",
                Unmatched::SessionAge => "the session is younger",
                Unmatched::IdleTime => "the session was in use",
            }
        ),
    };
    format!("  {}: {why}", verdict.name)
}

fn context_words(verdict: &ContextVerdict) -> Vec<String> {
    let is_given = |proofs: &Vec<ProofVerdict>| proofs.iter().all(|proof| proof.shortfall.is_none());
    let earned = match verdict.earned {
        true => "earned",
        false if verdict.any_of.iter().any(is_given) => "not earned: older than was asked",
        false => "not earned",
    };
    let mut lines = vec![format!("  {}: {earned}", verdict.acr.0)];
    let several = verdict.any_of.len() > 1;
    for (n, proofs) in verdict.any_of.iter().enumerate() {
        if several {
            lines.push(format!("    way {}", n + 1));
        }
        lines.extend(proofs.iter().map(|proof| format!("    {}", proof_words(proof))));
    }
    lines
}

fn proof_words(verdict: &ProofVerdict) -> String {
    let asked = method_word(verdict.proof.method);
    let within = verdict.proof.within.map(|age| format!(" within {age}")).unwrap_or_default();
    let stands = match verdict.shortfall {
        None => "given",
        Some(Shortfall::Missing) => "missing",
        Some(Shortfall::OtherWorkflow) => "given in another workflow",
        Some(Shortfall::WayDoesNotCount) => "shown in a way that does not count",
        Some(Shortfall::NoDeviceKey) => "given by no device key of before",
        Some(Shortfall::ProofedTooLongAgo) => "the enrolment is too old",
        Some(Shortfall::TooOld) => "too old",
    };
    format!("{asked}{within}: {stands}")
}

fn method_word(method: Method) -> &'static str {
    match method {
        Method::Pwd => "password",
        Method::Face => "face",
    }
}

fn face_words(standing: FaceStanding) -> &'static str {
    match standing {
        FaceStanding::Enrolled => "enrolled",
        FaceStanding::Enrollable => "not enrolled, and can be",
        FaceStanding::NotEnrollable => "not enrolled, and cannot be",
        FaceStanding::Suspended => "suspended after too many failures",
    }
}
