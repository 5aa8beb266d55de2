//! One judgement of a request: the facts are read, policy decides and says why. Nothing is written, so that what was
//! decided and what would be come from the same place.

use std::{net::IpAddr, sync::Arc};

use jiff::Timestamp;

use super::{
    policy_book::PolicyBook,
    standing::{find_scope, find_standing},
};
use crate::{
    domain::{
        authn::{
            acr::Moment,
            circumstances::Circumstances,
            ledger::AssuranceLedger,
            policy::{FaceFacts, Facts, MissReason, SignedIn, StepUpPolicy},
            record::DecisionRecord,
        },
        face::{
            attempts::{AttemptPolicy, DeviceScope},
            template::ModelId,
        },
        oidc::{client::Client, request::AuthorizationRequest, subject::PairwiseKey},
        secret::TokenHash,
        user::User,
        workflow::enrolment::ProofKey,
    },
    ports::{fault::Fault, store::Db},
};

/// What a request is judged by.
pub struct Judge {
    /// What administrators decided.
    pub book: Arc<PolicyBook>,
    /// How many tries there are at a face check.
    pub attempts: AttemptPolicy,
    /// What enrolments are proven with.
    pub proof_key: Arc<ProofKey>,
    /// What the subjects of pairwise clients are made with.
    pub pairwise_key: PairwiseKey,
    /// The embedder in use: an enrolment by another one is none.
    pub model: ModelId,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// What.
    pub request: &'a AuthorizationRequest,
    /// How an earlier try ended without success.
    pub missed: Option<MissReason>,
    /// Since when it is asked.
    pub since: Timestamp,
}

/// Who is there.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// Who is signed in.
    pub user: Option<&'a User>,
    /// What they have proven.
    pub ledger: &'a AssuranceLedger,
    /// Since when.
    pub opened_at: Timestamp,
    /// Since when the session lay unused, at the longest time since somebody proved something in it.
    pub idle_since: Timestamp,
    /// In which browser.
    pub browser: KnownBrowser<'a>,
    /// From where.
    pub address: Option<IpAddr>,
}

/// What is known of a browser.
#[derive(Clone, Copy, Debug)]
pub enum KnownBrowser<'a> {
    /// The hash of its device cookie's secret, if it has one.
    ByCookie(Option<&'a TokenHash>),
    /// Nothing: it is supposed to be like this.
    Supposed {
        /// Whether the account never passed a face check in it.
        is_new: bool,
        /// Whether it holds a key that is bound to the account.
        has_key: bool,
    },
}

impl KnownBrowser<'_> {
    fn cookie(&self) -> Option<&TokenHash> {
        match self {
            Self::ByCookie(hash) => *hash,
            Self::Supposed { .. } => None,
        }
    }
}

impl Judge {
    /// Judges a request as it stands now.
    pub fn judge(
        &self,
        db: &mut dyn Db,
        asked: Asked<'_>,
        present: Present<'_>,
        now: Timestamp,
    ) -> Result<DecisionRecord, Fault> {
        let (face, unproven) = self.face(db, present, asked.since)?;
        let in_force = self.book.in_force(db)?;
        let circumstances = circumstances(db, asked, present, now)?;
        let requirement = &asked.request.requirement;
        let subject = present.user.map(|user| self.pairwise_key.subject(asked.client, &user.id));
        let explanation = StepUpPolicy::explain(Facts {
            requirement,
            set: &in_force.set,
            dialect: asked.client.metadata.acr_dialect.as_deref(),
            circumstances: &circumstances,
            signed_in: subject.as_ref().map(|subject| SignedIn { subject, ledger: present.ledger }),
            face: &face,
            missed: asked.missed,
            moment: Moment { now, max_age: requirement.max_age, since: asked.since },
        });
        Ok(DecisionRecord {
            explanation,
            max_age: requirement.max_age.map(|most| most.as_secs()),
            prompt: requirement.prompt,
            scopes: circumstances.scopes,
            resources: circumstances.resources,
            new_device: circumstances.is_new_device,
            ledger: present.ledger.clone(),
            policy_version: in_force.number,
            missed: asked.missed,
            face: face.standing,
            enrolment_refused: unproven,
        })
    }

    fn face(
        &self,
        db: &mut dyn Db,
        present: Present<'_>,
        since: Timestamp,
    ) -> Result<(FaceFacts, Option<String>), Fault> {
        let Some(user) = present.user else { return Ok((FaceFacts::unknown(), None)) };
        let device = present.browser.cookie();
        let (mut face, unproven) =
            find_standing(db, user, device, &self.proof_key, &self.model, &self.attempts, since)?;
        if let KnownBrowser::Supposed { has_key, .. } = present.browser {
            face.has_device_key = has_key;
        }
        Ok((face, unproven.as_str().map(str::to_owned)))
    }
}

/// What is known about a request and its session, for the policies.
fn circumstances(
    db: &mut dyn Db,
    asked: Asked<'_>,
    present: Present<'_>,
    now: Timestamp,
) -> Result<Circumstances, Fault> {
    let is_new_device = match (present.browser, present.user) {
        (KnownBrowser::Supposed { is_new, .. }, _) => is_new,
        (KnownBrowser::ByCookie(_), None) => true,
        (KnownBrowser::ByCookie(hash), Some(user)) => find_scope(db, &user.id, hash)? == DeviceScope::Unknown,
    };
    let terms = &asked.request.terms;
    Ok(Circumstances {
        client: asked.client.id.clone(),
        scopes: terms.scope.split(' ').map(str::to_owned).collect(),
        resources: terms.resource.clone(),
        groups: present.user.map(|user| user.groups.clone()).unwrap_or_default(),
        address: present.address,
        is_new_device,
        session_opened_at: present.opened_at,
        session_seen_at: present.idle_since,
        now,
    })
}
