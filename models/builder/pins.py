"""What manifest.toml pins: where each file comes from, how it is made, and the bytes it must have."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path


class Mismatch(Exception):
    """A file does not have the bytes that the manifest pins, or the manifest has nothing for this machine."""


@dataclass(frozen=True)
class Source:
    """One member of one archive of one pinned package."""

    package: str
    version: str
    archive_sha256: str
    """Of the wheel (PyPI) or the tarball (npm)."""
    path: list[str]
    """Path inside the archive; further entries are paths inside the zip that the entry before names."""
    sha256: str
    registry: str = "pypi"
    platform: str = "any"
    """Of a wheel."""


@dataclass(frozen=True)
class Artefact:
    """One file in `built/`."""

    file: str
    sha256: str
    bytes: int
    recipe: str | None
    """The conversion in this package and its options; none means a plain copy."""
    source: Source

    def is_built(self, folder: Path) -> bool:
        path = folder / self.file
        return path.is_file() and path.stat().st_size == self.bytes and sha256_of(path) == self.sha256

    def check(self, path: Path) -> None:
        found = sha256_of(path)
        if found != self.sha256:
            raise Mismatch(f"{self.file}: built sha256 {found}, the manifest pins {self.sha256}")


def load_artefacts(manifest: Path, machine: str) -> list[Artefact]:
    """The files that this machine needs."""
    pinned = tomllib.loads(manifest.read_text(encoding="utf-8"))
    runtime = pinned["runtime"]
    if machine not in runtime["build"]:
        raise SystemExit(f"models: no ONNX Runtime is pinned for {machine}; add it to [runtime.build] in {manifest.name}")
    tables = [dict(runtime["build"][machine], file=runtime["file"])] + [table for _, table in model_tables(pinned)]
    return [
        Artefact(
            file=table["file"],
            sha256=table["sha256"],
            bytes=table["bytes"],
            recipe=table.get("recipe"),
            source=Source(**table["source"]),
        )
        for table in tables
    ]


def model_tables(pinned: dict) -> list[tuple[str, dict]]:
    """The tables of the models with the names they have in the manifest; the embedders are a list of tables."""
    single = [(f"[model.{name}", table) for name, table in pinned["model"].items() if isinstance(table, dict)]
    listed = [(f"[model.{name}", table) for name, tables in pinned["model"].items() if isinstance(tables, list) for table in tables]
    return single + listed


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
