#!/usr/bin/env bash
# Runs the pages of docs/integrations: each client, at a pinned version, against the real program in a real browser. And has
# schemathesis try the admin API by its description.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fetched=target/integrations

# fetched_already LOCK FOLDER: whether FOLDER holds what LOCK names.
fetched_already() { cmp -s "$1" "$fetched/$2/fetched-by"; }

fetch_node() {
  local lock=tests/integrations/node/package-lock.json
  fetched_already $lock node && return
  say "Fetching openid-client, oidc-client-ts and a Node.js that they run on"
  rm -rf $fetched/node
  mkdir -p $fetched/node
  cp tests/integrations/node/package.json $lock $fetched/node
  (cd $fetched/node && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error)
  cp $lock $fetched/node/fetched-by
}

fetch_python() {
  local lock=tests/integrations/python/requirements.txt
  fetched_already $lock python && return
  say "Fetching Authlib"
  python3 -m venv --clear $fetched/python
  $fetched/python/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $lock
  cp $lock $fetched/python/fetched-by
}

fetch_schemathesis() {
  local lock=tests/integrations/schemathesis/requirements.txt
  fetched_already $lock schemathesis && return
  say "Fetching schemathesis"
  python3 -m venv --clear $fetched/schemathesis
  $fetched/schemathesis/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $lock
  cp $lock $fetched/schemathesis/fetched-by
}

need_build_tools
need "chromium" command -v chromium
need "chromium-driver" command -v chromedriver
need "npm" command -v npm
# Debian's apache2-bin has no service: nothing starts by being installed.
need "apache2-bin" test -x /usr/sbin/apache2
need "libapache2-mod-auth-openidc" test -f /usr/lib/apache2/modules/mod_auth_openidc.so
install_missing

scripts/models.sh
fetch_node
fetch_python
fetch_schemathesis

say "The admin API"
FACESTEP_SCHEMATHESIS=$PWD/$fetched/schemathesis/bin/schemathesis \
  cargo test --locked --test admin -- api::schemathesis:: --test-threads=2

say "Clients"
cargo test --locked --test integrations -- clients:: conformance:: --test-threads=2 "$@"
