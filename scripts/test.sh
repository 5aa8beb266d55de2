#!/usr/bin/env bash
# Runs every check and every test, after installing what they need.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/check.sh
scripts/models.sh

need "chromium" command -v chromium
need "chromium-driver" command -v chromedriver
need "nodejs" command -v node
need "npm" command -v npm
need "postgresql" compgen -G '/usr/lib/postgresql/*/bin/initdb'
install_missing

# What the pages are checked with: fetched for the tests alone, and no part of what is built.
axe=tests/browser/accessibility
if ! cmp -s $axe/package-lock.json target/axe/fetched-by; then
  say "Fetching axe-core"
  rm -rf target/axe
  mkdir -p target/axe
  cp $axe/package.json $axe/package-lock.json target/axe
  (cd target/axe && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error)
  cp $axe/package-lock.json target/axe/fetched-by
fi

say "Tests"
scripts/with-postgres.sh cargo test --locked --no-fail-fast
