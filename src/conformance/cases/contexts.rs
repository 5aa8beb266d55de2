//! Which context is reached: conditions, wishes, and what is malformed.

use serde_json::json;

use super::{UNMET, cases, is_told_as_unmet, passes_if, warns_unless};
use crate::conformance::{
    Obstacle, RelyingParty, Verdict,
    relying_party::{Answer, essential},
};

cases! {
    an_essential_context_is_met: "OpenID Connect Core 1.0 §5.5.1.1",
    one_of_several_essential_contexts_is_met: "OpenID Connect Core 1.0 §5.5.1.1",
    an_essential_context_that_cannot_be_met_is_an_error: "OpenID Connect Core 1.0 §5.5.1.1",
    an_essential_value_that_cannot_be_met_is_an_error: "OpenID Connect Core 1.0 §5.5.1.1",
    an_essential_context_that_does_not_exist_is_an_error: "OpenID Connect Core 1.0 §5.5.1.1",
    acr_values_do_not_soften_an_essential_context: "OpenID Connect Core 1.0 §5.5.1.1",
    an_essential_acr_without_values_is_no_condition_on_which: "OpenID Connect Core 1.0 §5.5.1",
    an_essential_context_for_userinfo_is_a_condition_too: "OpenID Connect Core 1.0 §5.5.1.1",
    a_voluntary_miss_returns_the_context_of_the_session: "OpenID Connect Core 1.0 §5.5.1.1",
    a_voluntary_context_that_does_not_exist_is_passed_over: "OpenID Connect Core 1.0 §3.1.2.1",
    the_first_of_acr_values_that_can_be_met_is_reached: "OpenID Connect Core 1.0 §3.1.2.1",
    contexts_asked_for_with_a_resource_are_not_ignored: "RFC 9470 §5",
    what_is_met_is_advertised: "RFC 9470 §7",
    claims_that_are_no_json_are_refused: "OpenID Connect Core 1.0 §5.5",
    essential_values_that_are_no_array_are_refused: "OpenID Connect Core 1.0 §5.5.1",
    an_error_carries_state_and_issuer: "RFC 9207 §2",
}

/// A context that nobody has.
const UNKNOWN: &str = "urn:example:acr:that-does-not-exist";

async fn ask(party: &RelyingParty, further: &[(&str, &str)]) -> Result<Answer, Obstacle> {
    party.authorize(&party.browser()?, further).await
}

async fn an_essential_context_is_met(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let met = party.subject.met.as_str();
    is_reached(party, &essential(&[met])).await
}

async fn one_of_several_essential_contexts_is_met(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let subject = &party.subject;
    is_reached(party, &essential(&[&subject.unmet, &subject.met])).await
}

async fn is_reached(party: &RelyingParty, claims: &str) -> Result<Verdict, Obstacle> {
    let tokens = party.sign_in(&party.browser()?, &[("claims", claims)]).await?;
    let is_met = tokens.acr() == Some(party.subject.met.as_str());
    Ok(passes_if(is_met, || format!("the acr is {:?}", tokens.id_token.get("acr"))))
}

async fn an_essential_context_that_cannot_be_met_is_an_error(
    party: &RelyingParty,
) -> Result<Verdict, Obstacle> {
    let claims = essential(&[&party.subject.unmet]);
    is_told_as_unmet(party, ask(party, &[("claims", &claims)]).await?).await
}

async fn an_essential_value_that_cannot_be_met_is_an_error(
    party: &RelyingParty,
) -> Result<Verdict, Obstacle> {
    let acr = json!({ "essential": true, "value": party.subject.unmet });
    let claims = json!({ "id_token": { "acr": acr } }).to_string();
    is_told_as_unmet(party, ask(party, &[("claims", &claims)]).await?).await
}

async fn an_essential_context_that_does_not_exist_is_an_error(
    party: &RelyingParty,
) -> Result<Verdict, Obstacle> {
    let claims = essential(&[UNKNOWN]);
    is_told_as_unmet(party, ask(party, &[("claims", &claims)]).await?).await
}

async fn acr_values_do_not_soften_an_essential_context(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let claims = essential(&[&party.subject.unmet]);
    let both = [("claims", claims.as_str()), ("acr_values", party.subject.met.as_str())];
    is_told_as_unmet(party, ask(party, &both).await?).await
}

async fn an_essential_acr_without_values_is_no_condition_on_which(
    party: &RelyingParty,
) -> Result<Verdict, Obstacle> {
    let claims = json!({ "id_token": { "acr": { "essential": true } } }).to_string();
    let tokens = party.sign_in(&party.browser()?, &[("claims", &claims)]).await?;
    Ok(warns_unless(tokens.acr().is_some(), || "the ID token has no acr".into()))
}

