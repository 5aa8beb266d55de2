//! Why somebody was challenged, read from the audit log; and what would happen, judged by the very rule that judges real
//! requests and without a trace.

use std::{net::IpAddr, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::{
            ledger::{AssuranceEntry, AssuranceLedger, BoundKey, Evidence, Method, Showing},
            policy::EnrolledBy,
            record::DecisionRecord,
        },
        face::way::Way,
        id::{ClientId, InteractionId, RunId, UserId},
        oidc::{
            client::Client,
            error::ProtocolError,
            interaction::AuthorizationParameters,
            request::{AuthorizationRequest, RequestPolicy, RequestRefusal},
            scope::OPENID,
        },
        session::Session,
        user::{User, Username},
        workflow::definition::WorkflowName,
    },
    flows::{
        Unserved,
        judgement::{Asked, Judge, KnownBrowser, Present},
        standing::find_proven_enrolment,
    },
    ports::{
        clock::Clock,
        fault::Fault,
        store::{Db, Store},
    },
};

/// Meets PKCE where a client must use it and the request does not say (RFC 7636 §4.2).
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Why nothing is explained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unexplained {
    /// There is no such client.
    #[error("there is no client of this name")]
    UnknownClient,
    /// There is no such account.
    #[error("there is no account of this name")]
    UnknownUser,
    /// The account has no live session.
    #[error("nobody is signed in to this account")]
    NoSession,
    /// A session of somebody is supposed, and nobody is named.
    #[error("say who is signed in")]
    Nobody,
    /// The log has nothing of the interaction.
    #[error("the audit log knows no such interaction")]
    UnknownInteraction,
}

/// One decision of an interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PastDecision {
    /// When.
    pub at: Timestamp,
    /// About whom.
    pub user: Option<UserId>,
    /// On what it rested; none of a decision from before this was kept.
    pub record: Option<DecisionRecord>,
}

/// An interaction as the audit log tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PastInteraction {
    /// Which.
    pub interaction: InteractionId,
    /// Who asked.
    pub client: Option<ClientId>,
    /// Its decisions, in order.
    pub decisions: Vec<PastDecision>,
    /// All that happened in it, in order.
    pub events: Vec<AuditEvent>,
}

/// A face that is supposed to have been shown.
#[derive(Clone, Debug)]
pub struct SupposedFace {
    /// How long ago.
    pub ago: SignedDuration,
    /// In which way.
    pub way: Way,
    /// Through which workflow; none: the first child there is.
    pub workflow: Option<WorkflowName>,
    /// Whether it came by a device key that was the account's before.
    pub by_device_key: bool,
    /// How long ago the parent run behind it was completed; none: when the account's enrolment was.
    pub proofed_ago: Option<SignedDuration>,
}

/// A session that is supposed.
#[derive(Clone, Debug)]
pub enum SupposedSession {
    /// Nobody is signed in.
    None,
    /// The one that the account used last.
    Live,
    /// One like this.
    Made {
        /// How long ago the password was given.
        signed_in_ago: SignedDuration,
        /// The face, where one was shown.
        face: Option<SupposedFace>,
        /// For how long it was not used.
        idle: SignedDuration,
    },
}

/// A request that is supposed.
#[derive(Clone, Debug)]
pub struct Supposition {
    /// Who asks.
    pub client: ClientId,
    /// About whom.
    pub user: Option<Username>,
    /// The parameters. What the request must have and does not is added as the client registered it.
    pub parameters: Vec<(String, String)>,
    /// In which session.
    pub session: SupposedSession,
    /// When; none: now.
    pub at: Option<Timestamp>,
    /// From where.
    pub address: Option<IpAddr>,
    /// Whether the browser is new to the account.
    pub new_device: bool,
    /// Whether the browser holds a key that is bound to the account.
    pub device_key: bool,
}

