"""Writes constraints.txt: one version of every package that the project's environments need.

It holds for all supported versions of Python on all platforms. Versions that still fit stay as
they are; ``python scripts/lock.py --upgrade`` takes the newest, ``--upgrade-package NAME`` of one.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "constraints.txt"


def main() -> None:
    # The lock itself would be printed; what cannot be resolved is told on the other stream.
    done = subprocess.run(command(*sys.argv[1:]), cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    sys.exit(done.returncode)


def command(*options: str) -> list[str]:
    """What resolves the project, its extras and its dependency groups together."""
    declared = pyproject()
    oldest = declared["project"]["requires-python"].removeprefix(">=")
    groups = [part for name in declared["dependency-groups"] for part in ("--group", name)]
    resolve = ["pip", "compile", "pyproject.toml", "--universal", "--python-version", oldest]
    output = ["--no-annotate", "--custom-compile-command", "make lock", "--output-file", LOCK.name]
    return [sys.executable, "-m", "uv", *resolve, "--all-extras", *groups, *output, *options]


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
