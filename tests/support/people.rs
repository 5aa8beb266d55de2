//! Accounts, and what their sessions have proven.

use facestep::domain::{
    authn::{
        ledger::{AssuranceEntry, Evidence, Method, Showing},
        policy::MissReason,
    },
    face::way::Way,
    id::{InteractionId, RunId, UserId},
    secret::TokenHash,
    user::{User, Username, VerifiedAttributes, profile::Profile},
};
use facestep::ports::clock::Clock;
use jiff::civil::date;

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
        let achieved_at = self.clock.now();
        self.store
            .transact(move |db| {
                let mut session = db.find_session(&session)?.expect("a session");
                let evidence = Evidence::ChildRun(Showing::new(RunId::from_random([9; 16]), way));
                session.ledger.record(AssuranceEntry::own(Method::Face, achieved_at, evidence));
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
