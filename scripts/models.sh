#!/usr/bin/env bash
# Builds the models and fetches ONNX Runtime into models/built. Touches no network when they are there already.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need "python3 python3-venv" python3 -c 'import ensurepip, venv'
need "npm" command -v npm
install_missing
say "Models and ONNX Runtime"
python3 models/build.py