/// What would happen.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Foretold {
    /// The request is refused before anything is decided.
    Refused {
        /// The error code, or what the page says where there is no address that may be answered.
        error: String,
        /// What is wrong.
        description: Option<String>,
    },
    /// It is decided.
    Decided {
        /// At this moment.
        at: Timestamp,
        /// Like this.
        record: Box<DecisionRecord>,
    },
}

/// Explains decisions.
pub struct ExplainDesk {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    judge: Arc<Judge>,
    requests: RequestPolicy,
}

impl ExplainDesk {
    /// Over its ports, with what real requests are judged by.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        judge: Arc<Judge>,
        requests: RequestPolicy,
    ) -> Self {
        Self { store, clock, judge, requests }
    }

    /// An interaction as the audit log tells it, with each decision and all that it rested on.
    pub async fn past(&self, interaction: &InteractionId) -> Result<PastInteraction, Unserved<Unexplained>> {
        let named = interaction.clone();
        let events = self.store.read(move |db| db.events_of_interaction(&named)).await?;
        if events.is_empty() {
            return Err(Unserved::Refused(Unexplained::UnknownInteraction));
        }
        let decided = events.iter().filter(|event| event.kind == AuditKind::Decided);
        let decision = |event: &AuditEvent| PastDecision {
            at: event.at,
            user: event.user.clone(),
            record: DecisionRecord::of_details(&event.details),
        };
        Ok(PastInteraction {
            interaction: interaction.clone(),
            client: events.iter().find_map(|event| event.client.clone()),
            decisions: decided.map(decision).collect(),
            events,
        })
    }

    /// What would happen; nothing does.
    pub async fn suppose(&self, supposition: Supposition) -> Result<Foretold, Unserved<Unexplained>> {
        let (judge, requests) = (self.judge.clone(), self.requests);
        let now = supposition.at.unwrap_or_else(|| self.clock.now());
        let told = self.store.read(move |db| foretell(db, &judge, requests, &supposition, now));
        told.await?.map_err(Unserved::Refused)
    }
}

fn foretell(
    db: &mut dyn Db,
    judge: &Judge,
    requests: RequestPolicy,
    supposed: &Supposition,
    now: Timestamp,
) -> Result<Result<Foretold, Unexplained>, Fault> {
    let Some(client) = db.find_client(&supposed.client)? else { return Ok(Err(Unexplained::UnknownClient)) };
    let user = match &supposed.user {
        None => None,
        Some(name) => match db.find_user_by_name(name)? {
            None => return Ok(Err(Unexplained::UnknownUser)),
            found => found,
        },
    };
    let parameters = completed(&client, &supposed.parameters);
    let request = match AuthorizationRequest::parse(&client, &parameters, requests) {
        Ok(request) => request,
        Err(refusal) => return Ok(Ok(refused(refusal))),
    };
    let session = match session(db, judge, supposed, user.as_ref(), now)? {
        Ok(session) => session,
        Err(unexplained) => return Ok(Err(unexplained)),
    };
    let asked = Asked { client: &client, request: &request, missed: None, since: now };
    let present = Present {
        user: user.as_ref().filter(|_| session.is_signed_in),
        ledger: &session.ledger,
        opened_at: session.opened_at,
        idle_since: session.idle_since,
        browser: KnownBrowser::Supposed { is_new: supposed.new_device, has_key: supposed.device_key },
        address: supposed.address,
    };
    let record = judge.judge(db, asked, present, now)?;
    Ok(Ok(Foretold::Decided { at: now, record: Box::new(record) }))
}

/// What a session is supposed to be.
struct Standing {
    is_signed_in: bool,
    ledger: AssuranceLedger,
    opened_at: Timestamp,
    idle_since: Timestamp,
}

