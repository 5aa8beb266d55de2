//! Who calls the admin API: the bearer of a live access token, judged by the role that its person has at this moment.

use std::sync::Arc;

use crate::{
    domain::{
        admin::api::{ADMIN_API, ApiRefusal, Bearer, Caller, Facts, Need, judge},
        authn::acr::Acr,
        secret::SecretToken,
    },
    flows::{
        Unserved,
        access_tokens::{AccessTokens, Source, find_live},
        policy_book::PolicyBook,
    },
    ports::{clock::Clock, store::Store},
};

/// Lets callers in.
pub struct Callers {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    access_tokens: Arc<AccessTokens>,
    policies: Arc<PolicyBook>,
    resource: String,
}

impl Callers {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        access_tokens: Arc<AccessTokens>,
        policies: Arc<PolicyBook>,
    ) -> Self {
        let resource = access_tokens.issuer().address(ADMIN_API);
        Self { store, clock, access_tokens, policies, resource }
    }

    /// Who presents a token, where it lets them do what they ask for.
    pub async fn admit(&self, token: &SecretToken, need: Need) -> Result<Caller, Unserved<ApiRefusal>> {
        let presented = self.access_tokens.read(token).await?;
        let (issuer, policies) = (self.access_tokens.issuer().clone(), self.policies.clone());
        let found = self.store.read(move |db| {
            let Some((token, source)) = find_live(db, &issuer, presented)? else { return Ok(None) };
            let bearer = match source {
                Source::ClientGrant(grant) => Bearer::Client(grant.client),
                Source::Grant(grant) => {
                    let role = db.find_administrator(&grant.user)?.map(|administrator| administrator.role);
                    Bearer::Person(grant.user, role)
                }
            };
            Ok(Some((token, bearer, policies.in_force(db)?.set)))
        });
        let (token, bearer, set) = found.await?.ok_or(Unserved::Refused(ApiRefusal::Invalid))?;
        let catalogue = set.catalogue();
        let face = catalogue.rule(&Acr::face());
        let is_face =
            |acr: &Acr| catalogue.rule(acr).is_some_and(|rule| face.is_some_and(|face| rule.implies(face)));
        let facts = Facts { resource: &self.resource, bearer, is_face: &is_face, now: self.clock.now() };
        judge(&token, need, facts).map_err(Unserved::Refused)
    }
}
