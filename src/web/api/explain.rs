//! Why was somebody challenged, and what would happen: the console's two questions, for programs.

use std::{collections::BTreeMap, net::IpAddr};

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, body, guard, problem::Problem, query::Query};
use crate::{
    domain::{
        authn::{age::Age, record::DecisionRecord},
        face::way::Way,
        id::{ClientId, InteractionId},
        user::Username,
        workflow::definition::WorkflowName,
    },
    flows::{
        Unserved,
        admin::explain::{PastInteraction, SupposedFace, SupposedSession, Supposition, Unexplained},
    },
    web::state::App,
};

/// Why somebody was challenged in an interaction.
#[derive(Serialize, ToSchema)]
pub struct PastInteractionDocument {
    /// Which.
    interaction: String,
    /// Who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// Each decision, in order.
    decisions: Vec<PastDecisionDocument>,
}

/// One decision.
#[derive(Serialize, ToSchema)]
pub struct PastDecisionDocument {
    /// When.
    at: Timestamp,
    /// About whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// The request, the ledger then, each rule with its verdict, and the decision (`docs/policy.md`).
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<DecisionRecord>,
}

/// A request that nobody makes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuppositionDocument {
    /// The `client_id` of who asks.
    client: String,
    /// The sign-in name of whom it is about; nobody, where it is not said.
    #[serde(default)]
    user: Option<String>,
    /// The request's parameters; what it must have and does not is added as the client registered it.
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    /// `none`, `live` for the session that the account used last, or `made` of what follows.
    #[serde(default)]
    session: SessionChoice,
    /// Made: how long ago the password was given, as `20m`.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    signed_in_ago: Option<Age>,
    /// Made: how long the session was not used.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    idle: Option<Age>,
    /// Made: how long ago the face was shown; not at all, where it is not said.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    face_ago: Option<Age>,
    /// Made: in which way it was shown: `turns`, `distance` or `still`.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    face_way: Option<Way>,
    /// Made: through which child workflow it was shown.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    workflow: Option<WorkflowName>,
    /// When; now, where it is not said.
    #[serde(default)]
    at: Option<Timestamp>,
    /// From which IP address.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    address: Option<IpAddr>,
    /// Whether the browser is new to the account.
    #[serde(default)]
    new_device: bool,
    /// Whether the browser holds a key that is bound to the account.
    #[serde(default)]
    device_key: bool,
}

/// What a session is supposed to be.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SessionChoice {
    /// Nobody is signed in.
    #[default]
    None,
    /// The one that the account used last.
    Live,
    /// One as it is described.
    Made,
}

/// Why somebody was challenged: each decision of an interaction, with all that it rested on.
#[utoipa::path(get, path = "/explanations/{interaction}", tag = "explanations", params(
    ("interaction" = String, Path, description = "The interaction's name"),
), responses((status = 200, description = "Its decisions", body = PastInteractionDocument)))]
pub async fn past(app: web::Data<App>, request: HttpRequest, name: web::Path<String>) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let name = InteractionId::parse(&name).ok_or(Problem::not_found())?;
    match app.desks.explain.past(&name).await {
        Ok(past) => Ok(HttpResponse::Ok().json(PastInteractionDocument::of(past))),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
        Err(Unserved::Refused(_)) => Err(Problem::not_found()),
    }
}

/// What would happen: the rule that judges real requests judges this one, and nothing is kept of it.
#[utoipa::path(post, path = "/explanations", tag = "explanations", request_body = SuppositionDocument, security(
    ("oauth" = ["facestep:admin:read"])
), responses(
    (status = 200, description = "`refused` with the error, or `decided` with all that the decision rests on", body = Object),
))]
pub async fn suppose(app: web::Data<App>, request: HttpRequest, payload: web::Payload) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let supposed: SuppositionDocument = body::read(&app, &request, payload).await?;
    match app.desks.explain.suppose(supposed.read()?).await {
        Ok(foretold) => Ok(HttpResponse::Ok().json(foretold)),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
        Err(Unserved::Refused(refusal)) => Err(unexplained(&refusal)),
    }
}

impl PastInteractionDocument {
    fn of(past: PastInteraction) -> Self {
        let decisions = past.decisions.into_iter().map(|decision| PastDecisionDocument {
            at: decision.at,
            user: decision.user.map(|user| user.to_string()),
            record: decision.record,
        });
        Self {
            interaction: past.interaction.to_string(),
            client: past.client.map(|client| client.to_string()),
            decisions: decisions.collect(),
        }
    }
}

impl SuppositionDocument {
    fn read(self) -> Result<Supposition, Problem> {
        let named = |member: &'static str, what: &'static str| Problem::invalid(what).at(member);
        let client = ClientId::parse(&self.client).ok_or_else(|| named("client", "is no client_id"))?;
        let user = match &self.user {
            None => None,
            Some(name) => Some(Username::parse(name).ok_or_else(|| named("user", "is no sign-in name"))?),
        };
        let ago = |age: Option<Age>| age.map_or(SignedDuration::ZERO, Age::length);
        let face = self.face_ago.map(|age| SupposedFace {
            ago: age.length(),
            way: self.face_way.unwrap_or(Way::Turns),
            workflow: self.workflow,
            by_device_key: self.device_key,
            proofed_ago: None,
        });
        Ok(Supposition {
            client,
            user,
            parameters: self.parameters.into_iter().collect(),
            session: match self.session {
                SessionChoice::None => SupposedSession::None,
                SessionChoice::Live => SupposedSession::Live,
                SessionChoice::Made => SupposedSession::Made {
                    signed_in_ago: ago(self.signed_in_ago),
                    face,
                    idle: ago(self.idle),
                },
            },
            at: self.at,
            address: self.address,
            new_device: self.new_device,
            device_key: self.device_key,
        })
    }
}

fn unexplained(refusal: &Unexplained) -> Problem {
    let member = match refusal {
        Unexplained::UnknownClient => "client",
        Unexplained::UnknownUser | Unexplained::Nobody => "user",
        Unexplained::NoSession => "session",
        Unexplained::UnknownInteraction => "interaction",
    };
    Problem::invalid(refusal.to_string()).at(member)
}
