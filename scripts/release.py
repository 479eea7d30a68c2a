"""Releases what is checked out: looks whether all is ready, builds, checks the wheel, tags.

``python scripts/release.py --dry-run`` does all but the tag; ``--tag v1.2.3``, for the workflow
that publishes, builds what that tag stands for.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import repository

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
PACKAGE = "tensorboard_cnc"
PANEL = f"{PACKAGE}/static/index.js"
# Without these the tab would be missing, or the types unknown.
SHIPPED = (PANEL, *(f"{PACKAGE}/{name}" for name in ("fallback_panel.py", "loader.py", "py.typed")))


class State(NamedTuple):
    """What a release is made of."""

    version: str
    changelog: str
    # As `git status --porcelain` and `git tag` tell it.
    changed: str
    tags: tuple[str, ...]
    # Where the project says it is, and where a workflow builds it ("" outside of one).
    repository: str
    built_in: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="do all but the tag")
    parser.add_argument("--tag", help="build what this tag stands for")
    arguments = parser.parse_args()
    state = found_state()
    problems = tag_problems(state, arguments.tag) if arguments.tag else release_problems(state)
    try:
        refuse(problems)
        build()
        refuse(wheel_problems(state.version, wheel_sizes()))
        if not arguments.dry_run and not arguments.tag:
            tag(state)
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: `{' '.join(error.cmd)}` ended with exit code {error.returncode}.")


def refuse(problems: Iterable[str]) -> None:
    """Ends the program with all that keeps it from a release."""
    if found := list(problems):
        sys.exit("\n".join(f"error: {problem}" for problem in found))


def found_state() -> State:
    source = (ROOT / PACKAGE / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    assert version, "tensorboard_cnc/__init__.py has no __version__"
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    changed, tags = _git("status", "--porcelain"), tuple(_git("tag").split())
    return State(version[1], changelog, changed, tags, repository.address(), _workflow_repository())


def release_problems(state: State, today: datetime.date | None = None) -> Iterator[str]:
    """What is to be done before the tag can be made, sentence by sentence."""
    today = today or datetime.datetime.now(datetime.UTC).date()
    if state.changed:
        yield f"the tree has changes; commit or stash them:\n{state.changed}"
    if (name := f"v{state.version}") in state.tags:
        yield f"the tag {name} exists; raise __version__ in {PACKAGE}/__init__.py"
    dated = f"## [{state.version}] - {today}"
    if dated not in state.changelog.splitlines():
        yield f"CHANGELOG.md lacks the line `{dated}` above what this version brings"
    elif not changes(state.changelog, state.version):
        yield f"CHANGELOG.md says nothing under `{dated}`"
    if changes(state.changelog, "Unreleased"):
        yield "CHANGELOG.md has entries under [Unreleased]; move them to the version"


def tag_problems(state: State, tag: str) -> Iterator[str]:
    """Whether the tag is that of the version."""
    if tag != f"v{state.version}":
        yield f"the tag is {tag}, but __version__ is {state.version}"
    if not changes(state.changelog, state.version):
        yield f"CHANGELOG.md says nothing of {state.version}"
    if state.built_in not in ("", state.repository):
        yield (
            f"the package says that it comes from {state.repository}, but it is built in "
            f"{state.built_in}; correct [project.urls] in pyproject.toml"
        )


def changes(changelog: str, version: str) -> str:
    """What stands under the heading of a version."""
    heading = rf"^## \[{re.escape(version)}\][^\n]*\n"
    found = re.search(rf"{heading}(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def wheel_problems(version: str, sizes: dict[str, int]) -> Iterator[str]:
    """What the wheel lacks; `sizes` are those of its files by name."""
    for name in SHIPPED:
        if name not in sizes:
            yield f"the wheel lacks {name}"
    if sizes.get(PANEL) == 0:
        yield f"the wheel has an empty {PANEL}"
    if f"{PACKAGE}-{version}.dist-info/METADATA" not in sizes:
        yield f"the wheel is not of version {version}"


def wheel_sizes() -> dict[str, int]:
    (wheel,) = DIST.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {each.filename: each.file_size for each in archive.infolist()}


def build() -> None:
    """Leaves one sdist and one wheel, which the package index would take, in ``dist/``."""
    shutil.rmtree(DIST, ignore_errors=True)
    environment = {**os.environ, "PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    _python("build", environment=environment)
    _python("twine", "check", "--strict", *map(str, sorted(DIST.iterdir())))


def tag(state: State) -> None:
    name = f"v{state.version}"
    message = f"{name}\n\n{changes(state.changelog, state.version)}"
    command = ["git", "tag", "--annotate", name, "--cleanup=verbatim", "--message", message]
    subprocess.run(command, cwd=ROOT, check=True)
    print(f"Tagged {name}. `git push origin {name}` publishes it.")


def _python(module: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def _workflow_repository() -> str:
    server, name = (os.environ.get(f"GITHUB_{part}", "") for part in ("SERVER_URL", "REPOSITORY"))
    return f"{server}/{name}" if server and name else ""


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, text=True, capture_output=True, check=True)
    return done.stdout.rstrip()


if __name__ == "__main__":
    main()