fn session(
    db: &mut dyn Db,
    judge: &Judge,
    supposed: &Supposition,
    user: Option<&User>,
    now: Timestamp,
) -> Result<Result<Standing, Unexplained>, Fault> {
    let before = |ago: SignedDuration| now.saturating_sub(ago).unwrap_or(Timestamp::MIN);
    match (&supposed.session, user) {
        (SupposedSession::None, _) => Ok(Ok(Standing {
            is_signed_in: false,
            ledger: AssuranceLedger::default(),
            opened_at: now,
            idle_since: now,
        })),
        (_, None) => Ok(Err(Unexplained::Nobody)),
        (SupposedSession::Live, Some(user)) => {
            let found: Option<Session> = db.sessions(Some(&user.id), None, 1)?.pop();
            Ok(found.ok_or(Unexplained::NoSession).map(|session| Standing {
                is_signed_in: true,
                opened_at: session.opened_at,
                idle_since: session.idle_since(now),
                ledger: session.ledger,
            }))
        }
        (SupposedSession::Made { signed_in_ago, face, idle }, Some(user)) => {
            let mut ledger = AssuranceLedger::default();
            ledger.record(AssuranceEntry::own(Method::Pwd, before(*signed_in_ago), Evidence::Password));
            if let Some(face) = face {
                ledger.record(shown(db, judge, user, face, now)?);
            }
            let opened_at = before(*signed_in_ago);
            Ok(Ok(Standing { is_signed_in: true, ledger, opened_at, idle_since: before(*idle) }))
        }
    }
}

/// The proof of a face as it would stand in a ledger.
fn shown(
    db: &mut dyn Db,
    judge: &Judge,
    user: &User,
    face: &SupposedFace,
    now: Timestamp,
) -> Result<AssuranceEntry, Fault> {
    let before = |ago: SignedDuration| now.saturating_sub(ago).unwrap_or(Timestamp::MIN);
    let achieved_at = before(face.ago);
    let enrolled =
        find_proven_enrolment(db, &user.id, &judge.proof_key)?.and_then(Result::ok).map(|proven| {
            EnrolledBy { workflow: proven.workflow().clone(), completed_at: proven.enrolment().completed_at }
        });
    let in_force = judge.book.in_force(db)?;
    let first = || in_force.set.workflows().iter().find(|one| !one.is_parent()).map(|one| one.name.clone());
    let showing = Showing {
        workflow: face.workflow.clone().or_else(first),
        proofed_at: face.proofed_ago.map(before).or(enrolled.map(|enrolled| enrolled.completed_at)),
        ..Showing::new(RunId::from_random([0; 16]), face.way)
    };
    let entry = AssuranceEntry::own(Method::Face, achieved_at, Evidence::ChildRun(showing));
    let device_key = face.by_device_key.then(|| BoundKey {
        thumbprint: "supposed".into(),
        bound_at: achieved_at.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN),
    });
    Ok(AssuranceEntry { device_key, ..entry })
}

/// The parameters with what a request must have besides: as the client registered it, and as little as possible.
fn completed(client: &Client, given: &[(String, String)]) -> AuthorizationParameters {
    let response_type = client.metadata.response_types.first().map_or("code", String::as_str);
    let usual = [
        ("client_id", client.id.as_str()),
        ("redirect_uri", client.redirect_uris.first().map_or("", String::as_str)),
        ("response_type", response_type),
        ("scope", OPENID),
        ("nonce", "supposed"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let mut parameters = AuthorizationParameters::default();
    let usual = usual.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    // What is given goes before what is usual.
    parameters.0.extend(usual.chain(given.iter().cloned()));
    parameters
}

fn refused(refusal: RequestRefusal) -> Foretold {
    match refusal {
        RequestRefusal::Unaddressable(refusal) => {
            Foretold::Refused { error: refusal.to_string(), description: None }
        }
        RequestRefusal::Answerable(reply) => {
            let error = reply.refusal();
            Foretold::Refused {
                error: error.map_or_else(String::new, |error| error.code.name().to_owned()),
                description: error.map(ProtocolError::description),
            }
        }
    }
}
