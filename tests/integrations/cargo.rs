//! Compiles the Rust page with the crates that this test was itself compiled with, as Cargo's own lock file has them.

use std::{path::PathBuf, process::Command};

use serde_json::Value;

use super::shop::Plans;

/// The crates that the page names.
const CRATES: [&str; 3] = ["actix_web", "openidconnect", "serde_json"];

/// Compiles a file of the page, and gives the program.
pub fn compile(plans: &Plans, name: &str) -> PathBuf {
    let program = plans.folder().join("shop");
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "-o"]).arg(&program).arg(plans.write(name));
    for (name, path) in libraries() {
        rustc.arg("-L").arg(format!("dependency={}", path.parent().unwrap().display()));
        rustc.arg("--extern").arg(format!("{name}={}", path.display()));
    }
    let output = rustc.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

/// Where Cargo left the crates; it builds nothing, since this test is up to date.
fn libraries() -> Vec<(String, PathBuf)> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--locked", "--no-run", "--test", "integrations", "--message-format=json"]);
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let built = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).filter_map(library);
    let built: Vec<_> = built.collect();
    assert_eq!(built.len(), CRATES.len(), "each crate is there once: {built:?}");
    built
}

fn library(message: Value) -> Option<(String, PathBuf)> {
    let name = message["target"]["name"].as_str()?.to_owned();
    let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
    let library = files.map(PathBuf::from).find(|path| path.extension().is_some_and(|end| end == "rlib"))?;
    CRATES.contains(&name.as_str()).then_some((name, library))
}
