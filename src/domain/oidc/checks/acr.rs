//! Which contexts are asked for, and whether they are a wish or a condition.

use super::claims::AcrClaim;
use crate::domain::{
    authn::{
        acr::{Acr, AcrCatalogue},
        requirement::AcrRequest,
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
    catalogue: &AcrCatalogue,
    wanted: Wanted<'_>,
) -> (AcrRequest, Option<Acr>) {
    let protected = wanted.scope.is_protected_for(client);
    let minimum = match protected.then(Acr::face) {
        Some(face) => Some(greater(catalogue, client.minimum_acr.clone(), face)),
        None => client.minimum_acr.clone(),
    };
    if wanted.claims.is_condition() {
        return (AcrRequest::Required(wanted.claims.values), minimum);
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
    let necessary = protected || !wanted.resource.is_empty() || client.acr_values_are_necessary;
    let request = match (listed.is_empty(), necessary) {
        (true, _) => AcrRequest::Any,
        (false, true) => AcrRequest::Required(listed),
        (false, false) => AcrRequest::Preferred(listed),
    };
    (request, minimum)
}

/// The one of two contexts that implies the other; the registered one where neither does.
fn greater(catalogue: &AcrCatalogue, registered: Option<Acr>, face: Acr) -> Acr {
    let Some(registered) = registered else { return face };
    match (catalogue.rule(&face), catalogue.rule(&registered)) {
        (Some(a), Some(b)) if a.implies(b) => face,
        _ => registered,
    }
}
