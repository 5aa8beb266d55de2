//! Accounts, and what their sessions have proven.

use facestep::domain::{
    authn::{
        ledger::{AssuranceEntry, BoundKey, Evidence, Method, Showing},
        policy::MissReason,
    },
    face::way::Way,
    id::{InteractionId, RunId, UserId},
    secret::TokenHash,
    user::{User, Username, VerifiedAttributes, profile::Profile},
    workflow::definition::WorkflowName,
};
use facestep::ports::clock::Clock;
use jiff::{SignedDuration, civil::date};

use super::TestApp;

/// Everyone's password.
pub const PASSWORD: &str = "correct horse battery staple";

impl TestApp {
    /// An account whose name and birth date were verified elsewhere.
    pub async fn add_ada(&self) -> User {
        let verified = VerifiedAttributes {
            given_name: "Ada".into(),
            family_name: "Lovelace".into(),
            birth_date: date(1815, 12, 10),
        };
        self.add_user("ada", Some(verified)).await
    }

    /// An account.
    pub async fn add_user(&self, name: &str, verified: Option<VerifiedAttributes>) -> User {
        let user = User {
            id: UserId::from_random(self.entropy.bytes()),
            username: Username::parse(name).unwrap(),
            password: self.passwords.hash(PASSWORD).await.unwrap(),
            verified,
            profile: Profile::default(),
            groups: Vec::new(),
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
        };
        let kept = user.clone();
        assert!(self.store.transact(move |db| db.insert_user(&kept)).await.unwrap());
        user
    }

    /// Records in a session that a face was verified just now, as a completed child run would.
    pub async fn prove_face(&self, session: TokenHash) {
        self.prove_face_by(Way::Turns, session).await;
    }

    /// The same, in some way.
    pub async fn prove_face_by(&self, way: Way, session: TokenHash) {
        let evidence = Evidence::ChildRun(Showing::new(RunId::from_random([9; 16]), way));
        self.prove(AssuranceEntry::own(Method::Face, self.clock.now(), evidence), session).await;
    }

    /// The same by a key that was the account's before, against an enrolment of today.
    pub async fn prove_face_by_key(&self, session: TokenHash) {
        let now = self.clock.now();
        let hour_ago = now - SignedDuration::from_hours(1);
        let showing = Showing {
            workflow: Some(WorkflowName::child()),
            proofed_at: Some(hour_ago),
            ..Showing::new(RunId::from_random([9; 16]), Way::Turns)
        };
        let key = BoundKey { thumbprint: "of-this-browser".into(), bound_at: hour_ago };
        let entry = AssuranceEntry::own(Method::Face, now, Evidence::ChildRun(showing));
        self.prove(AssuranceEntry { device_key: Some(key), ..entry }, session).await;
    }

    /// Records a proof in a session.
    pub async fn prove(&self, entry: AssuranceEntry, session: TokenHash) {
        self.store
            .transact(move |db| {
                let mut session = db.find_session(&session)?.expect("a session");
                session.ledger.record(entry);
                db.save_session(&session)
            })
            .await
            .unwrap();
    }

    /// Records in an interaction that a step ended without success.
    pub async fn miss(&self, interaction: &str, reason: MissReason) {
        let id = InteractionId::parse(interaction).unwrap();
        self.store
            .transact(move |db| {
                let mut interaction = db.find_interaction(&id)?.expect("an interaction");
                interaction.missed = Some(reason);
                db.save_interaction(&interaction)
            })
            .await
            .unwrap();
    }
}
