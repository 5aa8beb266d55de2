#!/usr/bin/env bash
# Runs every check and every test, after installing what they need.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/check.sh
scripts/models.sh

need "chromium" command -v chromium
need "chromium-driver" command -v chromedriver
need "postgresql" compgen -G '/usr/lib/postgresql/*/bin/initdb'
install_missing

say "Tests"
scripts/with-postgres.sh cargo test --locked --no-fail-fast

pages=(tests/page/*.test.mjs)
if [ -e "${pages[0]}" ]; then
  need "nodejs" command -v node
  install_missing
  say "Tests of the pages' scripts"
  node --test "${pages[@]}"
fi
