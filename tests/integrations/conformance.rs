//! `facestep conformance step-up` against ourselves, where nothing may fail or warn, and against node's oidc-provider, so that
//! the pack is known to measure a provider and not us.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    packages,
    support::{browser::free_port, processes::Provider},
};

const USERNAME: &str = "nora";
const PASSWORD: &str = "nobody has seen nora's face";
const CALLBACK: &str = "http://127.0.0.1:9/callback";
const RESOURCE: &str = "https://payments.example/";
const SECRET: &str = "a secret of at least thirty-two characters";

/// Runs the pack, and gives its results.
fn results(issuer: &str, client: &str) -> Value {
    let folder = TempDir::new().unwrap();
    let (secret, json) = (folder.path().join("secret"), folder.path().join("results.json"));
    std::fs::write(&secret, SECRET).unwrap();
    let mut pack = Command::new(env!("CARGO_BIN_EXE_facestep"));
    pack.args(["conformance", "step-up", "--issuer", issuer, "--client", client, "--redirect-uri", CALLBACK]);
    pack.args(["--username", USERNAME, "--resource", RESOURCE, "--scope", "openid offline_access"]);
    pack.arg("--client-secret-file").arg(secret).arg("--json").arg(&json);
    let mut running = pack.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = running.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, format!("{PASSWORD}\n").as_bytes()).unwrap();
    drop(input);
    let output = running.wait_with_output().unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap()
}

/// The names of the cases that ended so.
fn cases<'a>(results: &'a Value, verdict: &str) -> Vec<&'a str> {
    let results = results["results"].as_array().unwrap().iter();
    results.filter(|case| case["verdict"] == verdict).map(|case| case["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_answers_to_step_up_pass_every_case() {
    let provider = Provider::start().await;
    provider.command(&["user", "add", USERNAME], Some(&format!("{PASSWORD}\n")));
    let client = json!({
        "client_id": "pack",
        "client_secret": SECRET,
        "client_name": "Pack",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "first_party": true,
        "resources": [RESOURCE],
    });
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("clients.json");
    std::fs::write(&file, json!({ "clients": [client] }).to_string()).unwrap();
    provider.command(&["client", "apply", &file.display().to_string()], None);
    let results = results(&provider.origin, "pack");
    for verdict in ["failed", "warned", "undecided", "skipped"] {
        assert_eq!(cases(&results, verdict), [""; 0], "{verdict}");
    }
    assert!(cases(&results, "passed").len() > 25);
}

/// node's oidc-provider, with an account like ours.
struct Peer {
    origin: String,
    process: Child,
}

impl Peer {
    async fn start() -> Self {
        let port = free_port();
        let origin = format!("http://127.0.0.1:{port}");
        // Node looks for packages from the folder of the file on, so the file stands beside them.
        let program = packages::node().join("peer.mjs");
        std::fs::copy(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integrations/node/peer.mjs"),
            &program,
        )
        .unwrap();
        let mut node = Command::new(packages::node().join("node_modules/.bin/node"));
        node.arg(program).args([&port.to_string(), SECRET, CALLBACK, USERNAME, PASSWORD, RESOURCE]);
        let mut peer = Self { origin, process: node.stdout(Stdio::null()).spawn().unwrap() };
        let metadata = format!("{}/.well-known/openid-configuration", peer.origin);
        while !reqwest::get(&metadata).await.is_ok_and(|answer| answer.status().is_success()) {
            assert!(peer.process.try_wait().unwrap().is_none(), "the peer stopped at its start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        peer
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pack_measures_another_provider_to_its_end() {
    let peer = Peer::start().await;
    let results = results(&peer.origin, "pack");
    let passed = cases(&results, "passed");
    for name in [
        "an_essential_context_is_met",
        "an_essential_context_that_cannot_be_met_is_an_error",
        "a_voluntary_miss_returns_the_context_of_the_session",
        "nobody_is_signed_in_silently",
        "a_sign_in_that_is_too_old_is_made_anew",
        "a_refresh_changes_neither_context_nor_time",
    ] {
        assert!(passed.contains(&name), "{name}");
    }
}
