//! The part of the composition that the console and the API share.

use std::sync::Arc;

use crate::{
    domain::audit::AuditKey,
    flows::{
        access_tokens::AccessTokens,
        admin::{
            audit::AuditLog,
            callers::Callers,
            clients::ClientDesk,
            declarations::DeclarationDesk,
            explain::ExplainDesk,
            keys::KeyDesk,
            policies::{PolicyDesk, Premises},
            statistics::StatisticsDesk,
        },
        clients::Clients,
        policy_book::PolicyBook,
        registrar::Registrar,
        signing_keys::SigningKeys,
    },
    web::state::Desks,
};

/// Puts together what administrators look after.
pub(super) fn desks(
    registrar: Arc<Registrar>,
    keys: Arc<SigningKeys>,
    access_tokens: Arc<AccessTokens>,
    book: Arc<PolicyBook>,
    audit_key: Arc<AuditKey>,
    premises: Premises,
    explain: ExplainDesk,
) -> Desks {
    let (store, clock) = (registrar.store.clone(), registrar.clock.clone());
    let entropy = registrar.entropy.clone();
    let policies = PolicyDesk::new(store.clone(), clock.clone(), entropy, book.clone(), premises);
    let policies = Arc::new(policies);
    Desks {
        callers: Callers::new(store.clone(), clock.clone(), access_tokens, book),
        clients: ClientDesk::new(Clients::new(registrar.clone())),
        declarations: DeclarationDesk::new(policies.clone(), Clients::new(registrar)),
        policies,
        explain,
        keys: KeyDesk::new(keys),
        audit: AuditLog::new(store.clone(), audit_key),
        statistics: StatisticsDesk::new(store, clock),
    }
}
