//! The bank's payment API, a resource server: whoever calls it brings an access token, and money moves only on a fresh face
//! (RFC 9470). The bank's own web site is one of its clients, and has no other way to pay out.

use super::ledger::{Money, Transfer};
use super::{Bank, FACE, FRESHNESS};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, post, resource};
use facestep::resource::{BadRequirement, ProvenToken, Requirement, ResourceServer};
use serde::{Deserialize, Serialize};

/// What was paid out, and on which proof.
#[derive(Serialize, Deserialize)]
pub struct PaidOut {
    pub balance: Money,
    pub acr: Option<String>,
    pub amr: Vec<String>,
    pub auth_time: Option<i64>,
}

/// What a payout needs of its token.
pub fn requirement() -> Result<Requirement, BadRequirement> {
    Requirement::any_token().acr_values(FACE)?.max_age(FRESHNESS)
}

/// `POST /api/payouts`. The token is checked before the handler runs.
pub fn configure(config: &mut ServiceConfig, tokens: &ResourceServer, requirement: &Requirement) {
    let payouts = resource("/api/payouts").wrap(tokens.require(requirement.clone()));
    config.service(payouts.route(post().to(pay_out)));
}

async fn pay_out(bank: Data<Bank>, token: ProvenToken, transfer: Json<Transfer>) -> HttpResponse {
    let paid = bank
        .sessions
        .with_account(&token.sub, |account| account.carry_out(&transfer).then_some(account.balance));
    let Some(balance) = paid else { return HttpResponse::UnprocessableEntity().finish() };
    let auth_time = token.auth_time.map(|time| time.as_second());
    HttpResponse::Created().json(PaidOut { balance, acr: token.acr, amr: token.amr, auth_time })
}
