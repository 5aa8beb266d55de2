//! Harbour Bank: a relying party that asks for a face when money leaves an account.
//!
//! `cargo run --release --example bank`, beside a Facestep that knows it as a client whose tokens may be for the resource
//! `BANK_URL/api`. Everything that a real client has to do is in `examples/bank/relying_party.rs`. The bank's payment API, which
//! takes access tokens and demands a face, is `examples/bank/api.rs`, and how a client goes about that is
//! `examples/bank/payouts.rs`. The rest is a small web site around them.

#[path = "bank/mod.rs"]
mod bank;

use bank::{Ask, Settings};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let settings = Settings {
        issuer: setting("BANK_ISSUER", "http://localhost:8080"),
        own_url: setting("BANK_URL", "http://127.0.0.1:8081"),
        client_id: setting("BANK_CLIENT_ID", "harbour-bank"),
        client_secret: setting("BANK_CLIENT_SECRET", "harbour-bank-demo-secret"),
        ask: if setting("BANK_ASK", "claims") == "acr_values" { Ask::AcrValues } else { Ask::EssentialClaim },
    };
    let listen = setting("BANK_LISTEN", "127.0.0.1:8081");
    bank::serve(std::net::TcpListener::bind(listen)?, settings)?.await
}

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}
