//! A resource server: an API that asks for more than a token, where it matters (RFC 9470).
//!
//! `cargo run --example resource_server` beside `make demo`, then:
//!
//!     curl -i http://127.0.0.1:8082/balance
//!     curl -i -X POST -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8082/payouts
//!
//! `docs/integrations/resource-server.md` says how to get a token.

use actix_web::{App, HttpServer, web};
use facestep::resource::{ProvenToken, Requirement, ResourceServer};

async fn balance(token: ProvenToken) -> String {
    format!("The account of {} holds 100.00.\n", token.sub)
}

async fn pay_out(token: ProvenToken) -> String {
    format!("Paid out, since {} proved themselves by {}.\n", token.sub, token.amr.join(" and "))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tokens = ResourceServer::new("http://localhost:8080", "http://127.0.0.1:8082/")?;
    let any = Requirement::any_token();
    let face = Requirement::any_token().acr_values("urn:facestep:acr:face")?.max_age(300)?;
    let api = move || {
        let balance = web::resource("/balance").wrap(tokens.require(any.clone())).get(balance);
        let payouts = web::resource("/payouts").wrap(tokens.require(face.clone())).post(pay_out);
        App::new().service(balance).service(payouts)
    };
    HttpServer::new(api).workers(1).bind("127.0.0.1:8082")?.run().await?;
    Ok(())
}
