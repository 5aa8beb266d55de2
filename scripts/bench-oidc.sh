#!/usr/bin/env bash
# Measures what clients are answered in a second, beside node's oidc-provider, on SQLite and on a PostgreSQL of its own: a table,
# and JSON on the last line. Arguments go to the measurement: see `scripts/bench-oidc.sh --help`.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_build_tools
need "npm" command -v npm
need "util-linux" command -v taskset
need "postgresql" compgen -G '/usr/lib/postgresql/*/bin/initdb'
install_missing
scripts/models.sh

peer=target/oidc-peer
mkdir -p "$peer"
cp benches/oidc/peer/* "$peer/"
if ! cmp -s "$peer/package-lock.json" "$peer/installed"; then
  say "Installing node's oidc-provider and the Node it runs on into $peer"
  npm ci --prefix "$peer" --ignore-scripts --no-audit --no-fund
  cp "$peer/package-lock.json" "$peer/installed"
fi

say "Measuring (building it takes about eight minutes the first time on two cores, measuring about seven)"
cargo bench --locked --bench oidc --no-run
# What was answered must be on the disk here, on both engines.
FACESTEP_TEST_POSTGRES_DURABLE=yes scripts/with-postgres.sh cargo bench --locked --quiet --bench oidc -- "$@"
