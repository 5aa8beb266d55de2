//! What happens where nothing may be shown (`prompt=none`).

use super::{cases, passes_if};
use crate::conformance::{Obstacle, RelyingParty, Verdict, relying_party::essential};

cases! {
    nobody_is_signed_in_silently: "OpenID Connect Core 1.0 §3.1.2.6",
    a_session_answers_silently: "OpenID Connect Core 1.0 §3.1.2.1",
    an_essential_context_that_needs_a_page_is_an_error: "OpenID Connect Core 1.0 §3.1.2.6, §5.5.1.1",
    an_age_that_needs_a_page_is_an_error: "OpenID Connect Core 1.0 §3.1.2.1, §3.1.2.6",
    none_stands_alone: "OpenID Connect Core 1.0 §3.1.2.1",
}

async fn nobody_is_signed_in_silently(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let answer = party.authorize(&party.browser()?, &[("prompt", "none")]).await?;
    Ok(passes_if(answer.error() == Some("login_required"), || format!("the error is {:?}", answer.error())))
}

async fn a_session_answers_silently(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let browser = party.browser()?;
    let first = party.sign_in(&browser, &[]).await?;
    let again = party.sign_in(&browser, &[("prompt", "none")]).await?;
    let is_same = ["sub", "acr", "auth_time"].iter().all(|name| match again.id_token.get(*name) {
        Some(value) => first.id_token.get(*name).is_none_or(|before| before == value),
        None => true,
    });
    Ok(passes_if(is_same, || "sub, acr or auth_time differ from the sign-in's".into()))
}

async fn an_essential_context_that_needs_a_page_is_an_error(
    party: &RelyingParty,
) -> Result<Verdict, Obstacle> {
    let browser = party.browser()?;
    party.sign_in(&browser, &[]).await?;
    let claims = essential(&[&party.subject.unmet]);
    let answer = party.authorize(&browser, &[("prompt", "none"), ("claims", &claims)]).await?;
    let allowed = ["interaction_required", "login_required", "unmet_authentication_requirements"];
    Ok(match answer.error() {
        Some(error) if allowed.contains(&error) => Verdict::Passed,
        Some(error) => Verdict::Warned(format!("the error is {error}")),
        None => Verdict::Failed("a code was issued".into()),
    })
}

async fn an_age_that_needs_a_page_is_an_error(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let browser = party.browser()?;
    party.sign_in(&browser, &[]).await?;
    super::ages::age().await;
    let answer = party.authorize(&browser, &[("prompt", "none"), ("max_age", "1")]).await?;
    Ok(passes_if(answer.error() == Some("login_required"), || format!("the error is {:?}", answer.error())))
}

async fn none_stands_alone(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let answer = party.authorize(&party.browser()?, &[("prompt", "none login")]).await?;
    Ok(passes_if(answer.error().is_some(), || "a code was issued".into()))
}
