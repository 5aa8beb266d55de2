//! Which contexts are asked for, and whether they are a wish or a condition.

use super::claims::AcrClaim;
use crate::domain::{
    authn::{
        acr::Acr,
        requirement::{AcrRequest, Demander, Minimum},
    },
    oidc::{client::Client, interaction::AuthorizationParameters, scope::Scope},
};

/// What earlier checks found that bears on it.
pub struct Wanted<'a> {
    /// The `claims` parameter's `acr`.
    pub claims: AcrClaim,
    /// The granted scopes.
    pub scope: &'a Scope,
    /// The resources.
    pub resource: &'a [String],
}

/// The contexts asked for and the least that will do.
///
/// `acr_values` alone is a wish. It is a condition where an access token's resource server relies on it (RFC 9470 §5:
/// `resource`, a protected scope) or where the client's registration says so; an essential `acr` claim always is
/// (OpenID Connect Core 1.0 §5.5.1.1). A protected scope needs the face context whatever the request says. A request that
/// names no context asks for the client's `default_acr_values` (OpenID Connect Dynamic Client Registration 1.0 §2).
pub fn combine(
    client: &Client,
    parameters: &AuthorizationParameters,
    wanted: Wanted<'_>,
) -> (AcrRequest, Vec<Minimum>) {
    let minima = minima(client, wanted.scope);
    if wanted.claims.is_condition() {
        return (AcrRequest::Required(wanted.claims.values), minima);
    }
    let mut listed = wanted.claims.values;
    for name in parameters.value("acr_values").unwrap_or_default().split(' ') {
        let acr = Acr(name.to_owned());
        if !name.is_empty() && !listed.contains(&acr) {
            listed.push(acr);
        }
    }
    if listed.is_empty() {
        listed.clone_from(&client.metadata.default_acr_values);
    }
    let protected = wanted.scope.is_protected_for(client);
    let necessary = protected || !wanted.resource.is_empty() || client.acr_values_are_necessary;
    let request = match (listed.is_empty(), necessary) {
        (true, _) => AcrRequest::Any,
        (false, true) => AcrRequest::Required(listed),
        (false, false) => AcrRequest::Preferred(listed),
    };
    (request, minima)
}

/// What the client's registration demands: its own minimum, and the face context for each protected scope.
fn minima(client: &Client, scope: &Scope) -> Vec<Minimum> {
    let own = client.minimum_acr.iter().map(|acr| (acr.clone(), Demander::Client));
    let protected = client.protected_scopes.iter().filter(|name| scope.contains(name));
    let of_scopes = protected.map(|name| (Acr::face(), Demander::Scope(name.clone())));
    own.chain(of_scopes).map(|(acr, by)| Minimum { acr, max_age: None, by }).collect()
}
