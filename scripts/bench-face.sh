#!/usr/bin/env bash
# Measures what the face check costs on this machine: a table, and JSON on the last line.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_build_tools
scripts/models.sh
say "Measuring what the face check costs (building it takes about six minutes the first time on two cores)"
cargo bench --locked --bench face
