//! The bank's web site as a client of the bank's payment API: it calls with the customer's token, and where it is challenged
//! it steps the customer up and calls again (RFC 9470 §2).
//!
//! **Once.** The API keeps no memory of who was challenged before, so a client that followed every challenge could lead a
//! customer round and round. This one follows a challenge in the [`Round::First`] and stops in the second; and where the
//! provider says that it cannot be done, it stops at once, since [`super::routes`] asks the API only with a new token.

use super::api::PaidOut;
use super::ledger::Transfer;
use super::relying_party::Tokens;
use facestep::resource::{Challenge, ChallengeCode};
use openidconnect::reqwest::{
    self, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use std::time::Duration;

/// Whether the customer was stepped up for this payout already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Round {
    First,
    AfterStepUp,
}

/// What the API makes of a payout.
pub enum Outcome {
    /// The money has left.
    Paid(PaidOut),
    /// There is not enough money.
    NotEnoughMoney,
    /// The token has lapsed.
    TokenNoGood,
    /// A stronger or fresher sign-in is needed.
    Challenged(Box<Challenge>),
    /// Anything else: the API is away, or does not take the bank's tokens.
    NotDone,
}

/// Where the API is.
pub struct PaymentApi {
    address: String,
    http: reqwest::Client,
}

impl PaymentApi {
    pub fn at(address: String) -> Result<Self, reqwest::Error> {
        // The token goes to the API and nowhere that the API may point to.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self { address, http })
    }

    /// Asks for a payout.
    pub async fn pay_out(&self, tokens: &Tokens, transfer: &Transfer) -> Outcome {
        let request = self
            .http
            .post(format!("{}/payouts", self.address))
            .header(AUTHORIZATION, format!("Bearer {}", tokens.access))
            .header(CONTENT_TYPE, "application/json")
            .body(serde_json::json!(transfer).to_string());
        let Ok(response) = request.send().await else { return Outcome::NotDone };
        match response.status() {
            StatusCode::CREATED => paid(response).await,
            StatusCode::UNPROCESSABLE_ENTITY => Outcome::NotEnoughMoney,
            StatusCode::UNAUTHORIZED => challenged(&response),
            _ => Outcome::NotDone,
        }
    }
}

async fn paid(response: Response) -> Outcome {
    let body = response.text().await.unwrap_or_default();
    serde_json::from_str(&body).map_or(Outcome::NotDone, Outcome::Paid)
}

fn challenged(response: &Response) -> Outcome {
    let headers = response.headers().get_all(WWW_AUTHENTICATE);
    let Some(challenge) = headers.iter().find_map(|value| Challenge::read(value.to_str().ok()?)) else {
        return Outcome::NotDone;
    };
    match challenge.code() {
        Some(ChallengeCode::InvalidToken) => Outcome::TokenNoGood,
        Some(ChallengeCode::InsufficientUserAuthentication) => Outcome::Challenged(Box::new(challenge)),
        _ => Outcome::NotDone,
    }
}