async fn an_essential_context_for_userinfo_is_a_condition_too(
    party: &RelyingParty,
) -> Result<Verdict, Obstacle> {
    let acr = json!({ "essential": true, "values": [party.subject.unmet] });
    let claims = json!({ "userinfo": { "acr": acr } }).to_string();
    let answer = ask(party, &[("claims", &claims)]).await?;
    // The specification speaks of the claim and not of its place, but its examples name the ID token alone.
    Ok(warns_unless(answer.error() == Some(UNMET), || "a code was issued, or another error".into()))
}

async fn a_voluntary_miss_returns_the_context_of_the_session(
    party: &RelyingParty,
) -> Result<Verdict, Obstacle> {
    let unmet = party.subject.unmet.as_str();
    let answer = ask(party, &[("acr_values", unmet)]).await?;
    if let Some(error) = answer.error() {
        return Ok(Verdict::Warned(format!("a wish that is missed is an error: {error}")));
    }
    let tokens = party.redeem(&answer).await?;
    Ok(match tokens.acr() {
        Some(acr) if acr == unmet => Verdict::Failed(format!("the acr {acr} was not earned")),
        Some(_) => Verdict::Passed,
        None => Verdict::Warned("the ID token has no acr".into()),
    })
}

async fn a_voluntary_context_that_does_not_exist_is_passed_over(
    party: &RelyingParty,
) -> Result<Verdict, Obstacle> {
    let tokens = party.sign_in(&party.browser()?, &[("acr_values", UNKNOWN)]).await?;
    Ok(passes_if(tokens.acr() != Some(UNKNOWN), || "the acr does not exist".into()))
}

async fn the_first_of_acr_values_that_can_be_met_is_reached(
    party: &RelyingParty,
) -> Result<Verdict, Obstacle> {
    let (met, unmet) = (party.subject.met.as_str(), party.subject.unmet.as_str());
    let listed = format!("{UNKNOWN} {unmet} {met}");
    let answer = ask(party, &[("acr_values", &listed)]).await?;
    if let Some(error) = answer.error() {
        return Ok(Verdict::Failed(format!("one of three can be met, and the answer is {error}")));
    }
    let tokens = party.redeem(&answer).await?;
    Ok(passes_if(tokens.acr() == Some(met), || format!("the acr is {:?}", tokens.id_token.get("acr"))))
}

async fn contexts_asked_for_with_a_resource_are_not_ignored(
    party: &RelyingParty,
) -> Result<Verdict, Obstacle> {
    let Some(resource) = &party.subject.resource else {
        return Ok(Verdict::Skipped("no resource was named".into()));
    };
    let asked = [("resource", resource.as_str()), ("acr_values", party.subject.unmet.as_str())];
    let answer = ask(party, &asked).await?;
    Ok(match answer.error() {
        Some(UNMET) => Verdict::Passed,
        Some(other) => Verdict::Warned(format!("the error is {other} and not {UNMET}")),
        // The resource server challenges again, and the client comes back with the same request.
        None => Verdict::Warned("a code was issued; client and resource server would go in circles".into()),
    })
}

async fn what_is_met_is_advertised(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let listed = party.provider.lists("acr_values_supported", &party.subject.met);
    Ok(warns_unless(listed == Some(true), || "acr_values_supported does not name it".into()))
}

async fn claims_that_are_no_json_are_refused(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    is_invalid(party, "{\"id_token\":").await
}

async fn essential_values_that_are_no_array_are_refused(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let acr = json!({ "essential": true, "values": party.subject.unmet });
    is_invalid(party, &json!({ "id_token": { "acr": acr } }).to_string()).await
}

async fn is_invalid(party: &RelyingParty, claims: &str) -> Result<Verdict, Obstacle> {
    let answer = ask(party, &[("claims", claims)]).await?;
    Ok(match answer.error() {
        Some("invalid_request") => Verdict::Passed,
        Some(other) => Verdict::Warned(format!("the error is {other} and not invalid_request")),
        None => Verdict::Failed("a code was issued; the condition was lost".into()),
    })
}

async fn an_error_carries_state_and_issuer(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let answer = ask(party, &[("prompt", "none")]).await?;
    if !answer.has_state() {
        return Ok(Verdict::Failed("state did not come back as it was sent".into()));
    }
    if !party.provider.flag("authorization_response_iss_parameter_supported") {
        return Ok(Verdict::Warned("iss in the answer is not advertised (RFC 9207 §3)".into()));
    }
    let is_ours = answer.parameter("iss") == Some(party.subject.issuer.as_str());
    Ok(passes_if(is_ours, || "iss is advertised and missing or another's".into()))
}
