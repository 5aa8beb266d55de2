#!/usr/bin/env bash
# with-postgres.sh COMMAND…: runs the command beside a PostgreSQL of its own, named by FACESTEP_TEST_POSTGRES_URL.
#
# The server listens on a free loopback port, with a random password, keeps everything in one temporary folder, and is
# stopped and removed when the command ends. It runs as `postgres` when this is root, since PostgreSQL refuses root.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

binaries=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n1)
[ -n "$binaries" ] || die "PostgreSQL is not installed. Run: sudo apt-get install postgresql"

folder=$(mktemp -d "${TMPDIR:-/tmp}/facestep-postgres.XXXXXX")

as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd "$folder" && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

stop() {
  as_postgres "$binaries/pg_ctl" stop -s -w -m immediate -D "$folder/data" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start() {
  local port=$1
  as_postgres "$binaries/pg_ctl" start -s -w -t 60 -D "$folder/data" -l "$folder/log" -o "-p $port"
}

password=$(random)
printf '%s' "$password" >"$folder/password"
[ "$(id -u)" != 0 ] || chown -R postgres "$folder"
as_postgres "$binaries/initdb" --pgdata="$folder/data" --username=facestep --pwfile="$folder/password" \
  --auth=scram-sha-256 --encoding=UTF8 --locale=C >"$folder/initdb.log" 2>&1 ||
  { cat "$folder/initdb.log" >&2; die "PostgreSQL could not create its files in $folder"; }

as_postgres tee -a "$folder/data/postgresql.conf" >/dev/null <<SETTINGS
listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder'
max_connections = 200
SETTINGS

# What is lost in a crash of this server is lost on purpose, unless a measurement asks for more: nothing waits for the disk.
if [ -z "${FACESTEP_TEST_POSTGRES_DURABLE:-}" ]; then
  as_postgres tee -a "$folder/data/postgresql.conf" >/dev/null <<SETTINGS
fsync = off
synchronous_commit = off
full_page_writes = off
SETTINGS
fi

# Another program may take the port between our finding and using it.
for attempt in 1 2 3; do
  port=$(free_port)
  start "$port" 2>/dev/null && break
  [ "$attempt" != 3 ] || { cat "$folder/log" >&2; die "PostgreSQL did not start"; }
done

export FACESTEP_TEST_POSTGRES_URL="postgres://facestep:$password@127.0.0.1:$port/postgres"
"$@"
