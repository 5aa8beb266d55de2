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
) -> Desks {
    let (store, clock) = (registrar.store.clone(), registrar.clock.clone());
    let entropy = registrar.entropy.clone();
    Desks {
        callers: Callers::new(store.clone(), clock.clone(), access_tokens, book.clone()),
        clients: ClientDesk::new(Clients::new(registrar)),
        policies: PolicyDesk::new(store.clone(), clock.clone(), entropy, book, premises),
        keys: KeyDesk::new(keys),
        audit: AuditLog::new(store.clone(), audit_key),
        statistics: StatisticsDesk::new(store, clock),
    }
}
