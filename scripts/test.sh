#!/usr/bin/env bash
# Runs every check and every test, after installing what they need.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/check.sh
scripts/models.sh

need "chromium" command -v chromium
need "chromium-driver" command -v chromedriver
need "nodejs" command -v node
need "postgresql" compgen -G '/usr/lib/postgresql/*/bin/initdb'
install_missing

say "Tests"
scripts/with-postgres.sh cargo test --locked --no-fail-fast
