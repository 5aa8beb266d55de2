//! Whatever a program may send, it gets an answer that is described, and never a fault of ours. Schemathesis makes the
//! requests of the description itself. `make test-integrations` fetches it and says where it is by `FACESTEP_SCHEMATHESIS`.

use std::process::Command;

use facestep::domain::{
    authn::acr::Acr,
    oidc::{
        client::metadata::AccessTokenFormat,
        scope::{ADMIN_READ, ADMIN_WRITE},
    },
};

use super::{Api, token, tool};
use crate::desk::Desk;

/// How many requests are made of each operation at most, beside those that try each parameter's bounds.
const EXAMPLES: &str = "20";

/// What is not held to: a registration has rules that no schema says, so what fits the schema may be refused all the same; and
/// a missing `If-Match` is told by 428 (RFC 6585 §3), which schemathesis does not count among the refusals.
const LEFT_OUT: &str = "positive_data_acceptance,missing_required_header";

/// Runs schemathesis against a server of its own, as an owner whose face was just shown.
async fn withstands(scope: &str) {
    let Some(program) = std::env::var_os("FACESTEP_SCHEMATHESIS") else {
        println!("skipped: FACESTEP_SCHEMATHESIS is not set; run make test-integrations");
        return;
    };
    let desk = Desk::set().await;
    let mut client = tool(&desk.app);
    // A token that no retired key takes along.
    client.metadata.access_token_format = AccessTokenFormat::Opaque;
    desk.app.register(client).await;
    let write = token(&desk.app, &desk.browser, ADMIN_WRITE, Acr::FACE).await;
    let token = token(&desk.app, &desk.browser, scope, Acr::FACE).await;
    let api = Api { read: token.clone(), write, desk };
    api.registered("shop").await;
    let folder = tempfile::tempdir().unwrap();
    let mut schemathesis = Command::new(program);
    schemathesis
        .current_dir(&folder)
        .args(["run", &api.desk.app.url("/admin/api/v1/openapi.json"), "--seed", "1", "--no-color"])
        .args(["--max-examples", EXAMPLES, "--generation-deterministic", "--continue-on-failure"])
        .args(["--phases", "examples,coverage,fuzzing", "--checks", "all", "--exclude-checks", LEFT_OUT])
        .args(["--header", &format!("Authorization: Bearer {token}")]);
    let run = tokio::task::spawn_blocking(move || schemathesis.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(said.contains("Operations:"), "schemathesis read no description: {said}");
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_reader_sends_gets_a_described_answer() {
    withstands(ADMIN_READ).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_writer_sends_gets_a_described_answer() {
    withstands(ADMIN_WRITE).await;
}
