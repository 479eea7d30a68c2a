"""Builds the panel from ``frontend/`` into ``tensorboard_cnc/static/`` where that is due.

setup.py calls it for every wheel, sdist and editable install. What was built, and from what, is
kept by content in ``static/built.json``: file times say nothing in an sdist or a fresh clone.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import node

STATIC = node.ROOT / "tensorboard_cnc" / "static"
INDEX = STATIC / "index.js"
# The same in one file, for `tensorboard-cnc report`.
REPORT = STATIC / "report.js"
STAMP = STATIC / "built.json"


class PanelError(Exception):
    """The panel cannot be built."""


def main() -> None:
    try:
        build()
    except (PanelError, node.NodeError) as error:
        sys.exit(f"error: {error}")


def build() -> None:
    """Leaves an up-to-date panel in ``static/``; does nothing when it already is."""
    if not node.FRONTEND.is_dir():
        if not INDEX.is_file():
            raise PanelError(
                f"Neither the built panel ({INDEX}) nor its sources ({node.FRONTEND}) are here."
                " Install from PyPI, from a complete sdist, or from a clone of the repository."
            )
        return
    if is_fresh():
        return
    node.install_modules()
    node.npm("run", "build")
    for script in (INDEX, REPORT):
        if not script.is_file():
            raise PanelError(
                f"`npm run build` wrote no {script}. See build in frontend/vite.config.ts."
            )
    STAMP.write_text(json.dumps(_fingerprints()) + "\n")


def is_fresh() -> bool:
    """Whether ``static/`` holds what was built from exactly these sources."""
    if not INDEX.is_file() or not STAMP.is_file():
        return False
    try:
        return bool(json.loads(STAMP.read_text()) == _fingerprints())
    except ValueError:
        return False


def _fingerprints() -> dict[str, str]:
    built = [file for file in _files(STATIC.rglob("*")) if file != STAMP]
    return {
        "sources": _fingerprint(node.FRONTEND, _sources()),
        "panel": _fingerprint(STATIC, built),
    }


def _sources() -> list[Path]:
    """What MANIFEST.in puts into the sdist."""
    return _files([*node.FRONTEND.glob("[!.]*"), *(node.FRONTEND / "src").rglob("*")])


def _files(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if path.is_file())


def _fingerprint(folder: Path, files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(folder).as_posix()}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
