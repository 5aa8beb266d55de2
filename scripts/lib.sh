# Shared by the scripts beside it: saying what happens, and installing what is missing. Sourced, not run.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian packages found missing by `need`, installed together by `install_missing`.
missing=()

say() { printf '\n==> %s\n' "$*"; }

die() {
  printf '\nfacestep: %s\n' "$*" >&2
  exit 1
}

# need "PACKAGE…" COMMAND…: notes the packages as missing unless the command succeeds.
need() {
  local packages=$1
  shift
  if ! "$@" >/dev/null 2>&1; then
    # shellcheck disable=SC2206 # the list is meant to split
    missing+=($packages)
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Installs what `need` noted, or says exactly what to install and stops.
install_missing() {
  [ ${#missing[@]} -gt 0 ] || return 0
  local what="${missing[*]}"
  missing=()
  if ! command -v apt-get >/dev/null; then
    die "this machine lacks some programs and has no apt-get. Install what Debian calls: $what"
  fi
  if ! as_root true 2>/dev/null; then
    die "this machine lacks some packages and installing them needs root. Run: sudo apt-get install $what"
  fi
  say "Installing Debian packages: $what"
  as_root apt-get update -qq || say "The package lists could not be refreshed; trying with those at hand"
  # shellcheck disable=SC2086 # the list is meant to split
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $what ||
    die "installing failed. See the lines above; then run: sudo apt-get install $what"
}

# What compiling the program and building the models needs.
need_build_tools() {
  need "build-essential" cc --version
  need "pkg-config" pkg-config --version
  if command -v pkg-config >/dev/null; then
    need "libssl-dev" pkg-config --exists openssl
    need "libpq-dev" pkg-config --exists libpq
  else
    missing+=(libssl-dev libpq-dev)
  fi
  need "python3 python3-venv" python3 -c 'import ensurepip, venv'
  install_missing
  need_rust
}

need_rust() {
  command -v cargo >/dev/null ||
    die "Rust is not installed. Install it with rustup (https://rustup.rs), open a new shell, and run this again."
  local wanted have
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  have=$(rustc --version | cut -d' ' -f2)
  if [ "$(printf '%s\n%s\n' "$wanted" "${have%%-*}" | sort -V | head -n1)" != "$wanted" ]; then
    die "Rust $wanted or newer is needed and this is $have. With rustup it comes by itself (https://rustup.rs)."
  fi
}
