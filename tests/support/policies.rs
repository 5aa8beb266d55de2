//! The policies as a second process on the same database looks after them.

use std::sync::Arc;

use facestep::{
    app::Settings,
    domain::{
        authn::document::{House, PolicyDocument},
        change::{Author, Change},
    },
    flows::{
        admin::{
            explain::ExplainDesk,
            policies::{PolicyDesk, Premises},
        },
        judgement::Judge,
        policy_book::PolicyBook,
    },
    ports::face::FaceAnalyzer,
};

use super::{TestApp, master_key};

impl TestApp {
    /// Who looks after the policies.
    pub fn policies(&self) -> PolicyDesk {
        let premises = Premises { sessions: Settings::default().sessions, any_resource: false };
        let (store, clock, entropy) = (self.store.clone(), self.clock.clone(), self.entropy.clone());
        PolicyDesk::new(store, clock, entropy, book(), premises)
    }

    /// Who explains decisions.
    pub fn explain(&self) -> ExplainDesk {
        let settings = Settings::default();
        let judge = Judge {
            book: book(),
            attempts: settings.face.attempts,
            proof_key: Arc::new(master_key().proof_key()),
            pairwise_key: master_key().pairwise_key(),
            model: self.analyzer.model(),
        };
        ExplainDesk::new(self.store.clone(), self.clock.clone(), Arc::new(judge), settings.requests)
    }

    /// Puts what ships in force with some TOML of the policy document beside it; contexts of the text come first.
    pub async fn apply_policies(&self, text: &str) {
        let added: PolicyDocument = toml::from_str(text).unwrap();
        let mut document = PolicyDocument::shipped(&House::default());
        document.contexts.splice(0..0, added.contexts);
        document.policies.extend(added.policies);
        document.workflows.extend(added.workflows);
        document.dialects.extend(added.dialects);
        self.policies().apply(&document, None, &Change::by(Author::Installer)).await.unwrap();
    }
}

fn book() -> Arc<PolicyBook> {
    Arc::new(PolicyBook::new(House::default()))
}
