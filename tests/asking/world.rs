//! One person in one browser, as far as a decision depends on them, and the way of a request through to its end: whatever the
//! decision asks for, the person does or fails to do.

use facestep::domain::{
    authn::{
        acr::Moment,
        circumstances::Circumstances,
        document::{House, PolicyDocument},
        ledger::{AssuranceEntry, AssuranceLedger, BoundKey, Evidence, Method, Showing},
        policy::{Decision, EnrolledBy, FaceFacts, FaceStanding, Facts, MissReason, SignedIn, StepUpPolicy},
        policy_set::PolicySet,
    },
    face::way::Way,
    id::{ClientId, RunId, Subject},
    keys::SigningAlgorithm,
    oidc::{
        client::{Client, ClientAuthentication, metadata::ClientMetadata},
        error::ProtocolError,
        request::{AuthorizationRequest, Conveyance, ReceivedParameters, RequestPolicy, RequestRefusal},
    },
    workflow::definition::WorkflowName,
};
use jiff::Timestamp;

pub const NOW: i64 = 1_800_000_000;
const DAY: i64 = 86_400;

/// What is true of the person when the request comes.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// How long ago they gave their password.
    pub pwd_age: i64,
    /// How long ago they showed their face in this session, and whether by their device key.
    pub face: Option<(i64, bool)>,
    /// Whether this browser holds a device key of the account's.
    pub has_key: bool,
    /// How many days ago they were enrolled.
    pub enrolled_days: i64,
    /// Whether they pass a face check that they are asked for.
    pub passes: bool,
    /// Whether the client speaks of contexts in Keycloak's numbers.
    pub keycloak: bool,
}

impl Default for World {
    fn default() -> Self {
        Self { pwd_age: 600, face: None, has_key: false, enrolled_days: 1, passes: true, keycloak: false }
    }
}

/// What the client is told in the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// An ID token with this context.
    Acr(String),
    /// An error of this code.
    Error(String),
}

impl Outcome {
    pub fn acr(name: &str) -> Self {
        Self::Acr(name.to_owned())
    }

    pub fn error(code: &str) -> Self {
        Self::Error(code.to_owned())
    }
}

/// What ships.
pub fn shipped() -> PolicySet {
    PolicyDocument::shipped(&House::default()).compile(&House::default()).unwrap()
}

/// A client with a protected scope; a test changes what it is about.
pub fn client() -> Client {
    Client {
        id: ClientId::parse("bank").unwrap(),
        name: "Bank".into(),
        authentication: ClientAuthentication::ClientSecretBasic,
        secret_hash: None,
        sealed_secret: None,
        redirect_uris: vec!["https://bank.example/cb".into()],
        id_token_algorithm: SigningAlgorithm::ES256,
        minimum_acr: None,
        acr_values_are_necessary: false,
        protected_scopes: vec!["transfer".into()],
        metadata: ClientMetadata {
            resources: vec!["https://api.example/".into()],
            ..ClientMetadata::default()
        },
        registration_token_hash: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn parse(client: &Client, asked: &[(&str, &str)], came: Conveyance) -> Result<AuthorizationRequest, Outcome> {
    let usual =
        [("client_id", "bank"), ("redirect_uri", "https://bank.example/cb"), ("response_type", "code")];
    let scope = asked.iter().all(|(name, _)| *name != "scope").then_some(("scope", "openid"));
    let pairs = usual.iter().chain(&scope).chain(asked);
    let received =
        ReceivedParameters::collect(pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    match AuthorizationRequest::receive(client, &received, came, RequestPolicy::default()) {
        Ok(request) => Ok(request),
        Err(RequestRefusal::Answerable(reply)) => Err(Outcome::error(reply.refusal().unwrap().code.name())),
        Err(other) => panic!("{other:?}"),
    }
}

impl World {
    fn face_entry(&self, second: i64, by_key: bool) -> AssuranceEntry {
        let showing = Showing {
            workflow: Some(WorkflowName::child()),
            proofed_at: Some(at(NOW - self.enrolled_days * DAY)),
            ..Showing::new(RunId::from_random([1; 16]), Way::Turns)
        };
        let key = by_key.then(|| BoundKey { thumbprint: "k".into(), bound_at: at(NOW - DAY) });
        AssuranceEntry {
            device_key: key,
            ..AssuranceEntry::own(Method::Face, at(second), Evidence::ChildRun(showing))
        }
    }

    fn ledger(&self) -> AssuranceLedger {
        let mut ledger = AssuranceLedger::default();
        ledger.record(pwd(NOW - self.pwd_age));
        if let Some((age, by_key)) = self.face {
            ledger.record(self.face_entry(NOW - age, by_key));
        }
        ledger
    }

    fn face_facts(&self) -> FaceFacts {
        let completed_at = at(NOW - self.enrolled_days * DAY);
        FaceFacts {
            standing: FaceStanding::Enrolled,
            enrolment: Some(EnrolledBy { workflow: WorkflowName::parent(), completed_at }),
            can_enrol: false,
            has_device_key: self.has_key,
        }
    }

    /// What comes of a plain request.
    pub fn ask(&self, client: &Client, set: &PolicySet, asked: &[(&str, &str)]) -> Outcome {
        self.ask_by(client, set, asked, Conveyance::default())
    }

    /// What comes of a request that came so.
    pub fn ask_by(
        &self,
        client: &Client,
        set: &PolicySet,
        asked: &[(&str, &str)],
        came: Conveyance,
    ) -> Outcome {
        let request = match parse(client, asked, came) {
            Ok(request) => request,
            Err(outcome) => return outcome,
        };
        let (mut ledger, mut missed, face) = (self.ledger(), None, self.face_facts());
        let subject = Subject::from_random([1; 16]);
        // Whoever is asked for more than a few steps goes in circles.
        for second in NOW..NOW + 5 {
            let circumstances = Circumstances {
                client: client.id.clone(),
                scopes: request.terms.scope.split(' ').map(str::to_owned).collect(),
                resources: request.terms.resource.clone(),
                groups: Vec::new(),
                address: None,
                is_new_device: false,
                session_opened_at: at(NOW - self.pwd_age),
                session_seen_at: at(NOW),
                now: at(second),
            };
            let requirement = &request.requirement;
            let decision = StepUpPolicy::decide(Facts {
                requirement,
                set,
                dialect: self.keycloak.then_some("keycloak"),
                circumstances: &circumstances,
                signed_in: Some(SignedIn { subject: &subject, ledger: &ledger }),
                face: &face,
                missed,
                moment: Moment { now: at(second), max_age: requirement.max_age, since: at(NOW) },
            });
            match decision {
                Decision::Proceed(assurance) => return Outcome::Acr(assurance.acr.0),
                Decision::Refuse(refusal) => return Outcome::error(ProtocolError::from(refusal).code.name()),
                Decision::SignIn(_) => ledger.record(pwd(second)),
                Decision::StepUp(_) if self.passes => ledger.record(self.face_entry(second, self.has_key)),
                Decision::StepUp(_) | Decision::Enrol(_) => missed = Some(MissReason::FaceNotVerified),
            }
        }
        panic!("no end to it: {asked:?} {self:?}");
    }
}

fn pwd(second: i64) -> AssuranceEntry {
    AssuranceEntry::own(Method::Pwd, at(second), Evidence::Password)
}
