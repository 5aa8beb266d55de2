#!/usr/bin/env bash
# Runs the provider and the example bank beside each other until Ctrl-C, after setting up whatever is missing.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

config=${FACESTEP_CONFIG:-config/demo.toml}
provider=http://localhost:8080
bank=http://127.0.0.1:8081
children=()

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# answers PORT PATH: whether a GET there is answered 200.
answers() {
  local status
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'GET %s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3
  read -r -t 5 _ status _ <&3 || true
  exec 3<&- 3>&-
  [ "${status:-}" = 200 ]
}

# wait_for NAME PID PORT PATH
wait_for() {
  for _ in $(seq 1 300); do
    kill -0 "$2" 2>/dev/null || die "the $1 stopped at its start; its last lines above say why."
    answers "$3" "$4" && return
    sleep 0.1
  done
  die "the $1 did not answer on port $3 within 30 seconds."
}

stop() {
  trap '' INT TERM
  [ ${#children[@]} -eq 0 ] || kill -TERM "${children[@]}" 2>/dev/null || true
  wait
}

for port in 8080 8081; do
  ! listening $port || die "port $port is in use. Stop the program that listens there (see: ss -ltnp), then run this again."
done

scripts/build.sh --example bank

say "Database and made-up people"
mkdir -p var/db var/keys
chmod 700 var/keys
target/release/facestep demo seed --config "$config"

trap stop EXIT
trap 'exit 0' INT TERM

say "Starting the provider and the bank"
target/release/facestep serve --config "$config" &
children+=($!)
wait_for provider "${children[0]}" 8080 /readyz

BANK_ISSUER=$provider BANK_URL=$bank target/release/examples/bank &
children+=($!)
wait_for bank "${children[1]}" 8081 /

cat <<READY

  Harbour Bank    $bank     begin here: sign in, then press Transfer or Pay out
  Facestep        $provider
  Ready after ${SECONDS} s. Ctrl-C stops both.

READY

# Either one ending ends the demo.
wait -n "${children[@]}" || true
die "one of the two programs stopped; its last lines above say why."
