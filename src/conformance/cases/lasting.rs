//! What later tokens say of the authentication: access tokens, introspection, refreshed tokens.

use serde_json::{Map, Value};

use super::{cases, passes_if};
use crate::{
    conformance::{Obstacle, RelyingParty, Verdict, relying_party::TokenSet},
    domain::secret::from_base64url,
};

cases! {
    an_access_token_tells_context_and_time: "RFC 9470 §6",
    introspection_tells_context_and_time: "RFC 9470 §6.2",
    a_refresh_changes_neither_context_nor_time: "RFC 9470 §6.1, OpenID Connect Core 1.0 §12.2",
    amr_is_a_list_of_names: "OpenID Connect Core 1.0 §2",
}

async fn signed_in(party: &RelyingParty) -> Result<TokenSet, Obstacle> {
    party.sign_in(&party.browser()?, &[("max_age", "10000")]).await
}

/// Whether `acr` and `auth_time` stand in some claims as in the ID token.
fn tells_the_same(claims: &Map<String, Value>, tokens: &TokenSet) -> Verdict {
    for name in ["acr", "auth_time"] {
        match (claims.get(name), tokens.id_token.get(name)) {
            (Some(there), Some(here)) if there != here => {
                return Verdict::Failed(format!("{name} is {there}, and {here} in the ID token"));
            }
            (None, Some(_)) => return Verdict::Warned(format!("{name} is missing")),
            _ => {}
        }
    }
    Verdict::Passed
}

async fn an_access_token_tells_context_and_time(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let tokens = signed_in(party).await?;
    let payload = tokens.access_token.split('.').nth(1).and_then(from_base64url);
    let claims = payload.and_then(|payload| serde_json::from_slice::<Map<String, Value>>(&payload).ok());
    Ok(match claims {
        Some(claims) => tells_the_same(&claims, &tokens),
        None => Verdict::Skipped("the access token is no JWT".into()),
    })
}

async fn introspection_tells_context_and_time(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let tokens = signed_in(party).await?;
    Ok(match party.introspect(&tokens.access_token).await? {
        Some(Value::Object(claims)) if claims.get("active") == Some(&Value::Bool(true)) => {
            tells_the_same(&claims, &tokens)
        }
        Some(_) => Verdict::Failed("a fresh access token is not active".into()),
        None => Verdict::Skipped("there is no introspection for this client".into()),
    })
}

async fn a_refresh_changes_neither_context_nor_time(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let tokens = signed_in(party).await?;
    let Some(refresh_token) = &tokens.refresh_token else {
        return Ok(Verdict::Skipped("there is no refresh token".into()));
    };
    super::ages::age().await;
    let refreshed = party.refresh(refresh_token).await?;
    let differs = ["sub", "acr", "amr", "auth_time"]
        .into_iter()
        .find(|name| tokens.id_token.get(*name) != refreshed.id_token.get(*name));
    Ok(passes_if(differs.is_none(), || format!("{} changed", differs.unwrap_or_default())))
}

async fn amr_is_a_list_of_names(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let tokens = signed_in(party).await?;
    Ok(match tokens.id_token.get("amr") {
        None => Verdict::Skipped("the ID token has no amr".into()),
        Some(Value::Array(names)) if names.iter().all(Value::is_string) => Verdict::Passed,
        Some(other) => Verdict::Failed(format!("amr is {other}")),
    })
}
