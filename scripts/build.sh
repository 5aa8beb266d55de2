#!/usr/bin/env bash
# Builds the release binary, with models and runtime in place. Touches no network when nothing changed.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_build_tools
scripts/models.sh
say "Building target/release/facestep (about six minutes the first time on two cores)"
cargo build --release --locked --bin facestep "$@"
