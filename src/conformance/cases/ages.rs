//! How old an authentication may be, and what tokens say of its time.

use std::time::Duration;

use super::{cases, passes_if, warns_unless};
use crate::conformance::{Obstacle, RelyingParty, Verdict};

cases! {
    a_sign_in_that_is_too_old_is_made_anew: "OpenID Connect Core 1.0 §3.1.2.1",
    a_sign_in_that_is_young_enough_stands: "OpenID Connect Core 1.0 §3.1.2.1",
    max_age_zero_asks_for_a_sign_in: "OpenID Connect Core 1.0 §3.1.2.1",
    a_time_is_told_where_an_age_is_asked: "OpenID Connect Core 1.0 §2",
    prompt_login_signs_in_anew: "OpenID Connect Core 1.0 §3.1.2.1",
    an_age_that_is_no_number_is_refused: "RFC 6749 §4.1.2.1",
}

/// Lets a second and a bit go by, so that a sign-in is older than `max_age=1`.
pub async fn age() {
    tokio::time::sleep(Duration::from_millis(2_100)).await;
}

async fn a_sign_in_that_is_too_old_is_made_anew(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    is_made_anew(party, ("max_age", "1")).await
}

async fn max_age_zero_asks_for_a_sign_in(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    is_made_anew(party, ("max_age", "0")).await
}

async fn prompt_login_signs_in_anew(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    is_made_anew(party, ("prompt", "login")).await
}

async fn is_made_anew(party: &RelyingParty, asked: (&str, &str)) -> Result<Verdict, Obstacle> {
    let browser = party.browser()?;
    let first = party.sign_in(&browser, &[("max_age", "10000")]).await?;
    age().await;
    let answer = party.authorize(&browser, &[asked]).await?;
    if answer.sign_ins == 0 {
        return Ok(Verdict::Failed(format!("nobody signed in again; the error is {:?}", answer.error())));
    }
    let second = party.redeem(&answer).await?;
    let Some(time) = second.auth_time() else {
        let is_needed = asked.0 == "max_age";
        return Ok(warns_unless(!is_needed, || "there is no auth_time, which max_age requires".into()));
    };
    let is_later = first.auth_time().is_some_and(|before| time > before);
    Ok(passes_if(is_later, || format!("auth_time was {:?} and is {time}", first.auth_time())))
}

async fn a_sign_in_that_is_young_enough_stands(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let browser = party.browser()?;
    let first = party.sign_in(&browser, &[("max_age", "10000")]).await?;
    age().await;
    let answer = party.authorize(&browser, &[("max_age", "10000")]).await?;
    let second = party.redeem(&answer).await?;
    let stands = answer.sign_ins == 0 && first.auth_time() == second.auth_time();
    Ok(passes_if(stands, || format!("auth_time was {:?} and is {:?}", first.auth_time(), second.auth_time())))
}

async fn a_time_is_told_where_an_age_is_asked(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let tokens = party.sign_in(&party.browser()?, &[("max_age", "10000")]).await?;
    Ok(passes_if(tokens.auth_time().is_some(), || "the ID token has no auth_time".into()))
}

async fn an_age_that_is_no_number_is_refused(party: &RelyingParty) -> Result<Verdict, Obstacle> {
    let answer = party.authorize(&party.browser()?, &[("max_age", "soon")]).await?;
    Ok(passes_if(answer.error().is_some(), || "a code was issued; the condition was lost".into()))
}
